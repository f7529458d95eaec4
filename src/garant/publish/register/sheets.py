"""The register as sheets: one for each activity, as controller (GDPR art. 30(1)) or processor (art. 30(2)).

A sheet is made of tables, each with its heading and the titles of its columns: pages, spreadsheets and PDF show the
same. Texts are in both languages; a cell may hold several lines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from garant.policy import Policy, Text
from garant.policy.document import Activity, ControllerActivity

from . import phrases as say
from .phrases import Lines, both, line
from .sharing import clients, measures, processors, recipients, transfers

Role = Literal["controller", "processor"]


@dataclass(frozen=True, slots=True)
class Table:
    """One part of a sheet. A table without rows says so in words, where the law wants an answer."""

    key: str
    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Lines, ...], ...]
    empty: Text

    def compact(self) -> "Table":
        """The same table for reading: without fields left unanswered, nor columns in which no row says anything."""
        rows = [row for row in self.rows if self.key != "general" or row[1]]
        kept = [at for at in range(len(self.columns)) if at == 0 or any(row[at] for row in rows)]
        columns = tuple(self.columns[at] for at in kept)
        return replace(self, columns=columns, rows=tuple(tuple(row[at] for at in kept) for row in rows))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of one activity."""

    key: str
    role: Role
    title: Text
    reference: str
    tables: tuple[Table, ...]

    def table(self, key: str) -> Table | None:
        """The part called `key`, where the sheet has it."""
        return next((one for one in self.tables if one.key == key), None)


NOTHING = both("Rien n’est écrit.", "Nothing is written.")
NO_TRANSFER = both(
    "Aucun transfert hors de l’Espace économique européen.", "No transfer outside the European Economic Area."
)


def register_sheets(policy: Policy) -> tuple[Sheet, ...]:
    """The sheets, those of the controller first, each in the order of the policy."""
    ordered = (*policy.controller_activities, *policy.processor_activities)
    return tuple(sheet_of(policy, activity) for activity in ordered)


def sheet_of(policy: Policy, activity: Activity) -> Sheet:
    """The sheet of one activity of the policy."""
    made = (
        _controller(policy, activity)
        if isinstance(activity, ControllerActivity)
        else _processor(policy, activity)
    )
    return Sheet(activity.key, activity.role, activity.label, activity.reference or "", tuple(made))


def _controller(policy: Policy, activity: ControllerActivity) -> Iterator[Table]:
    yield _general(policy, activity)
    if activity.joint_controllers:
        yield _table(
            "joint-controllers",
            ("Responsables conjoints", "Joint controllers"),
            (("Qui", "Who"), ("Contact", "Contact"), ("Accord", "Arrangement")),
            (
                (line(say.name_of(one.contact)), say.reach(one.contact), say.texts(one.essence))
                for one in activity.joint_controllers
            ),
        )
    yield _purposes(policy, activity)
    yield from _about(policy, activity)
    yield _table(
        "sources",
        ("Sources", "Sources"),
        (("Type", "Type"), ("Précision", "Details")),
        ((say.texts(say.SOURCES[one.kind]), say.texts(one.label)) for one in activity.sources),
    )
    yield from _shared(policy, activity)
    if activity.impact_assessment is not None:
        yield _table(
            "impact-assessment",
            ("Analyse d’impact (art. 35)", "Impact assessment (art. 35)"),
            (
                ("Obligatoire", "Compulsory"),
                ("Pourquoi", "Why"),
                ("Faite le", "Made on"),
                ("Document", "Document"),
            ),
            (say.assessment(activity.impact_assessment),),
        )


def _purposes(policy: Policy, activity: ControllerActivity) -> Table:
    return _table(
        "purposes",
        ("Finalités", "Purposes"),
        (("Finalité", "Purpose"), ("En pratique", "In practice"), ("Base légale", "Legal basis"),
         ("Données", "Data"), ("Personnes", "People")),
        (
            (
                say.texts(one.label),
                one.details,
                say.basis(one),
                say.data(policy, activity.data_of(one)),
                say.people(policy, activity.subjects_of(one)),
            )
            for one in activity.purposes.values()
        ),
    )  # fmt: skip


def _processor(policy: Policy, activity: Activity) -> Iterator[Table]:
    assert not isinstance(activity, ControllerActivity)
    yield _general(policy, activity)
    yield _table(
        "clients",
        ("Clients", "Clients"),
        (("Client", "Client"), ("Contact", "Contact"), ("Représentant ou DPO", "Representative or DPO"),
         ("Pays", "Country"), ("Contrat", "Contract")),
        clients(activity),
    )  # fmt: skip
    yield _table(
        "operations",
        ("Opérations faites pour les clients", "Operations done for clients"),
        (("Opération", "Operation"),),
        ((say.texts(one),) for one in activity.operations),
    )
    yield _table(
        "instructions",
        ("Instructions documentées", "Documented instructions"),
        (("Instruction", "Instruction"), ("Date", "Date"), ("Document", "Document")),
        ((say.texts(one.statement), say.day(one.given), line(one.document)) for one in activity.instructions),
    )
    yield from _about(policy, activity)
    yield from _shared(policy, activity)
    if activity.client_duties:
        yield _table(
            "client-duties",
            ("À la charge du client", "The client’s duties"),
            (("Devoir", "Duty"),),
            ((say.texts(one),) for one in activity.client_duties),
        )


def _general(policy: Policy, activity: Activity) -> Table:
    whole = policy.organisation
    controller = activity.role == "controller"
    rows: list[tuple[Text, Lines]] = [
        (both("Activité", "Activity"), say.texts(activity.label, activity.description)),
        (both("Numéro", "Number"), line(activity.reference)),
        (both("Créée le", "Created on"), say.day(activity.created)),
        (both("Mise à jour le", "Updated on"), say.day(activity.updated)),
        (
            both("Responsable du traitement", "Controller")
            if controller
            else both("Sous-traitant", "Processor"),
            (*line(whole.name), *say.address(whole.address), *say.reach(whole.contact)),
        ),
        (both("Délégué à la protection des données", "Data protection officer"), say.contact(whole.dpo)),
        (both("Représentant dans l’Union", "Representative in the Union"), say.contact(whole.representative)),
        (both("Responsable opérationnel", "Person in charge"), say.contact(activity.owner)),
        (both("Remarques", "Remarks"), activity.notes),
    ]
    return Table(
        "general",
        both("Description", "Description"),
        (both("Champ", "Field"), both("Réponse", "Answer")),
        tuple(((label,), lines) for label, lines in rows),
        NOTHING,
    )


def _about(policy: Policy, activity: Activity) -> Iterator[Table]:
    keys = say.categories(activity)
    yield _table(
        "data",
        ("Données et durées de conservation", "Data and retention periods"),
        (
            ("Catégorie", "Category"),
            ("Protection", "Protection"),
            ("Durée de conservation", "Retention period"),
        ),
        (
            (say.data(policy, [key]), say.protection(policy, key), say.kept(policy, activity, key))
            for key in keys
        ),
    )
    yield _table(
        "people",
        ("Personnes concernées", "People concerned"),
        (("Catégorie", "Category"), ("Précision", "Details")),
        ((say.people(policy, [key]), say.described(policy, key)) for key in say.subjects(activity)),
    )


def _shared(policy: Policy, activity: Activity) -> Iterator[Table]:
    yield _table(
        "recipients",
        ("Destinataires", "Recipients"),
        (("Destinataire", "Recipient"), ("Type", "Type"), ("Pourquoi", "Why")),
        recipients(policy, activity),
    )
    yield _table(
        "processors",
        ("Sous-traitants employés", "Processors used"),
        (("Sous-traitant", "Processor"), ("Ce qu’il fait", "What it does"), ("Pays", "Country"),
         ("Contrat", "Contract"), ("Garanties", "Guarantees")),
        processors(policy, activity),
    )  # fmt: skip
    yield _table(
        "transfers",
        ("Transferts hors de l’Espace économique européen", "Transfers outside the European Economic Area"),
        (("Vers", "To"), ("Pays", "Country"), ("Garantie", "Safeguard"), ("Document", "Document")),
        transfers(policy, activity),
        NO_TRANSFER,
    )
    yield _table(
        "measures",
        ("Mesures de sécurité", "Security measures"),
        (("Mesure", "Measure"), ("Type", "Type"), ("En quoi elle consiste", "What it consists of"),
         ("Essais", "Tests")),
        measures(policy, activity),
    )  # fmt: skip


def _table(
    key: str,
    title: tuple[str, str],
    columns: tuple[tuple[str, str], ...],
    rows: Iterable[tuple[Lines, ...]],
    empty: Text = NOTHING,
) -> Table:
    return Table(key, both(*title), tuple(both(*one) for one in columns), tuple(rows), empty)
