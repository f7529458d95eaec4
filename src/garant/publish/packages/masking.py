"""Other people in a person’s data: their addresses and telephone numbers are masked (GDPR art. 15(4), recital 63).

A name in a sentence is not known for one: whoever prepares the package looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, cast

HIDDEN: Final = "•••"
_EMAIL: Final = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE: Final = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}|0[1-9](?:[ .-]?\d{2}){4}|00\d{1,3}(?:[ .-]?\d{2,4}){2,5})(?!\w)"
)
_DIGITS: Final = 9
"""The last digits of a number tell it, however it is written."""


class Mask:
    """What belongs to the person is shown; what looks like somebody else’s is not."""

    def __init__(self, own: Iterable[str]) -> None:
        values = list(own)
        self._emails = {value.strip().lower() for value in values if "@" in value}
        self._phones = {digits for value in values if (digits := _number(value))}

    def __call__(self, value: Any) -> Any:
        """The same value; in a text, and in the texts of JSON, without others’ addresses and numbers."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {str(key): self(item) for key, item in cast("dict[Any, Any]", value).items()}
        if isinstance(value, list | tuple):
            return [self(item) for item in cast("list[Any]", value)]
        return value

    def _text(self, text: str) -> str:
        if "@" in text:
            text = _EMAIL.sub(lambda found: self._email(found[0]), text)
        if len(text) > _DIGITS and ("0" in text or "+" in text):
            text = _PHONE.sub(lambda found: self._phone(found[0]), text)
        return text

    def _email(self, found: str) -> str:
        return found if found.lower() in self._emails else HIDDEN

    def _phone(self, found: str) -> str:
        return found if _number(found) in self._phones else HIDDEN


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return digits[-_DIGITS:] if len(digits) >= _DIGITS else ""
