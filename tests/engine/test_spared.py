"""Whoever takes up contact again is left alone, even while the run is under way."""

from __future__ import annotations

import pytest

from garant.engine.running.execution import Execution
from tests.engine.support.running import Notebook
from tests.engine.support.shop import RECENT, Shop

NEW = {"id": 900, "contact_id": 4, "at": RECENT, "body": "I am back"}


@pytest.fixture
def met(shop: Shop) -> Shop:
    """Six silent contacts; 2 and 4 met, and so did 4 and 6."""
    return shop.people(*range(1, 7)).meet(1, 2, 4).meet(2, 4, 6)


def begun(shop: Shop) -> Execution:
    return Execution(shop.plan(), shop.policy, shop.system(), batch_size=2)


def test_a_contact_made_after_the_run_began_spares_its_person(met: Shop) -> None:
    execution, notebook = begun(met), Notebook()
    first, *others = execution.batch_keys()
    execution.execute(first, notebook)
    met.add("interaction", NEW)
    results = [execution.execute(key, notebook) for key in others]
    assert met.ids("contact") == [4]
    assert [result.counts["skipped"] for result in results] == [1, 0]
    assert execution.verify(notebook).verified


def test_what_the_spared_person_shares_stays(met: Shop) -> None:
    execution, notebook = begun(met), Notebook()
    met.add("interaction", NEW)
    for key in execution.batch_keys():
        execution.execute(key, notebook)
    assert met.ids("meeting") == [1, 2]
    assert execution.verify(notebook).verified


def test_a_duty_that_begins_during_the_run_holds(met: Shop) -> None:
    execution, notebook = begun(met), Notebook()
    met.invoice(5, at=RECENT)
    for key in execution.batch_keys():
        execution.execute(key, notebook)
    assert met.ids("contact") == [5]
    (row,) = met.rows("contact")["contact"].values()
    assert (row["name"], row["email"]) == ("N5", None)
