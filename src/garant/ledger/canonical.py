"""Canonical JSON: one value, one sequence of bytes (RFC 8785, JSON Canonicalization Scheme).

The ledger keeps to a part of JSON on which the scheme is simple: no fraction (counts are whole numbers),
names in ASCII. On that part Python's encoder, told to sort and to leave no space, writes exactly what RFC
8785 asks for.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]
JsonObject = dict[str, Any]

GREATEST_INTEGER: Final = 2**53 - 1
"""Beyond it a JSON number is no longer exact (RFC 8785, 3.2.2.3; RFC 7493, 2.2)."""


class NotCanonicalError(ValueError):
    """A value, or bytes, that canonical JSON does not know."""


def canonical_json(value: Json) -> bytes:
    """Write a value as canonical JSON, in UTF-8.

    Raises NotCanonicalError, naming the place, for a fraction, a name that is not ASCII, an integer beyond
    2**53 - 1 and text that is not Unicode (lone surrogates).
    """
    _refuse_foreign(value, "$")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError(
            "text that is not Unicode (a lone surrogate) has no canonical form"
        ) from error


def _refuse_foreign(value: object, place: str) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > GREATEST_INTEGER:
            raise NotCanonicalError(f"{place}: the integer is beyond 2**53 - 1")
    elif isinstance(value, dict):
        for name, item in cast("dict[object, object]", value).items():
            if not (isinstance(name, str) and name.isascii()):
                raise NotCanonicalError(f"{place}: the name {name!r} is not ASCII text")
            _refuse_foreign(item, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(cast("Sequence[object]", value)):
            _refuse_foreign(item, f"{place}[{number}]")
    else:
        raise NotCanonicalError(f"{place}: {type(value).__name__} has no canonical form here")


def read_canonical(data: bytes) -> JsonObject:
    """Read a JSON object that must already be canonical.

    Raises NotCanonicalError when the bytes are not JSON, not an object, or not in canonical form.
    """
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotCanonicalError("these bytes are not JSON") from error
    if not isinstance(value, dict):
        raise NotCanonicalError("this JSON is not an object")
    found = cast("JsonObject", value)
    if canonical_json(found) != data:
        raise NotCanonicalError("this JSON is not in canonical form")
    return found
