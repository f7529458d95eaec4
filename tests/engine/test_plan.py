"""What a retention plan says: of those who are overdue now, not of those already dealt with."""

from __future__ import annotations

from datetime import date

import pytest

from garant.engine.document import Plan, Selection
from garant.engine.planning.plan import plan_retention
from garant.engine.terms import UnknownRule
from tests.engine.support.policies import policy, rule
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, RECENT, Shop


def only(plan: Plan) -> Selection:
    [selection] = plan.selections
    return selection


def test_the_plan_says_who_when_and_by_which_rule(shop: Shop) -> None:
    shop.people(1, 2).people(3, at=RECENT).people(4, customer=1)
    shop.database.insert("contact", [{"id": 5, "customer": 0, "rid": 5}])
    plan = shop.plan()
    found = only(plan)
    assert (plan.kind, plan.organisation, plan.zone, plan.as_of) == (
        "retention",
        "seipra",
        "Europe/Paris",
        AS_OF,
    )
    assert (found.system, found.root, found.disposition) == ("crm", "contact", "erase")
    assert (found.rule, found.role, found.event, found.period) == (
        "prospects",
        "prospect",
        "last-contact",
        "P3Y",
    )
    assert (found.cutoff, found.oldest) == (date(2023, 10, 31), date(2020, 5, 5))
    assert (found.population, found.due, found.undated, found.unreadable, found.settled) == (4, 2, 1, 0, 0)


def test_the_oldest_is_the_oldest_that_is_left(shop: Shop) -> None:
    """People treated in place stay past their term: they are settled, and no longer what is overdue."""
    shop.document["dispositions"]["erase"]["actions"] = [{"table": "contact", "do": "treat"}]
    shop.people(1, at="2010-01-01 12:00:00").invoice(1, at="2026-01-01 12:00:00")
    carry_out(shop.plan(), shop.policy, shop.system())
    shop.people(2, at="2021-06-01 12:00:00").invoice(2, at="2020-01-01 12:00:00")
    found = only(shop.plan())
    assert (found.due, found.settled, found.oldest) == (1, 1, date(2021, 6, 1))
    assert [(duty.roots, duty.until) for duty in found.duties] == [(1, date(2030, 1, 1))]


def test_a_duty_that_holds_nobody_has_no_end(shop: Shop) -> None:
    shop.people(1).invoice(1, at="2010-01-01 12:00:00")
    assert [(duty.roots, duty.until) for duty in only(shop.plan()).duties] == [(0, None)]


def test_nobody_overdue_is_said_with_no_date(shop: Shop) -> None:
    shop.people(1, at=RECENT)
    found = only(shop.plan())
    assert (found.due, found.oldest, found.rows, found.root_keys()) == (0, None, 0, [])


# ---------------------------------------------------------------- sooner


@pytest.fixture
def withdrawn(shop: Shop) -> Shop:
    """A rule that ends when consent is withdrawn."""
    shop.policy = policy(prospects=rule("P3Y", sooner="withdrawal"), invoices="P10Y")
    shop.database.run("CREATE TABLE consent (contact_id integer, withdrawn text, rid integer)")
    shop.document["events"]["withdrawal"] = [
        {"root": "contact", "type": "date", "query": "SELECT contact_id AS key, withdrawn AS at FROM consent"}
    ]
    return shop


def test_an_event_that_ends_retention_counts_at_once(withdrawn: Shop) -> None:
    withdrawn.people(1).people(2, 3, 4, 5, at=RECENT).people(6, at=RECENT, customer=1)
    days = {1: "2026-10-30", 2: AS_OF.isoformat(), 3: "2026-11-02", 4: None, 6: "2020-01-01"}
    withdrawn.add("consent", *({"contact_id": c, "withdrawn": day} for c, day in days.items()))
    found = only(withdrawn.plan())
    assert (found.root_keys(), found.sooner, found.population) == ([1, 2], 1, 5)
    _, verification = carry_out(withdrawn.plan(), withdrawn.policy, withdrawn.system())
    assert verification.verified
    assert withdrawn.ids("contact") == [3, 4, 5, 6]


def test_the_first_withdrawal_is_enough(withdrawn: Shop) -> None:
    withdrawn.people(1, at=RECENT).add(
        "consent", {"contact_id": 1, "withdrawn": "2026-01-01"}, {"contact_id": 1, "withdrawn": "2027-01-01"}
    )
    assert only(withdrawn.plan()).root_keys() == [1]


def test_an_event_that_no_system_knows_is_said(withdrawn: Shop) -> None:
    del withdrawn.document["events"]["withdrawal"]
    withdrawn.people(1)
    [note] = only(withdrawn.plan()).notes
    assert (
        "The rule ends sooner when “withdrawal of consent” happens; the map of the system “Customers”"
        in note.en
    )


# ---------------------------------------------------------------- what is not done


def test_an_archive_is_said_not_to_be_made(shop: Shop) -> None:
    two = rule("P1Y")
    phases = (*two.phases, two.phases[0].model_copy(update={"kind": "intermediate-archive"}))
    shop.policy = policy(prospects=two.model_copy(update={"phases": phases}), invoices="P10Y")
    shop.people(1)
    [note] = only(shop.plan()).notes
    assert "intermediate archive" in note.en


def test_more_than_was_promised_is_said(shop: Shop) -> None:
    shop.policy = policy(prospects=rule("P3Y", fate="anonymise"), invoices="P10Y")
    shop.people(1)
    [note] = only(shop.plan()).notes
    assert "more than was promised" in note.en


def test_a_rule_that_no_map_answers_is_said(shop: Shop) -> None:
    shop.policy = policy(prospects="P3Y", invoices="P10Y", candidates="P2Y")
    assert shop.plan().unanswered == ["candidates", "invoices"]


def test_a_promise_that_selects_one_root_and_ends_another_is_refused(shop: Shop) -> None:
    shop.document["roots"]["meeting"] = {"table": "meeting", "key": "id"}
    shop.document["roles"]["held"] = {"root": "meeting", "query": "SELECT id AS key FROM meeting"}
    shop.document["promises"][0]["role"] = "held"
    with pytest.raises(UnknownRule, match="crm: prospects selects one root and would end another"):
        shop.plan()


# ---------------------------------------------------------------- advice


def test_a_missing_index_on_a_large_table_is_advised(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.systems.sql.indexes.LARGE", 3)
    shop.people(1, 2, 3, 4).meet(1, 1, 2)
    shop.database.run("CREATE UNIQUE INDEX quick ON note (res_id)")
    advice = only(shop.plan()).advice
    assert [line.split(" ON ")[1] for line in advice] == [line.split(" ON ")[1] for line in sorted(advice)]
    assert len(advice) == 1
    assert "interaction" in advice[0]
    assert "contact_id" in advice[0]
    shop.database.run(advice[0])
    assert only(shop.plan()).advice == []


def test_a_column_with_a_reserved_name_can_be_advised(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.systems.sql.indexes.LARGE", 1)
    shop.database.run('CREATE TABLE "order" (id integer PRIMARY KEY, "group" integer, rid integer)')
    shop.document["tables"]["order"] = {"key": "id", "links": [{"root": "contact", "column": "group"}]}
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "order", "do": "delete"})
    shop.people(1).add("order", {"id": 1, "group": 1})
    [advice] = [line for line in only(shop.plan()).advice if "order" in line]
    shop.database.run(advice)


# ---------------------------------------------------------------- several systems


def test_several_systems_are_planned_each_by_its_map(shop: Shop) -> None:
    shop.people(1, 2)
    systems = {"b": shop.system()["crm"], "a": shop.system()["crm"]}
    plan = plan_retention(shop.policy, systems, as_of=AS_OF)
    assert len(plan.selections) == 2
    assert list(plan.map_digests) == ["a", "b"]
