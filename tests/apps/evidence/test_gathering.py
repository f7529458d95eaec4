"""A transaction whose entries are written at its end: all of them, in order, once, and none that it took back."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from garant.apps.evidence import services as evidence
from garant.ledger import Entry, SubjectKeysDestroyed
from tests.ledger.logs import START

pytestmark = pytest.mark.django_db


def entry(number: int, key: str | None = None) -> Entry:
    return Entry(SubjectKeysDestroyed(keys=number), START, "garant", key)


def written(organisation: str) -> list[int]:
    """The numbers in the ledger, in their order."""
    kind = SubjectKeysDestroyed.kind
    return [one.payload["keys"] for one in evidence.records(organisation, kind=kind)]


def changes(queries: CaptureQueriesContext) -> list[str]:
    """The tables of the ledger that were written, in order."""
    words = [one["sql"].replace('"', "").split() for one in queries]
    return [
        name
        for first, *rest in words
        for name in [rest[1] if first == "INSERT" else rest[0] if first == "UPDATE" else ""]
        if name.startswith("evidence_")
    ]


def test_entries_are_written_at_the_end_at_once_and_in_their_order(demo: str) -> None:
    with CaptureQueriesContext(connection) as queries, evidence.one_transaction(demo):
        assert evidence.append(demo, [entry(1)]) == []
        evidence.append(demo, [entry(2), entry(3, "three")])
        evidence.append(demo, [entry(3, "three")])
        assert written(demo) == []
    assert changes(queries) == ["evidence_ledgerentry", "evidence_log"]
    assert written(demo) == [1, 2, 3]
    assert evidence.verify_database(demo).entries == 5


def test_entries_cost_two_statements_and_a_signature_three_more(demo: str) -> None:
    with CaptureQueriesContext(connection) as queries, evidence.one_transaction(demo):
        evidence.append(demo, [entry(1), entry(2)])
        evidence.append(demo, [entry(3, "three")], first=True)
    assert [one["sql"].split()[0] for one in queries if "evidence" in one["sql"]] == ["UPDATE", "INSERT"]
    with CaptureQueriesContext(connection) as queries, evidence.one_transaction(demo):
        evidence.append(demo, [entry(4)])
        evidence.checkpoint(demo)
    asked = [one["sql"].split()[0] for one in queries if "evidence" in one["sql"]]
    assert asked == ["SELECT", "INSERT", "SELECT", "INSERT", "UPDATE"]
    assert evidence.verify_database(demo).signed == 6


def test_what_a_savepoint_took_back_is_not_said(demo: str) -> None:
    with evidence.one_transaction(demo):
        evidence.append(demo, [entry(1)])
        with transaction.atomic():
            evidence.append(demo, [entry(2)])
            with transaction.atomic():
                evidence.append(demo, [entry(3)])
            transaction.set_rollback(True)
        with evidence.one_transaction(demo):
            evidence.append(demo, [entry(4)])
    assert written(demo) == [1, 4]
    assert evidence.verify_database(demo).entries == 4


def say_and_fail(organisation: str) -> None:
    with evidence.one_transaction(organisation):
        evidence.append(organisation, [entry(1)])
        raise ZeroDivisionError


def test_of_a_transaction_that_fails_nothing_is_said(demo: str) -> None:
    with pytest.raises(ZeroDivisionError):
        say_and_fail(demo)
    with evidence.one_transaction(demo):
        pass
    with pytest.raises(evidence.ConflictingEntryError), evidence.one_transaction(demo):
        evidence.append(demo, [entry(1, "one"), entry(2, "one")])
    assert evidence.append(demo, [entry(5)]) != []  # nothing is gathered any more
    assert written(demo) == [5]
    assert evidence.verify_database(demo).entries == 3


def test_a_checkpoint_signs_what_waited_and_more_may_follow(demo: str) -> None:
    with evidence.one_transaction(demo):
        evidence.append(demo, [entry(1)])
        evidence.checkpoint(demo)
        assert written(demo) == [1]
        evidence.append(demo, [entry(2)])
    assert written(demo) == [1, 2]
    report = evidence.verify_database(demo)
    assert (report.entries, report.signed) == (4, 3)


def test_inside_of_another_transaction_that_one_decides(demo: str) -> None:
    with transaction.atomic():
        with evidence.one_transaction(demo):
            evidence.append(demo, [entry(1)])
        assert written(demo) == [1]
        transaction.set_rollback(True)
    assert written(demo) == []


def test_a_key_said_to_be_new_is_held_to_that_by_the_database(demo: str) -> None:
    evidence.append(demo, [entry(1, "one")], first=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        evidence.append(demo, [entry(1, "one")], first=True)
    evidence.append(demo, [entry(1, "one")])
    assert written(demo) == [1]
    assert evidence.verify_database(demo).entries == 3
