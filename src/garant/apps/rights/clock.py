"""The clock of a request: by which day it is answered. Shown as an aid; the law, not this page, is the deadline.

Rules are dated, so that a request is counted by those of the day it came. A period of months ends on the day of the
same number (Regulation (EEC, Euratom) No 1182/71, art. 3(2)(c)); where that is a Saturday, a Sunday or a public
holiday, on the next working day (art. 3(4)). Days spent waiting for the person do not count (EDPB, Guidelines
01/2022, §§ 157-160).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from garant.policy.periods import Period, expiry
from garant.policy.text import Text


@dataclass(frozen=True, slots=True)
class Rules:
    """How long an answer may take, for requests that come from a day on."""

    version: str
    since: date
    answer: Period
    extension: Period
    source: Text


RULES: Final = (
    Rules(
        version="gdpr-2018",
        since=date(2018, 5, 25),
        answer=Period(months=1),
        extension=Period(months=2),
        source=Text(
            fr="RGPD, art. 12(3)\u202f; règlement (CEE, Euratom) n° 1182/71, art. 3",
            en="GDPR, art. 12(3); Regulation (EEC, Euratom) No 1182/71, art. 3",
        ),
    ),
)
"""In the order of time. A new law is a new line."""

IDENTITY_WITHIN: Final = Period(months=1)
"""How long the person has to confirm who they are, before the request is dropped."""

KEPT_AFTER: Final = Period(months=2)
"""How long after the end Garant keeps what the person wrote and what they were told: the time to come back on it."""

REMINDERS: Final = (15, 7, 2)
"""Days before the deadline on which whoever handles the request is reminded."""


def rules_for(received: date) -> Rules:
    """The rules of the day a request came; the first ones for any day before."""
    return next((rules for rules in reversed(RULES) if rules.since <= received), RULES[0])


@dataclass(frozen=True, slots=True)
class Clock:
    """One request's time.

    Args:
        received: the day it came, where the organisation is.
        promised: what the organisation promises, where that is less than the law allows.
        extended: whether it was extended.
        waited: days spent waiting for the person so far.
    """

    received: date
    promised: Period | None = None
    extended: bool = False
    waited: int = 0

    @property
    def rules(self) -> Rules:
        """The rules that count."""
        return rules_for(self.received)

    @property
    def first(self) -> date:
        """The last day without extension: within it, the person is told of an extension and its reasons."""
        law = self.rules.answer
        answer = law if self.promised is None or self.promised.exceeds(law) else self.promised
        return self._end(answer)

    @property
    def longest(self) -> date:
        """The last day where it is extended."""
        return self._end(self.rules.answer + self.rules.extension)

    @property
    def due(self) -> date:
        """The last day."""
        return self.longest if self.extended else self.first

    def left(self, today: date) -> int:
        """Days left, today not counted; negative once it is late."""
        return (self.due - today).days

    def _end(self, period: Period) -> date:
        return working_day(expiry(self.received, period) + timedelta(days=self.waited))


def threshold(left: int) -> int | None:
    """The reminder that is due with so many days left: the nearest that is reached; 0 once late, none before all."""
    if left < 0:
        return 0
    reached = [days for days in REMINDERS if left <= days]
    return min(reached) if reached else None


def working_day(day: date) -> date:
    """This day, or the next one that is not a Saturday, a Sunday or a public holiday."""
    while day.weekday() >= 5 or day in holidays(day.year):
        day += timedelta(days=1)
    return day


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of metropolitan France (code du travail, art. L3133-1)."""
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    easter = _easter(year)
    moving = (easter + timedelta(days=days) for days in (1, 39, 50))
    return frozenset([*(date(year, month, day) for month, day in fixed), *moving])


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * el) // 433
    month = (h + el - 7 * m + 90) // 25
    return date(year, month, (h + el - 7 * m + 33 * month + 19) % 32)
