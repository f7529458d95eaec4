"""Rows as JSON Lines and as the cells of a spreadsheet, a block at a time and column by column.

A person may have hundreds of thousands of rows: what would be asked of every cell is asked once of a
column of the block, whose values are most often of one type.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice, repeat
from json.encoder import encode_basestring
from typing import Any, cast

from garant.systems.texts import is_escaped, readable

BLOCK = 400
"""Rows in memory at a time: enough to gain by columns, few enough for rows that hold whole documents."""

FORMULA = re.compile(r"[=@\t\r\n＝＋－＠]|[+-](?![\d\s().,]*\Z)")
"""What a spreadsheet would take for a formula (OWASP: CSV injection)."""

SUSPECT = frozenset("=@\t\r\n＝＋－＠+-")
"""What a formula begins with."""

ENDS = ("}\n",) * BLOCK
"""What each line of a block ends with."""

JSON_TYPES = (type(None), bool, int, float, str, dict)

DATES = {date, datetime}

written = json.JSONEncoder(ensure_ascii=False).encode
"""A value in JSON."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows: as they came, as JSON Lines, as cells."""

    rows: Sequence[Sequence[Any]]
    lines: bytes
    cells: Sequence[Sequence[str]]


def blocks(columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> Iterator[Block]:
    """The rows, none left out, a block at a time."""
    names = [f"{written(column)}: " for column in columns]
    before = [repeat("{" + names[0]), *(repeat(f", {name}") for name in names[1:])]
    while some := list(islice(rows, BLOCK)):
        pairs = [_column(values) for values in zip(*some, strict=True)]
        pieces = chain.from_iterable(zip(before, (texts for texts, _ in pairs), strict=True))
        lines = "".join(chain.from_iterable(zip(*pieces, ENDS, strict=False)))
        cells = list(zip(*(shown for _, shown in pairs), strict=True))
        yield Block(some, encoded(lines), cells)


def encoded(text: str) -> bytes:
    r"""A text in UTF-8. Half a surrogate pair, which JSON in a database may hold, stays as JSON writes it: ``\ud800``."""
    return text.encode("utf-8", "backslashreplace")


def _column(values: Sequence[Any]) -> tuple[Sequence[str], Sequence[str]]:
    """The values of a column in JSON, and as cells."""
    kinds = set(map(type, values))
    if kinds <= DATES:
        values, kinds = [value.isoformat() for value in values], {str}
    if kinds == {int}:
        numbers = list(map(str, values))
        return numbers, numbers
    if str in kinds and is_escaped("".join(value for value in values if isinstance(value, str))):
        values = list(map(readable, values))
    if kinds == {str}:
        harmless = SUSPECT.isdisjoint({value[:1] for value in values})
        return list(map(encode_basestring, values)), values if harmless else list(map(_cell, values))
    plain = [_plain(value) for value in values]
    return list(map(written, plain)), list(map(_cell, plain))


def _plain(value: Any) -> Any:
    """A value as JSON writes it: dates in ISO 8601, bytes in hexadecimal, decimals as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    if isinstance(value, JSON_TYPES):
        return cast("Any", value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(cast("bytes", value)).hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return written(value)
    return f"'{value}" if FORMULA.match(value) else value
