"""Workbooks as people change them, and as attackers make them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from odfdo import Document, Element, Paragraph, Table

NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


class Workbook:
    """A workbook opened by a library that Garant's reader does not use."""

    def __init__(self, raw: bytes) -> None:
        self.document: Any = Document(io.BytesIO(raw))

    def table(self, start: str) -> Any:
        """The sheet whose name begins with this."""
        return next(table for table in self.document.body.tables if table.name.startswith(start))

    def row(self, sheet: str, label: str) -> int:
        """The first row whose first cell begins with this."""
        values = self.table(sheet).get_values(complete=False)
        return next(
            number for number, row in enumerate(values) if row and str(row[0] or "").startswith(label)
        )

    def read(self, sheet: str, label: str, column: int) -> str:
        """What a cell says."""
        return str(self.table(sheet).get_value((column, self.row(sheet, label))) or "")

    def write(self, sheet: str, label: str, column: int, text: str) -> Workbook:
        """Write in a cell, as someone at a keyboard would."""
        place = (column, self.row(sheet, label))
        cell = self.table(sheet).get_cell(place)
        cell.clear()
        if text:
            cell.set_attribute("office:value-type", "string")
            for line in text.split("\n"):
                cell.append(Paragraph(line))
        self.table(sheet).set_cell(place, cell)
        return self

    def remove(self, sheet: str) -> Workbook:
        """Take a sheet out."""
        self.document.body.delete(self.table(sheet))
        return self

    def insert_row(self, sheet: str, before: str, *texts: str) -> Workbook:
        """Put a row in, above the one that begins with `before`."""
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
            if text
            else "<table:table-cell/>"
            for text in texts
        )
        row = Element.from_tag(f"<table:table-row {NAMESPACES}>{cells}</table:table-row>")
        self.table(sheet).insert_row(self.row(sheet, before), row)
        return self

    def copy(self, sheet: str, name: str) -> Workbook:
        """Double a sheet under another name."""
        double = self.table(sheet).clone
        double.name = name
        self.document.body.append(double)
        return self

    def saved(self) -> io.BytesIO:
        """The file."""
        out = io.BytesIO()
        self.document.save(out)
        return out


def plain_workbook(sheets: dict[str, list[list[str]]]) -> io.BytesIO:
    """A workbook that Garant did not make."""
    document: Any = Document("spreadsheet")
    document.body.clear()
    for name, rows in sheets.items():
        table = Table(name)
        for row in rows:
            table.append_row()
            for column, text in enumerate(row):
                if text:
                    table.set_value((column, table.height - 1), text)
        document.body.append(table)
    out = io.BytesIO()
    document.save(out)
    return out


def archive(content: str | bytes, name: str = "content.xml", **more: bytes) -> io.BytesIO:
    """A zip archive with one content, and other members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
        for other, raw in more.items():
            made.writestr(other, raw)
    return out


def sheet(rows: str, prolog: str = "") -> str:
    """The content of a workbook of one sheet."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content {NAMESPACES}><office:body>'
        f'<office:spreadsheet><table:table table:name="Fiche">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
