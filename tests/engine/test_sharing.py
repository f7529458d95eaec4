"""Rows that several people own: gone with the last of them, however the plan is cut."""

from __future__ import annotations

import pytest

from tests.engine.support.running import carry_out
from tests.engine.support.shop import RECENT, Shop


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_meeting_goes_with_the_last_who_attended(shop: Shop, size: int) -> None:
    shop.people(1, 2, 3).people(4, at=RECENT).meet(1, 1, 2, 3).meet(2, 1, 4).meet(3, 4)
    plan = shop.plan()
    assert plan.selections[0].actions[3].deleted == 1
    assert plan.selections[0].actions[3].shared == 1
    _, verification = carry_out(plan, shop.policy, shop.system(), size)
    assert verification.verified
    assert shop.ids("meeting") == [2, 3]


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_people_treated_in_place_still_let_go_of_what_they_share(shop: Shop, size: int) -> None:
    """Their rows stay, so nobody is ever gone: what counts is that all of them leave by this plan."""
    shop.document["dispositions"]["erase"]["actions"][4]["do"] = "treat"
    shop.people(1, 2, 3).meet(1, 1, 2, 3)
    _, verification = carry_out(shop.plan(), shop.policy, shop.system(), size)
    assert verification.verified
    assert shop.ids("meeting") == []


def test_a_shared_row_that_is_treated_waits_for_the_last_of_its_owners(shop: Shop) -> None:
    shop.document["dispositions"]["erase"]["actions"][3]["do"] = "treat"
    shop.people(1, 2).people(4, at=RECENT).meet(1, 1, 2).meet(2, 1, 4)
    before = [row["title"] for row in shop.rows("meeting")["meeting"].values()]
    plan = shop.plan()
    action = plan.selections[0].actions[3]
    assert (action.table, action.deleted, action.treated) == ("meeting", 0, 1)
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert [row["title"] for row in shop.rows("meeting")["meeting"].values()] == [None, before[1]]
    assert before[1] is not None, "somebody stays, and so does what they were told"


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize("order", [(3, 4), (4, 3)])
def test_a_duty_on_one_owner_keeps_the_shared_row(shop: Shop, size: int, order: tuple[int, int]) -> None:
    """Even where the owner's own row goes before the shared one is looked at."""
    kept = {"row": True, "columns": []}
    shop.document["duties"][0]["keeps"] = {"meeting": kept, "attendee": kept}
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions[3], actions[4] = actions[order[0]], actions[order[1]]
    shop.people(1, 2, 3).invoice(1).meet(1, 1, 2).meet(2, 2, 3)
    _, verification = carry_out(shop.plan(), shop.policy, shop.system(), size)
    assert verification.verified
    assert shop.ids("meeting") == [1]
    assert [row["title"] for row in shop.rows("meeting")["meeting"].values()] == [None], (
        "no duty keeps the title"
    )


@pytest.mark.parametrize("size", [1, 1000])
def test_who_leaves_a_row_that_anothers_duty_keeps_is_in_the_plan_too(shop: Shop, size: int) -> None:
    """It is because both leave that the row, kept for one, is emptied of what no duty keeps."""
    kept = {"row": True, "columns": []}
    shop.document["duties"][0]["keeps"] = {"meeting": kept}
    shop.document["dispositions"]["erase"]["actions"] = [{"table": "meeting", "do": "delete"}]
    shop.document["tables"]["meeting"]["links"].append({"root": "contact", "column": "host_id"})
    shop.database.run("ALTER TABLE meeting ADD COLUMN host_id integer")
    shop.people(1, 2).invoice(1).meet(1, 1)
    shop.database.run("UPDATE meeting SET host_id = 2")
    plan = shop.plan()
    assert (plan.selections[0].root_keys(), plan.selections[0].rows) == ([1, 2], 1)
    assert carry_out(plan, shop.policy, shop.system(), size)[1].verified
    assert [row["title"] for row in shop.rows("meeting")["meeting"].values()] == [None]
    assert shop.plan().selections[0].due == 0


def test_a_root_that_only_references_remember_is_settled_once_they_are_treated(shop: Shop) -> None:
    """A role may name people whose own row has long gone; they must not be due for ever."""
    shop.document["roles"]["prospect"]["query"] = (
        "SELECT id AS key FROM contact WHERE customer = 0 UNION SELECT contact_id FROM invoice"
    )
    shop.document["events"]["last-contact"][0]["query"] = (
        "SELECT contact_id AS key, at AS at FROM interaction UNION ALL SELECT contact_id, at FROM invoice"
    )
    shop.document["duties"] = []
    shop.people(1).invoice(1, 7, at="2015-01-01 00:00:00").add(
        "interaction", {"id": 9, "contact_id": 7, "at": None}
    )
    first = shop.plan()
    assert first.selections[0].root_keys() == [1, 7]
    carry_out(first, shop.policy, shop.system())
    again = shop.plan().selections[0]
    assert (again.due, again.settled, again.rows) == (0, 2, 0)
