"""The register as CSV (RFC 4180) and as an XLSX workbook, from the same sheets as the pages.

No cell is ever a formula: in CSV, text that a spreadsheet would compute, full-width signs too, is preceded by an apostrophe
(OWASP, CSV injection); in XLSX, every cell is text.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from garant.policy import Language, Policy, Text

from ..typography import typeset
from .phrases import Lines, both
from .sheets import Sheet, Table, register_sheets

_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 32_000
"""Characters of a cell; a spreadsheet holds 32,767."""

ACTIVITY: Final = both("Activité", "Activity")
ROLE: Final = both("Rôle", "Role")
NUMBER: Final = both("Numéro", "Number")
ROLES: Final = {
    "controller": both("Responsable du traitement", "Controller"),
    "processor": both("Sous-traitant", "Processor"),
}
SUMMARY: Final = both("Registre", "Register")
VERSION: Final = both("Version", "Version")


def as_csv(policy: Policy, language: Language, status: Text | None = None) -> bytes:
    """One line for each activity, one column for each part of the sheets; UTF-8 with its mark, which Excel needs.

    Each line begins with the register's `status`, where one is given: sorted, filtered and copied elsewhere, it says it still.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for line in _standing(_lines(policy, language), language, status):
        writer.writerow([_inert(cell) for cell in line])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(policy: Policy, language: Language, status: Text | None = None) -> bytes:
    """One sheet with a line for each activity, then one for each part: purposes, data, people, recipients…

    Each line begins with the register's `status`, where one is given, and each printed page has it above.
    """
    book: Any = Workbook()
    first = book.active
    first.title = SUMMARY.say(language)
    _fill(first, _standing(_lines(policy, language), language, status), width=42)
    sheets = register_sheets(policy)
    for key, table in _parts(sheets).items():
        if key != "general":
            lines = _standing(_part(sheets, key, language), language, status)
            _fill(book.create_sheet(_title(table, language)), lines, width=36)
    if status is not None:
        for sheet in book:
            sheet.oddHeader.left.text = status.say(language).replace("&", "&&")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _standing(lines: Iterable[list[str]], language: Language, status: Text | None) -> Iterator[list[str]]:
    """The lines, each beginning with what register this is."""
    if status is None:
        yield from lines
        return
    said = typeset(status.say(language), language)
    for number, line in enumerate(lines):
        yield [said if number else VERSION.say(language), *line]


def _parts(sheets: Iterable[Sheet]) -> dict[str, Table]:
    """The parts that the sheets have, each by its first table."""
    parts: dict[str, Table] = {}
    for sheet in sheets:
        for table in sheet.tables:
            parts.setdefault(table.key, table)
    return parts


def _lines(policy: Policy, language: Language) -> Iterator[list[str]]:
    sheets = register_sheets(policy)
    parts = _parts(sheets)
    titles = [table.title.say(language) for table in parts.values()]
    yield [*(one.say(language) for one in (ROLE, NUMBER, ACTIVITY)), *titles]
    for sheet in sheets:
        tables = {table.key: table for table in sheet.tables}
        start = [ROLES[sheet.role].say(language), sheet.reference, sheet.title.say(language)]
        yield [*start, *(_told(tables[key], language) if key in tables else "" for key in parts)]


def _told(table: Table, language: Language) -> str:
    """A whole table in one cell: a row a line, its cells apart."""
    rows = (
        " | ".join(filter(None, (_cell(lines, language, "; ") for lines in row)))
        for row in table.compact().rows
    )
    return "\n".join(rows)


def _part(sheets: Iterable[Sheet], key: str, language: Language) -> Iterator[list[str]]:
    """The rows of one part, over all sheets."""
    headed = False
    for sheet in sheets:
        table = sheet.table(key)
        if table is None:
            continue
        if not headed:
            yield [ROLE.say(language), ACTIVITY.say(language), *(one.say(language) for one in table.columns)]
            headed = True
        for row in table.rows:
            start = [ROLES[sheet.role].say(language), sheet.title.say(language)]
            yield [*start, *(_cell(lines, language, "\n") for lines in row)]


def _cell(lines: Lines, language: Language, between: str) -> str:
    return between.join(typeset(one.say(language), language) for one in lines)


def _inert(text: str) -> str:
    text = _UNSEEN.sub("", text)
    return f"'{text}" if text.lstrip(" ").startswith(_COMPUTED) else text


def _title(table: Table, language: Language) -> str:
    return re.sub(r"[\[\]*?:/\\']", " ", table.title.say(language))[:31]


def _fitting(text: str) -> str:
    """What a cell holds; cut where it holds no more, and seen to be."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} […]"


def _fill(sheet: Any, lines: Iterable[list[str]], *, width: int) -> None:
    columns = 0
    for number, line in enumerate(lines, 1):
        columns = max(columns, len(line))
        for column, text in enumerate(line, 1):
            cell = sheet.cell(number, column)
            cell.value = _fitting(_UNSEEN.sub("", text))
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True, color="FFFFFF")
                cell.fill = PatternFill("solid", fgColor="1F3A5F")
    for column in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = width if column > 2 else 24
    sheet.freeze_panes = "C2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
