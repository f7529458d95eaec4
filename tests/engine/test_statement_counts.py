"""Set-based: the statements of a batch depend on what is to be done, never on how many rows there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from garant.engine.running.execution import Execution
from tests.engine.support.running import Notebook
from tests.engine.support.shop import Shop

CHANGE = re.compile(r"(?:^|\)\s*)(?:DELETE (?:(?!garant_)\S+ )?FROM|UPDATE) (?!garant_)")
"""A change of the system's own tables, perhaps after WITH."""


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement that any engine sends meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def fill(shop: Shop, people: int) -> None:
    shop.people(*range(1, people + 1))
    for number in range(1, people // 2):
        shop.meet(number, number, number + 1)


@pytest.mark.parametrize("size", [1000])
def test_ten_times_the_rows_and_not_a_statement_more(shop: Shop, size: int) -> None:
    counts: dict[int, tuple[int, int]] = {}
    for people in (4, 40):
        shop.database.clear()
        shop.create()
        fill(shop, people)
        with counting() as planning:
            plan = shop.plan()
        execution, journal = Execution(plan, shop.policy, shop.system(), batch_size=size), Notebook()
        with execution.courses[0].source.connector.snapshot() as snapshot:
            snapshot.advice(execution.courses[0].change(execution.courses[0].keys))
        with counting() as running:
            execution.execute("001/0001", journal)
        counts[people] = (len(planning), len(running))
        changes = [statement for statement in running if CHANGE.search(statement)]
        steps = [step for step in execution.courses[0].steps if step.concerns(in_force=0)]  # nobody is held
        print(
            f"{shop.database.name}, {people} people: {len(planning)} statements to plan, {len(running)} a batch"
        )
        assert len(changes) == len(steps), "one statement per step"
        named = [one for one in running if "garant_departing" in one and "IF NOT EXISTS" not in one]
        assert not named, "who leaves is in this batch, and is named there alone"
    assert counts[4] == counts[40]


def test_nothing_is_sent_for_a_batch_of_nobody(shop: Shop) -> None:
    shop.people(1, 2)
    plan = shop.plan(tolerance=1)
    shop.database.run("UPDATE contact SET customer = 1")
    execution, journal = Execution(plan, shop.policy, shop.system()), Notebook()
    with counting() as sent:
        result = execution.execute("001/0001", journal)
    assert (sent, result.counts["roots"], result.counts["skipped"]) == ([], 0, 2)
