"""Texts with bytes that are no UTF-8, as Python holds them (PEP 383), and as people read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

_ESCAPED: Final = re.compile("[\udc80-\udcff]")


def _as_windows(byte: int) -> str:
    """A byte as Windows has it in the West; the five that it leaves free as ISO 8859-1 does."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_READ: Final = {0xDC00 + byte: _as_windows(byte) for byte in range(0x80, 0x100)}


def is_escaped(value: object) -> bool:
    """Whether a text has bytes that are no UTF-8."""
    return isinstance(value, str) and not value.isascii() and _ESCAPED.search(value) is not None


def readable(value: Any) -> Any:
    """A value as people read it: each byte of a text that is no UTF-8 as Windows-1252, which old programs wrote.

    Only for what is shown: the value of another text may be read as the same.
    """
    return value.translate(_READ) if is_escaped(value) else value


def readable_row(row: Sequence[Any]) -> Sequence[Any]:
    """The values of a row as people read them."""
    return [readable(value) for value in row] if any(map(is_escaped, row)) else row
