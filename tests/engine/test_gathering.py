"""Approved plans carried out as one: the plan of them all at once, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garant.engine.document import Plan
from garant.engine.holds import Hold
from garant.engine.planning.subject import plan_subject, plan_subjects
from garant.engine.running.execution import Execution
from garant.engine.running.gathering import apart, done_whole, gather, gatherable
from tests.engine.support.databases import SqliteFile
from tests.engine.support.running import Notebook, carry_out
from tests.engine.support.shop import AS_OF, Shop

PEOPLE = 12


def email(number: int) -> dict[str, str]:
    return {"email": f"n{number}@x.example"}


def erasure(shop: Shop, number: int) -> Plan:
    return plan_subject(shop.policy, shop.system(), email(number), "erasure", as_of=AS_OF)


def said(plan: Plan) -> dict[str, Any]:
    """What a plan says of its systems, whoever asked for it."""
    selections = [
        {
            **one.model_dump(exclude={"keys", "asked", "whose"}),
            "roots": sorted(zip(map(str, one.root_keys()), one.whose, strict=True)),
        }
        for one in plan.selections
    ]
    return {
        **plan.model_dump(exclude={"selections", "gathers", "people", "unknown"}),
        "selections": sorted(selections, key=lambda one: (one["system"], one["root"])),
    }


def together(shop: Shop, plans: Sequence[Plan]) -> Plan:
    """The gathered plan, none of them refused or left."""
    found = gather(apart(plans), shop.policy, shop.system())
    assert (found.refused, found.later) == ([], [])
    assert found.plan is not None
    assert found.plan.gathers == [plan.digest for plan in plans]
    return found.plan


@pytest.fixture(scope="module")
def crowd() -> Iterator[Shop]:
    """Twelve people who share nothing; some have invoices, which keep a part of them."""
    with TemporaryDirectory() as folder:
        shop = Shop(SqliteFile(Path(folder) / "crm.sqlite")).create()
        yield shop.people(*range(1, PEOPLE + 1)).invoice(2, 3, 3, 5, 8)
        shop.close()


@settings(max_examples=15, deadline=None)
@given(numbers=st.lists(st.integers(1, PEOPLE + 2), min_size=1, max_size=8, unique=True))
def test_the_gathered_plan_is_the_plan_of_all_at_once(crowd: Shop, numbers: list[int]) -> None:
    """The oracle asks the systems about them all; gathering asks nothing."""
    plans = [erasure(crowd, number) for number in numbers]
    gathered = together(crowd, plans)
    people = [email(number) for number in numbers]
    assert said(gathered) == said(plan_subjects(crowd.policy, crowd.system(), people, "erasure", as_of=AS_OF))
    assert gathered.gathers == [plan.digest for plan in plans]


def test_it_does_what_each_of_them_would_have_done(shop: Shop) -> None:
    shop.people(1, 2, 3, 4).invoice(2)
    plans = [erasure(shop, number) for number in (1, 2, 4)]
    [result], verification = carry_out(together(shop, plans), shop.policy, shop.system())
    assert (result.counts["roots"], verification.verified) == (3, True)
    assert shop.ids("contact") == [2, 3]  # the second has an invoice
    assert shop.rows("contact")["contact"][2]["email"] is None
    assert shop.rows("contact")["contact"][3]["email"] == "n3@x.example"


def test_whose_data_changed_stops_nobody(shop: Shop) -> None:
    """None of what came since was approved: it is refused as alone, and the others go."""
    shop.people(1, 2, 3)
    plans = [erasure(shop, number) for number in (1, 2, 3)]
    shop.add("note", {"id": 77, "model": "contact", "res_id": 2, "body": "new", "file": None})
    found = gather(plans, shop.policy, shop.system())
    [(refused, why)] = found.refused
    assert (refused, found.later) == (plans[1], [])
    assert "were planned" in str(why)
    assert found.plan is not None
    assert found.plan.gathers == [plans[0].digest, plans[2].digest]
    carry_out(found.plan, shop.policy, shop.system())
    assert shop.ids("contact") == [2]


def test_one_that_came_and_one_that_went_do_not_make_up_for_each_other(sqlite_shop: Shop) -> None:
    shop = sqlite_shop.people(1, 2)
    plans = [erasure(shop, number) for number in (1, 2)]
    shop.add("note", {"id": 77, "model": "contact", "res_id": 1, "body": "new", "file": None})
    shop.database.run("DELETE FROM note WHERE res_id = 2")
    found = gather(plans, shop.policy, shop.system())
    assert ([plan for plan, _ in found.refused], found.plan) == (plans, None)


def test_what_they_share_goes_once_and_only_if_it_goes_for_one_of_them(shop: Shop) -> None:
    """Two of the three who met leave: the meeting stays for the third. All who met leave: by no approved plan does
    the meeting go, so that not all of them are gathered.
    """
    shop.people(1, 2, 3, 4).meet(1, 1, 2, 3).meet(2, 4)
    plans = [erasure(shop, number) for number in (1, 2, 3, 4)]
    some = together(shop, [plans[0], plans[1], plans[3]])
    assert {one.table: one.deleted for one in some.selections[0].actions}["meeting"] == 1
    found = gather(plans, shop.policy, shop.system())
    assert found.plan is not None
    assert (found.plan.gathers, found.refused) == ([plans[n].digest for n in (0, 1, 3)], [])
    assert found.later == [plans[2]]
    carry_out(found.plan, shop.policy, shop.system())
    assert (shop.ids("contact"), shop.ids("meeting")) == ([3], [1])
    [(refused, _)] = gather(
        [plans[2]], shop.policy, shop.system()
    ).refused  # the meeting would go: not as approved
    assert refused == plans[2]


def test_a_hold_placed_since_is_heeded(sqlite_shop: Shop) -> None:
    shop = sqlite_shop.people(1, 2)
    plans = [erasure(shop, number) for number in (1, 2)]
    hold = Hold(
        "h-1", "legal@x.example", "a dispute", AS_OF.replace(year=2030), identities=tuple(email(1).items())
    )
    found = gather(plans, shop.policy, shop.system(), [hold])
    assert found.plan is not None
    [selection] = found.plan.selections
    assert (selection.rows, selection.held) == (plans[1].selections[0].rows, plans[0].selections[0].rows)


def test_what_is_about_the_same_record_waits(sqlite_shop: Shop) -> None:
    sqlite_shop.people(1, 2)
    one, two = erasure(sqlite_shop, 1), erasure(sqlite_shop, 2)
    again = plan_subject(
        sqlite_shop.policy, sqlite_shop.system(), {"phone": "+33100000001"}, "erasure", as_of=AS_OF
    ).model_copy(update={"request": "R-2"})
    assert apart([one, again, two]) == [one, two]


@pytest.mark.parametrize(
    "other",
    [{"kind": "restriction"}, {"tolerance": 0.1}, {"gathers": ["0" * 64]}],
)
def test_only_erasures_exactly_as_counted_are_gathered(sqlite_shop: Shop, other: dict[str, Any]) -> None:
    sqlite_shop.people(1)
    plan = erasure(sqlite_shop, 1)
    assert gatherable(plan)
    assert not gatherable(plan.model_copy(update=other))


@pytest.mark.parametrize("other", [{"policy_digest": "0" * 64}, {"as_of": AS_OF.replace(day=2)}])
def test_plans_made_otherwise_are_not_mixed(sqlite_shop: Shop, other: dict[str, Any]) -> None:
    sqlite_shop.people(1, 2)
    one, two = erasure(sqlite_shop, 1), erasure(sqlite_shop, 2).model_copy(update=other)
    assert apart([one, two]) == [one]
    assert apart([two, one]) == [two]


# ---------------------------------------------------------------- what became of each


def done(shop: Shop, plans: Sequence[Plan], unsettled: set[int], left: int) -> list[bool]:
    gathered = together(shop, plans)
    return [done_whole(plan, gathered, [frozenset(unsettled)], [left]) for plan in plans]


def test_each_answers_for_its_own_records(sqlite_shop: Shop) -> None:
    sqlite_shop.people(1, 2, 3)
    plans = [erasure(sqlite_shop, number) for number in (1, 2, 3)]
    assert done(sqlite_shop, plans, set(), 0) == [True, True, True]
    assert done(sqlite_shop, plans, {2}, 4) == [True, False, True]


def test_what_is_left_of_nobody_in_particular_is_left_of_everybody(sqlite_shop: Shop) -> None:
    sqlite_shop.people(1, 2)
    assert done(sqlite_shop, [erasure(sqlite_shop, 1), erasure(sqlite_shop, 2)], set(), 1) == [False, False]


def test_somebody_known_nowhere_has_nothing_left(sqlite_shop: Shop) -> None:
    sqlite_shop.people(1)
    assert done(sqlite_shop, [erasure(sqlite_shop, 1), erasure(sqlite_shop, 99)], {1}, 1) == [False, True]


def test_verification_names_who_is_left(shop: Shop) -> None:
    """A system that brings back what goes: the others are done."""
    shop.people(1, 2)
    plans = [erasure(shop, number) for number in (1, 2)]
    gathered = together(shop, plans)
    _, verification = carry_out(gathered, shop.policy, shop.system())
    assert verification.unsettled == (frozenset(),)
    shop.people(2)
    execution = Execution(gathered, shop.policy, shop.system(), resumed=True)
    again = execution.verify(Notebook())
    left = [sum(one.rows for one in check.left) for check in again.selections]
    assert [done_whole(plan, gathered, again.unsettled, left) for plan in plans] == [True, False]
