"""Periods, dates and lists as one says them, in both languages."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from .periods import Period
from .text import Language, Text

MONTHS: Final[dict[Language, str]] = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


def period(length: Period) -> Text:
    """A period as one says it: `3 ans`, `2 ans et 6 mois`, `30 jours`."""
    fr = [_counted(length.years, "an", "ans"), _counted(length.months, "mois", "mois"),
          _counted(length.days, "jour", "jours")]  # fmt: skip
    en = [_counted(length.years, "year", "years"), _counted(length.months, "month", "months"),
          _counted(length.days, "day", "days")]  # fmt: skip
    return Text(fr=listed(fr, "fr") or "0\u00a0jour", en=listed(en, "en") or "0\u00a0days")


def day(on: date) -> Text:
    """A date as one says it: `1er juin 2024`, `1 June 2024`."""
    fr, en = (MONTHS[language].split()[on.month - 1] for language in ("fr", "en"))
    return Text(
        fr=f"{'1er' if on.day == 1 else on.day}\u00a0{fr}\u00a0{on.year}",
        en=f"{on.day}\u00a0{en}\u00a0{on.year}",
    )


def listed(items: Sequence[str], language: Language) -> str:
    """Items in a sentence: `a, b et c`; what is empty is left out."""
    *first, last = [item for item in items if item] or [""]
    joined = " et " if language == "fr" else " and "
    return f"{', '.join(first)}{joined}{last}" if first else last


def _counted(number: int, one: str, many: str) -> str:
    return f"{number}\u00a0{one if number == 1 else many}" if number else ""
