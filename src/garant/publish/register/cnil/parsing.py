"""The template's sheets found by their words, wherever rows were added and cells merged, and read as a register."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from .extension import SHEET
from .grid import Grid
from .record import Line, Person, Record, Register, Row, item, one_line
from .vocabulary import DATA_ROWS, plain

Cells = Mapping[int, str]
"""One row: its cells by column."""

_BLOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "actors": ("acteurs",),
    "purposes": ("finalite s", "finalites du"),
    "data": ("categories de donnees", "donnees sensibles"),
    "people": ("categories de personnes",),
    "recipients": ("destinataires", "categories de destinataires"),
    "measures": ("mesures de securite",),
    "transfers": ("transferts",),
}
"""What the first cell of a block's heading begins with, once `plain`, in the order of the template."""

_COLUMNS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "actors": (
        ("nom",),
        ("adresse", "rue"),
        ("cp", "code postal"),
        ("ville",),
        ("pays",),
        ("telephone", "tel"),
        ("adresse mel", "mel", "e mail", "courriel", "adresse electronique"),
    ),
    "data": (("description",), ("duree", "delai", "conservation")),
    "people": (("categorie", "type"), ("description",), ("precision",)),
    "recipients": (("type", "categorie", "destinataire"), ("precision", "description")),
    "measures": (("type", "mesure"), ("precision", "description")),
    "transfers": (
        ("organisme", "destinataire", "nom"),
        ("pays",),
        ("type de garantie", "garantie"),
        ("lien", "document"),
    ),
}
"""The columns of each block, and what their headings begin with."""

_LEFT: Final[Mapping[str, tuple[int, ...]]] = {
    "actors": (1, 2, 3, 4, 5, 6, 7),
    "data": (1, 3),
    "people": (1, 2, 3),
    "recipients": (1, 3),
    "measures": (1, 3),
    "transfers": (1, 2, 3, 5),
}
"""Where the columns are where no heading says so."""

_PEOPLE: Final = (
    ("dpo", ("delegue", "dpo")),
    ("representative", ("representant",)),
    ("controller", ("responsable", "organisme", "coordonnees du responsable")),
)
_FIELDS: Final[Mapping[str, str]] = {
    "nom": "name",
    "prenom": "first_name",
    "societe": "company",
    "adresse": "street",
    "cp": "postal_code",
    "code postal": "postal_code",
    "ville": "city",
    "telephone": "phone",
    "tel": "phone",
    "adresse mel": "email",
    "mel": "email",
    "e mail": "email",
    "courriel": "email",
}


@dataclass(slots=True)
class _Block:
    """The block being read: its name, and where its columns are."""

    name: str = ""
    columns: tuple[int, ...] = ()
    seen: set[str] = field(default_factory=set[str])


def parsed(grids: Iterable[Grid]) -> Register:
    """What the sheets say. Sheets that are neither a list nor a record are passed over, and so is the example."""
    controller, representative, dpo = Person(), Person(), Person()
    lines: tuple[Line, ...] = ()
    records: list[Record] = []
    for grid in grids:
        rows = list(grid.rows())
        if grid.name == SHEET or plain(grid.name).startswith("4 exemple"):
            continue
        if _is_record(rows):
            record = _record(grid.name, rows)
            if record.name or record.purposes:
                records.append(record)
        elif not lines and (head := _head_of_list(rows)) is not None:
            people = _people(rows[:head])
            controller, representative, dpo = people["controller"], people["representative"], people["dpo"]
            lines = tuple(_lines(rows[head], rows[head + 1 :]))
    return Register(controller, representative, dpo, lines, tuple(records))


def _first(row: Cells) -> str:
    return plain(row.get(0, ""))


def _is_record(rows: Sequence[Cells]) -> bool:
    return any(_first(row).startswith(("finalite principale", "sous finalite")) for row in rows)


def _head_of_list(rows: Sequence[Cells]) -> int | None:
    for number, row in enumerate(rows):
        said = {plain(text) for text in row.values()}
        if any(one.startswith("nom du traitement") for one in said) and len(said) > 2:
            return number
    return None


def _people(rows: Sequence[Cells]) -> dict[str, Person]:
    found: dict[str, dict[str, str]] = {name: {} for name, _ in _PEOPLE}
    current = "controller"
    for row in rows:
        current = next((name for name, starts in _PEOPLE if _first(row).startswith(starts)), current)
        for column, text in row.items():
            name = _field(text)
            if name is not None and _field(row.get(column + 1, "")) is None:
                found[current][name] = one_line(row.get(column + 1, ""))
    return {name: Person(**said) for name, said in found.items()}


def _field(text: str) -> str | None:
    said = plain(text)
    return "company" if said.startswith("societe") else _FIELDS.get(said)


def _lines(head: Cells, rows: Iterable[Cells]) -> Iterator[Line]:
    starts = (("nom du traitement",), ("n ref", "numero", "ref"), ("date de creation",),
              ("derniere mise a jour", "mise a jour", "date de mise a jour"), ("finalite",),
              ("donnees sensibles",))  # fmt: skip
    columns = [_column(head, one, -1) for one in starts]
    for row in rows:
        cells = [one_line(row.get(column, "")) for column in columns]
        if cells[0]:
            yield Line(*cells)


def _column(row: Cells, starts: tuple[str, ...], otherwise: int) -> int:
    """The column headed by one of these words: the one headed by the first of them, where there are several."""
    for start in starts:
        for column, text in sorted(row.items()):
            if column and plain(text) == start:
                return column
    for column, text in sorted(row.items()):
        if plain(text).startswith(starts) and (column or otherwise < 0):
            return column
    return otherwise


def _record(sheet: str, rows: Sequence[Cells]) -> Record:
    reader = _RecordReader()
    for row in rows:
        reader.take(row)
    return reader.record(sheet)


class _RecordReader:
    """Takes the rows of a record one after the other."""

    def __init__(self) -> None:
        self._block = _Block()
        self._said: dict[str, str] = {}
        self._purposes: list[Row] = []
        self._data: dict[str, tuple[Row, ...]] = dict.fromkeys(DATA_ROWS, ())
        self._kept: dict[str, tuple[Row, ...]] = dict.fromkeys(DATA_ROWS, ())
        self._rows: dict[str, list[Row]] = {name: [] for name in _LEFT}

    def take(self, row: Cells) -> None:
        """Take one row: a heading, or what it says in the block it stands in."""
        first = _first(row)
        if first.startswith(("finalite principale", "sous finalite")):
            self._purpose(row)
        elif (name := self._heading(first)) is not None:
            self._open(name, row)
        elif not self._block.name:
            self._describe(first, row)
        elif self._block.name == "data":
            self._datum(first, row)
        elif self._block.name in self._rows and first:
            cells = tuple(one_line(row.get(column, "")) for column in self._block.columns)
            label = (one_line(row[0]),) if self._block.name == "actors" else ()
            if any(cells):
                self._rows[self._block.name].append(Row((*label, *cells)))

    def record(self, sheet: str) -> Record:
        """All that was taken."""
        return Record(
            sheet=sheet,
            name=self._said.get("name", ""),
            reference=self._said.get("reference", ""),
            created=self._said.get("created", ""),
            updated=self._said.get("updated", ""),
            actors=tuple(self._rows["actors"]),
            purposes=tuple(self._purposes),
            data=self._data,
            retention=self._kept,
            people=tuple(self._rows["people"]),
            recipients=tuple(self._rows["recipients"]),
            measures=tuple(self._rows["measures"]),
            transfers=tuple(self._rows["transfers"]),
        )

    def _heading(self, first: str) -> str | None:
        for name, starts in _BLOCKS.items():
            again = name != "data" and name in self._block.seen
            if first.startswith(starts) and not again:
                return name
        return None

    def _open(self, name: str, row: Cells) -> None:
        columns: list[int] = []
        for starts, left in zip(_COLUMNS.get(name, ()), _LEFT.get(name, ()), strict=True):
            headed = {column: text for column, text in row.items() if column and column not in columns}
            columns.append(_column(headed, starts, left))
        self._block = _Block(name, tuple(columns), self._block.seen | {name})

    def _describe(self, first: str, row: Cells) -> None:
        texts = [one_line(text) for column, text in sorted(row.items()) if column]
        names = (
            ("name", ("nom",)),
            ("reference", ("n ref", "n", "numero", "ref")),
            ("created", ("date de creation",)),
            ("updated", ("derniere mise a jour", "mise a jour", "date de mise a jour", "date de derniere")),
        )
        for name, starts in names:
            if first.startswith(starts) and texts:
                self._said.setdefault(name, texts[0])
                return

    def _purpose(self, row: Cells) -> None:
        lines = [item(line) for text in _answers(row) for line in text.split("\n")]
        lines = [line for line in lines if line]
        if lines:
            self._purposes.append(Row(tuple(lines)))

    def _datum(self, first: str, row: Cells) -> None:
        key = next((one.key for one in DATA_ROWS.values() if first.startswith(one.words)), None)
        if key is None:
            return
        said, kept = (row.get(column, "") for column in self._block.columns)
        parts = (one_line(part) for part in said.replace("\n", ";").split(";"))
        self._data[key] = tuple(Row((part,)) for part in parts if part)
        rules = (one_line(line) for line in kept.split("\n"))
        self._kept[key] = tuple(Row((line,)) for line in rules if line)


def _answers(row: Cells) -> list[str]:
    return [text for column, text in sorted(row.items()) if column]
