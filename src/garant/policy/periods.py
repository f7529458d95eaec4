"""Calendar periods: what a retention period is, and on which day it is over.

Rules of the arithmetic (Regulation (EEC, Euratom) No 1182/71, art. 3; code de procédure civile, art. 641):

- years and months are calendar ones: the period ends on the day of the month that bears the same number as the
  day of the event, or, where that month has no such day, on its last day (29 February + one year = 28 February);
- the period ends with the last hour of that day, in the organisation's time zone: data are overdue from the next day.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

LONGEST_YEARS: Final = 200
_LONGEST_MONTHS: Final = LONGEST_YEARS * 12
_LONGEST_DAYS: Final = LONGEST_YEARS * 365
PATTERN: Final = r"^P(?=\d)(?:\d{1,3}Y)?(?:\d{1,4}M)?(?:\d{1,5}W)?(?:\d{1,5}D)?$"
_ISO_8601: Final = re.compile(
    r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Period:
    """A length of calendar time: whole years, months and days.

    Raises ValueError for a negative part and beyond 200 years, so that no sum can leave the calendar by accident.
    """

    years: int = 0
    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if min(self.years, self.months, self.days) < 0:
            raise ValueError("a period has no negative part")
        if self.calendar_months > _LONGEST_MONTHS or self.days > _LONGEST_DAYS:
            raise ValueError(f"a period is at most {LONGEST_YEARS} years")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ISO 8601 duration of whole years, months, weeks and days, such as `P3Y` or `P1Y6M`.

        Raises ValueError for anything else: fractions, times of day, signs.
        """
        match = _ISO_8601.fullmatch(text)
        if match is None:
            raise ValueError(f"not an ISO 8601 period of years, months, weeks and days: {text[:40]!r}")
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        return cls(years, months, weeks * 7 + days)

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0D")

    def __add__(self, other: "Period") -> "Period":
        return Period(self.years + other.years, self.months + other.months, self.days + other.days)

    @property
    def calendar_months(self) -> int:
        """Years and months together, in months."""
        return self.years * 12 + self.months

    def exceeds(self, limit: "Period") -> bool:
        """Whether there is a day from which this period ends later than `limit` does.

        Thirty days exceed one month, since they do in February; 28 days do not.
        """
        if self.days == limit.days:
            return self.calendar_months > limit.calendar_months
        return _ever_later(self, limit)

    @classmethod
    def _read(cls, value: str) -> "Period":
        try:
            return cls.parse(value)
        except ValueError:
            said = {
                "fr": "une durée ISO 8601 d’au plus 200 ans, comme P3Y, P1M ou P30D",
                "en": "an ISO 8601 period of at most 200 years, such as P3Y, P1M or P30D",
            }
            raise PydanticCustomError("period", "{en}", said) from None

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        from_text = core_schema.no_info_after_validator_function(
            cls._read, core_schema.str_schema(strict=True)
        )
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_text]),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": PATTERN, "examples": ["P3Y", "P1M", "P1Y6M", "P30D"]}


def expiry(event: date, period: Period) -> date:
    """The last day of `period` counted from the day of `event`; 31 December 9999 where the calendar stops before."""
    try:
        return _plus_months(event, period.calendar_months) + timedelta(days=period.days)
    except OverflowError:
        return date.max


def is_due(event: date, period: Period, as_of: date) -> bool:
    """Whether what happened on `event` is kept too long on the day `as_of`."""
    return expiry(event, period) < as_of


def latest_due(as_of: date, period: Period) -> date:
    """The greatest event date that is due on `as_of`; every earlier one is due as well.

    Raises ValueError where `as_of` is so near the year 1 that no date can be due.
    """
    try:
        last_day = as_of - timedelta(days=1 + period.days)
        return _last_starting_day(last_day, period.calendar_months)
    except OverflowError:
        raise ValueError(f"no event can be due on {as_of.isoformat()} after {period}") from None


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant, in UTC, at which the calendar of `zone` shows `day` or a later day.

    Exact where clocks jump over midnight and where a whole day does not exist; the first instant of the year 1
    where the day begins before it. Raises ValueError for a zone that does not exist.
    """
    place = time_zone(zone)
    midnight = datetime.combine(day, time.min, tzinfo=place)
    try:
        before = midnight.astimezone(UTC)
        after = midnight.replace(fold=1).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
    # In a gap the later reading (fold=1) comes out earlier than the first: the clock's jump lies between the two.
    return before if after >= before else _jump(day, place, after, before)


def time_zone(name: str) -> ZoneInfo:
    """The IANA time zone called `name`. Raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"not an IANA time zone: {name[:60]!r}") from None


def _plus_months(day: date, months: int) -> date:
    year, month = _month_after(day, months)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _last_starting_day(last_day: date, months: int) -> date:
    """The greatest date whose calendar addition of `months` is at most `last_day`."""
    year, month = _month_after(last_day, -months)
    length = monthrange(year, month)[1]
    at_month_end = last_day.day == monthrange(last_day.year, last_day.month)[1]
    return date(year, month, length if at_month_end else min(last_day.day, length))


def _month_after(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= date.max.year:
        raise OverflowError("beyond the calendar")
    return year, month + 1


def _jump(day: date, place: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second in (low, high] from which the calendar of `place` shows `day` or later."""
    reached = int((high - low).total_seconds())
    early = 0
    while reached - early > 1:
        middle = (early + reached) // 2
        if (low + timedelta(seconds=middle)).astimezone(place).date() >= day:
            reached = middle
        else:
            early = middle
    return low + timedelta(seconds=reached)


@lru_cache(maxsize=256)
def _ever_later(one: Period, other: Period) -> bool:
    # A leap year each way round: 1896-1904 has eight years without 29 February, 1996-2004 has none missing.
    starts = [date(1895, 1, 1), date(1995, 1, 1)]
    return any(
        expiry(day, one) > expiry(day, other)
        for start in starts
        for day in (start + timedelta(days=number) for number in range(366 * 9))
    )
