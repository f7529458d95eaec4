"""PostgreSQL: dead rows in heaps, their values in indexes, TOAST, statistics, the write-ahead log, the server's log.

What cleans what (https://www.postgresql.org/docs/current/routine-vacuuming.html): VACUUM frees line pointers
and leaves the bytes of rows; VACUUM FULL writes a new file of the table, its indexes and its TOAST, and locks
everybody out of the table meanwhile; ANALYZE replaces the values that statistics quote, whose old rows stay
until ``pg_statistic`` is rewritten too; the write-ahead log keeps everything until its segments are removed,
and a *recycled* segment keeps its old bytes under a new name.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from garant.systems.model import DataMap
from garant.systems.port import ConnectorError
from garant.systems.rawsearch import Patterns
from garant.systems.residue import Cleaning, Looked, StillThere, together
from garant.systems.sql.residue.live import still_there
from garant.systems.sql.residue.postgresql_files import ServerFile, reader_of, server_files
from garant.systems.sql.residue.postgresql_live import held, text_columns
from garant.systems.sql.residue.postgresql_wal import drop_segments, wal_reason

Connection = psycopg.Connection[Any]


class PostgresKeeper:
    """The residue of one PostgreSQL database, and of the server that it shares with others."""

    def __init__(self, data_map: DataMap, looking: sa.Engine, changing: sa.Engine) -> None:
        self._map = data_map
        self._looking = looking
        self._changing = changing
        self._rewritten = False

    def clean(self, level: Cleaning, tables: Collection[str]) -> list[str]:
        """VACUUM and ANALYZE; with everything allowed, rewrite the tables and drop the old log."""
        if level is Cleaning.NONE:
            return []
        done: list[str] = []
        self._rewritten = level is Cleaning.FULL
        with self._raw(self._changing) as connection:
            if self._rewritten:
                _outlive_others(connection)
            for table in sorted(tables):
                self._vacuum(connection, level, table, done)
            superuser = _setting(connection, "is_superuser") == "on"
            if level is Cleaning.FULL and superuser:
                connection.execute("VACUUM (FULL, ANALYZE) pg_catalog.pg_statistic")
            done.append(_attempt(connection, "CHECKPOINT", "checkpoint", "checkpoint-refused"))
            if level is Cleaning.FULL:
                done.append(drop_segments(connection) if superuser else "wal-kept")
        return list(dict.fromkeys(done))

    def search(self, texts: Sequence[str], tables: Collection[str], seconds: float) -> list[Looked]:
        """Search the files of the database, the write-ahead log and the server's log.

        As files where this process may read them; else through SQL, where the server may read itself.
        """
        with self._raw(self._looking) as connection:
            reader = reader_of(connection)
            told = [*_told(connection), *self._compressed(connection, tables)]
            if reader is None:
                places = ("pg-table", "pg-statistics", "pg-wal", "pg-log")
                return [*(Looked(place, whole=False, reason="no-right") for place in places), *told]
            encoding = "utf-8" if _setting(connection, "server_encoding") == "UTF8" else "latin-1"
            patterns = Patterns(texts, dict.fromkeys(["utf-8", encoding]))
            files = server_files(connection, reader, tables)
            reads = reader.search(patterns, [file.path for file in files], seconds)
            reasons = {"pg-wal": wal_reason(connection)}
        looked = [
            Looked(
                file.place,
                read.hits,
                read.size,
                file.table,
                read.whole,
                _reason(file, tables, reasons) if read.whole else "time",
            )
            for file, read in zip(files, reads, strict=True)
            if read.there
        ]
        return [*together(looked), *told]

    def still_there(self, texts: Sequence[str], wanted: Iterable[int]) -> StillThere:
        """Ask every text column, one regular expression and one pass per table."""
        with self._raw(self._looking) as connection:
            catalogue = text_columns(connection)
            return still_there(
                self._map, catalogue, texts, wanted, lambda t, c, asked: held(connection, t, c, asked)
            )

    def _vacuum(self, connection: Connection, level: Cleaning, table: str, done: list[str]) -> None:
        options = "FULL, ANALYZE" if level is Cleaning.FULL else "ANALYZE"
        name = sql.Identifier(*table.split(".")).as_string(connection)
        success = "vacuumed-full" if level is Cleaning.FULL else "vacuumed-plain"
        done.append(_attempt(connection, f"VACUUM ({options}) {name}", success, "vacuum-locked"))

    def _compressed(self, connection: Connection, tables: Collection[str]) -> list[Looked]:
        """Long values (TOAST), and pages in a compressed log: no text is found in them.

        A rewrite leaves no dead one, and drops the log.
        """
        if self._rewritten:
            return []
        sizes = connection.execute(_TOAST, {"tables": list(tables)}).fetchall()
        told = [
            Looked("pg-toast", size=size, table=table, whole=False, reason="compressed")
            for table, size in sizes
        ]
        if _setting(connection, "wal_compression") != "off":
            told.append(Looked("pg-wal", whole=False, reason="wal-compressed"))
        return told

    @contextmanager
    def _raw(self, engine: sa.Engine) -> Generator[Connection]:
        """The driver's own connection, outside any transaction: VACUUM wants none."""
        pooled = engine.raw_connection()
        driver: Any = pooled.driver_connection
        try:
            driver.autocommit = True
            yield driver
        except psycopg.Error as error:
            code = error.sqlstate or "?"
            raise ConnectorError(
                f"{self._map.system}: the residue could not be looked at (SQLSTATE {code})"
            ) from None
        finally:
            if not driver.closed:
                driver.autocommit = False
            pooled.close()


OTHERS_SECONDS = 30
"""How long older transactions are waited for."""

_TOAST = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END,
       pg_relation_size(c.reltoastrelid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.reltoastrelid <> 0 AND pg_relation_size(c.reltoastrelid) > 0
  AND (c.relname = ANY (%(tables)s) AND pg_table_is_visible(c.oid)
       OR n.nspname || '.' || c.relname = ANY (%(tables)s))
"""


def _reason(file: ServerFile, tables: Collection[str], reasons: dict[str, str]) -> str:
    if file.place in ("pg-table", "pg-index", "pg-toast"):
        return "vacuum-full" if file.table in tables else "vacuum-full-other"
    return reasons.get(file.place, file.place)


def _told(connection: Connection) -> list[Looked]:
    """What is known to be elsewhere: the archive of the log, servers that follow, a log outside."""
    told: list[Looked] = []
    if _setting(connection, "archive_mode") != "off":
        told.append(Looked("pg-archive", whole=False, reason="archive"))
    followers = connection.execute("SELECT count(*) FROM pg_stat_replication").fetchone()
    if followers and followers[0]:
        told.append(Looked("pg-replica", whole=False, reason="replica"))
    quoted = (
        _setting(connection, "log_statement") != "none"
        or _setting(connection, "log_min_duration_statement") != "-1"
    )
    if quoted and _setting(connection, "logging_collector") != "on":
        told.append(Looked("pg-log", whole=False, reason="log-elsewhere"))
    return told


def _outlive_others(connection: Connection) -> None:
    """Wait until every transaction older than now is over, in any database of the server: VACUUM FULL keeps what
    one of them might still see. Not for ever: what it keeps is found by the search, and told."""
    now = connection.execute("SELECT pg_current_xact_id()::text").fetchone()
    assert now is not None
    asked = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8"
    end = time.monotonic() + OTHERS_SECONDS
    while connection.execute(asked, now).fetchone() != (True,) and time.monotonic() < end:
        time.sleep(0.1)


def _setting(connection: Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s, true)", (name,)).fetchone()
    return str(row[0]) if row else ""


def _attempt(connection: Connection, statement: str, success: str, failure: str) -> str:
    """Run a statement that may be refused: a right that is missing, a lock that does not come."""
    try:
        connection.execute(statement.encode())
    except (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.LockNotAvailable,
        psycopg.errors.UndefinedTable,
    ):
        return failure
    return success
