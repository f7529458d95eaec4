"""What a person reads of what stays: each reason once, and never with the last day of something else."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from garant.apps.rights.each import changes
from garant.engine.document import HeldBy, Plan, Selection
from garant.policy.text import Text

INVOICES = Text(fr="Vos factures", en="Your invoices")


def planned(*days: date | None) -> Plan:
    """A plan of which the same duty keeps something in each selection, until these days."""
    selections = [
        Selection.model_construct(
            duties=[HeldBy(rule="invoices", why=INVOICES, roots=1, until=day)], holds=[], held=0, actions=[]
        )
        for day in days
    ]
    said: Any = SimpleNamespace(selections=selections)
    return said


def test_the_last_of_several_days_is_told() -> None:
    kept = changes.kept(planned(date(2030, 1, 1), date(2031, 1, 1), date(2029, 1, 1)))
    assert [one["until"] for one in kept] == ["2031-01-01"]


def test_what_has_no_day_is_not_told_with_another_ones() -> None:
    """In either order: a seal has no end, an invoice beside it has."""
    for days in ((None, date(2031, 1, 1)), (date(2031, 1, 1), None)):
        kept = changes.kept(planned(*days))
        assert {one["until"] for one in kept} == {None, "2031-01-01"}
        assert {one["fr"] for one in kept} == {"Vos factures"}
