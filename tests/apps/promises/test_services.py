"""The only write path: each change and its ledger entry together, each receipt once."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.promises import services
from garant.apps.promises.models import Batch, Plan, Run
from garant.apps.promises.recording.work import BatchResult
from garant.apps.promises.refusals import RefusedError
from garant.apps.replays import services as replays
from garant.engine.running.run import BATCH
from tests.apps.promises.tiny import (
    BLOCK,
    MAP_DIGESTS,
    ORGANISATION,
    POLICY_DIGEST,
    Answer,
    result,
    tiny_plan,
)
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger() -> None:
    """The tiny organisation has its ledger."""
    evidence.create_keys()
    organisations.ensure_organisation(ORGANISATION, "Tiny", "Europe/Paris")


@pytest.fixture
def plan() -> Plan:
    """The tiny plan, registered."""
    return services.register_plan(tiny_plan())


def approve(plan: Plan, **changes: Any) -> Plan:
    """Approve it, as the command does."""
    said = {
        "digest": plan.digest,
        "actor": "dpo",
        "policy_digest": POLICY_DIGEST,
        "map_digests": MAP_DIGESTS,
    }
    return services.approve(plan, **{**said, **changes})


@pytest.fixture
def run(plan: Plan) -> Run:
    """The run of the approved plan."""
    return services.start_run(approve(plan), actor="dpo")


def entries(kind: str) -> list[Any]:
    """The payloads of one kind of entry."""
    return [record.payload for record in evidence.records(ORGANISATION, kind=kind)]


def test_a_plan_is_registered_once_and_not_yet_approved(plan: Plan) -> None:
    assert services.register_plan(tiny_plan()) == plan
    assert (seen(Plan).count(), plan.approved) == (1, False)
    assert str(plan) == f"retention {plan.digest[:12]}"


def test_an_approval_says_what_was_approved_without_naming_anyone(plan: Plan) -> None:
    approved = approve(plan)
    assert (approved.approved, approved.approved_by) == (True, "dpo")
    (said,) = entries("plan.approved")
    assert said["plan"] == plan.digest
    assert said["policy"] == POLICY_DIGEST
    assert said["maps"] == [{"system": "people", "digest": MAP_DIGESTS["people"]}]
    assert said["selections"] == [
        {
            "system": "people",
            "rule": "prospects",
            "event": "last-contact",
            "period": "P3Y",
            "cutoff": "2023-10-31",
            "archive": False,
            "due": 200,
            "rows": 0,
        }
    ]
    (record,) = evidence.records(ORGANISATION, kind="plan.approved")
    assert record.actor == "approver"


@pytest.mark.parametrize("name", ["loyalty.person_id → person.id", "a.b, c → d.e, f"])
def test_a_foreign_key_without_a_name_is_known_by_its_columns(run: Run, name: str) -> None:
    services.record_receipt(run.key, "001/0002", result(0, [{**BLOCK, "constraint": name}]))
    (said,) = entries("batch.recorded")
    assert said["blocks"][0]["constraint"] == name


def test_approving_again_changes_nothing(plan: Plan) -> None:
    approve(plan)
    again = approve(plan, actor="someone else")
    assert again.approved_by == "dpo"
    assert len(entries("plan.approved")) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"digest": "0" * 64}, "is not this plan’s"),
        ({"policy_digest": "0" * 64}, "The policy changed since the plan"),
        ({"map_digests": {"people": "0" * 64}}, "The map of system “people” changed"),
        ({"map_digests": {}}, "served the plan and is no longer there"),
    ],
)
def test_anything_else_than_what_was_planned_is_refused(
    plan: Plan, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RefusedError, match=message):
        approve(plan, **changes)
    assert not seen(Plan).get().approved
    assert entries("plan.approved") == []


def test_a_plan_nobody_approved_does_not_run(plan: Plan) -> None:
    with pytest.raises(RefusedError, match="Nobody approved"):
        services.start_run(plan, actor="dpo")


def test_a_plan_has_one_run_cut_in_the_same_places(run: Run) -> None:
    again = services.start_run(run.plan, actor="someone else", batch_size=7)
    assert again == run
    assert (again.actor, again.batch_size, again.open) == ("dpo", BATCH, True)
    assert str(run) == f"{run.plan.digest[:16]} (running)"
    assert entries("run.started") == [{"run": run.key, "plan": run.plan.digest}]


def test_counts_are_prepared_until_there_is_a_receipt(run: Run) -> None:
    journal = services.RunJournal(run.key)
    assert journal.prepared("001/0001") is None
    assert not services.has_touched(run)
    journal.prepare("001/0001", {"rows": [9], "files": [], "skipped": []})
    journal.prepare("001/0001", {"rows": [10], "files": [], "skipped": [3]})
    assert journal.prepared("001/0001") == {"rows": [10], "files": [], "skipped": [3]}
    assert services.has_touched(run)
    assert run.receipts() == []
    services.record_receipt(run.key, "001/0001", result(10))
    assert journal.prepared("001/0001") is None
    assert journal.skipped("001/0001") == [3]


def test_a_receipt_is_written_once_with_its_entry(run: Run) -> None:
    first = services.record_receipt(run.key, "001/0001", result(10))
    again = services.record_receipt(run.key, "001/0001", result(99, recovered=True))
    assert again == first
    assert (again.rows, again.recovered, str(again)) == (10, False, "001/0001 (applied)")
    (said,) = entries("batch.recorded")
    assert said["tables"] == [{"table": "person", "deleted": 10, "treated": 0}]
    assert (said["state"], said["recovered"], said["blocks"]) == ("applied", False, [])


def test_a_receipt_and_its_entry_are_one_transaction(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: Any, **__: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(evidence, "append", full_disk)
    with pytest.raises(OSError, match="no space"):
        services.record_receipt(run.key, "001/0001", result(10))
    assert seen(Batch).count() == 0


def test_a_blocked_batch_names_table_constraint_and_rows(run: Run) -> None:
    batch = services.record_receipt(run.key, "001/0002", result(0, [BLOCK]))
    assert batch.state == "blocked"
    (said,) = entries("batch.recorded")
    assert said["blocks"] == [BLOCK]


def test_what_is_not_a_name_never_enters_the_ledger(run: Run) -> None:
    odd = {**BLOCK, "constraint": "Jeanne d’Arc <jeanne@example.example>", "referring_table": None}
    services.record_receipt(run.key, "001/0002", result(0, [odd]))
    (said,) = entries("batch.recorded")
    assert said["blocks"] == [{"table": "person", "constraint": "unnamed", "roots": 1, "rows": 1}]


def test_skipped_roots_are_found_in_halves_and_only_there(run: Run) -> None:
    journal = services.RunJournal(run.key)
    for key, skipped in (("001/0001ab", [1]), ("001/0001b", [2]), ("001/00011", [3]), ("002/0001", [4])):
        journal.prepare(key, {"rows": [], "files": [], "skipped": skipped})
    assert sorted(journal.skipped("001/0001")) == [1, 2]


def test_what_a_batch_or_its_halves_marked_is_on_the_list_with_its_receipt_once(run: Run) -> None:
    journal = services.RunJournal(run.key)
    counts = {"rows": [], "files": [], "skipped": [], "marked_by": ["email"]}
    journal.prepare("001/0001a", {**counts, "marks": [["a" * 32, "b" * 32, None]]})
    journal.prepare("001/0001b", {**counts, "marks": [["c" * 32, "d" * 32, "e" * 32]]})
    for _ in range(2):
        services.record_receipt(run.key, "001/0001", result(2))
    assert replays.length(run.plan.organisation) == 2
    assert [entry["marked"] for entry in entries("batch.recorded")] == [2]


def test_the_end_adds_up_signs_and_forgets_whom_it_was_about(run: Run) -> None:
    journal = services.RunJournal(run.key)
    journal.prepare("001/0001a", {"rows": [], "files": [["STORE", "cv.pdf"]], "skipped": [7]})
    journal.prepare("001/0001", {"rows": [10], "files": [], "skipped": []})
    services.record_receipt(run.key, "001/0001", result(10, recovered=True))
    services.record_receipt(run.key, "001/0002", result(0, [BLOCK]))
    closed = services.finish_run(run.key, Answer(left=4))
    assert (closed.state, closed.open) == ("not-kept", False)
    (said,) = entries("run.finished")
    assert said == {
        "run": run.key,
        "plan": run.plan.digest,
        "verified": False,
        "batches": 2,
        "recovered": 1,
        "blocked": 1,
        "rows": 10,
        "left": 4,
        "held": 0,
        "waiting": 0,
        "since": 0,
    }
    assert [(batch.key, batch.prepared) for batch in seen(Batch).all()] == [
        ("001/0001", None),
        ("001/0002", None),
    ]
    document = seen(Plan).get().document
    assert [selection["keys"] for selection in document["selections"]] == [""]
    assert evidence.verify_database(ORGANISATION).signed >= 6


def test_the_end_is_written_once(run: Run) -> None:
    services.finish_run(run.key, Answer(left=0))
    again = services.finish_run(run.key, Answer(left=99))
    assert again.state == "kept"
    assert len(entries("run.finished")) == 1


def test_corrections_are_forgotten_at_the_end() -> None:
    plan = services.register_plan(
        tiny_plan(kind="rectification", corrections={"email": "new@example.example"})
    )
    run = services.start_run(approve(plan), actor="dpo")
    services.finish_run(run.key, Answer(left=0))
    assert seen(Plan).get().document["corrections"] == {}


def test_no_value_of_the_plan_reaches_the_ledger(run: Run) -> None:
    services.record_receipt(run.key, "001/0001", BatchResult(result(3).counts, [], False))
    services.finish_run(run.key, Answer(left=0))
    everything = b"".join(str(record).encode() for record in evidence.records(ORGANISATION))
    assert b"'dpo'" not in everything


def test_attempts_are_counted(run: Run) -> None:
    assert services.next_attempt(run).attempt == 2
    assert seen(Run).get().attempt == 2
