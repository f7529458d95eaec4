"""The dated table of adequacy decisions."""

from datetime import date

import pytest

from garant.policy.adequacy import AS_OF, DECISIONS, EEA, decision_for, in_eea, is_adequate

DAY = date(2026, 11, 1)


def test_the_area_has_its_thirty_states() -> None:
    assert len(EEA) == 30
    assert in_eea("FR")
    assert in_eea("IS")
    assert not in_eea("CH")


def test_every_decision_has_a_date_and_a_reference() -> None:
    for decision in DECISIONS:
        assert date(2000, 1, 1) < decision.decided <= AS_OF
        assert decision.reference
        assert decision.country not in EEA
        assert decision.scope is None or decision.scope.missing() == ()
    assert len({decision.country for decision in DECISIONS}) == len(DECISIONS) == 17


@pytest.mark.parametrize("country", ["BR", "EPO", "GB", "CH", "JP", "KR", "IL", "NZ", "UY", "AR", "CA", "AD"])
def test_adequate_today(country: str) -> None:
    assert is_adequate(country, DAY)


@pytest.mark.parametrize("country", ["US", "IN", "CN", "MC", "TN", "ZA"])
def test_not_adequate_today(country: str) -> None:
    assert not is_adequate(country, DAY)


@pytest.mark.parametrize(
    ("country", "before", "after"),
    [("BR", date(2026, 1, 25), date(2026, 1, 26)), ("EPO", date(2025, 7, 14), date(2025, 7, 15))],
)
def test_decisions_count_from_their_day(country: str, before: date, after: date) -> None:
    assert not is_adequate(country, before)
    assert is_adequate(country, after)


def test_the_decision_on_the_united_kingdom_ends() -> None:
    assert is_adequate("GB", date(2031, 12, 27))
    assert not is_adequate("GB", date(2031, 12, 28))


def test_in_the_united_states_only_certified_organisations_count() -> None:
    assert is_adequate("US", DAY, certified=True)
    assert not is_adequate("US", date(2023, 7, 9), certified=True)
    assert decision_for("IN") is None
