"""Entries are appended once, without gap, and in the caller's transaction."""

from __future__ import annotations

import pytest
from django.db import transaction
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from garant.apps.evidence import services as evidence
from garant.apps.evidence.models import (
    AppendOnlyError,
    Checkpoint,
    LedgerEntry,
    Log,
    SubjectKey,
    Tile,
)
from garant.ledger import Entry, OrganisationCreated, SubjectKeysDestroyed, leaf_hash
from garant.ledger.tree import TILE_WIDTH, root_of
from tests.ledger.logs import START

pytestmark = pytest.mark.django_db


def entry(number: int, key: str | None = None) -> Entry:
    return Entry(SubjectKeysDestroyed(keys=number), START, "garant", key)


def fill(organisation: str, count: int) -> None:
    evidence.append(organisation, [entry(number) for number in range(count)])


def rows(organisation: str) -> list[LedgerEntry]:
    with scope(organisation=organisation):
        return list(LedgerEntry.objects.order_by("index"))


def test_a_ledger_opens_with_its_organisation_and_its_key(demo: str) -> None:
    assert [row.kind for row in rows(demo)] == ["organisation.created", "keys.created"]
    report = evidence.verify_database(demo)
    assert (report.entries, report.signed, report.checkpoints) == (2, 2, 1)


@pytest.mark.parametrize("steps", [[1, 1, 1], [253], [254], [255], [600, 1], [100, 400, 300]])
def test_the_stored_tree_is_that_of_all_entries(demo: str, steps: list[int]) -> None:
    for count in steps:
        fill(demo, count)
    note = evidence.checkpoint(demo)
    leaves = [leaf_hash(bytes(row.data)) for row in rows(demo)]
    assert [row.index for row in rows(demo)] == list(range(2 + sum(steps)))
    with scope(organisation=demo):
        head = Checkpoint.objects.get(note=note.encode().decode())
    assert bytes(head.root) == root_of(leaves)
    assert evidence.verify_database(demo).entries == len(leaves)


def test_appended_rows_come_back_in_order(demo: str) -> None:
    found = evidence.append(demo, [entry(1, "a"), entry(2), entry(3, "c")])
    assert [(row.index, row.key, row.kind) for row in found] == [
        (2, "a", "subject-keys.destroyed"),
        (3, None, "subject-keys.destroyed"),
        (4, "c", "subject-keys.destroyed"),
    ]
    assert found[0].pk is not None


def test_appending_nothing_changes_nothing(demo: str) -> None:
    assert evidence.append(demo, []) == []
    assert len(rows(demo)) == 2


def test_an_entry_with_a_key_is_written_once(demo: str) -> None:
    first = evidence.append(demo, [entry(1, "run/1/batch/7")])[0]
    later = Entry(SubjectKeysDestroyed(keys=1), START.replace(hour=20), "cli", "run/1/batch/7")
    again = evidence.append(demo, [entry(5), later, later])
    assert [row.index for row in again] == [3, 2, 2]
    assert again[1].pk == first.pk
    assert len(rows(demo)) == 4


def test_a_key_given_twice_at_once_is_written_once(demo: str) -> None:
    found = evidence.append(demo, [entry(1, "a"), entry(1, "a")])
    assert [row.index for row in found] == [2, 2]
    assert len(rows(demo)) == 3


@pytest.mark.parametrize(
    "other",
    [entry(2, "a"), Entry(OrganisationCreated(organisation="x", time_zone="UTC"), START, "garant", "a")],
)
def test_a_key_with_another_content_is_refused_and_nothing_is_written(demo: str, other: Entry) -> None:
    evidence.append(demo, [entry(1, "a")])
    with pytest.raises(evidence.ConflictingEntryError, match=r"key a \(entry 2\)"):
        evidence.append(demo, [entry(9), other])
    with pytest.raises(evidence.ConflictingEntryError):
        evidence.append(demo, [entry(1, "b"), entry(2, "b")])
    assert len(rows(demo)) == 3
    assert evidence.verify_database(demo).entries == 3


def test_entries_go_with_the_transaction_they_were_written_in(demo: str) -> None:
    def change_ones_mind() -> None:
        with transaction.atomic():
            fill(demo, 300)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_ones_mind()
    assert len(rows(demo)) == 2
    fill(demo, 1)
    assert evidence.verify_database(demo).entries == 3


def test_two_organisations_have_two_ledgers(demo: str, installation: object) -> None:
    from garant.apps.organisations.services import create_organisation

    create_organisation("other", "Other", "UTC")
    evidence.append("other", [entry(1, "same")])
    evidence.append(demo, [entry(2, "same")])
    assert [len(rows(name)) for name in (demo, "other")] == [3, 3]
    assert evidence.verify_database(demo).entries == evidence.verify_database("other").entries == 3


def test_without_a_ledger_nothing_is_written(installation: object) -> None:
    for use in (
        lambda: evidence.append("nobody", [Entry(SubjectKeysDestroyed(keys=1), START)]),
        lambda: evidence.checkpoint("nobody"),
        lambda: evidence.verify_database("nobody"),
        lambda: evidence.verifier_keys("nobody"),
        lambda: list(evidence.records("nobody")),
    ):
        with pytest.raises(evidence.LogMissingError, match="garant init"):
            use()


@pytest.mark.parametrize("model", [Log, LedgerEntry, Tile, Checkpoint, SubjectKey])
def test_a_query_without_scope_is_refused(demo: str, model: type[LedgerEntry]) -> None:
    for use in (
        lambda: list(model.objects.all()),
        lambda: model.objects.count(),
        lambda: model.objects.filter(pk=1),
        lambda: model.objects.first(),
    ):
        with pytest.raises(ScopeError):
            use()


def test_a_scope_shows_its_organisation_only(demo: str) -> None:
    with scope(organisation="other"):
        assert not LedgerEntry.objects.exists()
        assert not Log.objects.filter(pk=demo).exists()


def test_an_entry_is_never_changed_or_removed(demo: str) -> None:
    row = rows(demo)[0]
    with scope(organisation=demo):
        for use in (
            row.save,
            row.delete,
            LedgerEntry.objects.all().delete,
            lambda: LedgerEntry.objects.update(kind="x"),
            Checkpoint.objects.all().delete,
        ):
            with pytest.raises(AppendOnlyError):
                use()
    row.pk = None
    row.index = 2
    row.save()
    assert len(rows(demo)) == 3


def test_rows_say_what_they_are(demo: str) -> None:
    evidence.subject_key(demo, ("crm", "1"))
    evidence.append(demo, [Entry(SubjectKeysDestroyed(keys=1), START) for _ in range(TILE_WIDTH - 2)])
    with scope(organisation=demo):
        said = [str(model.objects.first()) for model in (Log, LedgerEntry, Tile, Checkpoint)]
        assert str(SubjectKey.objects.first()).startswith("demo subject ")
    assert said == ["garant/demo (256)", "demo/0 organisation.created", "demo tile/0/0", "demo checkpoint 2"]
