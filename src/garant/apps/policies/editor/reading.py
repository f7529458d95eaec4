"""From what a browser sends back to what the policy says. Names are ways: `prospects.phases.0.period`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from garant.apps.policies.editor.pages import Content, Page, kind_of
from garant.policy.anatomy import Slot, slots
from garant.policy.document.base import Model

ROOT: Final = "p"
"""The first step of every name."""

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What a policy's files cannot hold."""
_UNITS: Final = (("years", "Y"), ("months", "M"), ("days", "D"))


class Sent:
    """The fields of a form as they came, by name."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = fields

    def every(self, name: str) -> list[str]:
        """All the values under a name, in the order of the page."""
        return [_clean(value) for value in self._fields.get(name, ())]

    def one(self, name: str) -> str:
        """The value under a name; empty where there is none."""
        values = self.every(name)
        return values[-1] if values else ""

    def __contains__(self, name: str) -> bool:
        return name in self._fields


def _clean(value: str) -> str:
    return _UNPRINTABLE.sub("", value.replace("\r\n", "\n"))


def read_page(page: Page, sent: Sent) -> Content:
    """What the form of a page, or of one entry of it, says."""
    return _part(_kind(page.slot, sent, ROOT), sent, ROOT)


def _kind(slot: Slot, sent: Sent, name: str) -> type[Model]:
    return kind_of(slot, {slot.tag: sent.one(f"{name}.{slot.tag}")})


def _part(kind: type[Model], sent: Sent, name: str) -> Content:
    found: Content = {}
    for slot in slots(kind).values():
        value = _READERS[slot.form](slot, sent, f"{name}.{slot.name}")
        if value is not None:
            found[slot.name] = value
    return found


def _value(_: Slot, sent: Sent, name: str) -> str | None:
    return sent.one(name) or None


def _text(slot: Slot, sent: Sent, name: str) -> dict[str, str] | None:
    words = {language: sent.one(f"{name}.{language}") for language in ("fr", "en")}
    written = {language: text for language, text in words.items() if text}
    return written if written or slot.required or f"{name}.is" in sent else None


def _flag(slot: Slot, sent: Sent, name: str) -> bool | None:
    return True if sent.one(name) else (False if slot.required else None)


def _answer(_: Slot, sent: Sent, name: str) -> bool | None:
    return {"true": True, "false": False}.get(sent.one(name))


def _number(_: Slot, sent: Sent, name: str) -> int | None:
    return int(sent.one(name)) if sent.one(name).isdecimal() else None


def _period(_: Slot, sent: Sent, name: str) -> str | None:
    """Years, months and days as an ISO 8601 period; what is no number stays, to be refused with its place."""
    parts = [(sent.one(f"{name}.{unit}").strip(), letter) for unit, letter in _UNITS]
    if not any(number for number, _ in parts):
        return None
    return "P" + "".join(f"{number}{letter}" for number, letter in parts if number)


def _keys(_: Slot, sent: Sent, name: str) -> list[str] | None:
    return [key for key in sent.every(name) if key] or None


def _texts(slot: Slot, sent: Sent, name: str) -> list[Any] | None:
    return [_text(slot, sent, f"{name}.{step}") or {} for step in sent.every(f"{name}.at")] or None


def _parts(slot: Slot, sent: Sent, name: str) -> list[Content] | None:
    steps = sent.every(f"{name}.at")
    return [_part(slot.parts[0], sent, f"{name}.{step}") for step in steps] or None


def _map(slot: Slot, sent: Sent, name: str) -> Content | None:
    keys = sent.every(f"{name}.at")
    found = {key: _part(_kind(slot, sent, f"{name}.{key}"), sent, f"{name}.{key}") for key in keys}
    return found if found or slot.required else None


def _inner(slot: Slot, sent: Sent, name: str) -> Content | None:
    if f"{name}.is" not in sent:
        return None
    return _part(_kind(slot, sent, name), sent, name)


_READERS: Final[Mapping[str, Any]] = {
    "text": _text,
    "texts": _texts,
    "line": _value,
    "url": _value,
    "key": _value,
    "keys": _keys,
    "country": _value,
    "choice": _value,
    "flag": _flag,
    "answer": _answer,
    "date": _value,
    "period": _period,
    "number": _number,
    "part": _inner,
    "parts": _parts,
    "map": _map,
}


def steps_of(name: str) -> tuple[str, ...]:
    """The way that a name in a form leads, without its root."""
    return tuple(name.split(".")[1:])


def inside(content: Any, way: Sequence[str | int]) -> Any:
    """What stands at a way; none where it leads nowhere."""
    for step in way:
        if isinstance(content, dict):
            content = cast(dict[Any, Any], content).get(step)
        elif (
            isinstance(content, list) and str(step).isdecimal() and int(step) < len(cast(list[Any], content))
        ):
            content = cast(list[Any], content)[int(step)]
        else:
            return None
    return content
