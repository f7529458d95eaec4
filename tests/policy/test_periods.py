"""Calendar arithmetic, against oracles that count days one by one."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from garant.policy.periods import (
    LONGEST_YEARS,
    Period,
    expiry,
    is_due,
    latest_due,
    start_of_day,
    time_zone,
)

ONE_DAY = timedelta(days=1)

short = st.builds(Period, st.integers(0, 4), st.integers(0, 30), st.integers(0, 70))
any_period = st.builds(Period, st.integers(0, 120), st.integers(0, 900), st.integers(0, LONGEST_YEARS * 365))
days = st.dates(date(1890, 1, 1), date(2110, 12, 31))
zones = st.sampled_from(sorted(available_timezones()))


def walked(event: date, period: Period) -> date:
    """The last day of the period, by walking the calendar a day at a time."""
    day, months = event, 0
    while months < period.calendar_months:
        day += ONE_DAY
        months += day.day == 1
    # Now in the month where the period ends: on its first day, unless there was no month to walk.
    while day.day < event.day and (day + ONE_DAY).month == day.month:
        day += ONE_DAY
    return day + ONE_DAY * period.days


@given(days, short)
@example(date(2024, 2, 29), Period(years=1))
@example(date(2023, 1, 31), Period(months=1))
@example(date(1899, 2, 28), Period(years=1))
@example(date(2020, 2, 29), Period(years=4))
def test_a_period_ends_where_walking_the_calendar_ends(event: date, period: Period) -> None:
    assert expiry(event, period) == walked(event, period)


@given(days, any_period)
def test_a_period_ends_where_dateutil_says(event: date, period: Period) -> None:
    step = relativedelta(years=period.years, months=period.months)
    assert expiry(event, period) == event + step + timedelta(days=period.days)


@pytest.mark.parametrize(
    ("event", "period", "last_day"),
    [
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2024, 2, 29), "P4Y", date(2028, 2, 29)),
        (date(2025, 2, 28), "P3Y", date(2028, 2, 28)),
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2026, 1, 31), "P30D", date(2026, 3, 2)),
        (date(2026, 11, 1), "P0D", date(2026, 11, 1)),
        (date(2023, 11, 1), "P3Y", date(2026, 11, 1)),
        (date(9999, 6, 1), "P1Y", date.max),
        (date.max, "P1D", date.max),
        (date(9998, 6, 1), "P1Y", date(9999, 6, 1)),
        (date.min, "P1Y", date(2, 1, 1)),
    ],
)
def test_known_days(event: date, period: str, last_day: date) -> None:
    assert expiry(event, Period.parse(period)) == last_day


@given(st.dates(), any_period)
def test_no_date_and_no_period_leave_the_calendar(event: date, period: Period) -> None:
    assert event <= expiry(event, period) <= date.max


@given(days, days, any_period)
def test_who_came_first_is_due_first(one: date, other: date, period: Period) -> None:
    assert expiry(min(one, other), period) <= expiry(max(one, other), period)


def scanned(as_of: date, period: Period) -> date:
    """The latest due day, by trying each day backwards."""
    step = relativedelta(years=period.years, months=period.months, days=period.days)
    day = as_of
    while not day + step < as_of:
        day -= ONE_DAY
    return day


@given(days, short)
@example(date(2025, 3, 1), Period(years=1))
@example(date(2026, 3, 1), Period(months=1))
@example(date(2026, 3, 31), Period(months=1))
@example(date(2026, 5, 1), Period(months=2))
def test_the_latest_due_day_is_found(as_of: date, period: Period) -> None:
    assert latest_due(as_of, period) == scanned(as_of, period)


@given(st.dates(min_value=date(LONGEST_YEARS * 2 + 2, 1, 1)), any_period)
def test_the_latest_due_day_parts_due_from_not_due(as_of: date, period: Period) -> None:
    latest = latest_due(as_of, period)
    assert is_due(latest, period, as_of)
    assert not is_due(latest + ONE_DAY, period, as_of)


@pytest.mark.parametrize(
    ("as_of", "period"),
    [(date.min, Period()), (date(3, 1, 1), Period(years=3)), (date(1, 1, 9), Period(days=9))],
)
def test_no_day_is_due_at_the_dawn_of_the_calendar(as_of: date, period: Period) -> None:
    with pytest.raises(ValueError, match="no event can be due"):
        latest_due(as_of, period)


@given(any_period)
def test_a_period_reads_back_as_it_was_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("P3Y", Period(3)),
        ("P1Y6M", Period(1, 6)),
        ("P2W", Period(days=14)),
        ("P1Y2M3W4D", Period(1, 2, 25)),
        ("P0D", Period()),
    ],
)
def test_iso_8601_periods_are_read(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "3Y",
        "p3y",
        "P3",
        "P-3Y",
        "P3.5Y",
        "P1D1Y",
        "PT5H",
        "P1YT1H",
        "P٣Y",
        " P3Y",
        "P3Y\n",
        "P1Y1Y",
        "P999999Y",
    ],
)
def test_other_texts_are_not_periods(text: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 8601 period"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["P201Y", "P200Y1M", "P2401M", "P73001D", "P99999W"])
def test_a_period_is_at_most_two_centuries(text: str) -> None:
    with pytest.raises(ValueError, match="at most 200 years"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["P200Y", "P199Y12M", "P73000D"])
def test_two_centuries_are_a_period(text: str) -> None:
    assert str(Period.parse(text)) == text


def test_the_first_day_of_the_calendar_can_be_due() -> None:
    assert latest_due(date(2, 1, 2), Period(years=1)) == date.min


def test_a_period_has_no_negative_part() -> None:
    with pytest.raises(ValueError, match="negative"):
        Period(days=-1)


@given(short, short)
def test_periods_add_up(one: Period, other: Period) -> None:
    both = one + other
    assert both.calendar_months == one.calendar_months + other.calendar_months
    assert both.days == one.days + other.days


CYCLE = [date(year, 1, 1) + timedelta(days=number) for year in (1895, 1995) for number in range(366 * 9)]


@settings(max_examples=25)
@given(short, short)
@example(Period(days=30), Period(months=1))
@example(Period(days=28), Period(months=1))
@example(Period(days=1096), Period(years=3))
@example(Period(months=12), Period(years=1))
@example(Period(months=11, days=31), Period(years=1))
def test_a_period_exceeds_another_where_it_ends_later_from_some_day(one: Period, other: Period) -> None:
    first = relativedelta(years=one.years, months=one.months, days=one.days)
    second = relativedelta(years=other.years, months=other.months, days=other.days)
    assert one.exceeds(other) == any(day + first > day + second for day in CYCLE)


def first_instant(day: date, zone: str) -> datetime:
    """The first instant whose local date is `day` or later, by looking at each minute, then each second."""
    place = ZoneInfo(zone)
    clock = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    while clock.astimezone(place).date() < day:
        clock += timedelta(minutes=1)
    clock -= timedelta(minutes=1)
    while clock.astimezone(place).date() < day:
        clock += timedelta(seconds=1)
    return clock


@given(st.dates(date(1970, 1, 1), date(2045, 1, 1)), zones)
@example(date(2011, 12, 30), "Pacific/Apia")
@example(date(2018, 11, 4), "America/Sao_Paulo")
@example(date(2006, 10, 29), "America/St_Johns")
@example(date(2007, 3, 11), "America/St_Johns")
@example(date(2026, 3, 29), "Europe/Paris")
@example(date(2026, 10, 25), "Europe/Paris")
@example(date(2022, 9, 11), "America/Santiago")
@example(date(1972, 1, 7), "Africa/Monrovia")
@example(date(1919, 3, 31), "America/Toronto")
def test_a_day_starts_where_the_clock_says(day: date, zone: str) -> None:
    assert start_of_day(day, zone) == first_instant(day, zone)


@given(st.dates(date(2, 1, 1)), zones)
def test_a_day_starts_before_it_ends(day: date, zone: str) -> None:
    assume(day < date.max)
    assert start_of_day(day, zone) < start_of_day(day + ONE_DAY, zone) or zone in {
        "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kwajalein", "Kwajalein", "Pacific/Enderbury",
        "Pacific/Kanton", "Pacific/Kiritimati", "Asia/Manila",
    }  # fmt: skip


@given(zones)
def test_the_first_and_last_day_have_a_start(zone: str) -> None:
    assert start_of_day(date.min, zone).tzinfo is UTC
    assert start_of_day(date.max, zone).tzinfo is UTC


@pytest.mark.parametrize(
    "name", ["Europe/Pariss", "", "../../etc/passwd", "/etc/localtime", "a\0b", "Europe", "é" * 300]
)
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not an IANA time zone"):
        time_zone(name)


class Kept(BaseModel):
    period: Period


def test_models_take_periods_as_text_and_give_them_back_as_text() -> None:
    kept = Kept.model_validate_json('{"period": "P36M"}', strict=True)
    assert kept.period == Period(months=36)
    assert kept.model_dump_json() == '{"period":"P36M"}'
    assert Kept(period=Period(3)).period == Period(3)
    with pytest.raises(ValidationError, match="ISO 8601 period"):
        Kept.model_validate_json('{"period": "three years"}')
    with pytest.raises(ValidationError):
        Kept.model_validate_json('{"period": 3}')
