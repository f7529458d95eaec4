"""The end of a restriction leaves what its mark found as it was: whoever had refused advertising has refused it still."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from garant.engine.document import Plan, read_plan
from garant.engine.planning.marked import (
    AS_BEFORE,
    MARKED_ALREADY,
    MARKED_BY_WHOM,
    UNRESTRICTED,
    found_marked,
)
from garant.engine.planning.restricted import Place, Restricting
from garant.engine.planning.subject import plan_subjects
from garant.systems.finding import RootKey
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, Shop

SET, LIFT = {"state": "restricted", "customer": 9}, {"state": "active", "customer": 0}
STATES, CUSTOMERS = (None, "active", "restricted", "asleep"), (None, 0, 9, 3)


class Before:
    """What was so before, as whoever restricted wrote it down."""

    def __init__(self, found: Mapping[RootKey, frozenset[str]]) -> None:
        self._found = found

    def __call__(self, places: Sequence[Place]) -> Mapping[Place, frozenset[str]]:
        return {place: self._found[place[2]] for place in places if place[2] in self._found}


@pytest.fixture
def marking(shop: Shop) -> Shop:
    """A shop that marks two columns, both of which say other things too."""
    shop.document["restriction"] = {"contact": {"table": "contact", "set": SET, "lift": LIFT}}
    return shop


def rows(shop: Shop) -> dict[int, dict[str, Any]]:
    return {int(row["id"]): dict(row) for row in shop.rows("contact")["contact"].values()}


def texts(row: Mapping[str, Any]) -> dict[str, str | None]:
    return {column: None if value is None else str(value) for column, value in row.items()}


def asked(shop: Shop, numbers: Sequence[int], kind: Any, **more: Any) -> Plan:
    people = [{"email": f"n{number}@x.example"} for number in numbers]
    return plan_subjects(shop.policy, shop.system(), people, kind, as_of=AS_OF, **more)


def test_what_was_so_before_is_so_afterwards(marking: Shop) -> None:
    dice = random.Random(1)
    for number in range(1, 31):
        marking.people(number, state=dice.choice(STATES), customer=dice.choice(CUSTOMERS))
    first, numbers = rows(marking), list(range(1, 26))
    other = {
        key: frozenset(c for c, value in LIFT.items() if row[c] is not None and str(row[c]) != str(value))
        for key, row in first.items()
    }
    (source,) = marking.system().values()
    found = found_marked(source, "contact", numbers)
    assert found == {key: other[key] for key in numbers if other[key]}
    assert found_marked(source, "contact", []) == {}
    marking.people(40, state=None, customer=None)
    assert found_marked(source, "contact", [40]) == {}, "a column without a value is not"
    marking.database.run("DELETE FROM contact WHERE id = 40")
    assert rows(marking) == first, "to ask changes nothing"

    assert carry_out(asked(marking, numbers, "restriction"), marking.policy, marking.system())[1].verified
    during = rows(marking)
    assert all(str(during[key][column]) == str(SET[column]) for key in numbers for column in SET)

    lifting = asked(marking, numbers, "lifting", restricting=Restricting(stays=Before(found)))
    assert read_plan(lifting.document()) == lifting
    assert sorted(tuple(one.stays) for one in lifting.selections) == [
        (),
        ("customer",),
        ("customer", "state"),
        ("state",),
    ]
    for one in lifting.selections:
        assert one.notes == ([AS_BEFORE] if one.stays else [])
        assert {frozenset(one.stays)} == {found.get(key, frozenset()) for key in one.root_keys()}
    assert carry_out(lifting, marking.policy, marking.system())[1].verified
    for key, row in rows(marking).items():
        meanwhile = first[key] if key not in numbers else during[key]
        put = {c: str(LIFT[c]) for c in LIFT if key in numbers and c not in other[key]}
        expected = {**meanwhile, **put}
        assert texts(row) == texts(expected), key


def test_what_has_the_mark_already_is_said(marking: Shop) -> None:
    marking.people(1, **SET).people(2, **LIFT)
    marked, free = (asked(marking, [number], "restriction").selections[0] for number in (1, 2))
    assert ([marked.rows, marked.notes], [free.rows, free.notes]) == ([0, [MARKED_ALREADY]], [1, []])


def test_where_restrictions_may_be_forgotten_a_mark_is_anybodys(marking: Shop) -> None:
    """Garant was restored: of the marked it is asked who marked them; nothing is asked of those without a mark."""
    marking.people(1, **SET).people(2, **LIFT)
    restored = Restricting(forgotten=set)
    [marked] = asked(marking, [1], "restriction", restricting=restored).selections
    [free] = asked(marking, [2], "restriction", restricting=restored).selections
    assert (marked.notes, free.notes) == ([MARKED_BY_WHOM], [])


def test_where_the_map_has_nothing_to_take_off_nothing_is_asked(marking: Shop) -> None:
    marking.people(1, **SET)
    marking.document["restriction"]["contact"]["lift"] = {}
    (source,) = marking.system().values()
    assert found_marked(source, "contact", [1]) == {}
    del marking.document["restriction"]
    (source,) = marking.system().values()
    assert found_marked(source, "contact", [1]) == {}


def test_of_several_rows_one_that_was_so_is_enough(shop: Shop) -> None:
    """Which of them it was is not remembered: none is changed back, and a person is told."""
    shop.document["restriction"] = {
        "contact": {"table": "interaction", "set": {"body": "—"}, "lift": {"body": "open"}}
    }
    shop.people(1, 2)
    shop.database.run("UPDATE interaction SET body = 'open'")
    shop.add("interaction", {"id": 9, "contact_id": 1, "at": "2020-05-05 10:00:00", "body": "—"})
    (source,) = shop.system().values()
    assert found_marked(source, "contact", [1, 2]) == {1: frozenset({"body"})}


def test_what_nothing_restricts_is_left(marking: Shop) -> None:
    """A lifting that is asked for twice, or of somebody else, takes nothing off that another reason put there."""
    marking.people(1, 2, **SET)
    lifting = asked(
        marking, [1, 2], "lifting", restricting=Restricting(restricted=lambda asked: {asked[0]} & set(asked))
    )
    assert [(one.due, one.notes) for one in lifting.selections] == [(0, [UNRESTRICTED]), (1, [])]
    assert carry_out(lifting, marking.policy, marking.system())[1].verified
    assert [row["state"] for row in rows(marking).values()] == ["active", "restricted"]
