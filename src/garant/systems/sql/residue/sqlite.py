"""SQLite: freed pages and cells, the write-ahead log, the rollback journal.

What cleans what (https://www.sqlite.org/pragma.html): ``secure_delete``, on in Garant's own connections,
overwrites what *they* delete; ``wal_checkpoint(TRUNCATE)`` empties the log, unless a reader still needs it;
a journal that another program keeps (``journal_mode=persist`` or ``truncate``) is deleted; ``VACUUM``
rewrites the whole file, and so drops what others deleted before. VACUUM locks everybody out meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ahocorasick_rs import BytesAhoCorasick
from sqlalchemy import ColumnElement
from sqlalchemy.dialects import sqlite

from garant.systems.model import DataMap
from garant.systems.port import ConnectorError
from garant.systems.rawsearch import Patterns, search_files
from garant.systems.residue import Cleaning, Looked, StillThere
from garant.systems.sql.dialects.sqlite import TEXT
from garant.systems.sql.engines import BUSY_SECONDS
from garant.systems.sql.residue.live import still_there
from garant.systems.sql.sqlite_texts import bytes_of

PATIENCE = 5
"""Seconds that cleaning waits for readers: what they hold is said instead."""

_ARGUMENTS = 100
"""Columns that one call is given: SQLite's functions take 127 (its limits, section 6)."""

_PLACES = (("", "sqlite-file"), ("-wal", "sqlite-wal"), ("-journal", "sqlite-journal"))


class SqliteKeeper:
    """The residue of one SQLite file."""

    def __init__(self, data_map: DataMap, looking: sa.Engine, changing: sa.Engine) -> None:
        self._map = data_map
        self._looking = looking
        self._changing = changing

    def clean(self, level: Cleaning, _tables: Collection[str]) -> list[str]:
        """Empty the log and the journal; rewrite the file when everything is allowed."""
        done: list[str] = []
        if level is Cleaning.NONE:
            return done
        with self._raw(self._changing) as raw:
            raw.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
            if level is Cleaning.FULL:
                done.append(self._vacuum(raw))
            if raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                done.append(self._truncate(raw))
            elif self._path("-journal").exists():
                done.append(self._drop_journal(raw))
            raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return done

    def search(self, texts: Sequence[str], _tables: Collection[str], seconds: float) -> list[Looked]:
        """Search the file, its log and its journal."""
        with self._raw(self._looking) as raw:
            encoding = str(raw.execute("PRAGMA encoding").fetchone()[0]).lower()
            free = int(raw.execute("PRAGMA freelist_count").fetchone()[0])
        patterns = Patterns(texts, dict.fromkeys([encoding, "utf-8"]))
        files = [self._path(suffix) for suffix, _ in _PLACES]
        reads = search_files(patterns, files, seconds)
        reason = "readers" if reads[1].size else "free-pages" if free else "slack"
        return [
            Looked(place, read.hits, read.size, whole=read.whole, reason=reason if read.whole else "time")
            for (_, place), read in zip(_PLACES, reads, strict=True)
            if read.there and (read.size or not read.whole)
        ]

    def still_there(self, texts: Sequence[str], wanted: Iterable[int]) -> StillThere:
        """Ask every text column; SQLite calls back with each value, in one pass per table."""
        with self._raw(self._looking) as raw:
            return still_there(
                self._map, _catalogue(raw), texts, wanted, lambda t, c, asked: _held(raw, t, c, asked)
            )

    def _truncate(self, raw: sqlite3.Connection) -> str:
        busy = int(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        return "wal-busy" if busy else "wal-truncated"

    def _vacuum(self, raw: sqlite3.Connection) -> str:
        try:
            raw.execute("VACUUM")
        except sqlite3.OperationalError:  # somebody reads or writes, or the disk is full
            return "vacuum-refused"
        return "vacuumed"

    def _drop_journal(self, raw: sqlite3.Connection) -> str:
        """Leaving ``persist`` deletes the journal; SQLite does so only under its own lock."""
        try:
            raw.execute("PRAGMA journal_mode = PERSIST")
            raw.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            return "journal-busy"
        return "journal-busy" if self._path("-journal").exists() else "journal-dropped"

    def _path(self, suffix: str) -> Path:
        with self._raw(self._looking) as raw:
            return Path(f"{raw.execute('PRAGMA database_list').fetchone()[2]}{suffix}")

    @contextmanager
    def _raw(self, engine: sa.Engine) -> Generator[sqlite3.Connection]:
        """The driver's own connection: no transaction is begun around PRAGMA and VACUUM."""
        pooled = engine.raw_connection()
        try:
            driver: Any = pooled.driver_connection
            yield driver
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorname", "?")
            raise ConnectorError(f"{self._map.system}: the residue could not be looked at ({code})") from None
        finally:
            pooled.close()


def _catalogue(raw: sqlite3.Connection) -> dict[str, list[str]]:
    """Every table with all its columns: SQLite lets any column hold a text."""
    names = raw.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    )
    tables = [str(name) for (name,) in names.fetchall()]
    return {
        table: [str(row[1]) for row in raw.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()]
        for table in tables
    }


def _held(raw: sqlite3.Connection, table: str, columns: Sequence[str], texts: Sequence[str]) -> set[str]:
    encoding = str(raw.execute("PRAGMA encoding").fetchone()[0]).lower()
    patterns = Patterns(texts, dict.fromkeys([encoding, "utf-8"]))
    searcher = BytesAhoCorasick(patterns.forms)
    between = None if encoding != "utf-8" or any("\0" in text for text in texts) else b"\0"
    found: set[int] = set()

    def look(*values: object) -> None:
        for data in _searchable(values, between):
            found.update(hit for hit, _, _ in searcher.find_matches_as_indexes(data, overlapping=True))

    raw.create_function("garant_look", -1, look)
    some = [columns[start : start + _ARGUMENTS] for start in range(0, len(columns), _ARGUMENTS)]
    looks = [sa.func.count(sa.func.garant_look(*map(_bytes, names))) for names in some]
    query = sa.select(*looks).select_from(sa.table(table))
    raw.execute(str(query.compile(dialect=sqlite.dialect()))).fetchall()
    return {texts[number] for number in patterns.texts(found)}


def _bytes(name: str) -> ColumnElement[Any]:
    """A column whose texts are given as bytes: they may be no UTF-8."""
    column: sa.ColumnClause[Any] = sa.column(name)
    return sa.case((sa.func.typeof(column) == TEXT, bytes_of(column)), else_=column)


def _searchable(values: Sequence[object], between: bytes | None) -> Iterable[bytes]:
    """The texts and bytes of a row; together where something lies between them that is in no text sought."""
    lines = [value for value in values if isinstance(value, bytes)]
    return lines if between is None else [between.join(lines)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
