"""Who may consult an archived record, and that each consultation is in the ledger before it is seen."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from garant.apps.archives import services
from garant.apps.archives.entries import ArchiveConsulted
from garant.apps.archives.models import Consultation
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.promises.opening.archiving import archive_of
from garant.apps.promises.refusals import RefusedError
from garant.apps.scoping import scoped
from garant.ledger import Entry
from garant.ledger.keys import KeyCommand, KeyFolder, KeySource, KeySourceFixedError, KeyUnreadableError
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.sealing import Unsealable, unwrap, wrap
from garant.systems.archive.store import ArchiveStore
from garant.systems.archiving import LeavingRows, Origin
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db

ORGANISATION, TODAY = "seipra", date(2026, 11, 25)
REASON = "Dispute about the order of Jeanne Martin"
MASTER = bytes(range(32))


@pytest.fixture
def store(installation: Path) -> ArchiveStore:
    organisations.ensure_organisation(ORGANISATION, "Seipra", "Europe/Paris")
    return ArchiveStore(installation / "archive.sqlite3", MASTER)


def archived(store: ArchiveStore, *, kept: bool = True) -> str:
    """One record, kept or still waiting."""
    archive = RecordArchive(store)
    archivist = archive.archivist("plan/001", Origin("crm", "person", "customers", "ab" * 32, TODAY, {}))
    archivist.take(LeavingRows("person", ["id"], [(1, (1,))]), lambda _env, _name: iter(()))
    archivist.close({1: TODAY})
    if kept:
        archive.keep("plan/001")
    with store.opened() as database:
        return database.execute("SELECT id FROM record").fetchone()[0]


def kinds() -> Iterator[str]:
    """The kinds of the archive's entries, in order."""
    return (record.kind for record in evidence.records(ORGANISATION) if record.kind.startswith("archive."))


def consult(store: ArchiveStore, record: str, reason: str = REASON) -> None:
    services.consult(ORGANISATION, store, record, actor="a.martin", reason=reason, today=TODAY)


def test_somebody_entitled_consults_and_the_ledger_says_so_without_the_reason(store: ArchiveStore) -> None:
    record = archived(store)
    services.allow(ORGANISATION, "a.martin", until=TODAY, by="dpo")
    consult(store, record)
    assert list(kinds()) == ["archive.allowed", "archive.consulted"]
    (entry,) = evidence.records(ORGANISATION, kind="archive.consulted")
    (kept,) = seen(Consultation).all()
    assert entry.payload == {
        "record": record,
        "system": "crm",
        "rule": "customers",
        "rows": 1,
        "reason": hashlib.sha256(unwrap(MASTER, bytes(kept.reason), kept.key)).hexdigest(),
    }
    assert entry.actor == evidence.person(ORGANISATION, "a.martin") != "a.martin"
    assert b"Jeanne" not in bytes(kept.reason)
    (use,) = services.uses(ORGANISATION, MASTER, record=record)
    assert (use.actor, use.reason, use.record) == ("a.martin", REASON, record)
    assert isinstance(use.at, datetime)
    assert evidence.prove(ORGANISATION, index=use.entry).record.payload == entry.payload
    evidence.verify_database(ORGANISATION)


@pytest.mark.parametrize("until", [None, date(2026, 11, 24)])
def test_whoever_is_not_entitled_is_refused_and_the_ledger_says_so(
    store: ArchiveStore, until: date | None
) -> None:
    record = archived(store)
    if until is not None:
        services.allow(ORGANISATION, "a.martin", until=until, by="dpo")
    with pytest.raises(RefusedError, match="not entitled"):
        consult(store, record)
    assert list(kinds())[-1] == "archive.refused"
    assert seen(Consultation).count() == 0


def test_an_entitlement_is_taken_back(store: ArchiveStore) -> None:
    record = archived(store)
    services.allow(ORGANISATION, "a.martin", until=date(2026, 1, 1), by="dpo")
    services.allow(ORGANISATION, "a.martin", until=None, by="dpo")
    assert services.entitled(ORGANISATION) == [("a.martin", None)]
    consult(store, record)
    assert services.revoke(ORGANISATION, "a.martin", by="dpo")
    assert not services.revoke(ORGANISATION, "a.martin", by="dpo")
    with pytest.raises(RefusedError):
        consult(store, record)
    assert list(kinds()) == [
        "archive.allowed", "archive.allowed", "archive.consulted", "archive.revoked", "archive.refused",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "reason", "said"),
    [
        ("0" * 32, REASON, "no record"),
        ("../../etc/passwd", REASON, "no record"),
        ("0" * 32, "because", "without a reason"),
    ],
)
def test_no_record_no_reason_nothing_to_see(store: ArchiveStore, record: str, reason: str, said: str) -> None:
    archived(store)
    services.allow(ORGANISATION, "a.martin", until=None, by="dpo")
    with pytest.raises(RefusedError, match=said):
        consult(store, record, reason)
    assert seen(Consultation).count() == 0


def test_a_record_that_waits_is_not_one_yet(store: ArchiveStore) -> None:
    record = archived(store, kept=False)
    services.allow(ORGANISATION, "a.martin", until=None, by="dpo")
    with pytest.raises(RefusedError, match="no record"):
        consult(store, record)


@pytest.fixture
def keys(installation: Path) -> KeyFolder:
    return KeyFolder(installation / "keys")


@pytest.fixture
def kept(installation: Path, keys: KeyFolder, monkeypatch: pytest.MonkeyPatch) -> ArchiveStore:
    """An archive under the installation's key, with one record consulted once."""
    organisations.ensure_organisation(ORGANISATION, "Seipra", "Europe/Paris")
    monkeypatch.setenv("GARANT_ARCHIVE", str(installation / "archive"))
    found = ArchiveStore(installation / "archive" / f"{ORGANISATION}.sqlite3", keys.read("archive"))
    record = archived(found)
    services.allow(ORGANISATION, "a.martin", until=TODAY, by="dpo")
    consult(found, record)
    return found


def opened(keys: KeySource) -> ArchiveStore:
    """The archive as commands open it."""
    archive = archive_of(ORGANISATION, keys)
    assert archive is not None
    return archive.store


def whole(store: ArchiveStore) -> list[str]:
    """The reasons of the one record, which must open."""
    with store.opened() as database:
        (record,) = (record for (record,) in database.execute("SELECT id FROM record"))
    assert b'"row":[1]' in b"".join(store.content(record))
    return [str(use.reason) for use in services.uses(ORGANISATION, store.master, record=record)]


def test_a_replaced_key_opens_nothing_and_the_new_one_everything(kept: ArchiveStore, keys: KeyFolder) -> None:
    old = keys.read("archive")
    assert services.rotate_key(keys, kept.path.parent, by="dpo") == 1
    assert keys.read("archive") != old
    assert whole(opened(keys)) == [REASON]
    assert not ArchiveStore(kept.path, old).opens
    (consultation,) = seen(Consultation).all()
    with pytest.raises(Unsealable):
        unwrap(old, bytes(consultation.reason), consultation.key)
    assert list(kinds())[-1] == "archive.rotated"
    evidence.verify_database(ORGANISATION)


def test_interrupted_at_any_step_it_is_finished_by_typing_it_again(
    kept: ArchiveStore, keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the archive is read with the key that opens it, and no file is begun under the old one."""
    old, other = (
        keys.read("archive"),
        ArchiveStore(kept.path.parent / "unknown.sqlite3", keys.read("archive")),
    )
    archived(other)
    for step in ("garant.apps.archives.rotations._tell", "garant.ledger.keys.KeyFolder.promote"):
        with monkeypatch.context() as broken:
            broken.setattr(step, _stop)
            with pytest.raises(KeyboardInterrupt):
                services.rotate_key(keys, kept.path.parent, by="dpo")
        assert keys.read("archive") == old
        store = opened(keys)
        assert store.master == keys.read("archive", pending=True)
        assert store.entry(_only(store)).rows == 1
        new = archive_of("another", keys)
        assert new is not None
        assert new.store.master == store.master
    assert services.rotate_key(keys, kept.path.parent, by="dpo") == 2
    assert whole(opened(keys)) == [REASON]
    assert ArchiveStore(other.path, keys.read("archive")).opens
    assert list(kinds()).count("archive.rotated") == 1


def test_reasons_without_an_archive_are_not_left_under_the_old_key(
    kept: ArchiveStore, keys: KeyFolder
) -> None:
    record = _only(kept)
    kept.path.unlink()
    assert services.rotate_key(keys, kept.path.parent, by="dpo") == 0
    (use,) = services.uses(ORGANISATION, keys.read("archive"), record=record)
    assert use.reason == REASON


def test_a_replaced_key_leaves_each_reason_with_its_entry(kept: ArchiveStore, keys: KeyFolder) -> None:
    """What the ledger has the digest of is the reason, and not how one key or another keeps it."""
    (before,) = services.uses(ORGANISATION, keys.read("archive"))
    for _ in range(2):
        services.rotate_key(keys, kept.path.parent, by="dpo")
        (use,) = services.uses(ORGANISATION, keys.read("archive"))
        assert (use.entry, use.reason) == (before.entry, REASON)
    assert before.entry is not None
    assert "archive.reason-kept" not in list(kinds())


def test_a_reason_of_before_salts_stays_with_its_entry_too(kept: ArchiveStore, keys: KeyFolder) -> None:
    master, old = keys.read("archive"), wrap(keys.read("archive"), REASON.encode(), "ab" * 16)
    entered = ArchiveConsulted(
        record="cd" * 16, system="crm", rule="customers", rows=1, reason=hashlib.sha256(old).hexdigest()
    )
    evidence.append(ORGANISATION, [Entry(entered, datetime.now(UTC))])
    with scoped(ORGANISATION):
        Consultation.objects.create(
            key="ab" * 16,
            organisation=ORGANISATION,
            record="cd" * 16,
            actor="a.martin",
            reason=old,
            at=datetime.now(UTC),
        )
    (before,) = services.uses(ORGANISATION, master, record="cd" * 16)
    for _ in range(2):
        services.rotate_key(keys, kept.path.parent, by="dpo")
        (use,) = services.uses(ORGANISATION, keys.read("archive"), record="cd" * 16)
        assert (use.entry, use.reason) == (before.entry, REASON)
    assert before.entry is not None
    assert list(kinds()).count("archive.reason-kept") == 1


def test_a_reason_that_was_changed_has_no_entry(kept: ArchiveStore, keys: KeyFolder) -> None:
    """Whoever has the database and the key may write another reason, and the ledger does not have it."""
    master = keys.read("archive")
    with scoped(ORGANISATION):
        one = Consultation.objects.get()
        one.reason = wrap(master, unwrap(master, bytes(one.reason), one.key) + b" !", one.key)
        one.save()
    (use,) = services.uses(ORGANISATION, master)
    assert (use.entry, use.reason) == (None, REASON + " !")
    assert [use.reason for use in services.uses(ORGANISATION, os.urandom(32))] == [None]


def test_a_key_that_is_not_the_archive_s_is_refused(kept: ArchiveStore, keys: KeyFolder) -> None:
    keys.path("archive").unlink()
    keys.create("archive")
    with pytest.raises(RefusedError, match="does not open"):
        archive_of(ORGANISATION, keys)
    keys.create("archive", pending=True)
    with pytest.raises(RefusedError, match="does not open"):
        archive_of(ORGANISATION, keys)
    assert kept.opens


def vault(keys: KeyFolder, folder: Path) -> KeyCommand:
    """The same keys, behind a command that cannot write."""
    script = folder / "fetch.py"
    script.write_text(f"import sys\nprint(open({str(keys.folder)!r} + '/' + sys.argv[1] + '.key').read())\n")
    return KeyCommand(f"{sys.executable} {script}")


def test_a_vault_makes_the_new_key_itself(kept: ArchiveStore, keys: KeyFolder, tmp_path: Path) -> None:
    """Until it lets the new key take the old one's place, the archive is read with it all the same."""
    command, folder = vault(keys, tmp_path), kept.path.parent
    with pytest.raises(KeySourceFixedError):
        services.rotate_key(command, folder, by="dpo")
    new = keys.create("archive", pending=True)
    assert services.rotate_key(command, folder, by="dpo") == 1
    assert opened(command).master == new
    keys.promote("archive")
    assert whole(opened(command)) == [REASON]
    keys.path("archive", pending=True).write_bytes(keys.path("archive").read_bytes())
    with pytest.raises(RefusedError, match="in use already"):
        services.rotate_key(command, folder, by="dpo")


def test_a_successor_that_cannot_be_read_is_not_passed_over(kept: ArchiveStore, keys: KeyFolder) -> None:
    keys.create("archive", pending=True)
    keys.path("archive", pending=True).write_text("nothing")
    with pytest.raises(KeyUnreadableError):
        services.rotate_key(keys, kept.path.parent, by="dpo")


def _only(store: ArchiveStore) -> str:
    with store.opened() as database:
        return database.execute("SELECT id FROM record").fetchone()[0]


def _stop(*_arguments: object, **_named: object) -> None:
    raise KeyboardInterrupt
