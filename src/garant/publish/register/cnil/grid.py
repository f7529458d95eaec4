"""The cells of an ODS file that anyone may have made: read within bounds, and refused with a sentence.

Only `content.xml` is opened. Nothing is extracted, no entity is defined, no formula is computed.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.parsers import expat

from garant.policy.text import Text

from ...typography import typeset
from ...zips import DAMAGED

LARGEST_FILE: Final = 16 * 1024 * 1024
LARGEST_CONTENT: Final = 32 * 1024 * 1024
MOST_MEMBERS: Final = 500
MOST_CELLS: Final = 200_000
MOST_SHEETS: Final = 1_000
_MOST_REPEATED: Final = 1_000
"""How often a cell or a row that is not empty may be repeated."""
_WIDEST: Final = 20_000
_LAST: Final = 1_100_000
"""Rows and columns of the largest spreadsheets there are."""
_DEEPEST: Final = 64
_REFERENCE: Final = re.compile(r"(?:of:|oooc:)?=\[(?:\$?(?:'[^']*'|[\w]+))?\.\$?[A-Z]{1,3}\$?\d{1,7}\]")
"""A formula that only shows another cell of the same file."""


class Refused(Exception):
    """A file that is not taken; `text` says why and what to do."""

    def __init__(self, text: Text) -> None:
        self.text = Text(fr=typeset(text.fr, "fr"), en=text.en)
        super().__init__(text.en)


@dataclass(slots=True)
class Grid:
    """One sheet: the cells in which something is written, by row and column from 0."""

    name: str
    cells: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])

    def rows(self) -> Iterator[dict[int, str]]:
        """The rows in which something is written, in order: their cells by column."""
        rows: dict[int, dict[int, str]] = {}
        for (row, column), text in sorted(self.cells.items()):
            rows.setdefault(row, {})[column] = text
        yield from rows.values()


def read_grids(file: BinaryIO) -> list[Grid]:
    """The sheets of an ODS file. Raises Refused for what is no such file, is hostile, or is too large."""
    return _Reader().read(_content(file))


def _content(file: BinaryIO) -> bytes:
    file.seek(0, 2)
    if file.tell() > LARGEST_FILE:
        raise Refused(_too_large())
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            member = _member(archive)
            with archive.open(member) as content:
                raw = content.read(LARGEST_CONTENT + 1)
    except DAMAGED:
        raise Refused(_no_ods()) from None
    if len(raw) > LARGEST_CONTENT:
        raise Refused(_too_large())
    return raw


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise Refused(_too_large())
    for one in members:
        steps = one.filename.replace("\\", "/").split("/")
        if ".." in steps or one.filename.startswith(("/", "\\")) or ":" in steps[0]:
            raise Refused(
                _both(
                    "Ce fichier contient un chemin qui sort du classeur : il n’a pas été lu.",
                    "This file holds a path that leads out of the workbook: it was not read.",
                )
            )
    found = [one for one in members if one.filename == "content.xml"]
    if len(found) != 1:
        raise Refused(_no_ods())
    if found[0].flag_bits & 1:
        raise Refused(_locked())
    return found[0]


class _Reader:
    """Follows the parser from sheet to sheet, and stops at the first thing out of bounds."""

    def __init__(self) -> None:
        self._grids: list[Grid] = []
        self._row = self._column = self._depth = self._count = 0
        self._row_repeat = self._cell_repeat = 1
        self._cells: dict[int, str] = {}
        self._words: list[str] | None = None
        """The paragraphs of the cell that is being read."""
        self._hidden = 0
        """How deep inside a comment or a drawing."""
        self._formula = ""

    def read(self, content: bytes) -> list[Grid]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(content, True)
        except expat.ExpatError:
            raise Refused(_no_ods()) from None
        if not self._grids:
            raise Refused(_no_ods())
        return self._grids

    def _doctype(self, *_: object) -> None:
        raise Refused(
            _both(
                "Ce fichier déclare un type de document XML, ce qu’aucun classeur ne fait : il n’a pas été lu.",
                "This file declares an XML document type, which no workbook does: it was not read.",
            )
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Refused(_too_large())
        space, _, tag = name.rpartition(" ")
        if self._hidden or tag in {"annotation", "shapes", "frame"}:
            self._hidden += 1
        elif space.endswith(":table:1.0"):
            self._start_table(tag, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        elif self._words is not None and space.endswith(":text:1.0"):
            self._start_text(tag)

    def _start_table(self, tag: str, said: dict[str, str]) -> None:
        if tag == "table":
            if len(self._grids) >= MOST_SHEETS:
                raise Refused(_too_large())
            self._grids.append(Grid(said.get("name", "")[:100]))
            self._row = 0
        elif tag == "table-row":
            self._row_repeat = _number(said.get("number-rows-repeated"))
            self._column, self._cells = 0, {}
        elif tag in {"table-cell", "covered-table-cell"}:
            self._cell_repeat = _number(said.get("number-columns-repeated"))
            self._formula = said.get("formula", "")
            self._words = []

    def _start_text(self, tag: str) -> None:
        assert self._words is not None
        if tag in {"p", "h"}:
            self._words.append("")
        elif tag in {"s", "tab", "line-break"} and self._words:
            self._words[-1] += "\n" if tag == "line-break" else " "

    def _text(self, text: str) -> None:
        if self._words and not self._hidden:
            self._words[-1] += text

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._hidden:
            self._hidden -= 1
            return
        space, _, tag = name.rpartition(" ")
        if not space.endswith(":table:1.0") or not self._grids:
            return
        if tag in {"table-cell", "covered-table-cell"} and self._words is not None:
            self._end_cell("\n".join(self._words))
            self._words = None
        elif tag == "table-row":
            self._end_row()

    def _end_cell(self, text: str) -> None:
        if self._formula and not _REFERENCE.fullmatch(self._formula):
            raise Refused(_computed(self._grids[-1].name, self._row, self._column))
        if text.strip():
            if self._cell_repeat > _MOST_REPEATED or len(self._cells) > _WIDEST:
                raise Refused(_too_large())
            self._cells.update((self._column + step, text) for step in range(self._cell_repeat))
        self._column = min(self._column + self._cell_repeat, _LAST)

    def _end_row(self) -> None:
        if self._cells:
            self._count += len(self._cells) * self._row_repeat
            if self._row_repeat > _MOST_REPEATED or self._count > MOST_CELLS:
                raise Refused(_too_large())
            for step in range(self._row_repeat):
                for column, text in self._cells.items():
                    self._grids[-1].cells[self._row + step, column] = text
        self._row = min(self._row + self._row_repeat, _LAST)


def _number(said: str | None) -> int:
    if said is None:
        return 1
    if not re.fullmatch(r"[0-9]{1,9}", said, re.ASCII):
        raise Refused(_no_ods())
    return max(1, int(said))


def cell_name(row: int, column: int) -> str:
    """A cell as spreadsheets call it: `B4`, rows and columns from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def _computed(sheet: str, row: int, column: int) -> Text:
    name = cell_name(row, column)
    return _both(
        f"La cellule {name} de la feuille « {sheet} » contient une formule : remplacez-la par sa valeur.",
        f"The cell {name} of the sheet “{sheet}” holds a formula: replace it with its value.",
    )


def _too_large() -> Text:
    return _both(
        "Ce classeur est trop grand pour un registre : il n’a pas été lu.",
        "This workbook is too large for a register: it was not read.",
    )


def _no_ods() -> Text:
    return _both(
        "Ce fichier n’est pas un classeur ODS, ou il est abîmé. Enregistrez-le au format « Classeur ODF (.ods) ».",
        "This file is not an ODS workbook, or it is damaged. Save it as “ODF Spreadsheet (.ods)”.",
    )


def _locked() -> Text:
    return _both(
        "Ce classeur est protégé par un mot de passe : enregistrez-le sans.",
        "This workbook is protected by a password: save it without one.",
    )


def _both(fr: str, en: str) -> Text:
    return Text(fr=fr, en=en)
