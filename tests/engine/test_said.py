"""What is not done, or was refused, is said in the plan, the receipt or the verification."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution
from garant.engine.telling.export import export_subject
from garant.engine.terms import UnknownRule
from garant.policy.document import Phase
from garant.policy.periods import Period
from tests.engine.support.policies import policy, rule
from tests.engine.support.running import Notebook
from tests.engine.support.shop import AS_OF, Shop


def test_a_plan_says_what_of_a_rule_it_does_not_carry_out(shop: Shop) -> None:
    whole = rule("P3Y", sooner="withdrawal", fate="anonymise")
    archive = Phase(kind="intermediate-archive", period=Period(1))
    phased = whole.model_copy(update={"phases": (*whole.phases, archive)})
    shop.policy = policy(prospects=phased, invoices="P10Y")
    notes = [note.en for note in shop.plan().selections[0].notes]
    assert [note.split()[0:3] for note in notes] == [
        ["The", "rule", "has"], ["The", "rule", "ends"], ["The", "rule", "promises"],
    ]  # fmt: skip


def test_an_event_the_map_knows_and_a_map_that_only_treats_need_no_note(shop: Shop) -> None:
    shop.policy = policy(prospects=rule("P3Y", sooner="last-invoice", fate="anonymise"), invoices="P10Y")
    shop.document["dispositions"]["erase"]["actions"] = [{"table": "contact", "do": "treat"}]
    assert shop.plan().selections[0].notes == []


def test_a_promise_that_selects_one_root_and_ends_another_is_refused(shop: Shop) -> None:
    shop.document["roots"]["invoice"] = {"table": "invoice", "key": "id", "kind": "record"}
    shop.document["roles"]["bill"] = {"root": "invoice", "query": "SELECT id AS key FROM invoice"}
    shop.document["promises"].append(
        {"rule": "invoices", "role": "bill", "event": "last-invoice", "dispositions": "erase"}
    )
    with pytest.raises(UnknownRule, match="selects one root and would end another"):
        shop.plan()


def test_a_promise_that_no_map_answers_is_unproven(shop: Shop) -> None:
    assert shop.plan().unanswered == ["invoices"]


def test_what_is_left_is_plain_data_for_a_receipt(shop: Shop) -> None:
    shop.people(1)
    execution, notebook = Execution(shop.plan(), shop.policy, shop.system()), Notebook()
    for key in execution.batch_keys():
        execution.execute(key, notebook)
    (checked,) = execution.verify(notebook).details["selections"]
    assert (checked["system"], checked["rule"], checked["overdue"], checked["left"]) == (
        "crm",
        "prospects",
        0,
        (),
    )


def test_a_table_whose_columns_nobody_mapped_is_not_exported(shop: Shop) -> None:
    shop.document["tables"]["attendee"]["columns"] = {}
    shop.people(1).meet(1, 1)
    out = io.BytesIO()
    made = export_subject(
        shop.system(),
        {"email": "n1@x.example"},
        out,
        organisation="Shop",
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    assert "attendee" not in {table.table for table in made.tables}


UNREACHED = {"fr": "Les vignettes.", "en": "The thumbnails."}


def test_what_a_map_does_not_reach_is_in_every_plan_of_the_system(shop: Shop) -> None:
    shop.people(1)
    assert shop.plan().unreached == {}
    quiet = shop.plan().canonical()
    shop.document["unreached"] = [UNREACHED]
    asked = plan_subject(shop.policy, shop.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    for plan in (shop.plan(), asked):
        assert [words.en for words in plan.unreached["crm"]] == ["The thumbnails."]
    assert b"unreached" not in quiet, "a plan of before keeps its digest"
