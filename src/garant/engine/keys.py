"""Root keys frozen in a plan: sorted, written as differences, compressed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, cast

from garant.systems.finding import RootKey

LARGEST = 512 * 1024 * 1024
"""Bytes a packed list may unpack to: a bound against a hostile plan file."""

WIDEST = 2**63
"""An integer key is one of 64 bits in every system."""


class UnreadableKeys(ValueError):
    """A packed list of keys is damaged."""


def pack(keys: Sequence[RootKey]) -> str:
    """Write sorted keys compactly: integers as differences, texts as they are.

    Returns base64 of zlib of JSON; equal lists give equal texts.
    """
    plain = _differences(keys) if all(isinstance(key, int) for key in keys) else ["", *keys]
    return base64.b64encode(zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 9)).decode()


def unpack(packed: str) -> list[RootKey]:
    """Read what :func:`pack` wrote.

    Raises:
        UnreadableKeys: when the text is damaged, or larger than any plan.
    """
    try:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(base64.b64decode(packed, validate=True), LARGEST)
        if inflate.unconsumed_tail or not inflate.eof:
            raise ValueError("truncated or too large")
        values: Any = json.loads(raw)
    except (ValueError, RecursionError, zlib.error) as error:
        raise UnreadableKeys(f"the keys of the plan are damaged: {error}") from None
    if isinstance(values, list):
        items = cast("list[Any]", values)
        if all(type(item) is int for item in items):
            keys = list(accumulate(items))
            if all(-WIDEST <= key < WIDEST for key in keys):
                return keys
        if items[0] == "" and all(type(item) is str for item in items):
            return items[1:]
    raise UnreadableKeys("the keys of the plan are damaged: not a list of keys")


def _differences(keys: Sequence[RootKey]) -> list[int]:
    numbers = [int(key) for key in keys]
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]
