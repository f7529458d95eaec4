"""Reality moves between a plan and its run: a little is spared, too much is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from garant.engine.planning.plan import plan_retention
from garant.engine.running.execution import Execution, PlanRefused
from garant.engine.terms import Source, UnknownRule
from tests.engine.support.policies import policy
from tests.engine.support.running import Notebook
from tests.engine.support.shop import AS_OF, RECENT, Shop


def come_back(shop: Shop, *contacts: int) -> None:
    shop.add(
        "interaction", *({"id": 100 + c, "contact_id": c, "at": RECENT, "body": "back"} for c in contacts)
    )


@pytest.mark.parametrize(("tolerance", "back"), [(0.0, 1), (0.1, 2), (0.2, 3), (0.5, 6)])
def test_too_many_who_are_no_longer_due(shop: Shop, tolerance: float, back: int) -> None:
    shop.people(*range(1, 11))
    plan = shop.plan(tolerance=tolerance)
    come_back(shop, *range(1, back + 1))
    with pytest.raises(
        PlanRefused, match=f"crm: prospects: 10 roots were planned, {10 - back} are there now"
    ):
        Execution(plan, shop.policy, shop.system())
    assert len(shop.ids("contact")) == 10


def test_within_the_tolerance_whoever_came_back_is_spared(shop: Shop) -> None:
    shop.people(*range(1, 11))
    plan = shop.plan(tolerance=0.1)
    come_back(shop, 4)
    execution, journal = Execution(plan, shop.policy, shop.system()), Notebook()
    [result] = [execution.execute(key, journal) for key in execution.batch_keys()]
    assert (result.counts["roots"], result.counts["skipped"]) == (9, 1)
    assert shop.ids("contact") == [4]
    assert execution.verify(journal).verified


@pytest.mark.parametrize("change", ["grown", "shrunk"])
def test_too_many_or_too_few_rows(shop: Shop, change: str) -> None:
    shop.people(*range(1, 11))
    plan = shop.plan(tolerance=0.1)
    if change == "grown":
        shop.add("note", *({"id": 100 + n, "model": "contact", "res_id": 1, "body": "x"} for n in range(4)))
    else:
        shop.database.run("DELETE FROM note WHERE id <= 4")
    rows = 34 if change == "grown" else 26
    with pytest.raises(
        PlanRefused, match=f"30 rows were planned, {rows} are there now; the plan tolerates 10.0%"
    ):
        Execution(plan, shop.policy, shop.system())


def test_who_becomes_due_after_the_plan_waits_for_the_next(shop: Shop) -> None:
    shop.people(1)
    plan = shop.plan()
    shop.people(2)
    execution, journal = Execution(plan, shop.policy, shop.system()), Notebook()
    for key in execution.batch_keys():
        execution.execute(key, journal)
    assert shop.ids("contact") == [2]
    assert execution.verify(journal).verified, "the plan is kept; the next one is another promise"


def test_a_resumed_plan_is_not_judged_by_its_own_work(shop: Shop) -> None:
    shop.people(*range(1, 11))
    plan = shop.plan(tolerance=0)
    execution, journal = Execution(plan, shop.policy, shop.system(), batch_size=5), Notebook()
    execution.execute("001/0001", journal)
    with pytest.raises(PlanRefused):
        Execution(plan, shop.policy, shop.system(), batch_size=5)
    resumed = Execution(plan, shop.policy, shop.system(), resumed=True, batch_size=5)
    resumed.execute("001/0002", journal)
    assert resumed.verify(journal).verified
    assert shop.ids("contact") == []


def test_a_changed_policy_is_refused(shop: Shop) -> None:
    shop.people(1)
    with pytest.raises(PlanRefused, match="the policy has changed since the plan was made"):
        Execution(shop.plan(), policy(digest="policy-2", prospects="P3Y", invoices="P10Y"), shop.system())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: {"crm": replace(s["crm"], digest="map-2")}, "crm: its data map has changed"),
        (lambda _: {}, "crm: the plan needs this system, and no data map names it"),
    ],
)
def test_a_changed_map_is_refused(
    shop: Shop, change: Callable[[dict[str, Source]], dict[str, Source]], said: str
) -> None:
    shop.people(1)
    with pytest.raises(PlanRefused, match=said):
        Execution(shop.plan(), shop.policy, change(shop.system()))
    assert shop.ids("contact") == [1]


def test_a_rule_the_policy_does_not_have_is_named(shop: Shop) -> None:
    poor = policy(prospects="P3Y")
    with pytest.raises(
        UnknownRule, match=r"crm: retention rule 'invoices' is not in the policy .*it has: prospects"
    ):
        plan_retention(poor, shop.system(), as_of=AS_OF)


def test_progress_is_told_before_each_selection(shop: Shop) -> None:
    told: list[tuple[str, str]] = []
    shop.plan(progress=lambda system, rule: told.append((system, rule)))
    assert told == [("crm", "prospects")]


def test_batches_are_the_same_list_every_time_and_leave_nobody_out(shop: Shop) -> None:
    shop.people(*range(1, 11))
    plan = shop.plan()
    execution = Execution(plan, shop.policy, shop.system(), batch_size=4)
    assert execution.batch_keys() == ["001/0001", "001/0002", "001/0003"]
    slices = [(execution.batch(key).start, execution.batch(key).stop) for key in execution.batch_keys()]
    assert slices == [(0, 4), (4, 8), (8, 10)]
