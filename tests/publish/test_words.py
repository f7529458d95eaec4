"""Periods, dates and lists read as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from garant.policy.document import EVENTS
from garant.policy.periods import Period
from garant.policy.text import Text
from garant.publish import words
from garant.publish.countries import country
from tests.policy.policies import changed


@pytest.mark.parametrize(
    ("length", "fr", "en"),
    [
        ("P3Y", "3 ans", "3 years"),
        ("P1Y", "1 an", "1 year"),
        ("P1M", "1 mois", "1 month"),
        ("P1D", "1 jour", "1 day"),
        ("P2Y6M", "2 ans et 6 mois", "2 years and 6 months"),
        ("P1Y2M3D", "1 an, 2 mois et 3 jours", "1 year, 2 months and 3 days"),
        ("P0D", "0 jour", "0 days"),
    ],
)
def test_periods(length: str, fr: str, en: str) -> None:
    assert words.period(Period.parse(length)) == Text(fr=fr, en=en)


def test_days() -> None:
    assert words.day(date(2024, 6, 1), "fr") == "1er juin 2024"
    assert words.day(date(2024, 6, 10), "fr") == "10 juin 2024"
    assert words.day(date(2024, 6, 1), "en") == "1 June 2024"


def test_lists() -> None:
    assert words.listed([], "fr") == ""
    assert words.listed(["a", ""], "fr") == "a"
    assert words.listed(["a", "b", "c"], "fr") == "a, b et c"
    assert words.listed(["a", "b"], "en") == "a and b"


def test_french_counts_zero_as_one() -> None:
    right, rights = Text(fr="droit", en="right"), Text(fr="droits", en="rights")
    assert words.counted(0, right, rights) == Text(fr="0 droit", en="0 rights")
    assert words.counted(2, right, rights) == Text(fr="2 droits", en="2 rights")
    assert words.counted(2898, right, rights) == Text(fr="2\u202f898 droits", en="2,898 rights")


def test_every_shipped_event_has_its_article() -> None:
    policy = changed().document
    quoted = [key for key in EVENTS if "événement" in words.event(policy, key).fr]
    assert quoted == []


def test_an_event_of_ones_own_is_quoted_as_labelled() -> None:
    label = {"fr": "rendu du badge", "en": "return of the badge"}
    policy = changed(
        ("categories.events", {"badge": {"label": label}, "departure": {"label": label}})
    ).document
    assert words.event(policy, "badge") == Text(
        fr="l’événement « rendu du badge »", en="the event “return of the badge”"
    )
    assert words.event(policy, "departure") == words.event(policy, "badge")
    assert words.event(policy, "nothing").en == "the event “nothing”"


@pytest.mark.parametrize(
    ("rule", "fr"),
    [
        (
            {"trigger": "last-contact", "phases": [{"kind": "active", "period": "P3Y"}]},
            "3 ans après le dernier contact",
        ),
        (
            {
                "trigger": "end-of-contract",
                "phases": [
                    {"kind": "active", "period": "P1Y"},
                    {"kind": "intermediate-archive", "period": "P5Y"},
                ],
            },
            "1 an après la fin du contrat, puis 5 ans en archives, à l’accès restreint",
        ),
        (
            {
                "trigger": "fiscal-year-close",
                "phases": [{"kind": "intermediate-archive", "period": "P10Y"}],
            },
            "10 ans après la clôture de l’exercice comptable, en archives, à l’accès restreint",
        ),
        ({"phases": [{"kind": "active", "period": "P1M"}]}, "1 mois"),
        ({}, "Durée non précisée"),
    ],
)
def test_how_long_data_are_kept(rule: dict[str, object], fr: str) -> None:
    policy = changed(("retention.customers", {"label": {"fr": "R", "en": "R"}, **rule})).document
    assert words.kept_for(policy, policy.retention["customers"]).fr == fr


def test_countries() -> None:
    assert country("FR") == Text(fr="France", en="France")
    assert country("EPO").fr == "Office européen des brevets"
    assert country("ZZ") == Text(fr="ZZ", en="ZZ")
