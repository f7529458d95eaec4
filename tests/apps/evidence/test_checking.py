"""Whatever is done to the database is found out, and the product stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django_scopes import scope, scopes_disabled

from garant.apps.evidence import services as evidence
from garant.apps.evidence import storage, verification, witnesses
from garant.apps.evidence.models import Checkpoint, LedgerEntry, Log
from garant.ledger import Entry, SubjectKeysDestroyed
from garant.ledger.problems import Problems
from garant.ledger.replay import Head
from garant.ledger.tree import Peaks
from tests.ledger.logs import START, key

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(demo: str, django_capture_on_commit_callbacks: Any) -> str:
    """A ledger of 300 entries with two checkpoints."""
    with django_capture_on_commit_callbacks(execute=True):
        for count in (100, 198):
            evidence.append(
                demo, [Entry(SubjectKeysDestroyed(keys=number), START) for number in range(count)]
            )
            evidence.checkpoint(demo)
    return demo


def sql(statement: str, *values: object) -> None:
    """What someone with the database password may do."""
    ask(statement, *values)


def ask(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """The same, with an answer. `index` is a word of SQL."""
    with connection.cursor() as cursor:
        cursor.execute(re.sub(r"\bindex\b", '"index"', statement), values)
        return cursor.fetchall() if statement.startswith("SELECT") else []


def spoil_blob(table: str, column: str, where: str) -> Callable[[], None]:
    def change() -> None:
        row, value = ask(f"SELECT id, {column} FROM {table} WHERE {where}")[0]
        spoilt = bytes(value)[:-1] + bytes([bytes(value)[-1] ^ 1])
        sql(f"UPDATE {table} SET {column} = %s WHERE id = %s", spoilt, row)

    return change


def spoil_peaks() -> None:
    peaks = bytes(ask("SELECT peaks FROM evidence_log")[0][0])
    sql("UPDATE evidence_log SET peaks = %s", peaks[:-1] + bytes([peaks[-1] ^ 1]))


def swap(one: int, other: int) -> None:
    for before, after in ((one, 9999), (other, one), (9999, other)):
        sql("UPDATE evidence_ledgerentry SET index = %s WHERE index = %s", after, before)


CHANGES: dict[str, tuple[Callable[[], None], str]] = {
    "an entry": (spoil_blob("evidence_ledgerentry", "data", "index = 57"), "entry 57"),
    "a leaf hash": (spoil_blob("evidence_ledgerentry", "leaf_hash", "index = 57"), "entry 57"),
    "a column": (lambda: sql("UPDATE evidence_ledgerentry SET kind = 'x.y' WHERE index = 57"), "entry 57"),
    "an instant": (
        lambda: sql("UPDATE evidence_ledgerentry SET at = %s WHERE index = 57", START.replace(hour=1)),
        "entry 57",
    ),
    "a key": (lambda: sql("UPDATE evidence_ledgerentry SET key = 'x' WHERE index = 57"), "entry 57"),
    "the last entry": (lambda: sql("DELETE FROM evidence_ledgerentry WHERE index = 299"), "299 ≠ 300"),
    "an entry in the middle": (lambda: sql("DELETE FROM evidence_ledgerentry WHERE index = 57"), "entry 57"),
    "the order": (lambda: swap(57, 58), "entry 57"),
    "a tile": (spoil_blob("evidence_tile", "hashes", "level = 0 AND index = 0"), "tile/0/000"),
    "an upper tile": (spoil_blob("evidence_tile", "hashes", "level = 1"), "tile/1/000.p/1"),
    "a missing tile": (lambda: sql("DELETE FROM evidence_tile WHERE level = 1"), "tile/1/000.p/1"),
    "an added tile": (
        lambda: sql("UPDATE evidence_tile SET index = 9 WHERE level = 0 AND index = 0"),
        "tile/0/000",
    ),
    "the size": (lambda: sql("UPDATE evidence_log SET size = 299"), "300 ≠ 299"),
    "a root": (spoil_blob("evidence_checkpoint", "root", "size = 102"), "checkpoint 102"),
    "a note": (lambda: sql("UPDATE evidence_checkpoint SET note = 'x' WHERE size = 102"), "checkpoint 102"),
    "another note": (
        lambda: sql(
            "UPDATE evidence_checkpoint SET note = (SELECT note FROM evidence_checkpoint WHERE size = 2) "
            "WHERE size = 102"
        ),
        "checkpoint 102",
    ),
    "the key beside the log": (lambda: sql("UPDATE evidence_log SET verifier = 'x'"), "garant/demo"),
    "the head beside the log": (
        lambda: sql(
            "UPDATE evidence_log SET signed = (SELECT note FROM evidence_checkpoint WHERE size = 102)"
        ),
        "garant/demo",
    ),
    "no head beside the log": (lambda: sql("UPDATE evidence_log SET signed = 'x'"), "garant/demo"),
    "the peaks beside the log": (lambda: spoil_peaks(), "garant/demo"),
    "all checkpoints": (lambda: sql("DELETE FROM evidence_checkpoint"), "checkpoints"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_any_change_of_the_database_stops_the_product(ledger: str, name: str, installation: Path) -> None:
    change, place = CHANGES[name]
    assert evidence.verify_database(ledger).problems == ()
    if name == "all checkpoints":
        (installation / "checkpoints" / ledger).unlink()
        place = "checkpoint"
    change()
    with pytest.raises(evidence.LedgerUnverifiableError) as caught:
        evidence.verify_database(ledger)
    assert place in str(caught.value)
    assert "N’EST PLUS VÉRIFIABLE" in caught.value.text.fr
    assert "CAN NO LONGER BE VERIFIED" in caught.value.text.en
    assert caught.value.organisation == ledger


@pytest.mark.parametrize(
    "name", ["the size", "the head beside the log", "no head beside the log", "the peaks beside the log"]
)
def test_a_rewritten_ledger_is_not_signed(ledger: str, name: str) -> None:
    evidence.append(ledger, [Entry(SubjectKeysDestroyed(keys=1), START)])
    CHANGES[name][0]()
    with pytest.raises(evidence.LedgerUnverifiableError):
        evidence.checkpoint(ledger)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM evidence_ledgerentry WHERE index = 300",
        "DELETE FROM evidence_ledgerentry WHERE index = 301",
        "UPDATE evidence_ledgerentry SET data = leaf_hash WHERE index = 300",
    ],
)
def test_what_was_appended_is_read_again_before_it_is_signed(ledger: str, statement: str) -> None:
    evidence.append(ledger, [Entry(SubjectKeysDestroyed(keys=1), START) for _ in range(2)])
    sql(statement)
    with pytest.raises(evidence.LedgerUnverifiableError, match=r"entry 30[01]"):
        evidence.checkpoint(ledger)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE evidence_log SET size = 5", "entry 5"),
        ("DELETE FROM evidence_ledgerentry WHERE index = 299", "entries 256 to 511"),
        ("DELETE FROM evidence_tile WHERE level = 1", "right border"),
    ],
)
def test_nothing_is_appended_to_a_tree_that_does_not_fit(ledger: str, statement: str, said: str) -> None:
    sql(statement)
    with pytest.raises(evidence.LedgerUnverifiableError, match=said), transaction.atomic():
        evidence.append(ledger, [Entry(SubjectKeysDestroyed(keys=1), START) for _ in range(212)])
    with scope(organisation=ledger):
        assert LedgerEntry.objects.count() <= 300


def test_a_database_cut_short_with_its_checkpoints_is_found_out_by_the_copy(ledger: str) -> None:
    """As after restoring an old backup: all that is left is consistent in itself."""
    cut_back(ledger)
    with pytest.raises(evidence.LedgerUnverifiableError, match=r"truncated .*\(300 > 102\)"):
        evidence.verify_database(ledger)
    with scope(organisation=ledger):
        witnesses.path(Log.objects.get(pk=ledger)).unlink()
    assert evidence.verify_database(ledger).entries == 102


def cut_back(ledger: str) -> None:
    """Put the database back to its first 102 entries."""
    sql("DELETE FROM evidence_ledgerentry WHERE index >= 102")
    sql("DELETE FROM evidence_checkpoint WHERE size > 102")
    sql("DELETE FROM evidence_tile")
    peaks = Peaks()
    for (leaf,) in ask("SELECT leaf_hash FROM evidence_ledgerentry ORDER BY index"):
        peaks.append(bytes(leaf))
    signed = ask("SELECT note FROM evidence_checkpoint WHERE size = 102")[0][0]
    sql("UPDATE evidence_log SET size = 102, signed = %s, peaks = %s", signed, b"".join(peaks.hashes))


def test_a_log_rewritten_by_someone_with_the_database_has_no_signature(ledger: str) -> None:
    with scope(organisation=ledger):
        last = Checkpoint.objects.get(size=300)
        forged = last.note.splitlines()[:3]
    from garant.ledger import Checkpoint as Unsigned

    head = Unsigned.parse("\n".join(forged) + "\n").sign(key(9))
    sql(
        "UPDATE evidence_checkpoint SET note = %s, key_id = %s WHERE size = 300",
        head.encode().decode(),
        "00000000",
    )
    with pytest.raises(evidence.LedgerUnverifiableError, match="signature"):
        evidence.verify_database(ledger)


def test_a_checkpoint_that_was_rolled_back_leaves_no_copy(
    demo: str, installation: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=False):
        evidence.checkpoint(demo)
    assert not (installation / "checkpoints" / demo).exists()


def test_a_long_ledger_is_read_in_parts(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "ROWS", 7)
    assert evidence.verify_database(ledger).entries == 300
    CHANGES["an entry"][0]()
    assert evidence.inspect_database(ledger).problems[0].place == "entry 57"


def test_someone_writing_meanwhile_is_no_alarm(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = verification._heads

    def write_meanwhile(log: Log, problems: Problems) -> list[Head]:
        monkeypatch.setattr(verification, "_heads", heads)
        found = heads(log, problems)
        evidence.append(ledger, [Entry(SubjectKeysDestroyed(keys=1), START)])
        evidence.checkpoint(ledger)
        return found

    monkeypatch.setattr(verification, "_heads", write_meanwhile)
    assert evidence.verify_database(ledger).entries == 301


def test_signing_twice_signs_once(ledger: str) -> None:
    first = evidence.checkpoint(ledger)
    assert evidence.checkpoint(ledger) == first
    assert evidence.verify_database(ledger).checkpoints == 4  # two, the first one, and the copy outside


def test_a_shorter_ledger_than_its_checkpoint_is_not_signed(ledger: str) -> None:
    cut_back(ledger)
    with scope(organisation=ledger):
        evidence.checkpoint(ledger)
    sql("UPDATE evidence_log SET size = 0")
    with pytest.raises(evidence.LedgerUnverifiableError, match="102 > 0"):
        evidence.checkpoint(ledger)


def test_a_ledger_of_before_goes_on(ledger: str) -> None:
    """Before, the log kept no head of its own, and a tile for its last entries."""
    migration = import_module("garant.apps.evidence.migrations.0002_signed_head")
    with scopes_disabled():
        migration.keep_last_tile(apps, None)
    leaves = ask("SELECT leaf_hash FROM evidence_ledgerentry WHERE index >= 256 ORDER BY index")
    [(tile,)] = ask("SELECT hashes FROM evidence_tile WHERE level = 0 AND index = 1")
    assert bytes(tile) == b"".join(bytes(leaf) for (leaf,) in leaves)
    sql("UPDATE evidence_log SET verifier = '', signed = '', peaks = %s", b"")
    with pytest.raises(evidence.LedgerUnverifiableError):
        evidence.verify_database(ledger)
    with scopes_disabled():
        migration.remember(apps, None)
    assert evidence.verify_database(ledger).problems == ()
    evidence.append(ledger, [Entry(SubjectKeysDestroyed(keys=1), START)])
    evidence.checkpoint(ledger)
    assert evidence.verify_database(ledger).signed == 301


def test_two_who_sign_at_once_both_keep_the_copy(installation: Path) -> None:
    """Two threads of a server commit at one instant: neither page fails after what it did."""
    target = installation / "checkpoints" / "demo"
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: witnesses._replace(target, b"%d" % number), range(400)))
    assert [path.name for path in target.parent.iterdir()] == ["demo"]


@pytest.mark.parametrize("name", ["an entry", "a tile"])
def test_nobody_is_given_a_proof_that_would_fail_in_their_hands(ledger: str, name: str) -> None:
    CHANGES[name][0]()
    with pytest.raises(evidence.LedgerUnverifiableError, match="entry 57"):
        evidence.prove(ledger, index=57)
