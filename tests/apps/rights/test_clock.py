"""The clock of a request, against another calendar: dateutil's months and Easter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.easter import easter
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from garant.apps.rights.clock import REMINDERS, RULES, Clock, holidays, threshold, working_day
from garant.policy.periods import Period

DAYS = st.dates(date(2018, 5, 25), date(2090, 1, 1))
FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}


def oracle(received: date, months: int, waited: int) -> date:
    """The same by dateutil, day after day."""
    day = received + relativedelta(months=months) + timedelta(days=waited)
    while True:
        after_easter = (day - easter(day.year)).days
        if day.weekday() < 5 and (day.month, day.day) not in FIXED and after_easter not in (1, 39, 50):
            return day
        day += timedelta(days=1)


@given(DAYS, st.integers(0, 200))
def test_days_are_those_of_another_calendar(received: date, waited: int) -> None:
    clock = Clock(received, waited=waited)
    assert clock.first == clock.due == oracle(received, 1, waited)
    assert clock.longest == oracle(received, 3, waited)
    assert Clock(received, waited=waited, extended=True).due == clock.longest


@given(DAYS)
def test_a_promise_shortens_and_never_lengthens(received: date) -> None:
    short, long = Clock(received, Period(days=15)), Clock(received, Period(months=6))
    assert short.due == working_day(received + timedelta(days=15))
    assert long.due == Clock(received).due


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 1, 30), date(2026, 3, 2)),  # 28 February 2026 is a Saturday
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 3, 6), date(2026, 4, 7)),  # 6 April 2026 is Easter Monday
        (date(2026, 4, 1), date(2026, 5, 4)),  # 1 May, then a weekend
        (date(2026, 10, 11), date(2026, 11, 12)),
    ],
)
def test_known_days(received: date, due: date) -> None:
    assert Clock(received).due == due


@given(st.integers(-100, 100))
def test_each_reminder_has_its_days(left: int) -> None:
    reached = threshold(left)
    if left < 0:
        assert reached == 0
    elif left > max(REMINDERS):
        assert reached is None
    else:
        assert reached in REMINDERS
        assert reached >= left


def test_rules_are_in_the_order_of_time_and_say_where_they_come_from() -> None:
    assert [rules.since for rules in RULES] == sorted(rules.since for rules in RULES)
    assert all(rules.source.fr and rules.source.en for rules in RULES)
    assert Clock(date(1990, 1, 1)).rules is RULES[0]
    assert len(holidays(2026)) == 11
    assert Clock(date(2026, 1, 5)).left(date(2026, 2, 6)) == -1
