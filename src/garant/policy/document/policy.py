"""The whole document: everything an organisation promises people about their data."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .activities import Activity, ControllerActivity, ProcessorActivity, Purpose
from .base import Key, Keyed, Model, said
from .categories import DataCategory, Event, OwnCategories, SubjectCategory
from .contacts import Organisation
from .cookies import Cookies
from .people import Notice, Promise, Rights
from .retention import RetentionRule
from .safety import Measure, Security
from .sharing import Processor, Recipient, Transfer, TransferClause
from .taxonomy import DATA, EVENTS, SUBJECTS
from .tree import Tree, extended


class Policy(Model):
    """What one organisation promises people about their data."""

    format: Annotated[
        Literal[1], said("Version du format de ce document.", "Version of this document's format.")
    ] = 1
    organisation: Annotated[Organisation, said("Qui s’engage.", "Who promises.")]
    notice: Annotated[Notice, said("La notice publiée.", "The notice published.")] = Field(
        default_factory=Notice
    )
    categories: Annotated[OwnCategories, said("Ajouts à la taxonomie.", "Additions to the taxonomy.")] = (
        Field(default_factory=OwnCategories)
    )
    activities: Annotated[dict[Key, Activity], said("Activités de traitement.", "Processing activities.")] = (
        Field(default_factory=dict[Key, Activity])
    )
    retention: Annotated[dict[Key, RetentionRule], said("Règles de conservation.", "Retention rules.")] = (
        Field(default_factory=dict[Key, RetentionRule])
    )
    recipients: Annotated[dict[Key, Recipient], said("Destinataires.", "Recipients.")] = Field(
        default_factory=dict[Key, Recipient]
    )
    processors: Annotated[dict[Key, Processor], said("Sous-traitants.", "Processors.")] = Field(
        default_factory=dict[Key, Processor]
    )
    transfers: Annotated[
        dict[Key, Transfer],
        said(
            "Transferts hors de l’Espace économique européen.",
            "Transfers outside the European Economic Area.",
        ),
    ] = Field(default_factory=dict[Key, Transfer])
    transfer_clause: Annotated[
        TransferClause | None, said("Clause sur les transferts.", "Clause on transfers.")
    ] = None
    measures: Annotated[dict[Key, Measure], said("Mesures de sécurité.", "Security measures.")] = Field(
        default_factory=dict[Key, Measure]
    )
    security: Annotated[Security | None, said("Engagement de sécurité.", "Commitment on security.")] = None
    rights: Annotated[Rights, said("Droits des personnes.", "People's rights.")] = Field(
        default_factory=Rights
    )
    promises: Annotated[
        dict[Key, Promise],
        said("Ce que l’organisation promet de ne pas faire.", "What the organisation promises not to do."),
    ] = Field(default_factory=dict[Key, Promise])
    cookies: Annotated[Cookies | None, said("Cookies et autres traceurs.", "Cookies and other trackers.")] = (
        None
    )

    @model_validator(mode="after")
    def _name_the_parts(self) -> Self:
        for section in self._sections():
            for key, part in section.items():
                part.known_as(key)
        return self

    def _sections(self) -> Iterator[Mapping[Key, Keyed] | Mapping[str, Keyed]]:
        yield from (self.activities, self.retention, self.recipients, self.processors, self.transfers)
        yield from (self.measures, self.promises, self.notice.principles, self.notice.glossary)
        yield from (self.categories.data, self.categories.subjects, self.categories.events)
        yield {str(kind): right for kind, right in self.rights.offered.items()}
        yield from (activity.purposes for activity in self.controller_activities)
        if self.cookies is not None:
            yield self.cookies.categories
            yield from (category.items for category in self.cookies.categories.values())

    @cached_property
    def data_categories(self) -> Tree[DataCategory]:
        """Every data category: those shipped with Garant and the policy's own.

        One that takes the place of a shipped one keeps its protection: another label makes nobody's health less sensitive.
        """
        own = self.categories.data.items()
        return extended(DATA, {key: one if one.protection else _guarded(key, one) for key, one in own})

    @cached_property
    def subject_categories(self) -> Tree[SubjectCategory]:
        """Every subject category: those shipped with Garant and the policy's own."""
        return extended(SUBJECTS, self.categories.subjects)

    @cached_property
    def events(self) -> Tree[Event]:
        """Every event: those shipped with Garant and the policy's own."""
        return extended(EVENTS, self.categories.events)

    @property
    def controller_activities(self) -> tuple[ControllerActivity, ...]:
        """The activities of which the organisation is the controller."""
        return tuple(
            activity for activity in self.activities.values() if isinstance(activity, ControllerActivity)
        )

    @property
    def processor_activities(self) -> tuple[ProcessorActivity, ...]:
        """The activities done on behalf of clients."""
        return tuple(
            activity for activity in self.activities.values() if isinstance(activity, ProcessorActivity)
        )

    def purposes(self) -> Iterable[tuple[ControllerActivity, Purpose]]:
        """Every purpose, with the activity it belongs to."""
        return (
            (activity, purpose)
            for activity in self.controller_activities
            for purpose in activity.purposes.values()
        )


def _guarded(key: Key, own: DataCategory) -> DataCategory:
    shipped = next((one.protection for one in DATA.lineage(key) if one.protection is not None), None)
    return own if shipped is None else own.model_copy(update={"protection": shipped})
