"""A promise's history, drawn."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest

from garant.apps.controls.charts import history


def reading(day: int, measure: int) -> SimpleNamespace:
    """What was counted on a day of November 2026."""
    return SimpleNamespace(day=date(2026, 11, day), measure=measure, state="broken")


@pytest.mark.parametrize(
    ("readings", "heights", "said"),
    [
        ([reading(28, 5)], [12, 12], ["28 novembre 2026"]),
        (
            [reading(1, 0), reading(15, 10), reading(29, 5)],
            [116, 12, 64, 64],
            ["1er novembre 2026", "29 novembre 2026"],
        ),
    ],
)
def test_what_was_counted_is_a_line_from_end_to_end(
    readings: list[SimpleNamespace], heights: list[int], said: list[str]
) -> None:
    drawn = str(history(readings, "Personnel averti"))
    (points,) = re.findall(r'points="([^"]*)"', drawn)
    places = [tuple(map(float, one.split(","))) for one in points.split()]
    assert [y for _, y in places] == heights
    assert (places[0][0], places[-1][0]) == (44, 640)
    assert re.findall(r">([^<>]*\d{4})<", drawn.replace("\N{NO-BREAK SPACE}", " ")) == said
