"""The archive of one organisation: an SQLite file of its own, whose records are encrypted one by one.

Whoever has the file and not the archive's key learns how many records there are, of which rule and day, and how
large; never whose. A record waits (``pending``) until the system has let its rows go, then is ``kept``.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from garant.systems.archive import keyring
from garant.systems.archive.sealing import Unsealable, unseal, unwrap
from garant.systems.port import ConnectorError

BUSY_SECONDS = 30

KEPT, PENDING = "kept", "pending"

APART: Final = "apart"
"""The state of a record of values that a restriction has set apart, until it is lifted."""

LEFT: Final = "left"
"""The state of such a record once it is lifted, where something of it did not come back: somebody decides."""

SET_APART: Final = "restriction:art-18"
"""What such a record has in the place of a retention rule; no rule can be called so."""

_SCHEMA = f"""{keyring.SCHEMA}
CREATE TABLE IF NOT EXISTS record (
    id TEXT PRIMARY KEY, batch TEXT NOT NULL, state TEXT NOT NULL, system TEXT NOT NULL, root TEXT NOT NULL,
    rule TEXT NOT NULL, counted_from TEXT NOT NULL, archived TEXT NOT NULL, rows INTEGER NOT NULL,
    size INTEGER NOT NULL, frames INTEGER NOT NULL, file TEXT NOT NULL UNIQUE, wrapped BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS frame (
    record TEXT NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (record, number));
CREATE TABLE IF NOT EXISTS lookup (record TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS record_batch ON record (batch);
CREATE INDEX IF NOT EXISTS record_rule ON record (rule);
CREATE INDEX IF NOT EXISTS lookup_digest ON lookup (digest);
CREATE INDEX IF NOT EXISTS lookup_record ON lookup (record);
"""

_WAITING = "SELECT id FROM record WHERE batch = ? AND state = ?"

_DROP = (
    f"DELETE FROM lookup WHERE record IN ({_WAITING})",
    f"DELETE FROM frame WHERE record IN ({_WAITING})",
    "DELETE FROM record WHERE batch = ? AND state = ?",
)


class NoSuchRecord(ConnectorError):
    """The archive has no record of that number."""


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """What the index says of a record, without opening it."""

    id: str
    state: str
    system: str
    root: str
    rule: str
    counted_from: date
    archived: date
    rows: int
    size: int
    frames: int


@dataclass(frozen=True, slots=True)
class Group:
    """How many records of a rule of a system are counted from one day."""

    system: str
    rule: str
    counted_from: date
    records: int
    rows: int


class ArchiveStore:
    """The file of an organisation's archive, and the key that opens its records.

    Args:
        path: the SQLite file; made, closed to everybody but its owner, with the first record.
        master: the archive's key, 32 bytes.
    """

    def __init__(self, path: Path, master: bytes) -> None:
        self.path = path
        self.master = master

    @property
    def exists(self) -> bool:
        """Whether anything was ever archived here."""
        return self.path.is_file()

    def create(self) -> None:
        """Make the file, its tables and its ring of keys where they are not there yet.

        Raises:
            Unsealable: it was made under another master.
            ConnectorError: the file cannot be used, or the archive's key has been replaced meanwhile.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        with self.opened() as database:
            database.executescript(_SCHEMA)
            keyring.make(database, self.master, self.path.parent)

    def lookup_key(self) -> bytes:
        """The key of the hashes by which records are found. Raises Unsealable under another master."""
        with self.opened() as database:
            if keyring.is_there(database):
                return keyring.lookups(database, self.master)
        self.create()
        with self.opened() as database:
            return keyring.lookups(database, self.master)

    @property
    def opens(self) -> bool:
        """Whether the master at hand is this archive's."""
        try:
            self.lookup_key()
        except Unsealable:
            return False
        return True

    def replace_master(self, new: bytes) -> int:
        """Let another master open every record, and this one none; how many records there are."""
        self.create()
        with self.opened() as database:
            records = keyring.replace(database, self.master, new)
        self.master = new
        return records

    @contextmanager
    def opened(self) -> Generator[sqlite3.Connection]:
        """A connection that writes to the disk before it says so, and overwrites what it removes.

        Raises:
            ConnectorError: the file cannot be used: no room, no right, damaged.
        """
        try:
            database = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                database.execute("PRAGMA synchronous = FULL")
                database.execute("PRAGMA secure_delete = ON")
                yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            raise ConnectorError(f"archive: {error}") from None

    def keep(self, batch: str) -> int:
        """Let the waiting records of a batch stay; how many the batch now has in all."""
        with self.opened() as database:
            database.execute(
                "UPDATE record SET state = CASE rule WHEN ? THEN ? ELSE ? END WHERE batch = ? AND state = ?",
                (SET_APART, APART, KEPT, batch, PENDING),
            )
            kept = "SELECT count(*) FROM record WHERE batch = ? AND state IN (?, ?)"
            return int(database.execute(kept, (batch, KEPT, APART)).fetchone()[0])

    def drop(self, batch: str) -> None:
        """Remove the waiting records of a batch, their keys first of all."""
        with self.opened() as database:
            database.execute("BEGIN IMMEDIATE")
            for statement in _DROP:
                database.execute(statement, (batch, PENDING))
            database.execute("COMMIT")

    def drop_all(self, plan: str) -> None:
        """Remove the waiting records of every batch of a plan, their keys first of all."""
        waiting = "SELECT DISTINCT batch FROM record WHERE state = ? AND batch GLOB ?"
        with self.opened() as database:
            batches = [batch for (batch,) in database.execute(waiting, (PENDING, f"{plan}/*"))]
        for batch in batches:
            self.drop(batch)

    def groups(self) -> list[Group]:
        """The kept records, counted by system, rule and the day they are counted from."""
        with self.opened() as database:
            found = database.execute(
                "SELECT system, rule, counted_from, count(*), sum(rows) FROM record WHERE state = ? "
                "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                (KEPT,),
            )
            return [Group(s, rule, date.fromisoformat(day), n, rows) for s, rule, day, n, rows in found]

    def rules(self) -> list[str]:
        """The retention rules that records were archived under."""
        every = "SELECT DISTINCT rule FROM record WHERE rule != ? ORDER BY 1"
        with self.opened() as database:
            return [rule for (rule,) in database.execute(every, (SET_APART,))]

    def of_restrictions(self) -> tuple[int, int]:
        """How many records are of values set apart now, and how many a lifted restriction left sealed."""
        asked = "SELECT state, count(*) FROM record WHERE rule = ? GROUP BY state"
        with self.opened() as database:
            found: dict[str, int] = dict(database.execute(asked, (SET_APART,)).fetchall())
        return found.get(APART, 0), found.get(LEFT, 0)

    def left(self) -> list[str]:
        """The numbers of the records that lifted restrictions left sealed, the first first."""
        with self.opened() as database:
            found = database.execute("SELECT id FROM record WHERE state = ? ORDER BY rowid", (LEFT,))
            return [record for (record,) in found]

    def entry(self, record: str) -> RecordEntry:
        """What the index says of a record. Raises NoSuchRecord."""
        with self.opened() as database:
            return self._entry(database, record)[0]

    def wrapped_keys(self, records: Iterable[str]) -> list[bytes]:
        """The encrypted keys of records, as they lie in the file; none for a record that is gone."""
        with self.opened() as database:
            found = (
                database.execute("SELECT wrapped FROM record WHERE id = ?", (record,)).fetchone()
                for record in records
            )
            return [bytes(row[0]) for row in found if row is not None]

    def content(self, record: str) -> Iterator[bytes]:
        """Stream what a record holds, piece by piece.

        Raises:
            NoSuchRecord: there is none of that number.
            Unsealable: it does not open.
        """
        with self.opened() as database:
            yield from self.content_in(database, record)

    def content_in(self, database: sqlite3.Connection, record: str) -> Iterator[bytes]:
        """As :meth:`content`, over a connection that serves for many records."""
        entry, wrapped = self._entry(database, record)
        key = unwrap(self.master, wrapped, record)
        frames = database.execute(
            "SELECT number, data FROM frame WHERE record = ? ORDER BY number", (record,)
        )
        expected = 0
        for number, data in frames:
            yield unseal(key, record, number, data, last=number == entry.frames - 1)
            expected += number == expected
        if expected != entry.frames:
            raise ConnectorError(f"archive: record {record} has {expected} of its {entry.frames} frames")

    def _entry(self, database: sqlite3.Connection, record: str) -> tuple[RecordEntry, bytes]:
        found: tuple[Any, ...] | None = database.execute(
            "SELECT id, state, system, root, rule, counted_from, archived, rows, size, frames, wrapped "
            "FROM record WHERE id = ?",
            (record,),
        ).fetchone()
        if found is None:
            raise NoSuchRecord(f"archive: no record {record}")
        known, state, system, root, rule, counted_from, archived, rows, size, frames, wrapped = found
        days = date.fromisoformat(counted_from), date.fromisoformat(archived)
        return RecordEntry(known, state, system, root, rule, *days, rows, size, frames), bytes(wrapped)
