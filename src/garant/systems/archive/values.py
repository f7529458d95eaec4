"""Values in JSON with their types, so that a row can be put back exactly as it was.

What JSON has (text, whole number, truth, nothing) is written as it is. Everything else is a pair
``{"TYPE": text}``; an array is a list.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

Json = Any

OTHER: Final = "other"
"""The mark of a value kept as its text alone: a type of one database that Python does not have."""


def _time_delta(text: str) -> timedelta:
    days, seconds, microseconds = (int(part) for part in text.split(":"))
    return timedelta(days, seconds, microseconds)


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "float": float,
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "interval": _time_delta,
    "bytes": b64decode,
    "uuid": UUID,
    "json": json.loads,
    OTHER: str,
}


def encoded(value: Any) -> Json:
    """The value as JSON that :func:`decoded` reads back, of the same type."""
    if value is None or isinstance(value, bool | str) or type(value) is int:
        return value
    if isinstance(value, list):
        return [encoded(item) for item in cast("list[Any]", value)]
    kind, text = _marked(value)
    return {kind: text}


def decoded(written: Json) -> Any:
    """The value that :func:`encoded` wrote.

    Raises:
        ValueError: for what it never writes.
    """
    if isinstance(written, list):
        return [decoded(item) for item in cast("list[Any]", written)]
    if not isinstance(written, dict):
        return written
    pairs = list(cast("dict[str, Any]", written).items())
    if len(pairs) != 1 or pairs[0][0] not in _READ:
        raise ValueError("not a value of a record")
    kind, text = pairs[0]
    return _READ[kind](text)


def _marked(value: Any) -> tuple[str, str]:
    """The mark and the text of a value that JSON does not have."""
    for kind, mark, write in _WRITTEN:
        if isinstance(value, kind):
            return mark, write(value)
    return OTHER, str(value)


def _binary(value: bytes | bytearray | memoryview) -> str:
    return b64encode(bytes(value)).decode()


def _interval(value: timedelta) -> str:
    return f"{value.days}:{value.seconds}:{value.microseconds}"


_dense = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_WRITTEN: Final[tuple[tuple[Any, str, Callable[[Any], str]], ...]] = (
    (float, "float", repr),
    (Decimal, "decimal", str),
    (datetime, "datetime", datetime.isoformat),  # before date, of which it is one
    (date, "date", date.isoformat),
    (time, "time", time.isoformat),
    (timedelta, "interval", _interval),
    (UUID, "uuid", str),
    (dict, "json", _dense),
    ((bytes, bytearray, memoryview), "bytes", _binary),
)
"""Type, mark, and how its text is written."""
