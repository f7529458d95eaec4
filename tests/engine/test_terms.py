"""Cut-offs: computed once by Garant, exact to the day, in the organisation's own midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.terms import Terms, UnknownRule
from garant.policy.document import Phase, RetentionRule
from garant.policy.periods import Period
from garant.systems.finding import Holders
from garant.systems.model import Duty
from tests.engine.support.oracle import ends
from tests.engine.support.policies import SAID, rule

ZONES = (
    "Europe/Paris",
    "UTC",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Beirut",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
)
PERIODS = st.builds(Period, st.integers(0, 12), st.integers(0, 30), st.integers(0, 400))
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(DAYS, PERIODS)
def test_the_cut_off_is_the_last_day_that_is_over(as_of: date, period: Period) -> None:
    cutoff = Terms({}, "Europe/Paris", as_of).clock(rule(str(period))).day
    assert ends(cutoff, str(period)) < as_of
    assert not ends(cutoff + timedelta(days=1), str(period)) < as_of


@given(
    st.sampled_from(
        [date(y, 2, d) for y in (2023, 2024, 2025) for d in (27, 28)]
        + [date(2024, 2, 29), date(2024, 3, 1), date(2025, 3, 1)]
    ),
    PERIODS,
)
def test_around_the_29th_of_february_too(as_of: date, period: Period) -> None:
    cutoff = Terms({}, "Europe/Paris", as_of).clock(rule(str(period))).day
    over = [ends(cutoff + timedelta(days=n), str(period)) < as_of for n in range(-40, 40)]
    assert over == [True] * 41 + [False] * 39, "every day up to the cut-off is over, none after it"


@given(DAYS, st.sampled_from(ZONES))
def test_the_instant_is_the_first_one_after_the_cut_off_day(as_of: date, zone: str) -> None:
    """Whatever the clocks do that night, even where midnight does not exist."""
    clock = Terms({}, zone, as_of).clock(rule("P1Y"))
    place = ZoneInfo(zone)
    assert clock.instant.astimezone(place).date() > clock.day
    assert (clock.instant - timedelta(seconds=1)).astimezone(place).date() <= clock.day
    assert clock.zone == zone


@pytest.mark.parametrize(
    ("as_of", "instant"),
    [
        (date(2027, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2027, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2027, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (date(2027, 10, 26), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_the_nights_the_clocks_change_in_paris(as_of: date, instant: datetime) -> None:
    assert Terms({}, "Europe/Paris", as_of).clock(rule("P1Y")).instant == instant


def test_a_term_that_ends_today_is_not_over() -> None:
    clock = Terms({}, "Europe/Paris", date(2026, 11, 1)).clock(rule("P3Y"))
    assert clock.day == date(2023, 10, 31)


def test_all_phases_count_together() -> None:
    active = Phase(kind="active", period=Period(3))
    both = RetentionRule(label=SAID, phases=(active, Phase(kind="intermediate-archive", period=Period(2, 1))))
    assert Terms({}, "UTC", date(2026, 11, 1)).clock(both).day == date(2021, 9, 30)


@pytest.mark.parametrize("rules", [{}, {"kept": RetentionRule(label=SAID)}])
def test_a_rule_that_is_not_there_or_has_no_period_is_named(rules: dict[str, RetentionRule]) -> None:
    with pytest.raises(UnknownRule, match="retention rule 'kept' is not in the policy or has no period"):
        Terms({**rules, "other": rule("P1Y")}, "UTC", date(2026, 11, 1)).rule("kept")


def duty(**parts: object) -> Duty:
    keeps = {"contact": {"row": True}}
    return Duty.model_validate(
        {"root": "contact", "role": "r", "keeps": keeps, "why": SAID.model_dump()} | parts
    )


@pytest.mark.parametrize(
    ("held", "latest", "until"),
    [
        (duty(rule="kept", event="e"), date(2025, 2, 28), date(2026, 2, 28)),
        (duty(rule="kept", event="e"), date(2024, 2, 29), date(2025, 2, 28)),
        (duty(rule="kept", event="e"), None, None),
        (duty(rule="kept", event="e"), date(9999, 12, 31), date(9999, 12, 31)),
        (duty(seal=True), date(2025, 1, 1), None),
    ],
)
def test_until_when_a_duty_holds(held: Duty, latest: date | None, until: date | None) -> None:
    assert Terms({"kept": rule("P1Y")}, "UTC", date(2026, 11, 1)).until(held, Holders(0, 1, latest)) == until
