"""Other people in a person’s data: their addresses, telephone numbers and names are masked (GDPR art. 15(4), recital 63).

A name is masked in a sentence where it is known: from the rows that the person shares with others, or because whoever
read the texts wrote it down. Any other name in a sentence is not known for one: a person reads before it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count
from typing import Any, Final, cast

HIDDEN: Final = "•••"
_EMAIL: Final = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE: Final = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}|0[1-9](?:[ .-]?\d{2}){4}|00\d{1,3}(?:[ .-]?\d{2,4}){2,5})(?!\w)"
)
_DIGITS: Final = 9
"""The last digits of a number tell it, however it is written."""
_BETWEEN_NAMES: Final = re.compile(r"[,;/|&\n]|\s(?:et|and)\s")
_LEAST: Final = 3
"""Letters of a part of a name that is looked for by itself: shorter ones are words of every sentence."""
_LITTLE: Final = frozenset(
    {"des", "les", "van", "von", "der", "den", "del", "della", "mme", "mrs", "the", "effacé"}
)


def people(texts: Iterable[str]) -> set[str]:
    """The names that are written in columns of names, several in one where it is a list."""
    return {name for text in texts for part in _BETWEEN_NAMES.split(text) if (name := " ".join(part.split()))}


def _parts(name: str) -> set[str]:
    return {
        part
        for word in name.split()
        if len(part := word.strip(".()'’\"-")) >= _LEAST and part.lower() not in _LITTLE
    }


class Mask:
    """What belongs to the person is shown; what looks like somebody else’s is not."""

    def __init__(self, own: Iterable[str], names: Iterable[str] = ()) -> None:
        """Know what is the person’s own, and the names of others."""
        values = list(own)
        mine = {part.lower() for value in values if "@" not in value for part in _parts(value)}
        whole = {name for name in names if len(name) >= _LEAST and name not in values}
        hidden = whole | {part for name in whole for part in _parts(name) if part.lower() not in mine}
        written = "|".join(re.escape(name) for name in sorted(hidden, key=len, reverse=True))
        self._names = re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE) if hidden else None
        self._emails = {value.strip().lower() for value in values if "@" in value}
        self._phones = {digits for value in values if (digits := _number(value))}

    def __call__(self, value: Any) -> Any:
        """The same value; in a text, and in the texts and keys of JSON, without others’ addresses and numbers."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return self._members(cast("dict[Any, Any]", value))
        if isinstance(value, list | tuple):
            return [self(item) for item in cast("list[Any]", value)]
        return value

    def _members(self, value: dict[Any, Any]) -> dict[str, Any]:
        """Two keys that are hidden are still two."""
        shown: dict[str, Any] = {}
        for key, item in value.items():
            name = hidden = self._text(str(key))
            for number in count(2):
                if name not in shown:
                    break
                name = f"{hidden} ({number})"
            shown[name] = self(item)
        return shown

    def _text(self, text: str) -> str:
        if "@" in text:
            text = _EMAIL.sub(lambda found: self._email(found[0]), text)
        if len(text) > _DIGITS and ("0" in text or "+" in text):
            text = _PHONE.sub(lambda found: self._phone(found[0]), text)
        if self._names is not None:
            text = self._names.sub(lambda found: _name(found[0]), text)
        return text

    def _email(self, found: str) -> str:
        return found if found.lower() in self._emails else HIDDEN

    def _phone(self, found: str) -> str:
        return found if _number(found) in self._phones else HIDDEN


def _name(found: str) -> str:
    """A name begins with a capital: the word that is written like it does not."""
    return found if found[0].islower() else HIDDEN


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return digits[-_DIGITS:] if len(digits) >= _DIGITS else ""
