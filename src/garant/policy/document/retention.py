"""How long data are kept, counted from what, and what becomes of them (GDPR art. 5(1)(e), 13(2)(a), 30(1)(f))."""

from functools import reduce
from itertools import takewhile
from operator import add
from typing import Annotated, Literal

from ..periods import Period
from ..text import Text
from .base import Key, Keyed, Keys, Model, said

PhaseKind = Literal["active", "intermediate-archive"]
Fate = Literal["erase", "anonymise"]


class Phase(Model):
    """A part of the retention: in daily use, then set apart for those who still have a reason to consult it."""

    kind: Annotated[
        PhaseKind, said("Base active ou archivage intermédiaire.", "Active base or intermediate archive.")
    ]
    period: Annotated[
        Period, said("Durée ISO 8601, par exemple P3Y ou P1M.", "ISO 8601 period, such as P3Y or P1M.")
    ]
    access: Annotated[
        Text | None, said("Qui y accède pendant la phase.", "Who has access during the phase.")
    ] = None
    reason: Annotated[Text | None, said("Pourquoi la phase est nécessaire.", "Why the phase is needed.")] = (
        None
    )


class RetentionRule(Keyed):
    """Data of people in activities, kept for the phases' periods after the trigger event, then erased or anonymised.

    The period is counted from the day of the trigger; the whole of it is added to that day at once, so that month
    ends are clamped a single time.
    """

    label: Annotated[Text, said("La règle, en quelques mots.", "The rule, in a few words.")]
    activities: Annotated[
        Keys, said("Activités auxquelles la règle s’applique.", "Activities the rule applies to.")
    ] = ()
    purposes: Annotated[
        Keys, said("Finalités visées\u202f; à défaut, toutes.", "Purposes it applies to; by default all.")
    ] = ()
    subjects: Annotated[
        Keys, said("Personnes visées\u202f; à défaut, toutes.", "People it applies to; by default all.")
    ] = ()
    data: Annotated[
        Keys, said("Données visées\u202f; à défaut, toutes.", "Data it applies to; by default all.")
    ] = ()
    trigger: Annotated[
        Key | None, said("Événement dont part la durée.", "Event from which the period is counted.")
    ] = None
    sooner: Annotated[
        Key | None,
        said(
            "Événement qui met fin à la conservation sans attendre.",
            "Event that ends the retention without waiting.",
        ),
    ] = None
    phases: Annotated[tuple[Phase, ...], said("Phases, dans l’ordre.", "Phases, in order.")] = ()
    fate: Annotated[
        Fate | None, said("Sort final\u202f: effacer ou anonymiser.", "Final fate: erase or anonymise.")
    ] = None
    legal_source: Annotated[
        Text | None,
        said("Texte ou référentiel d’où vient la durée.", "Law or guideline the period comes from."),
    ] = None
    conditions: Annotated[
        Text | None,
        said(
            "Condition pour garder jusqu’au bout, par exemple un accord.",
            "Condition for keeping to the end, such as consent.",
        ),
    ] = None

    @property
    def total_period(self) -> Period:
        """All the phases together."""
        return reduce(add, (phase.period for phase in self.phases), Period())

    @property
    def archive_phase(self) -> Phase | None:
        """The intermediate archive; none when the data stay in the active base to the end."""
        return next((phase for phase in self.phases if phase.kind == "intermediate-archive"), None)

    @property
    def active_period(self) -> Period:
        """The phases before the intermediate archive; no time at all where the rule begins with it."""
        active = takewhile(lambda phase: phase.kind == "active", self.phases)
        return reduce(add, (phase.period for phase in active), Period())
