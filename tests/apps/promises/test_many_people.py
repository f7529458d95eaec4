"""A request that matches thousands: its commitments fill several entries, written with the approval."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.promises import entries, services
from garant.apps.promises.models import Plan
from garant.apps.promises.people import subjects
from garant.ledger import commit
from garant.ledger.inspection import inspect_export
from garant.ledger.verification import verify_export
from tests.apps.promises.tiny import MAP_DIGESTS, ORGANISATION, POLICY_DIGEST, tiny_plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger() -> None:
    """The tiny organisation has its ledger."""
    evidence.create_keys()
    organisations.ensure_organisation(ORGANISATION, "Tiny", "Europe/Paris")


def approved(people: int) -> Plan:
    """An erasure that matches so many, approved."""
    (selection,) = tiny_plan(people).selections
    ours = selection.model_copy(update={"rule": None})
    plan = services.register_plan(tiny_plan(people, kind="erasure", selections=[ours]))
    return services.approve(
        plan, digest=plan.digest, actor="dpo", policy_digest=POLICY_DIGEST, map_digests=MAP_DIGESTS
    )


def payloads(kind: str) -> list[Any]:
    return [record.payload for record in evidence.records(ORGANISATION, kind=kind)]


@pytest.mark.parametrize("people", [0, 1, 499, 500, 501, 1_000, 1_001])
def test_every_person_has_one_commitment_whatever_their_number(people: int) -> None:
    plan = approved(people)
    (said,) = payloads("plan.approved")
    further = payloads("plan.people")
    assert said["more"] == len(further) == max(0, (people - 1) // entries.MOST_PEOPLE)
    assert [one["part"] for one in further] == list(range(1, len(further) + 1))
    assert {one["plan"] for one in further} <= {plan.digest}
    made = [*said["people"], *(one for part in further for one in part["people"])]
    keys = evidence.subject_keys(ORGANISATION, [("people", "person", str(n)) for n in range(people)])
    assert made == [commit(key, ["plan.approved", plan.digest]) for key in keys]


def test_five_thousand_are_approved_in_seconds_and_the_ledger_verifies(tmp_path: Path) -> None:
    begun = time.process_time()
    plan = approved(5_000)
    assert time.process_time() - begun < 10
    assert [record.key for record in evidence.records(ORGANISATION, kind="plan.people")] == [
        f"plan/{plan.digest}/people/{part}" for part in range(1, 10)
    ]
    assert len({one for part in payloads("plan.people") for one in part["people"]}) == 4_500
    evidence.checkpoint(ORGANISATION)
    evidence.verify_database(ORGANISATION)
    evidence.export(ORGANISATION, tmp_path / "export")
    assert verify_export(tmp_path / "export", evidence.verifier_keys(ORGANISATION)).ok
    assert inspect_export(tmp_path / "export").kinds["plan.people"] == 9


def test_an_approval_from_before_is_read_as_it_was() -> None:
    """Entries written when one held them all do not say that none follows."""
    approved(2)
    (record,) = evidence.records(ORGANISATION, kind="plan.approved")
    record.payload.pop("more")
    said = record.typed()
    assert isinstance(said, entries.PlanApproved)
    assert (len(said.people), said.more) == (2, 0)


def test_a_search_that_finds_many_goes_on_at_the_same_instant() -> None:
    people = subjects.commitments(ORGANISATION, (("people", "person", n) for n in range(1_200)), "x", "y")
    first, further = subjects.spread_subjects("subject.found", people, datetime.now(UTC))
    said = [entry.payload for entry in further]
    assert all(isinstance(one, entries.SubjectPeople) and one.of == "subject.found" for one in said)
    assert [len(first), *(len(one.people) for one in said if isinstance(one, entries.SubjectPeople))] == [
        500,
        500,
        200,
    ]
    assert max(len(entry.canonical()) for entry in further) < 50_000
