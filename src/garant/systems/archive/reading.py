"""Reading records: from a stream of JSON lines to rows, values with their types, and pieces of files."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import IO, Any, Final

from garant.systems.archive.values import decoded, encoded

ROWS: Final = "rows.jsonl"
"""The member of an unpacked record that holds its rows."""


@dataclass(frozen=True, slots=True)
class ArchivedRow:
    """A row as it was in its table."""

    table: str
    columns: Sequence[str]
    values: tuple[Any, ...]

    def as_dict(self) -> dict[str, Any]:
        """Column → value."""
        return dict(zip(self.columns, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class ArchivedPiece:
    """A piece of a file that a row names; the pieces of a file come in order."""

    store: str
    name: str
    data: bytes


def read_record(content: Iterable[bytes]) -> Iterator[ArchivedRow | ArchivedPiece]:
    """The rows and files of a record, one by one; ``content`` is its decrypted stream."""
    return _parts_of(lines_of(content))


def rows_of(lines: Iterable[bytes]) -> Iterator[ArchivedRow]:
    """The rows among the lines of a record."""
    return (part for part in _parts_of(lines) if isinstance(part, ArchivedRow))


def _parts_of(lines: Iterable[bytes]) -> Iterator[ArchivedRow | ArchivedPiece]:
    table, columns = "", list[str]()
    for text in lines:
        line = json.loads(text)
        if "row" in line:
            yield ArchivedRow(table, columns, tuple(decoded(value) for value in line["row"]))
        elif "file" in line:
            yield ArchivedPiece(line["file"][0], line["file"][1], b64decode(line["data"]))
        elif "table" in line:
            table, columns = line["table"], line["columns"]


def unpack(content: Iterable[bytes], out: IO[bytes]) -> None:
    """Write a record as a ZIP: its rows, values with their types as JSON Lines, and the files that they name.

    Memory does not grow with either: rows wait on the disk while files are written.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as unpacked, tempfile.TemporaryFile() as rows:
        for (name, number), parts in groupby(_numbered(read_record(content)), key=lambda part: part[0]):
            if name == ROWS:
                rows.writelines(_as_line(part) for _, part in parts if isinstance(part, ArchivedRow))
                continue
            with unpacked.open(f"files/{number:04}-{_plain(name)}", "w", force_zip64=True) as member:
                member.writelines(part.data for _, part in parts if isinstance(part, ArchivedPiece))
        rows.seek(0)
        with unpacked.open(ROWS, "w", force_zip64=True) as member:
            shutil.copyfileobj(rows, member)


def _numbered(
    parts: Iterable[ArchivedRow | ArchivedPiece],
) -> Iterator[tuple[tuple[str, int], ArchivedRow | ArchivedPiece]]:
    """Each part with the member it goes to: rows all in one, each file in its own."""
    last, number = ("", ""), 0
    for part in parts:
        if isinstance(part, ArchivedRow):
            yield (ROWS, 0), part
            continue
        number += (part.store, part.name) != last
        last = (part.store, part.name)
        yield (part.name, number), part


def _as_line(row: ArchivedRow) -> bytes:
    values = {name: encoded(value) for name, value in row.as_dict().items()}
    return (
        json.dumps({"table": row.table, "row": values}, ensure_ascii=False).encode(
            "utf-8", "backslashreplace"
        )
        + b"\n"
    )


def _plain(name: str) -> str:
    """The end of a file's name, without anything that a file system would take for a way."""
    return re.sub(r"[^\w.-]+", "_", re.split(r"[\\/]", name)[-1])[-100:]


def lines_of(content: Iterable[bytes]) -> Iterator[bytes]:
    """A decrypted stream, line by line."""
    rest = b""
    for piece in content:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
