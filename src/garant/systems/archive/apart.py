"""Values that restrictions have set apart: who they are of, what they were, and that they are back in their place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from garant.systems.archive.identities import one_form
from garant.systems.archive.reading import lines_of, rows_of
from garant.systems.archive.sealing import lookup_digest
from garant.systems.archive.store import APART, LEFT, ArchiveStore
from garant.systems.archiving import KINDS, ApartRecord, ApartRow, ApartTable, Key

_TABLES: Final = TypeAdapter(dict[str, ApartTable])

_OF_SYSTEM: Final = "SELECT id, root FROM record WHERE state = ? AND system = ? ORDER BY rowid DESC"

_GONE: Final = (
    "DELETE FROM lookup WHERE record = ?",
    "DELETE FROM frame WHERE record = ?",
    "DELETE FROM record WHERE id = ?",
)


def apart_record(number: str, content: Iterable[bytes]) -> ApartRecord:
    """A record of values set apart, from its decrypted stream."""
    lines = lines_of(content)
    header = json.loads(next(lines))
    rows = [ApartRow(row.table, row.columns, row.values) for row in rows_of(lines)]
    return ApartRecord(number, header["key"], _TABLES.validate_python(header["apart"]), rows)


class Apart:
    """What is set apart in one archive."""

    def __init__(self, store: ArchiveStore) -> None:
        self._store = store
        self._keys: dict[str, Key] = {}

    def roots(self, system: str) -> dict[str, frozenset[Key]]:
        """Root → keys of those whose values are set apart."""
        found: dict[str, set[Key]] = {}
        for _, root, key in self._records(system):
            found.setdefault(root, set()).add(key)
        return {root: frozenset(keys) for root, keys in found.items()}

    def found(self, system: str, root: str, kind: str, identities: Sequence[str]) -> list[tuple[int, Key]]:
        """Those whom identities lead to, with the identity's position."""
        if kind not in KINDS:
            return []
        key = self._store.lookup_key()
        asked = (
            "SELECT record.id FROM lookup JOIN record ON record.id = lookup.record WHERE record.state = ? "
            "AND record.system = ? AND record.root = ? AND lookup.kind = ? AND lookup.digest = ?"
        )
        digests = [lookup_digest(key, kind, one_form(kind, identity)) for identity in identities]
        with self._store.opened() as database:
            database.execute("BEGIN")  # what is let go meanwhile is there until the end
            return [
                (position, self._key(database, record))
                for position, digest in enumerate(digests)
                for (record,) in database.execute(asked, (APART, system, root, kind, digest)).fetchall()
            ]

    def sealed(self, system: str, root: str, keys: Collection[Key]) -> list[ApartRecord]:
        """What is set apart of these roots, the last first."""
        mine = [record for record, of, key in self._records(system) if of == root and key in keys]
        return [apart_record(record, self._store.content(record)) for record in mine]

    def let_go(self, records: Sequence[str]) -> None:
        """Destroy records, their keys with them."""
        with self._store.opened() as database:
            database.execute("BEGIN IMMEDIATE")
            for statement in _GONE:
                database.executemany(statement, [(record,) for record in records])
            database.execute("COMMIT")

    def leave(self, records: Sequence[str]) -> None:
        """These are lifted, and something of them did not come back."""
        with self._store.opened() as database:
            database.execute("BEGIN IMMEDIATE")
            for record in records:
                database.execute("UPDATE record SET state = ? WHERE id = ?", (LEFT, record))
            database.execute("COMMIT")

    def _records(self, system: str) -> list[tuple[str, str, Key]]:
        """The records of a system, the last first: number, root, and the root's key."""
        if not self._store.exists:
            return []
        with self._store.opened() as database:
            database.execute("BEGIN")
            found = database.execute(_OF_SYSTEM, (APART, system)).fetchall()
            return [(record, root, self._key(database, record)) for record, root in found]

    def _key(self, database: sqlite3.Connection, record: str) -> Key:
        """The root's key, which is in the record's first line and never changes."""
        if record not in self._keys:
            header: dict[str, Any] = json.loads(next(lines_of(self._store.content_in(database, record))))
            self._keys[record] = header["key"]
        return self._keys[record]
