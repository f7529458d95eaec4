"""A workbook written as ODS: sheets of text cells, with drop-down lists, columns that fit and titles that repeat."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document, Element

from .record import one_line

Look = Literal["plain", "title", "head", "label", "answer", "note"]

_NAMESPACES: Final = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
_BORDER: Final = 'fo:border="0.5pt solid #8a94a6"'
_LOOKS: Final[Mapping[Look, tuple[str, str]]] = {
    "plain": ('fo:wrap-option="wrap" style:vertical-align="top"', ""),
    "title": ("", 'fo:font-size="16pt" fo:font-weight="bold"'),
    "head": (
        f'fo:background-color="#1f3a5f" fo:wrap-option="wrap" style:vertical-align="top" {_BORDER}',
        'fo:color="#ffffff" fo:font-weight="bold"',
    ),
    "label": (
        f'fo:background-color="#e8edf4" fo:wrap-option="wrap" style:vertical-align="top" {_BORDER}',
        "",
    ),
    "answer": (f'fo:wrap-option="wrap" style:vertical-align="top" {_BORDER}', ""),
    "note": ('fo:wrap-option="wrap" style:vertical-align="top"', 'fo:font-style="italic"'),
}
_PAGE: Final[Mapping[str, str]] = {
    "fo:page-width": "29.7cm",
    "fo:page-height": "21cm",
    "style:print-orientation": "landscape",
    "style:scale-to-X": "1",
    "style:scale-to-Y": "0",
    "fo:margin-left": "1.2cm",
    "fo:margin-right": "1.2cm",
}
"""A sheet is printed on landscape A4, its columns side by side on one page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Text, how it looks, how many columns it takes, and the list that its value is chosen from."""

    text: str = ""
    look: Look = "plain"
    span: int = 1
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A name, the widths of its columns in centimetres, and its rows."""

    name: str
    widths: tuple[float, ...]
    rows: tuple[Sequence[Cell], ...]


def workbook(sheets: Iterable[Sheet], choices: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """The ODS file. Names of sheets are made to differ."""
    document: Any = Document("spreadsheet")
    body: Any = document.body
    body.clear()
    for look, (cell, letters) in _LOOKS.items():
        document.insert_style(_element(_style(look, cell, letters)), automatic=True)
    for page in document.get_part("styles").get_elements("//style:page-layout-properties"):
        for name, value in _PAGE.items():
            page.set_attribute(name, value)
    body.append(_element(_validations(choices or {})))
    made = tuple(sheets)
    for width in sorted({width for sheet in made for width in sheet.widths}):
        document.insert_style(_element(_column(width)), automatic=True)
    for sheet in made:
        body.append(_element(_table(sheet)))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _element(xml: str) -> Any:
    tag, _, rest = xml.partition(" ")
    made: Any = Element
    return made.from_tag(f"{tag} {_NAMESPACES} {rest}")


def _style(look: Look, cell: str, letters: str) -> str:
    return (
        f'<style:style style:name="garant-{look}" style:family="table-cell">'
        f'<style:table-cell-properties {cell} fo:padding="0.08cm"/>'
        f"<style:text-properties {letters}/></style:style>"
    )


def _column(width: float) -> str:
    return (
        f'<style:style style:name="garant-{_millimetres(width)}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
    )


def _millimetres(width: float) -> int:
    return round(width * 10)


def _validations(choices: Mapping[str, Sequence[str]]) -> str:
    lists = "".join(
        f'<table:content-validation table:name="{name}" table:allow-empty-cell="true" table:condition='
        + quoteattr("of:cell-content-is-in-list(" + ";".join(f'"{one}"' for one in words) + ")")
        + '><table:error-message table:display="false"/></table:content-validation>'
        for name, words in choices.items()
    )
    return f"<table:content-validations >{lists}</table:content-validations>"


def _table(sheet: Sheet) -> str:
    columns = "".join(
        f'<table:table-column table:style-name="garant-{_millimetres(width)}"/>' for width in sheet.widths
    )
    rows = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in sheet.rows)
    return f"<table:table table:name={quoteattr(sheet.name)}>{columns}{rows or '<table:table-row/>'}</table:table>"


def _cell(cell: Cell) -> str:
    paragraphs = "".join(f"<text:p>{escape(one_line(line))}</text:p>" for line in cell.text.split("\n"))
    said = f' office:value-type="string">{paragraphs}' if cell.text else ">"
    span = (
        f' table:number-columns-spanned="{cell.span}" table:number-rows-spanned="1"' if cell.span > 1 else ""
    )
    choice = f' table:content-validation-name="{cell.choice}"' if cell.choice else ""
    covered = "<table:covered-table-cell/>" * (cell.span - 1)
    return f'<table:table-cell table:style-name="garant-{cell.look}"{span}{choice}{said}</table:table-cell>{covered}'
