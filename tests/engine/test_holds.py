"""Holds: what they keep stays as it is, in a sweep and in a person's own request, and the plan says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from garant.engine.document import Plan
from garant.engine.holds import HeldRows, Hold, missing, told_by_hand
from garant.engine.planning.asked import Rectification
from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution, PlanRefused
from garant.systems.sql.holding import LOST
from tests.engine.support.policies import policy, rule
from tests.engine.support.running import Notebook, retention
from tests.engine.support.shop import AS_OF, SQL_TYPES, Shop

REASON = "Litigation before the commercial court"


def on_person(key: str, *emails: str, **more: Any) -> Hold:
    identities = tuple(("email", email) for email in emails)
    return Hold(key, "legal@x.example", REASON, date(2027, 1, 31), identities=identities, **more)


def on_activity(activity: str) -> Hold:
    return Hold("h-activity", "legal@x.example", REASON, review=date(2027, 1, 31), activity=activity)


def on_rows(table: str, *keys: int) -> Hold:
    rows = (HeldRows("crm", table, tuple(map(str, keys))),)
    return Hold("h-rows", "legal@x.example", REASON, review=date(2027, 1, 31), rows=rows)


def sweep(shop: Shop, *holds: Hold) -> Plan:
    return shop.plan(holds=holds)


def run(shop: Shop, plan: Plan, holds: Sequence[Hold] | list[Hold], size: int = 1000) -> Execution:
    execution, journal = (
        Execution(plan, shop.policy, shop.system(), batch_size=size, holding=lambda: tuple(holds)),
        Notebook(),
    )
    for key in execution.batch_keys():
        execution.execute(key, journal)
    assert execution.verify(journal).verified
    return execution


def test_a_held_person_stays_whole_and_the_plan_says_whose_hold_it_is(shop: Shop) -> None:
    shop.people(1, 2, 3).meet(7, 1, 2)
    before = shop.rows()
    hold = on_person("h-1", "n1@x.example")
    plan = sweep(shop, hold)
    selection = plan.selections[0]
    assert selection.root_keys() == [2, 3]
    assert (selection.on_hold, selection.settled) == (1, 0)
    assert [(h.hold, h.owner, h.reason, h.until, h.roots) for h in selection.holds] == [
        ("h-1", "legal@x.example", REASON, date(2027, 1, 31), 1)
    ]
    run(shop, plan, [hold])
    assert shop.ids("contact") == [1]
    assert shop.ids("interaction") == [1]
    assert shop.ids("meeting") == [7]
    after = shop.rows()
    assert after["contact"][1] == before["contact"][1]
    assert after["note"][1] == before["note"][1]


def test_a_record_stays_on_hold_whatever_it_is_named_now(shop: Shop) -> None:
    """Its address was changed in the system after the hold; what the hold knew elsewhere is no business of this system."""
    shop.people(1, 2, 3)
    places = (("crm", "contact", 1), ("crm", "contact", 3), ("crm", "elsewhere", 2), ("other", "contact", 2))
    hold = on_person("h-1", "n3@x.example", places=places)
    shop.database.run("UPDATE contact SET email = 'new@x.example' WHERE id = 1")
    plan = sweep(shop, hold)
    assert plan.selections[0].root_keys() == [2]
    assert [held.roots for held in plan.selections[0].holds] == [2]
    run(shop, plan, [hold])
    assert shop.ids("contact") == [1, 3]


def test_what_a_request_keeps_it_keeps_in_its_systems_alone(shop: Shop) -> None:
    """Whoever works a system by hand was told by the request itself, and is not told twice."""
    shop.people(1, 2)
    here = on_person("R-1", "n1@x.example", systems=("crm", "other"), asked=True)
    elsewhere = on_person("R-2", "n2@x.example", systems=("other",), asked=True)
    assert sweep(shop, here, elsewhere).selections[0].root_keys() == [2]
    assert told_by_hand([here, on_person("h-1"), elsewhere]) == [("h-1", REASON)]


def test_a_hold_beats_the_request_of_the_person_it_is_on(shop: Shop) -> None:
    shop.people(1, 2)
    hold = on_person("h-1", "n1@x.example")
    plan = plan_subject(
        shop.policy, shop.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF, holds=[hold]
    )
    selection = plan.selections[0]
    assert (selection.rows, selection.held) == (0, 3)
    assert [h.roots for h in selection.holds] == [1]
    before = shop.rows()
    run(shop, plan, [hold])
    assert shop.rows() == before


def test_a_hold_that_ended_frees_only_by_a_new_plan(shop: Shop) -> None:
    shop.people(1)
    asked = {"email": "n1@x.example"}
    hold = on_person("h-1", "n1@x.example")
    plan = plan_subject(shop.policy, shop.system(), asked, "erasure", as_of=AS_OF, holds=[hold])
    with pytest.raises(PlanRefused):
        run(shop, plan, [])
    run(shop, plan_subject(shop.policy, shop.system(), asked, "erasure", as_of=AS_OF), [])
    assert shop.ids("contact") == []


def test_a_hundred_holds_on_one_person_are_all_said(shop: Shop) -> None:
    shop.people(*range(1, 6))
    holds = [on_person(f"h-{n}", "n1@x.example", "n2@x.example") for n in range(100)]
    plan = sweep(shop, *holds)
    assert [h.roots for h in plan.selections[0].holds] == [2] * 100
    run(shop, plan, holds)
    assert shop.ids("contact") == [1, 2]


@pytest.mark.parametrize("size", [1, 1000])
def test_a_hold_placed_after_approval_is_obeyed(shop: Shop, size: int) -> None:
    shop.people(*range(1, 9))
    plan = sweep(shop)
    before = shop.rows("contact")["contact"][4]
    run(shop, plan, [on_person("h-1", "n4@x.example")], size)
    assert shop.rows("contact")["contact"] == {4: before}
    assert shop.ids("note") == [4]


def test_a_hold_placed_between_two_batches_or_during_one_is_obeyed(shop: Shop) -> None:
    shop.people(*range(1, 7))
    plan, holds = sweep(shop), list[Hold]()
    asked = 0

    def holding() -> Sequence[Hold]:
        nonlocal asked
        asked += 1
        if asked == 4:  # after the statements of the second batch, before it commits
            holds.append(on_person("h-1", "n3@x.example", "n5@x.example"))
        return tuple(holds)

    execution = Execution(plan, shop.policy, shop.system(), batch_size=2, holding=holding)
    journal = Notebook()
    results = [execution.execute(key, journal) for key in execution.batch_keys()]
    assert shop.ids("contact") == [3, 5]
    assert [result.counts["held"] for result in results] == [0, 3, 3]
    verification = execution.verify(journal)
    assert verification.verified
    assert verification.selections[0].held == 6


def test_rows_on_hold_stay_with_what_they_hang_on_and_what_hangs_on_them(shop: Shop) -> None:
    shop.people(1, 2, 3)
    hold = on_rows("note", 2)
    plan = sweep(shop, hold)
    assert [(h.hold, h.roots) for h in plan.selections[0].holds] == [("h-rows", 0)]
    run(shop, plan, [hold])
    assert (shop.ids("note"), shop.ids("contact"), shop.ids("interaction")) == ([2], [2], [])


def test_what_hangs_on_a_held_row_stays_too_however_far(shop: Shop) -> None:
    whole, _ = SQL_TYPES[shop.database.name]
    for table, parent in (("reply", "note"), ("trace", "reply")):
        shop.database.run(
            f"CREATE TABLE {table} (id {whole} PRIMARY KEY, up {whole}, body text, rid {whole})"
        )
        shop.document["tables"][table] = {
            "key": "id",
            "links": [{"parent": parent, "column": "up"}],
            "columns": {"body": {"category": "correspondence", "erase": "blank"}},
        }
        shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": table, "do": "delete"})
    shop.people(1, 2)
    shop.add("reply", *({"id": n, "up": n, "body": "re"} for n in (1, 2)))
    shop.add("trace", *({"id": n, "up": n, "body": "seen"} for n in (1, 2)))
    run(shop, sweep(shop, on_rows("note", 2)), [on_rows("note", 2)])
    left = {table: [row["id"] for row in shop.rows(table)[table].values()] for table in ("reply", "trace")}
    assert {table: list(map(int, ids)) for table, ids in left.items()} == {"reply": [2], "trace": [2]}
    assert shop.ids("note") == [2]


def test_rows_of_another_system_are_no_business_of_this_one(shop: Shop) -> None:
    shop.people(1)
    elsewhere = Hold("h-1", "legal", REASON, date(2099, 1, 1), rows=(HeldRows("erp", "note", ("1",)),))
    plan = sweep(shop, elsewhere)
    assert plan.selections[0].holds == []
    run(shop, plan, [elsewhere])
    assert shop.ids("note") == []


def test_the_row_of_a_root_is_held_with_everything_that_hangs_on_it(shop: Shop) -> None:
    shop.people(1, 2, 3)
    run(shop, sweep(shop, on_rows("contact", 2)), [on_rows("contact", 2)])
    assert (shop.ids("note"), shop.ids("contact"), shop.ids("interaction")) == ([2], [2], [2])


def test_an_activity_on_hold_stops_its_rules_and_whoever_they_select(shop: Shop) -> None:
    shop.people(1, 2)
    shop.policy = policy(
        prospects=rule("P3Y", activities=("selling",)), invoices=rule("P10Y", activities=("billing",))
    )
    hold = on_activity("selling")
    plan = retention(shop.policy, shop.system(), AS_OF, holds=[hold])
    assert (plan.selections[0].due, plan.selections[0].on_hold) == (0, 2)
    assert [(h.hold, h.roots) for h in plan.selections[0].holds] == [("h-activity", 2)]
    asked = plan_subject(
        shop.policy, shop.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF, holds=[hold]
    )
    assert (asked.selections[0].rows, asked.selections[0].held) == (0, 3)
    other = retention(shop.policy, shop.system(), AS_OF, holds=[on_activity("cooking")])
    assert (other.selections[0].due, other.selections[0].holds) == (2, [])


def test_a_duty_of_an_activity_on_hold_has_no_end(shop: Shop) -> None:
    shop.people(1, 2).invoice(1, at="2010-01-01 00:00:00")
    shop.policy = policy(
        prospects=rule("P3Y", activities=("selling",)), invoices=rule("P10Y", activities=("billing",))
    )
    hold = on_activity("billing")
    plan = retention(shop.policy, shop.system(), AS_OF, holds=[hold])
    assert [(d.rule, d.roots, d.until) for d in plan.selections[0].duties] == [("invoices", 1, None)]
    assert [(h.hold, h.roots) for h in plan.selections[0].holds] == [("h-activity", 1)]
    run(shop, plan, [hold])
    assert [row["name"] for row in shop.rows("contact")["contact"].values()] == ["N1"]


def test_what_is_held_is_not_corrected_but_can_be_restricted(shop: Shop) -> None:
    shop.people(1)
    hold, asked = on_person("h-1", "n1@x.example"), {"email": "n1@x.example"}
    corrected = plan_subject(
        shop.policy, shop.system(), asked, "rectification",
        as_of=AS_OF, rectification=Rectification({"phone": "+33199999999"}), holds=[hold],
    )  # fmt: skip
    assert (corrected.selections[0].rows, corrected.selections[0].held) == (0, 1)
    assert [h.hold for h in corrected.selections[0].holds] == ["h-1"]
    before = shop.rows()
    run(shop, corrected, [hold])
    assert shop.rows() == before
    restricted = plan_subject(shop.policy, shop.system(), asked, "restriction", as_of=AS_OF, holds=[hold])
    assert (restricted.selections[0].rows, restricted.selections[0].held) == (1, 0)
    run(shop, restricted, [hold])
    assert [row["state"] for row in shop.rows("contact")["contact"].values()] == ["restricted"]


def test_what_a_held_row_needs_by_a_foreign_key_stays_and_what_would_cascade_on_it_is_refused(
    shop: Shop,
) -> None:
    whole = "bigint" if shop.database.name == "postgresql" else "INTEGER"
    shop.database.run(
        "ALTER TABLE note RENAME TO old_note",
        f"CREATE TABLE note (id {whole} PRIMARY KEY, model text, res_id {whole}, body text, file text, rid {whole}, "
        f"about {whole} REFERENCES interaction (id) ON DELETE CASCADE)",
    )
    shop.add("note")
    shop.people(1, 2)
    shop.database.run("UPDATE note SET about = 2 WHERE id = 1")
    hold = on_person("h-1", "n1@x.example")
    plan = sweep(shop, hold)
    run(shop, plan, [hold])
    assert (shop.ids("contact"), shop.ids("note"), shop.ids("interaction")) == ([1], [1], [1, 2])


def test_rows_that_are_not_there_are_told(shop: Shop) -> None:
    shop.people(1, 2)
    with shop.system()["crm"].connector.snapshot() as snapshot:
        assert missing(snapshot, HeldRows("crm", "contact", ("2", "9", "zz", "1"))) == ["9", "zz"]


def test_what_would_cascade_on_a_held_row_by_a_table_in_between_is_refused(shop: Shop) -> None:
    """Of that table the map knows nothing."""
    whole = SQL_TYPES[shop.database.name][0]
    shop.database.run(
        f"CREATE TABLE room (id {whole} PRIMARY KEY, one {whole}, FOREIGN KEY (one) REFERENCES interaction (id) "
        "ON DELETE CASCADE)",
        "ALTER TABLE note RENAME TO old_note",
        f"CREATE TABLE note (id {whole} PRIMARY KEY, model text, res_id {whole}, body text, file text, rid {whole}, "
        f"about {whole}, FOREIGN KEY (about) REFERENCES room (id) ON DELETE CASCADE)",
    )
    shop.people(1, 2)
    shop.database.run("INSERT INTO room VALUES (5, 2)", "UPDATE note SET about = 5 WHERE id = 1")
    hold = on_person("h-1", "n1@x.example")
    plan = sweep(shop, hold)
    execution = Execution(plan, shop.policy, shop.system(), holding=lambda: (hold,))
    (result,) = [execution.execute(key, Notebook()) for key in execution.batch_keys()]
    assert [block["constraint"] for block in result.blocks] == [LOST]
    assert shop.ids("note") == [1, 2]
