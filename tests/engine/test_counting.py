"""Queries that count are built once for a system, unless they would keep what may be a person's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from garant.engine.planning.steps import duties_of, rectification_steps, steps_of
from garant.systems.changing import Step
from garant.systems.guards import Guards, RootGuard
from garant.systems.model import DataMap
from garant.systems.sql.counting import Counting
from garant.systems.sql.dialects import Sqlite
from garant.systems.sql.scratch import scratch_of
from garant.systems.sql.statements import Statements
from tests.engine.support.shop import map_document

MAP = DataMap.model_validate(map_document())


def builder(*, alone: bool = True, later: bool = False) -> Statements:
    scratch = scratch_of("integer")
    departing = scratch.batch if alone else scratch.departing
    return Statements(MAP, "contact", Sqlite(), scratch.batch, departing, b"k" * 32, later=later)


def erasing() -> list[Step]:
    """The steps of the first disposition, made anew each time."""
    return steps_of(MAP, MAP.dispositions["erase"], duties_of(MAP, "contact"))


def test_the_same_steps_made_anew_are_counted_by_the_same_queries() -> None:
    counting = Counting()
    first = [counting.query([step], builder()) for step in erasing()]
    again = [counting.query([step], builder()) for step in erasing()]
    assert all(a is b for a, b in zip(first, again, strict=True))
    assert len({id(query) for query in first}) == len(first), "each step has its own"


@pytest.mark.parametrize("other", [builder(alone=False), builder(later=True)])
def test_who_else_leaves_makes_it_another_question(other: Statements) -> None:
    counting, step = Counting(), erasing()[0]
    assert counting.query([step], builder()) is not counting.query([step], other)


def test_what_may_be_a_persons_is_not_kept() -> None:
    counting = Counting()
    corrected = rectification_steps(MAP, "contact", {"email": "new@x.example"})
    held = [replace(step, guards=Guards(roots=(RootGuard("contact", frozenset({1})),))) for step in erasing()]
    for step in (*corrected, *held):
        assert counting.query([step], builder()) is not counting.query([step], builder())
    assert not counting._made  # pyright: ignore[reportPrivateUsage]
