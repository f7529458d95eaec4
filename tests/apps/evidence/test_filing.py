"""Keys of people nobody met before, and pseudonyms of the staff, wait for the end of a transaction and are right there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from garant.apps.evidence import filing, subjects
from garant.apps.evidence import services as evidence
from garant.apps.evidence.models import SubjectKey
from garant.apps.scoping import scoped
from garant.ledger import Entry, SubjectKeysDestroyed, commit
from tests.ledger.logs import START

pytestmark = pytest.mark.django_db

ANN, BOB, EVE = ("request", "1"), ("request", "2"), ("request", "3")


def entry(number: int) -> Entry:
    return Entry(SubjectKeysDestroyed(keys=number), START, "person")


def verbs(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the ledger's tables, in order."""
    return [one["sql"].split()[0] for one in queries if "evidence_" in one["sql"]]


def filed(organisation: str) -> int:
    with scoped(organisation):
        return SubjectKey.objects.count()


def actors(organisation: str) -> list[str]:
    kind = SubjectKeysDestroyed.kind
    return [str(one.actor) for one in evidence.records(organisation, kind=kind)]


def test_new_keys_are_used_at_once_and_written_with_the_entries(demo: str) -> None:
    evidence.person(demo, "dpo@demo.example")
    with CaptureQueriesContext(connection) as queries, evidence.one_transaction(demo):
        made = evidence.subject_keys(demo, [ANN, BOB], new=True)
        assert evidence.subject_key(demo, BOB) == made[1]
        evidence.append(demo, [entry(1)], staff="dpo@demo.example")
    assert verbs(queries) == ["UPDATE", "INSERT", "INSERT"]
    assert evidence.subject_keys(demo, [BOB, ANN]) == made[::-1]
    assert evidence.verify_database(demo).entries == 3


def test_new_keys_are_written_where_nothing_is_entered(demo: str) -> None:
    with evidence.one_transaction(demo):
        (made,) = evidence.subject_keys(demo, [ANN], new=True)
    assert (evidence.subject_key(demo, ANN), filed(demo)) == (made, 1)


def test_keys_made_in_a_savepoint_go_with_it(demo: str) -> None:
    with evidence.one_transaction(demo):
        (kept,) = evidence.subject_keys(demo, [ANN], new=True)
        with transaction.atomic():
            (lost,) = evidence.subject_keys(demo, [BOB], new=True)
            transaction.set_rollback(True)
        assert evidence.subject_key(demo, BOB) != lost
        assert evidence.subject_keys(demo, [EVE, ANN])[1] == kept
    assert filed(demo) == 3


def met_again(organisation: str) -> None:
    with evidence.one_transaction(organisation):
        evidence.subject_keys(organisation, [ANN], new=True)
        evidence.append(organisation, [entry(1)])


def test_a_key_that_was_there_is_refused_as_new(demo: str) -> None:
    hers = evidence.subject_key(demo, ANN)
    with pytest.raises(IntegrityError):
        met_again(demo)
    assert evidence.subject_key(demo, ANN) == hers
    assert actors(demo) == []


def test_keys_that_wait_can_be_destroyed(demo: str) -> None:
    with evidence.one_transaction(demo):
        evidence.subject_keys(demo, [ANN, BOB], new=True)
        assert evidence.destroy_subject_keys(demo, [ANN]) == 1
    assert filed(demo) == 1


def test_staff_stands_under_one_pseudonym_however_it_is_entered(
    demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = evidence.person(demo, "dpo@demo.example")
    evidence.append(demo, [entry(1)], staff="dpo@demo.example")
    monkeypatch.setitem(filing._filing, demo, bytes(32))  # as of another installation
    with evidence.one_transaction(demo):
        evidence.append(demo, [entry(2)], staff="dpo@demo.example")
        evidence.append(demo, [entry(3)])
    assert actors(demo) == [who, who, "person"]
    assert evidence.verify_database(demo).problems == ()


@pytest.mark.parametrize("number", [3, subjects.FEW + 3])
def test_whoever_is_met_has_the_key_that_is_there(demo: str, number: int) -> None:
    people: Sequence[tuple[str, ...]] = [("crm", "person", str(one)) for one in range(number)]
    known = evidence.subject_key(demo, people[1])
    said = evidence.subject_commitments(demo, people, "said")
    assert said[1] == commit(known, "said")
    assert evidence.subject_commitments(demo, people, "said") == said
    assert filed(demo) == number == len(set(said))


def test_a_key_is_asked_for_beside_another_question(demo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hers = evidence.subject_key(demo, ANN)
    for who in (ANN, BOB):
        with scoped(demo):
            row = SubjectKey.objects.annotate(beside=evidence.key_beside(demo, who)).first()
        assert row is not None
        assert (row.beside is None) == (who == BOB)
        assert evidence.key_read(demo, who, row.beside) == evidence.subject_key(demo, who)
    monkeypatch.delitem(filing._filing, demo)
    assert evidence.key_beside(demo, ANN) is None
    assert evidence.key_read(demo, ANN, None) == hers
