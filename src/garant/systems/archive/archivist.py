"""Writing records: rows come table by table, ordered by root, and go to the record of their root.

Each record is a stream of JSON lines: a header, then for each table a line with its columns and one line per
row, and the files that the rows name in pieces. The lines are gathered, encrypted and written as they come:
memory is bounded whatever the size of a record or of a batch.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, Final

from garant.systems.archive import keyring
from garant.systems.archive.apart import apart_record
from garant.systems.archive.data_map import KEY
from garant.systems.archive.identities import one_form
from garant.systems.archive.sealing import FRAME, lookup_digest, new_record_key, seal, wrap
from garant.systems.archive.store import PENDING, ArchiveStore
from garant.systems.archive.values import encoded
from garant.systems.archiving import ApartRecord, Key, LeavingRows, Origin, ReadFile
from garant.systems.port import ConnectorError
from garant.systems.texts import readable

FORMAT: Final = "garant-record/1"

GATHERED: Final = 16 * 1024 * 1024
"""Bytes that wait in memory, all the records of a batch together, before they are encrypted and written."""

_line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass
class _Record:
    """A record on its way."""

    id: str
    key: bytes
    root: Key
    waiting: bytearray = field(default_factory=bytearray)
    digest: Any = field(default_factory=hashlib.sha256)
    frames: int = 0
    size: int = 0
    rows: int = 0
    table: str | None = None
    files: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    known_as: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


class RecordArchivist:
    """The records of one batch, written in one transaction of the archive."""

    def __init__(self, store: ArchiveStore, batch: str, origin: Origin) -> None:
        self._store = store
        self._batch = batch
        self._origin = origin
        self._records: dict[Key, _Record] = {}
        self._rows: Counter[str] = Counter()
        self._gathered = 0
        self._closed = False
        with ExitStack() as opening:
            self._database: sqlite3.Connection = opening.enter_context(store.opened())
            self._database.execute("BEGIN IMMEDIATE")
            # Within the transaction: a replaced key must wrap nothing any more.
            self._lookups = keyring.lookups(self._database, store.master)
            self._open = opening.pop_all()

    def take(self, leaving: LeavingRows, read_file: ReadFile) -> None:
        """Keep these rows and the files they name, each in the record of its root."""
        known = self._origin.identities.get(leaving.table, {})
        told = [(n, kind) for n, name in enumerate(leaving.columns) for kind in known.get(name, ())]
        files = [(f, [leaving.columns.index(column) for column in f.columns]) for f in leaving.files]
        for root, rows in groupby(leaving.rows, key=lambda pair: pair[0]):
            record = self._record(root)
            self._add(record, {"table": leaving.table, "columns": list(leaving.columns)})
            for _, row in rows:
                self._add(record, {"row": [encoded(value) for value in row]})
                record.rows += 1
                self._rows[leaving.table] += 1
                record.known_as |= {(kind, str(readable(row[n]))) for n, kind in told if row[n]}
                for f, places in files:
                    name = f.name(*(row[n] for n in places))
                    if name is not None and (f.store.env, name) not in record.files:
                        self._add_file(record, f.store.env, name, read_file)

    def close(self, counted_from: Mapping[Key, date]) -> None:
        """Write what still waits, commit, then decrypt every record from the disk and compare."""
        for record in self._records.values():
            self._flush(record, last=True)
            day = counted_from.get(record.root, self._origin.archived if self._origin.apart else None)
            if day is None:
                raise ConnectorError(f"archive: no day is known from which record {record.id} counts")
            self._index(record, day)
        self._database.execute("COMMIT")
        self._open.close()
        with self._store.opened() as database:
            for record in self._records.values():
                self._compare(database, record)
        self._closed = True

    def _compare(self, database: sqlite3.Connection, record: _Record) -> None:
        read = hashlib.sha256()
        for piece in self._store.content_in(database, record.id):
            read.update(piece)
        if read.digest() != record.digest.digest():
            raise ConnectorError(f"archive: record {record.id}, read back, is not what was written")

    def read_back(self) -> Iterator[ApartRecord]:
        """What was set apart, opened again from the disk."""
        with self._store.opened() as database:
            for record in self._records.values():
                yield apart_record(record.id, self._store.content_in(database, record.id))

    def abandon(self) -> None:
        """Throw away what was not committed; harmless after :meth:`close`."""
        self._open.close()

    def taken(self, table: str) -> int | None:
        """How many rows of a table were kept; None before they were read back."""
        return self._rows[table] if self._closed else None

    def _record(self, root: Key) -> _Record:
        if root not in self._records:
            record = self._records[root] = _Record(os.urandom(16).hex(), new_record_key(), root)
            origin = self._origin
            self._add(
                record,
                {
                    "format": FORMAT,
                    "system": origin.system,
                    "root": origin.root,
                    "key": root,
                    "rule": origin.rule,
                    "map": origin.map_digest,
                    "archived": origin.archived.isoformat(),
                    **({"apart": origin.apart} if origin.apart else {}),
                },
            )
        return self._records[root]

    def _add(self, record: _Record, line: Mapping[str, Any]) -> None:
        written = _line(line).encode("utf-8", "surrogatepass") + b"\n"  # as `json.loads` reads bytes
        record.digest.update(written)
        record.waiting += written
        record.size += len(written)
        self._gathered += len(written)
        if len(record.waiting) > FRAME:
            self._flush(record)
        if self._gathered > GATHERED:
            for other in self._records.values():
                self._flush(other)

    def _add_file(self, record: _Record, env: str, name: str, read_file: ReadFile) -> None:
        record.files.add((env, name))
        for piece in read_file(env, name):
            self._add(record, {"file": [env, name], "data": b64encode(piece).decode()})

    def _flush(self, record: _Record, *, last: bool = False) -> None:
        """Encrypt and write what waits; the last frame is written even when nothing does."""
        waiting, record.waiting = record.waiting, bytearray()
        self._gathered -= len(waiting)
        pieces = [bytes(waiting[start : start + FRAME]) for start in range(0, len(waiting), FRAME)]
        if last and not pieces:
            pieces = [b""]
        self._database.executemany(
            "INSERT INTO frame (record, number, data) VALUES (?, ?, ?)", self._sealed(record, pieces, last)
        )

    def _sealed(
        self, record: _Record, pieces: Sequence[bytes], last: bool
    ) -> Iterator[tuple[str, int, bytes]]:
        for position, piece in enumerate(pieces):
            final = last and position == len(pieces) - 1
            yield record.id, record.frames, seal(record.key, record.id, record.frames, piece, last=final)
            record.frames += 1

    def _index(self, record: _Record, counted_from: date) -> None:
        origin, master = self._origin, self._store.master
        self._database.execute(
            "INSERT INTO record (id, batch, state, system, root, rule, counted_from, archived, rows, size, "
            "frames, file, wrapped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.id, self._batch, PENDING, origin.system, origin.root, origin.rule,
                counted_from.isoformat(), origin.archived.isoformat(), record.rows, record.size,
                record.frames, file_name(record.id), wrap(master, record.key, record.id),
            ),
        )  # fmt: skip
        digests = {
            (kind, lookup_digest(self._lookups, kind, one_form(kind, value)))
            for kind, value in (*record.known_as, (KEY, f"{origin.system}/{origin.root}/{record.root}"))
        }
        self._database.executemany(
            "INSERT INTO lookup (record, kind, digest) VALUES (?, ?, ?)",
            [(record.id, kind, digest) for kind, digest in sorted(digests)],
        )


def file_name(record: str) -> str:
    """The name under which a record's content is given, in an export for instance."""
    return f"{record}.jsonl"
