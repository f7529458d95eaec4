"""Whose facts are past is asked in one question: nobody who is due is missing, and they are the same asked again."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.planning.plan import terms_of
from garant.engine.planning.steps import duties_of
from garant.engine.running.execution import Execution
from garant.systems.changing import Recheck
from tests.engine.support.databases import Database
from tests.engine.support.examples import examples
from tests.engine.support.policies import policy, rule
from tests.engine.support.random_worlds import Builder
from tests.engine.support.running import Notebook, carry_out
from tests.engine.support.shop import OLD, RECENT, Shop
from tests.engine.test_against_oracle import chances, opened
from tests.engine.test_since import shared


@given(chances, st.booleans())
@examples(25)
def test_everybody_who_is_due_is_past_and_is_found_again_among_them(
    database: Database, chance: Random, sooner: bool
) -> None:
    """Dates of every kind, near the last day and far from it, right or wrong; two cut-offs of one event."""
    builder = Builder(chance, database)
    world = builder.build()
    note(world.described(world.rows()))
    terms, data_map = terms_of(world.policy, world.as_of), world.data_map
    whole = terms.due_question(data_map, data_map.promises[0])
    if sooner:
        early = data_map.events.get("billed-0", [])
        whole = replace(
            whole, sooner=early, sooner_clock=terms.clock(world.policy.document.retention["rule-1"])
        )
    other = replace(whole, clock=terms.clock(world.policy.document.retention["rule-2"]), sooner=())
    asked = terms.duty_questions(data_map, duties_of(data_map, "person", besides=("rule-0", "seen")))
    with opened(world) as systems, systems["crm"].connector.snapshot() as snapshot:
        for questions in ([whole, other], [other, whole], [whole], [other]):
            past = snapshot.find_past(questions)
            assert len(set(past)) == len(past)
            for question in questions:
                due = snapshot.find_due(question, asked)
                if builder.kind != "integer":
                    assert len(past) >= len(due.keys)
                    continue
                assert set(due.keys) <= set(past)
                again = snapshot.find_still("person", past, Recheck(question, asked))
                assert sorted(again.keys) == list(due.keys)
                assert again.held == due.held


def test_of_no_question_nobody_is_past(sqlite_shop: Shop) -> None:
    sqlite_shop.people(1)
    with sqlite_shop.system()["crm"].connector.snapshot() as snapshot:
        assert snapshot.find_past([]) == []


def test_who_ends_sooner_since_is_said_too(shop: Shop) -> None:
    shop.policy = policy(prospects=rule("P3Y", sooner="withdrawal"), invoices="P10Y")
    query = "SELECT contact_id AS key, at AS at FROM invoice"
    shop.document["events"]["withdrawal"] = [{"root": "contact", "type": "instant", "query": query}]
    shop.document["duties"] = []
    shared(shop).people(2, at=RECENT)
    plan = shop.plan()
    shop.invoice(2, at=RECENT)
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert [one.since for one in checked.selections] == [1]


@pytest.mark.parametrize(
    ("kind", "key"), [("text", "contact_id"), ("integer", "'0' || contact_id"), ("integer", "contact_id")]
)
def test_a_key_that_is_a_text_is_known_however_it_is_written(sqlite_shop: Shop, kind: str, key: str) -> None:
    """Of the one taken nothing is said, and the other is counted, though the event may write them in another way."""
    shop = sqlite_shop
    shop.document["roots"]["contact"]["type"] = kind
    shop.document["events"]["last-contact"][0]["query"] = f"SELECT {key} AS key, at AS at FROM interaction"
    shop.document["dispositions"]["erase"]["actions"] = [
        {"table": "meeting", "do": "delete"},
        {"table": "contact", "do": "treat"},
    ]
    shared(shop).people(2, at=RECENT)
    plan = shop.plan()
    assert plan.selections[0].due == 1
    carry_out(plan, shop.policy, shop.system())
    for late, since in ((RECENT, 0), (OLD, 1)):
        shop.database.run(f"UPDATE interaction SET at = '{late}' WHERE contact_id = 2")
        execution = Execution(plan, shop.policy, shop.system(), resumed=True)
        assert [one.since for one in execution.verify(Notebook()).selections] == [since]
