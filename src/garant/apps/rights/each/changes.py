"""Erasure, rectification and restriction: a plan of the engine, and what of it the person is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from garant.apps.holds import services as holds
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.rights.each import values
from garant.apps.rights.words import Right, Wish
from garant.engine.document import Kind, Plan, Selection
from garant.engine.holds import RESTRICTED
from garant.engine.manual import Keeper
from garant.engine.planning.restricted import ALONE, Restricting
from garant.engine.planning.subject import plan_subject
from garant.policy.document.contacts import Organisation
from garant.policy.periods import time_zone
from garant.policy.text import Text

KINDS: Final[Mapping[Right, Kind]] = {
    Right.ERASURE: "erasure",
    Right.RECTIFICATION: "rectification",
    Right.RESTRICTION: "restriction",
}
"""The rights that change systems, and the plans that do."""


def kind_of(right: Right, wish: str) -> Kind | None:
    """The plan that a right takes; for somebody who died, what their directives, or their heirs, ask for."""
    if right == Right.POST_MORTEM:
        return "erasure" if wish in ("", Wish.ERASE, Wish.HAND) else None
    return KINDS.get(right)


_SEALED: Final = Text(
    fr="Des écritures que la loi interdit de changer, une fois enregistrées.",
    en="Entries that the law forbids to change, once recorded.",
)
_HELD: Final = Text(
    fr="Ce qu’un litige ou la justice demande de garder.",
    en="What a dispute or the courts require to be kept.",
)
_RESTRICTED: Final = Text(
    fr="Des données mises à part à votre demande : elles le restent jusqu’à la levée de la limitation.",
    en="Data set apart as you asked: they stay so until the restriction is lifted.",
)
_SHARED: Final = Text(
    fr="Des éléments qui concernent aussi d’autres personnes.",
    en="Items that concern other people as well.",
)


def known_kinds(workspace: Workspace, identities: Mapping[str, str]) -> dict[str, str]:
    """Of what somebody is known by, what some system can search by."""
    kinds = {kind for source in workspace.sources.values() for kind in source.data_map.identities}
    return {kind: value for kind, value in identities.items() if kind in kinds}


def plan_of(
    workspace: Workspace,
    kind: Kind,
    identities: Mapping[str, str],
    wanted: Sequence[Mapping[str, str]] = (),
    restricting: Restricting = ALONE,
) -> Plan:
    """The plan of a kind, of today, under the holds in force.

    Args:
        workspace: the systems.
        kind: of the plan.
        identities: by what the person is known.
        wanted: for a rectification, each wrong value and the right one, as they were written down.
        restricting: for a restriction or its end, what it was on before, and what others restrict.

    Raises:
        NotSupported: a system where the person is found cannot do what is asked.
        ConnectorError: a system did not answer.
    """
    organisation = workspace.policy.document.organisation
    return plan_subject(
        workspace.policy,
        workspace.sources,
        known_kinds(workspace, identities),
        kind,
        as_of=datetime.now(time_zone(organisation.time_zone)).date(),
        rectification=values.rectification(wanted),
        holds=holds.in_force(organisation.key),
        manual=workspace.manual,
        keeper=_keeper(organisation),
        restricting=restricting,
    )


def _keeper(organisation: Organisation) -> Keeper | None:
    """Who sets data apart where a map does not say how: the data protection officer, else the general contact."""
    found = [one for one in (organisation.dpo, organisation.contact) if one is not None and one.email]
    name = found[0].name or organisation.name if found else ""
    return Keeper(name, found[0].email or "") if found else None


def kept(document: Plan) -> list[dict[str, Any]]:
    """What stays after an erasure, each reason once: its words, and its last day where it has one; apart from what has none."""
    found: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for selection in document.selections:
        for words, until in _reasons(selection):
            key = (words.fr, words.en, until is None)
            known = found.setdefault(key, {"fr": words.fr, "en": words.en, "until": until})
            if until is not None and until > known["until"]:
                known["until"] = until
    return list(found.values())


def _reasons(selection: Selection) -> list[tuple[Text, str | None]]:
    reasons: list[tuple[Text, str | None]] = [
        (duty.why, duty.until.isoformat() if duty.until else None) for duty in selection.duties if duty.roots
    ]
    restricted = [hold for hold in selection.holds if hold.hold == RESTRICTED]
    if restricted:
        reasons.append((_RESTRICTED, None))
    if any(hold.roots for hold in selection.holds if hold.hold != RESTRICTED) or (
        selection.held and not restricted
    ):
        reasons.append((_HELD, None))
    if any(action.sealed for action in selection.actions):
        reasons.append((_SEALED, None))
    if any(action.shared for action in selection.actions):
        reasons.append((_SHARED, None))
    return reasons


def nobody(document: Plan) -> bool:
    """Whether a plan is about nobody: no system knew them any more, and nobody is asked to look."""
    return not document.tasks and not any(one.population for one in document.selections)


def figures(document: Plan) -> dict[str, int]:
    """What a plan does, in numbers."""
    actions = [action for one in document.selections for action in one.actions]
    return {
        "deleted": sum(action.deleted for action in actions),
        "treated": sum(action.treated for action in actions),
        "systems": len({one.system for one in document.selections if one.due}),
        "tasks": sum(not task.still for task in document.tasks),
    }
