"""How a plan is cut: by people, and by the rows that one transaction would lock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.document import Plan, packed
from garant.engine.running.run import BATCH, BATCH_ROWS, batches
from tests.engine.support.databases import SqliteFile
from tests.engine.support.shop import Shop


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """A real plan, read only."""
    folder: Path = tmp_path_factory.mktemp("plan")
    shop = Shop(SqliteFile(folder / "crm.sqlite")).create()
    shop.people(1, 2, 3)
    yield shop.plan()
    shop.close()


def of(plan: Plan, *sizes: tuple[int, int]) -> Plan:
    """The plan as if its selections had these many (people, rows)."""
    one = plan.selections[0]
    action = one.actions[0].model_copy(update={"deleted": 0, "treated": 0})
    made = [
        one.model_copy(
            update={
                "due": due,
                "keys": packed(list(range(due))),
                "actions": [action.model_copy(update={"deleted": rows // 2, "treated": rows - rows // 2})],
            }
        )
        for due, rows in sizes
    ]
    return plan.model_copy(update={"selections": made})


def test_people_with_few_rows_are_cut_by_the_size_asked(plan: Plan) -> None:
    cut = [
        (ref.key, ref.selection, ref.start, ref.stop) for ref in batches(of(plan, (5, 10), (0, 0), (2, 2)), 2)
    ]
    assert cut == [
        ("001/0001", 0, 0, 2), ("001/0002", 0, 2, 4), ("001/0003", 0, 4, 5), ("003/0001", 2, 0, 2),
    ]  # fmt: skip


def test_people_with_many_rows_are_cut_by_their_rows(plan: Plan) -> None:
    """100 rows each: 500 people make the rows of one transaction, however many were allowed."""
    cut = batches(of(plan, (1_250, 125_000)))
    assert [(ref.start, ref.stop) for ref in cut] == [(0, 500), (500, 1_000), (1_000, 1_250)]


def test_one_person_is_never_cut(plan: Plan) -> None:
    cut = batches(of(plan, (2, BATCH_ROWS * 10)))
    assert [(ref.start, ref.stop) for ref in cut] == [(0, 1), (1, 2)]


def test_people_without_a_row_are_cut_by_the_size_alone(plan: Plan) -> None:
    assert [ref.stop for ref in batches(of(plan, (BATCH + 1, 0)))] == [BATCH, BATCH + 1]


@given(st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 400_000)), max_size=3), st.integers(1, 4_000))
def test_every_person_is_in_one_batch_and_no_batch_is_too_large(
    plan: Plan, sizes: list[tuple[int, int]], size: int
) -> None:
    made = of(plan, *sizes)
    cut = batches(made, size)
    assert [(ref.selection, number) for ref in cut for number in range(ref.start, ref.stop)] == [
        (n, number) for n, (due, _) in enumerate(sizes) for number in range(due)
    ]
    assert len({ref.key for ref in cut}) == len(cut)
    for ref in cut:
        due, rows = sizes[ref.selection]
        people = ref.stop - ref.start
        assert people <= size
        assert people == 1 or people * rows <= BATCH_ROWS * due, "about these many rows, on average"
