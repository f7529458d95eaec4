"""Who comes to be past their term between plan and run keeps what they own, and is counted where rows are shared."""

from __future__ import annotations

from pathlib import Path

from garant.engine.holds import Hold
from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution
from tests.engine.support.archives import Vault, archiving_shop
from tests.engine.support.running import Notebook, carry_out
from tests.engine.support.shop import AS_OF, OLD, RECENT, Shop
from tests.engine.test_owners_of_each_other import befriend, friendly


def test_who_comes_past_their_term_before_the_run_keeps_what_they_share_and_is_said(shop: Shop) -> None:
    """1 leaves; their card is 2's too, and 2 has a right to be there when the plan is made, and none at the run."""
    friendly(shop, "odd", "even").people(1, customer=1, at=OLD).people(2, customer=2, at=OLD)
    shop.invoice(2, at=RECENT)
    befriend(shop, _1=2)
    plan = shop.plan()
    assert [s.due for s in plan.selections] == [1, 0]
    shop.database.run(f"UPDATE invoice SET at = '{OLD}'")
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert checked.verified, "what nobody has approved is not of this run"
    assert [one.since for one in checked.selections] == [0, 1]
    assert [one["since"] for one in checked.details["selections"]] == [0, 1]
    assert (shop.ids("contact"), shop.ids("interaction")) == ([1, 2], [2])
    again = shop.plan()
    assert [s.due for s in again.selections] == [0, 1]
    _, checked = carry_out(again, shop.policy, shop.system())
    assert [one.since for one in checked.selections] == [0, 0]
    assert shop.ids("contact") == [1], (
        "of the first nothing is dated any more: that is said, and not verified"
    )
    assert not checked.verified


def shared(shop: Shop) -> Shop:
    """A meeting of somebody past their term, which stays for whoever else was there."""
    return shop.people(1, at=OLD).people(9, at=RECENT).meet(1, 1, 9)


def test_those_for_whom_the_plan_had_nothing_to_do_are_not_said_again(shop: Shop) -> None:
    """Settled, selected, spared: none of these has come past their term since."""
    shop.document["dispositions"]["erase"]["actions"] = [
        {"table": "meeting", "do": "delete"},
        {"table": "contact", "do": "treat"},
    ]
    shared(shop).people(2, 3)
    shop.database.run("UPDATE contact SET name = NULL, email = NULL, phone = NULL WHERE id = 3")
    plan = shop.plan()
    assert (plan.selections[0].due, plan.selections[0].settled) == (2, 1)
    execution, journal = Execution(plan, shop.policy, shop.system()), Notebook()
    shop.database.run(f"UPDATE interaction SET at = '{RECENT}' WHERE contact_id = 2")
    for key in execution.batch_keys():
        execution.execute(key, journal)
    (checked,) = execution.verify(journal).selections
    assert (checked.no_longer_due, checked.since) == (1, 0)


def test_whom_a_hold_keeps_has_nothing_that_the_next_plan_would_take(shop: Shop) -> None:
    shared(shop).people(2, at=RECENT)
    plan = shop.plan()
    shop.database.run(f"UPDATE interaction SET at = '{OLD}' WHERE contact_id = 2")
    hold = Hold("h-1", "legal", "A dispute.", AS_OF, identities=(("email", "n2@x.example"),))
    for holds, since in (([], 1), ([hold], 0)):
        execution = Execution(
            plan, shop.policy, shop.system(), holding=lambda holds=holds: holds, resumed=True
        )
        assert [one.since for one in execution.verify(Notebook()).selections] == [since]


def test_where_no_row_stays_for_somebody_else_nobody_is_asked_about(shop: Shop) -> None:
    shop.people(1).people(2, at=RECENT)
    plan = shop.plan()
    shop.database.run(f"UPDATE interaction SET at = '{OLD}'")
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert [one.since for one in checked.selections] == [0]


def test_of_a_promise_that_archives_both_ends_are_asked(shop: Shop, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    shared(archiving_shop(shop, active="P1Y", archive="P2Y")).people(2, 3, at=RECENT)
    plan = shop.plan()
    shop.database.run(f"UPDATE interaction SET at = '{OLD}' WHERE contact_id = 2")
    shop.database.run("UPDATE interaction SET at = '2025-05-05 10:00:00' WHERE contact_id = 3")
    _, checked = carry_out(plan, shop.policy, vault.systems(shop))
    told = {s.archive: c.since for s, c in zip(plan.selections, checked.selections, strict=True)}
    assert told == {False: 1, True: 1}


def test_a_request_of_one_person_is_about_nobody_else(shop: Shop) -> None:
    shop.people(1, 2)
    plan = plan_subject(shop.policy, shop.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert [one.since for one in checked.selections] == [0]
