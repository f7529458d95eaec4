"""Both languages side by side, French typography, dates and numbers as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language

from garant.policy.text import Language, Text
from garant.publish.typography import NARROW, typeset

_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def spoken() -> Language:
    """The language of the page being made."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


@dataclass(frozen=True, slots=True)
class Named:
    """Something in words, and its key beside them, for who needs it; the key alone where nobody gave it words."""

    words: str
    key: str = ""


@lru_cache(maxsize=4096)
def _set(text: str, language: Language) -> str:
    """Text as it is printed; the words of the pages are few and come again."""
    return typeset(text, language)


def say(fr: str, en: str) -> str:
    """The words of the page's language."""
    language = spoken()
    return _set(fr if language == "fr" else en, language)


def said(words: Any) -> str:
    """A text in both languages (a Text, a mapping with fr and en), in the page's, as it is printed; plain words as they are."""
    if isinstance(words, dict):
        words = Text(fr=str(words.get("fr", "")), en=str(words.get("en", "")))
    french, english = getattr(words, "fr", None), getattr(words, "en", None)
    if french is None or english is None:
        return "" if words is None else str(words)
    language = spoken()
    written = (english or french) if language == "en" else (french or english)
    return typeset(written, "en" if written == english else "fr")


def plural(number: int, fr: tuple[str, str], en: tuple[str, str]) -> str:
    """A number and its noun: French counts 0 and 1 as one, English only 1."""
    french = fr[0] if abs(number) < 2 else fr[1]
    english = en[0] if number == 1 else en[1]
    return f"{count(number)}{chr(0xA0)}{say(french, english)}"


def count(number: int) -> str:
    """A whole number with its thousands apart."""
    separator = NARROW if spoken() == "fr" else ","
    return f"{number:,}".replace(",", separator)


def day(value: date | datetime | str | None) -> str:
    """A calendar day in words: 1er juin 2026, 1 June 2026."""
    if value is None or value == "":
        return "—"
    some = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    if spoken() == "en":
        return f"{some.day}\u00a0{some:%B}\u00a0{some.year}"
    number = "1er" if some.day == 1 else str(some.day)
    return f"{number}\u00a0{_MONTHS[some.month - 1]}\u00a0{some.year}"


def moment(value: datetime | None) -> str:
    """An instant in the page's zone, to the minute."""
    if value is None:
        return "—"
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    hour = f"{local:%H}{NARROW}h{NARROW}{local:%M}" if spoken() == "fr" else f"{local:%H:%M}"
    return f"{day(local)}, {hour}"
