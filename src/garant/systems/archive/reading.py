"""Reading records: from a stream of JSON lines to rows, values with their types, and pieces of files."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from garant.systems.archive.values import decoded


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
    table, columns = "", list[str]()
    for text in _lines(content):
        line = json.loads(text)
        if "row" in line:
            yield ArchivedRow(table, columns, tuple(decoded(value) for value in line["row"]))
        elif "file" in line:
            yield ArchivedPiece(line["file"][0], line["file"][1], b64decode(line["data"]))
        elif "table" in line:
            table, columns = line["table"], line["columns"]


def _lines(content: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in content:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
