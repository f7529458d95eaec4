"""Replacing the archive's key: the new one opens every record, the old one nothing, at whatever moment it is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garant.policy.text import Text
from garant.systems.archive import keyring
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.connector import ArchiveConnector
from garant.systems.archive.data_map import archive_map, identity_query
from garant.systems.archive.sealing import Unsealable, lookup_digest, new_record_key, unseal, unwrap, wrap
from garant.systems.archive.store import ArchiveStore
from garant.systems.archiving import LeavingRows, Origin
from garant.systems.port import ConnectorError

ORIGIN = Origin("crm", "person", "customers", "ab" * 32, date(2026, 11, 1), {"person": {"mail": ("email",)}})
OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def nothing(_env: str, _name: str) -> Iterator[bytes]:
    return iter(())


def archived(store: ArchiveStore, *people: int, keep: bool = True) -> None:
    """A batch of these people."""
    archive, batch = RecordArchive(store), os.urandom(4).hex()
    archivist = archive.archivist(batch, ORIGIN)
    rows = [(n, (n, f"p{n}@x.example")) for n in people]
    archivist.take(LeavingRows("person", ["id", "mail"], rows), nothing)
    archivist.close(dict.fromkeys(people, date(2026, 11, 1)))
    if keep:
        archive.keep(batch)


def found(store: ArchiveStore, person: int) -> list[str]:
    """The records that an address leads to."""
    connector = ArchiveConnector(archive_map({"customers": Text(fr="x", en="x")}), store)
    try:
        with connector.snapshot() as snapshot:
            keys = snapshot.find_identities(identity_query("email"), [f"p{person}@x.example"])
            return [str(key) for _, key in keys]
    finally:
        connector.close()


def wrapped(store: ArchiveStore) -> dict[str, bytes]:
    with store.opened() as database:
        records = database.execute("SELECT id, wrapped FROM record UNION SELECT name, wrapped FROM keyring")
        return dict(records.fetchall())


def content(store: ArchiveStore) -> dict[str, bytes]:
    with store.opened() as database:
        records = [record for (record,) in database.execute("SELECT id FROM record")]
    return {record: b"".join(store.content(record)) for record in records}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.just("rotate"), st.just("destroy"), st.integers(1, 6)), min_size=1, max_size=8))
def test_whatever_was_archived_before_and_after_only_the_last_key_opens_it(acts: list[int | str]) -> None:
    """Batches, destructions and replacements in any order; each record is known by what it held when it was written."""
    with TemporaryDirectory() as folder:
        store, used = ArchiveStore(Path(folder) / "a.sqlite3", new_record_key()), list[bytes]()
        known: dict[str, bytes] = {}
        person = 0
        for act in [2, *acts, "rotate"]:
            if act == "rotate":
                used.append(store.master)
                before = wrapped(store)
                assert store.replace_master(new_record_key()) == len(known)
                raw = store.path.read_bytes()
                assert [key for key in before.values() if key in raw] == []
            elif act == "destroy" and known:
                record = min(known)
                shredded = wrapped(store)[record]
                with store.opened() as database:
                    for table, column in (("lookup", "record"), ("frame", "record"), ("record", "id")):
                        database.execute(f"DELETE FROM {table} WHERE {column} = ?", (record,))
                del known[record]
                assert shredded not in store.path.read_bytes()
            elif isinstance(act, int):
                archived(store, *range(person, person + act))
                person += act
                known |= {r: text for r, text in content(store).items() if r not in known}
        assert content(store) == known
        alive = {int(text.split(b'"row":[')[1].split(b",")[0]): record for record, text in known.items()}
        assert {n: found(store, n) for n in range(person)} == {
            n: [alive[n]] if n in alive else [] for n in range(person)
        }
        assert_opens_nothing(store, used, known)


def assert_opens_nothing(store: ArchiveStore, masters: list[bytes], known: dict[str, bytes]) -> None:
    """Neither through the product, nor with the masters themselves on what lies in the file."""
    with store.opened() as database:
        frames = database.execute("SELECT record, number, data FROM frame").fetchall()
        digests = {digest for (digest,) in database.execute("SELECT digest FROM lookup")}
    for master in masters:
        old = ArchiveStore(store.path, master)
        assert not old.opens
        for record in known:
            with pytest.raises(Unsealable):
                list(old.content(record))
        for owner, key in wrapped(store).items():
            with pytest.raises(Unsealable):
                unwrap(master, key, owner)
        for record, number, data in frames:
            for last in (True, False):
                with pytest.raises(Unsealable):
                    unseal(master, record, number, data, last=last)
        assert lookup_digest(master, "email", "p0@x.example") not in digests
        with pytest.raises(ConnectorError):
            RecordArchive(old).archivist("late", ORIGIN)


def test_a_batch_on_its_way_under_the_old_key_is_given_up(tmp_path: Path) -> None:
    """Opened before the replacement, another process writes no record that nobody could open."""
    late, store = (ArchiveStore(tmp_path / "a.sqlite3", OLD) for _ in range(2))
    archived(store, 1)
    store.replace_master(NEW)
    with pytest.raises(Unsealable):
        archived(late, 2)
    assert len(content(store)) == 1


def test_records_that_wait_are_wrapped_again_too(tmp_path: Path) -> None:
    store = ArchiveStore(tmp_path / "a.sqlite3", OLD)
    archived(store, 1, keep=False)
    store.replace_master(NEW)
    assert b"p1@x.example" in next(iter(content(store).values()))


def test_replaced_again_it_is_finished(tmp_path: Path) -> None:
    store = ArchiveStore(tmp_path / "a.sqlite3", OLD)
    archived(store, 1, 2)
    with store.opened() as database:
        (record, key) = database.execute("SELECT id, wrapped FROM record LIMIT 1").fetchone()
        again = wrap(NEW, unwrap(OLD, key, record), record)
        database.execute("UPDATE record SET wrapped = ? WHERE id = ?", (again, record))
    assert store.replace_master(NEW) == 2
    assert wrapped(store)[record] == again
    assert len(content(store)) == 2
    with pytest.raises(Unsealable):
        ArchiveStore(store.path, OLD).replace_master(bytes(32))


def test_no_archive_is_begun_under_a_key_that_was_replaced(tmp_path: Path) -> None:
    """Another organisation's first record, by a process that read the old key: refused, and nothing is left of it."""
    keyring.announce(tmp_path, NEW)
    with pytest.raises(ConnectorError, match="replaced meanwhile"):
        archived(ArchiveStore(tmp_path / "b.sqlite3", OLD), 1)
    archived(ArchiveStore(tmp_path / "b.sqlite3", NEW), 1)
    assert (tmp_path / "current-key").read_text() == keyring.name_of(NEW)


def test_an_archive_made_before_there_were_rings_gets_its_own(tmp_path: Path) -> None:
    """Its hashes were made from the master itself; they still lead to the records."""
    store = ArchiveStore(tmp_path / "a.sqlite3", OLD)
    archived(store, 1)
    earlier = lookup_digest(
        keyring.hmac.digest(OLD, b"garant/archive-lookup/1", "sha256"), "email", "p1@x.example"
    )
    with store.opened() as database:
        database.execute("DROP TABLE keyring")
        database.execute("UPDATE lookup SET digest = ?", (earlier,))
    with pytest.raises(Unsealable):
        ArchiveStore(store.path, NEW).lookup_key()
    assert len(found(store, 1)) == 1
    store.replace_master(NEW)
    assert len(found(store, 1)) == 1
    with store.opened() as database:
        database.execute("DELETE FROM keyring")
        with pytest.raises(Unsealable, match="ring"):
            keyring.lookups(database, NEW)


def test_looking_writes_nothing(tmp_path: Path) -> None:
    """Whoever may only read the file can still look somebody up."""
    store = ArchiveStore(tmp_path / "a.sqlite3", OLD)
    archived(store, 1)
    before = store.path.stat().st_mtime_ns, store.path.read_bytes()
    assert store.opens
    assert len(found(store, 1)) == 1
    assert (store.path.stat().st_mtime_ns, store.path.read_bytes()) == before
