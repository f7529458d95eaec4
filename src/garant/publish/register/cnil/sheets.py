"""The workbook of the template: a list, one record for each activity, the lists of words, and Garant's own sheet.

Columns are those of the template: words in A, answers in B, C, D… The drop-down lists are the template's too.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from garant.policy import Policy, Text

from ...typography import typeset
from . import vocabulary as words
from .extension import EXPLAINED, SHEET, lines
from .projection import projected
from .record import SEPARATOR, Person, Record, Register, Row
from .spreadsheet import Cell, Sheet, workbook
from .vocabulary import ORDINARY, SENSITIVE, DataRow

LIST: Final = "Liste des traitements"
LISTS: Final = "Listes"
_WIDTHS: Final = (7.5, 6.5, 5.5, 6.5, 3.5, 4.0, 4.0, 5.5)
"""Centimetres, of columns A to H."""
_FEWEST_PURPOSES: Final = 6
_LINES: Final = {"people": 3, "recipients": 4, "measures": 3, "transfers": 4}
"""Lines that the template leaves for each block; there are more where the policy has more."""

Line: TypeAlias = list[Cell]


def export(policy: Policy, status: Text | None = None) -> bytes:
    """The policy's register in the CNIL's template, with all the rest in one more sheet.

    The list and each record say the register's `status` under their title, where one is given: what is read back passes it over.
    """
    register = projected(policy)
    return workbook(
        [
            Sheet(LIST, (6.5, 4.0, 4.0, 5.0, 9.0, 4.0, 4.0, 4.0, 5.0), tuple(_list(register, status))),
            *(Sheet(record.sheet, _WIDTHS, tuple(_record(record, status))) for record in register.records),
            Sheet(LISTS, (6.0, 8.0, 6.5, 6.5), tuple(_lists())),
            Sheet(SHEET, (11.0, 16.0), tuple(_garant(policy, register))),
        ],
        CHOICES,
    )


def _list(register: Register, status: Text | None) -> Iterator[Line]:
    yield [Cell("Registre des activités de traitement", "title")]
    if status is not None:
        yield _said(status)
    for title, person, company in (
        ("Responsable de l’organisme", register.controller, False),
        ("Représentant dans l’Union européenne", register.representative, False),
        ("Délégué à la protection des données (DPO)", register.dpo, True),
    ):
        yield from _person(title, person, company=company)
    yield []
    heads = (
        "Nom du traitement",
        "N° / REF",
        "Date de création",
        "Dernière mise à jour",
        "Finalité principale",
    )
    yield [Cell(head, "head") for head in (*heads, "Données sensibles ?")]
    for line in register.lines:
        said = (line.name, line.reference, line.created, line.updated, line.purpose, line.sensitive)
        yield [Cell(text, "answer") for text in said]


def _person(title: str, person: Person, *, company: bool) -> Iterator[Line]:
    first = [("Nom", person.name), ("Prénom", person.first_name)]
    if company:
        first.append(("Société (si DPO externe)", person.company))
    second = [("CP", person.postal_code), ("Ville", person.city), ("Téléphone", person.phone)]
    yield _pairs(title, [*first, ("Adresse", person.street)])
    yield _pairs("", [*second, ("Adresse mél", person.email)])


def _pairs(title: str, pairs: Iterable[tuple[str, str]]) -> Line:
    cells = [Cell(title, "label")]
    for label, text in pairs:
        cells += (Cell(label, "label"), Cell(text, "answer"))
    return cells


def _said(status: Text) -> Line:
    return [Cell(typeset(status.say("fr"), "fr"), "note", span=4)]


def _record(record: Record, status: Text | None) -> Iterator[Line]:
    yield [Cell("Fiche de registre", "title")]
    yield [] if status is None else _said(status)
    yield _heads("Description du traitement")
    for label, text in (
        ("Nom du traitement", record.name),
        ("N° / REF", record.reference),
        ("Date de création de la fiche", record.created),
        ("Dernière mise à jour de la fiche", record.updated),
    ):
        yield [Cell(label, "label"), Cell(text, "answer")]
    yield []
    yield _heads("Acteurs", "Nom", "Adresse", "CP", "Ville", "Pays", "Téléphone", "Adresse mél")
    for row in record.actors:
        yield [Cell(row.cells[0], "label"), *(Cell(text, "answer") for text in row.cells[1:])]
    yield []
    yield from _purposes(record)
    yield from _data(record)
    yield from _blocks(record)


def _heads(*texts: str) -> Line:
    return [Cell(text, "head") for text in texts]


def _purposes(record: Record) -> Iterator[Line]:
    yield [Cell("Finalité(s) du traitement effectué", "head"), Cell("Finalité", "head", span=3)]
    for number in range(max(_FEWEST_PURPOSES, len(record.purposes))):
        label = "Finalité principale" if number == 0 else f"Sous-finalité {number}"
        row = record.purposes[number] if number < len(record.purposes) else Row(("",))
        label_line, *details = row.cells
        text = "\n".join((label_line, *(f"– {detail}" for detail in details)))
        yield [Cell(label, "label"), Cell(text, "answer", span=3)]
    yield []


def _data(record: Record) -> Iterator[Line]:
    for title, rows in (
        ("Catégories de données personnelles concernées", ORDINARY),
        ("Données sensibles", SENSITIVE),
    ):
        kept = Cell("Durée de conservation", "head", span=3)
        yield [Cell(title, "head"), Cell("Description", "head", span=2), kept]
        for row in rows:
            if not row.ours or record.data[row.key]:
                yield _datum(record, row)
        yield []


def _datum(record: Record, row: DataRow) -> Line:
    said = SEPARATOR.join(one.cells[0] for one in record.data[row.key])
    kept = "\n".join(one.cells[0] for one in record.retention[row.key])
    return [Cell(row.label, "label"), Cell(said, "answer", span=2), Cell(kept, "answer", span=3)]


def _blocks(record: Record) -> Iterator[Line]:
    yield _heads("Catégories de personnes concernées", "Catégorie", "Description", "Précisions")
    yield from _rows("Catégorie de personnes", record.people, _LINES["people"], ("people", "", ""))
    yield _heads("Destinataires", "Type de destinataire", "", "Précisions")
    spread = tuple(Row((row.cells[0], "", row.cells[1])) for row in record.recipients)
    yield from _rows("Destinataire", spread, _LINES["recipients"], ("recipients", "", ""))
    yield _heads("Mesures de sécurité", "Type de mesure de sécurité", "", "Précisions")
    spread = tuple(Row((row.cells[0], "", row.cells[1])) for row in record.measures)
    yield from _rows("Mesure de sécurité", spread, _LINES["measures"], ("measures", "", ""))
    yield _heads(
        "Transferts hors UE",
        "Organisme destinataire",
        "Pays",
        "Type de garanties",
        "",
        "Lien vers le document",
    )
    spread = tuple(Row((*row.cells[:3], "", row.cells[3])) for row in record.transfers)
    yield from _rows("Transfert", spread, _LINES["transfers"], ("", "", "safeguards", "", ""))


def _rows(label: str, rows: tuple[Row, ...], fewest: int, choices: tuple[str, ...]) -> Iterator[Line]:
    for number in range(max(fewest, len(rows))):
        texts = rows[number].cells if number < len(rows) else ("",) * len(choices)
        answers = [Cell(text, "answer", choice=choice) for text, choice in zip(texts, choices, strict=True)]
        yield [Cell(f"{label} {number + 1}", "label"), *answers]
    yield []


def _lists() -> Iterator[Line]:
    yield _heads("Catégories de personnes", "Destinataires", "Mesures de sécurité", "Garanties")
    columns = tuple(CHOICES[name] for name in ("people", "recipients", "measures", "safeguards"))
    for number in range(max(map(len, columns))):
        yield [Cell(column[number] if number < len(column) else "", "plain") for column in columns]


CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "people": (*words.PEOPLE, words.OTHER_PEOPLE),
    "recipients": (
        words.INTERNAL,
        words.PROCESSORS,
        *(one for one in words.RECIPIENTS if one != words.INTERNAL),
    ),
    "measures": tuple(words.MEASURES),
    "safeguards": tuple(words.SAFEGUARDS),
}


def _garant(policy: Policy, register: Register) -> Iterator[Line]:
    yield [Cell(EXPLAINED, "note", span=2)]
    yield _heads("Chemin", "Valeur")
    for record in register.records:
        yield [Cell(f"sheet {record.key}", "plain"), Cell(record.sheet, "plain")]
    for line in lines(policy):
        yield [Cell(text, "plain") for text in line]
