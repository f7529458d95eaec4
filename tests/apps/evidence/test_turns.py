"""A transaction locks the log once, and forgets what it read of it where a savepoint of it is rolled back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from garant.apps.evidence import filing, turns
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.ledger import Entry, SubjectKeysDestroyed
from tests.ledger.logs import START

pytestmark = pytest.mark.django_db


def entry(number: int, key: str | None = None) -> Entry:
    return Entry(SubjectKeysDestroyed(keys=number), START, "garant", key)


def asked(queries: CaptureQueriesContext, table: str) -> int:
    """How often this table was read."""
    return sum(one["sql"].startswith("SELECT") and f'FROM "{table}"' in one["sql"] for one in queries)


def test_the_log_is_locked_and_read_once_in_a_transaction(demo: str) -> None:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        for number in range(300):
            evidence.append(demo, [entry(number)])
            evidence.subject_key(demo, ("crm", "contact", str(number % 3)))
    assert (asked(queries, "evidence_log"), asked(queries, "evidence_tile")) == (0, 0)
    assert asked(queries, "evidence_subjectkey") == 3
    assert evidence.verify_database(demo).entries == 302


def test_the_next_transaction_reads_again(demo: str) -> None:
    for number in range(2):
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            evidence.subject_key(demo, ("crm", "contact", str(number)))
            evidence.append(demo, [entry(number)])
        assert asked(queries, "evidence_log") == 1


def test_who_only_reads_a_key_waits_for_no_writer(demo: str) -> None:
    ann, bob = ("crm", "contact", "1"), ("crm", "contact", "2")
    hers = evidence.subject_key(demo, ann)
    with CaptureQueriesContext(connection) as queries:
        assert evidence.subject_key(demo, ann) == hers
    assert [one["sql"].split()[0] for one in queries] == ["SELECT"]
    his = evidence.subject_keys(demo, [ann, bob])[1]
    assert evidence.subject_keys(demo, [bob, ann]) == [his, hers]
    assert evidence.destroy_subject_keys(demo, [ann]) == 1
    assert evidence.subject_key(demo, ann) != hers


def test_a_database_that_was_put_back_is_not_asked_with_the_key_of_another(
    demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = ("crm", "contact", "1")
    hers = evidence.subject_key(demo, ann)
    monkeypatch.setitem(filing._filing, demo, bytes(32))
    assert evidence.subject_key(demo, ann) == hers
    assert evidence.subject_key(demo, ("crm", "contact", "2")) != hers


def test_what_a_savepoint_wrote_is_forgotten_with_it(demo: str) -> None:
    with transaction.atomic():
        evidence.append(demo, [entry(1)])
        with transaction.atomic():
            evidence.append(demo, [entry(2), entry(3)])
            lost = evidence.subject_key(demo, ("crm", "contact", "1"))
            transaction.set_rollback(True)
        assert [row.index for row in evidence.append(demo, [entry(4)])] == [3]
        assert evidence.subject_key(demo, ("crm", "contact", "1")) != lost
    report = evidence.verify_database(demo)
    assert (report.entries, report.problems) == (4, ())


def test_a_turn_that_began_in_a_savepoint_ends_with_it(demo: str) -> None:
    with transaction.atomic():
        with transaction.atomic():
            evidence.subject_key(demo, ("crm", "contact", "1"))
            evidence.append(demo, [entry(1)])
            transaction.set_rollback(True)
        with CaptureQueriesContext(connection) as queries:
            evidence.subject_key(demo, ("crm", "contact", "1"))
            evidence.append(demo, [entry(2)])
    assert asked(queries, "evidence_log") == 1
    assert evidence.verify_database(demo).entries == 3


def test_a_refused_entry_leaves_the_transaction_as_it_was(demo: str) -> None:
    with transaction.atomic():
        evidence.append(demo, [entry(1, "one")])
        with pytest.raises(evidence.ConflictingEntryError):
            evidence.append(demo, [entry(2), entry(3, "one")])
        evidence.append(demo, [entry(4)])
    assert evidence.verify_database(demo).entries == 4


def test_a_destroyed_key_is_not_remembered(demo: str) -> None:
    who = ("crm", "contact", "1")
    with transaction.atomic():
        before = evidence.subject_key(demo, who)
        assert evidence.destroy_subject_keys(demo, [who]) == 1
        assert evidence.subject_key(demo, who) != before


def test_nobodys_key_stays_in_memory_after_the_transaction(
    demo: str, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        evidence.subject_key(demo, ("crm", "contact", "1"))
        mine = turns._turns[transaction.get_connection()][demo]
        assert len(mine.keys) == 1
    assert mine.keys == {}


def test_two_organisations_in_one_transaction_keep_to_their_logs(demo: str) -> None:
    organisations.ensure_organisation("other", "Other", "Europe/Paris")
    with transaction.atomic():
        for number in range(3):
            evidence.append(demo, [entry(number)])
            evidence.append("other", [entry(number)])
    assert [evidence.verify_database(one).entries for one in (demo, "other")] == [5, 5]
