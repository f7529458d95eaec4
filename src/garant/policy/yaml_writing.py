"""Data written as YAML that a person goes on with, and that `yaml_source` reads back as the same data.

Small parts stand on one line, long sentences are folded, text that is not a plain word stands between quotes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from .yaml_source import Json, plain_value

WIDTH: Final = 110
"""Columns beyond which a part on one line is opened out, and a sentence folded."""

_STEP: Final = "  "
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9./_@+-]*|https://[A-Za-z0-9./_~-]+|\d{4}-\d{2}-\d{2}", re.ASCII)
"""Text that needs no quotes, unless YAML takes it for something else than text."""
_ODD: Final = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that YAML wants escaped, and those that it takes for line breaks or the start of a file."""


def as_yaml(data: Mapping[str, Json]) -> str:
    """One YAML document, its last line ended."""
    return "\n".join(_map(data, 0)) + "\n"


def _map(data: Mapping[str, Json], depth: int) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{_STEP * depth}{_scalar(key)}:", value, depth + 1)


def _list(values: list[Json], depth: int) -> Iterator[str]:
    for value in values:
        start = f"{_STEP * depth}-"
        if isinstance(value, dict) and value and not _fits(start, value):
            first, *rest = _map(value, depth + 1)
            yield f"{start} {first.lstrip(' ')}"
            yield from rest
        else:
            yield from _entry(start, value, depth + 1)


def _entry(start: str, value: Json, depth: int) -> Iterator[str]:
    """What stands after a key or a dash: on the same line where it fits, else below it."""
    if isinstance(value, str) and not _fits(start, value) and _foldable(value):
        yield f"{start} >-"
        yield from _folded(value, _STEP * depth)
    elif not isinstance(value, dict | list) or not value or _fits(start, value):
        yield f"{start} {_flow(value)}"
    else:
        yield start
        yield from _map(value, depth) if isinstance(value, dict) else _list(value, depth)


def _fits(start: str, value: Json) -> bool:
    return _small(value) and len(start) + 1 + len(_flow(value)) <= WIDTH


def _small(value: Json) -> bool:
    """Whether nothing in it has parts of its own."""
    inside: list[Json] = []
    if isinstance(value, dict):
        inside = list(value.values())
    elif isinstance(value, list):
        inside = value
    return not any(isinstance(one, dict | list) for one in inside)


def _flow(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    return _scalar(value)


def _scalar(value: bool | int | float | str | None) -> str:
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) and plain_value(value) == value else _quoted(value)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_ODD.sub(_escape, escaped)}"'


def _escape(odd: re.Match[str]) -> str:
    named = {"\n": "\\n", "\t": "\\t"}
    return named.get(odd[0]) or f"\\u{ord(odd[0]):04x}"


def _foldable(text: str) -> bool:
    """Whether folding loses nothing: words with single spaces between, and nothing that YAML breaks lines at."""
    return " " in text and all(text.split(" ")) and _ODD.search(text) is None


def _folded(text: str, indent: str) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and len(indent) + len(line) + 1 + len(word) > WIDTH:
            yield indent + line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield indent + line
