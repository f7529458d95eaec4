"""A value as JSON holds it, as a cell of a spreadsheet, and as people read it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final, cast

from garant.policy.text import Language
from garant.publish import words
from garant.publish.typography import NARROW

_FORMULA: Final = re.compile(r"[=@\t\r\n＝＋－＠]|[+-](?![\d\s().,]*\Z)")
"""What a spreadsheet would take for a formula (OWASP: CSV injection)."""
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_written = json.JSONEncoder(ensure_ascii=False).encode
LONGEST: Final = 2_000
"""Characters of a value that a page shows; the data hold all of it."""


def plain(value: Any) -> Any:
    """A value as JSON holds it: dates in ISO 8601, bytes in hexadecimal, decimals as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[Any]", value)]
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(cast("bytes", value)).hex()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def encoded(text: str) -> bytes:
    r"""A text in UTF-8. Half a surrogate pair, which JSON in a database may hold, stays as JSON writes it: ``\ud800``."""
    return text.encode("utf-8", "backslashreplace")


def sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows of a spreadsheet (RFC 4180), with no formula among them."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([cell(value) for value in row] for row in rows)
    return encoded(text.getvalue())


def cell(value: Any) -> str:
    """A value in a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return str(value) if type(value) is int else _written(plain(value)).strip('"')


def spoken(value: Any, language: Language) -> str:
    """A value as people read it."""
    french = language == "fr"
    match value:
        case None | "":
            return "—"
        case bool():
            return ("oui" if french else "yes") if value else ("non" if french else "no")
        case datetime():
            hour = f"{value:%H}{NARROW}h{NARROW}{value:%M}" if french else f"{value:%H:%M}"
            return f"{words.day(value.date(), language)}, {hour}"
        case date():
            return words.day(value, language)
        case bytes() | bytearray() | memoryview():
            size = len(bytes(cast("bytes", value)))
            return f"{size} octets" if french else f"{size} bytes"
        case _:
            text = value if isinstance(value, str) else cell(value)
            return _short(text if text.isprintable() else _UNSEEN.sub("", text))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
