"""Opening a system: one SQLAlchemy engine to look, one to change, never a secret in a message."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pymysql
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InvalidRequestError,
    NoSuchModuleError,
    OperationalError,
)

from garant.policy.text import Text
from garant.systems.port import ConnectorError, Interrupted, MalformedUrl, SystemUnreachable
from garant.systems.sql import mariadb_errors
from garant.systems.sql.dialects import local_moment, pseudonym_digest, text_digest
from garant.systems.sql.loaders import read_any_date, read_unpadded
from garant.systems.sql.mariadb_engine import open_mariadb
from garant.systems.sql.sqlite_texts import ENCODING, Reading, in_utf8, note_encoding, take_any_text

PASSING = (
    "08", "40", "53", "55P03", "57",
    "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_NOMEM", "SQLITE_INTERRUPT",
)  # fmt: skip
"""Codes of what passes: a lost connection, a serialisation failure, a lack of room, a lock, a shutdown.

PostgreSQL: appendix A of its manual, classes 08, 40, 53 and 57; SQLite: its result codes.
"""

DRIVERS = {
    "mariadb": "mariadb+pymysql",
    "mysql": "mariadb+pymysql",
    "postgresql": "postgresql+psycopg",
}
"""The driver Garant brings for what a URL begins with."""

_AS_IT_IS_ASKED = (
    "SELECT set_config(s.name, w.wanted, false) FROM pg_settings AS s JOIN (VALUES "
    "('random_page_cost', '1.1'), ('work_mem', '32MB'), ('temp_buffers', '32MB')) AS w (name, wanted) "
    "ON w.name = s.name WHERE s.source = 'default'"
)
"""What PostgreSQL supposes by default does not fit what it is asked; where somebody has told it otherwise, that stands.

A batch's rows are few among many: it supposes disks that turn, and would read whole tables for them. A plan asks about
everybody at once, by keys in temporary tables: in 4 MB it writes what it groups, and in 8 MB its tables, to files.
"""

_NOBODY_HIDDEN = (
    "SET row_security = off; SET datestyle = ISO; SET standard_conforming_strings = on; "
    "SELECT set_config('session_replication_role', 'origin', false) "
    "WHERE current_setting('session_replication_role') = 'replica'"
)
"""However a role, a database or a server is set: rows that its policies would hide from us are a refusal rather than an answer
without them (row_security); moments are written in one way; a backslash is one; foreign keys do what they say, and who may
not have it so is refused (session_replication_role).
"""

BUSY_SECONDS = 30
"""How long a statement waits for a lock before the batch is given up and tried again."""


def read_url(url: str, system: str) -> sa.URL:
    """Parse a connection URL.

    Raises:
        SystemUnreachable: when it is not one; the message does not repeat it.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_dialect().name not in ("mariadb", "mysql", "postgresql", "sqlite"):
            raise MalformedUrl(
                Text(
                    fr=f"{system} : {parsed.get_backend_name()} n’est pas pris en charge ; sqlite, postgresql et mariadb le sont",
                    en=f"{system}: {parsed.get_backend_name()} is not supported; sqlite, postgresql and mariadb are",
                )
            )
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise MalformedUrl(
            Text(
                fr=f"{system} : l’adresse de connexion n’est pas une URL SQLAlchemy",
                en=f"{system}: the connection URL is not a SQLAlchemy URL",
            )
        ) from None
    if parsed.get_backend_name() == "sqlite" and Path(parsed.database or "").is_dir():
        raise SystemUnreachable(f"{system}: unable to open database file: it is a folder, or has no name")
    if parsed.get_backend_name() in DRIVERS:
        parsed = parsed.set(drivername=DRIVERS[parsed.get_backend_name()])
    return parsed


def open_engine(url: sa.URL, *, writing: bool, pseudonym_key: bytes, zone: str) -> sa.Engine:
    """An engine whose connections are ready: time zone, time-outs, foreign keys, hash function."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, writing=writing, pseudonym_key=pseudonym_key, zone=zone)
    if url.get_backend_name() == "mariadb":
        return open_mariadb(url, writing=writing, zone=zone, wait_seconds=BUSY_SECONDS)
    engine = sa.create_engine(
        url,
        pool_size=1,
        max_overflow=3,
        pool_pre_ping=True,
        hide_parameters=True,
        # A database that does not say how its texts are encoded (SQL_ASCII) would give them as bytes.
        connect_args={"connect_timeout": 10, "client_encoding": url.query.get("client_encoding", "utf8")},
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        read_any_date(dbapi)
        read_unpadded(dbapi)
        with dbapi.cursor() as cursor:
            cursor.execute(_NOBODY_HIDDEN)
            cursor.execute("SELECT set_config('TimeZone', %s, false)", (zone,))
            cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
            # Long conditions over few rows: compiling them takes longer than running them.
            cursor.execute("SET jit = off")
            cursor.execute(_AS_IT_IS_ASKED)
            if writing:  # what a receipt says outlives the server, however the database is set
                cursor.execute(
                    "SELECT set_config('synchronous_commit', 'on', false) "
                    "WHERE current_setting('synchronous_commit') = 'off'"
                )
        dbapi.commit()

    return engine


def _sqlite(url: sa.URL, *, writing: bool, pseudonym_key: bytes, zone: str) -> sa.Engine:
    """SQLite opened by URI: never created by mistake, and read-only where Garant only looks."""
    path = quote(str(Path(url.database or "").absolute()))
    mode = "rw" if writing else "ro"
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=f"file:{path}", query={"mode": mode, "uri": "true"}),
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "factory": Reading},
    )

    take_any_text(engine)

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        def written(data: bytes) -> bytes:
            return in_utf8(record.info[ENCODING], data)

        def hmac_text(data: bytes) -> str:
            return text_digest(pseudonym_key, written(data))

        def local(data: bytes) -> str | None:
            return local_moment(zone, written(data))

        dbapi.create_function("garant_hmac", 1, partial(pseudonym_digest, pseudonym_key), deterministic=True)
        dbapi.create_function("garant_hmac_text", 1, hmac_text, deterministic=True)
        dbapi.create_function("garant_local", 1, local, deterministic=True)
        dbapi.execute("PRAGMA foreign_keys = ON")
        dbapi.execute("PRAGMA temp_store = MEMORY")
        if writing:
            dbapi.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        if not writing:
            _roll_back_what_was_left(connection, path)
        note_encoding(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _roll_back_what_was_left(connection: sa.Connection, path: str) -> None:
    """A program killed while it wrote leaves a journal; the next to open the file to write undoes its half.

    Who may only read cannot, and SQLite refuses (SQLITE_READONLY_ROLLBACK, its result codes). Where the file
    cannot be written at all, the refusal stands and is said when the first question is asked.
    """
    look = "SELECT 1 FROM sqlite_schema LIMIT 1"
    try:
        connection.exec_driver_sql(look)
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorname", None) != "SQLITE_READONLY_ROLLBACK":
            raise
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as writer:
            writer.execute(look)


@contextmanager
def plain_errors(system: str) -> Generator[None]:
    """Turn a driver's errors into ours, without values, parameters or credentials.

    Raises:
        SystemUnreachable: the system does not answer.
        Interrupted: a lock, a serialisation failure, a server gone: nothing was changed.
        ConnectorError: the system refused the statement (a missing table, a wrong type …).
    """
    try:
        yield
    except DBAPIError as error:
        raise plain_error(system, error) from None
    except (sqlite3.Error, pymysql.err.Error) as error:  # of a cursor that is used directly
        raise plain_error(system, DBAPIError(None, None, error)) from None
    except (
        UnicodeError
    ):  # of a driver that was given, or is to send, what the connection's encoding does not have
        raise ConnectorError(f"{system}: a text is not in the encoding of the connection") from None
    except InvalidRequestError as error:
        if "is not a MariaDB variant" not in str(error):
            raise
        raise ConnectorError(f"{system}: this is MySQL, on which Garant is not tested; MariaDB is") from None


def plain_error(system: str, error: DBAPIError) -> ConnectorError:
    if isinstance(error.orig, pymysql.err.Error):
        return _plain_mariadb(system, error)
    reason = f"{system}: {_reason(error)}"
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    if code is None and isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.Error):
        # Nothing answered: at the start there is no system, later it has gone.
        starting = re.search(
            r"connection .*failed|failed to resolve|could not connect|timeout expired", reason
        )
        return SystemUnreachable(reason) if starting else Interrupted(reason)
    code = code or ""
    if code.startswith(("SQLITE_CANTOPEN", "SQLITE_NOTADB")):
        return SystemUnreachable(reason)
    return Interrupted(reason) if code.startswith(PASSING) else ConnectorError(reason)


def _plain_mariadb(system: str, error: DBAPIError) -> ConnectorError:
    code = mariadb_errors.number(error)
    if not code:  # what the driver says of a connection that is already closed
        return Interrupted(f"{system}: the connection was lost")
    reason = f"{system}: {mariadb_errors.reason(error, code)}"
    if code in mariadb_errors.UNREACHABLE:
        return SystemUnreachable(reason)
    return Interrupted(reason) if code in mariadb_errors.PASSING else ConnectorError(reason)


def _reason(error: DBAPIError) -> str:
    """The system's own short reason, without what it may quote: a person's data, a password."""
    origin = error.orig
    primary = getattr(getattr(origin, "diag", None), "message_primary", None)
    if primary:
        state = getattr(origin, "sqlstate", None) or "?"
        words = _VALUES.sub("…", primary) if state.startswith(_ABOUT_VALUES) else _unquoted(primary)
        words = "a trigger or a function raised an error" if state == _RAISED else words
        return f"{words} (SQLSTATE {state})"
    text = str(origin).splitlines()[0] if str(origin) else type(error).__name__
    return _unquoted(re.sub(r"//[^@\s]*@", "//…@", text))


_RAISED: Final = "P0001"
"""An error that somebody wrote in a trigger or a function: its words may name anybody."""
_ABOUT_VALUES: Final = "22"
"""The class of PostgreSQL's errors about data: whatever they quote, in whichever language, may be a value."""
_VALUES: Final = re.compile(r"[\"'«“„‘‹].*[\"'»”“’›]", re.DOTALL)


def _unquoted(text: str) -> str:
    """Hide values: a message repeats what could not be read. Names of tables and columns stay."""
    return re.sub(r"(:| with text)\s*(\".*\"|'.*')", "", text, flags=re.DOTALL)
