"""Opening a system: one SQLAlchemy engine to look, one to change, never a secret in a message."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)

from garant.systems.port import ConnectorError, Interrupted, SystemUnreachable
from garant.systems.sql.dialects import local_moment, pseudonym_digest

BUSY_SECONDS = 30
"""How long a statement waits for a lock before the batch is given up and tried again."""


def read_url(url: str, system: str) -> sa.URL:
    """Parse a connection URL.

    Raises:
        SystemUnreachable: when it is not one; the message does not repeat it.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_dialect().name not in ("sqlite", "postgresql"):
            raise SystemUnreachable(
                f"{system}: {parsed.get_backend_name()} is not supported yet; sqlite and postgresql are"
            )
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise SystemUnreachable(f"{system}: the connection URL is not a SQLAlchemy URL") from None
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def open_engine(url: sa.URL, *, writing: bool, pseudonym_key: bytes, zone: str) -> sa.Engine:
    """An engine whose connections are ready: time zone, time-outs, foreign keys, hash function."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, writing=writing, pseudonym_key=pseudonym_key, zone=zone)
    engine = sa.create_engine(
        url,
        pool_size=1,
        max_overflow=3,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 10},
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        with dbapi.cursor() as cursor:
            cursor.execute("SELECT set_config('TimeZone', %s, false)", (zone,))
            cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
            # Long conditions over few rows: compiling them takes longer than running them.
            cursor.execute("SET jit = off")
        dbapi.commit()

    return engine


def _sqlite(url: sa.URL, *, writing: bool, pseudonym_key: bytes, zone: str) -> sa.Engine:
    """SQLite opened by URI: never created by mistake, and read-only where Garant only looks."""
    path = quote(str(Path(url.database or "").absolute()))
    mode = "rw" if writing else "ro"
    engine = sa.create_engine(
        f"sqlite:///file:{path}?mode={mode}&uri=true",
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        dbapi.create_function("garant_hmac", 1, partial(pseudonym_digest, pseudonym_key), deterministic=True)
        dbapi.create_function("garant_local", 1, partial(local_moment, zone), deterministic=True)
        dbapi.execute("PRAGMA foreign_keys = ON")
        dbapi.execute("PRAGMA temp_store = MEMORY")
        if writing:
            dbapi.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


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
    except (OperationalError, InterfaceError) as error:
        raise _operational(system, error) from None
    except DBAPIError as error:
        raise ConnectorError(f"{system}: {_reason(error)}") from None


def _operational(system: str, error: DBAPIError) -> ConnectorError:
    reason = _reason(error)
    if re.search(r"no such (table|column)|syntax error|not authorized|readonly|no such function", reason):
        return ConnectorError(f"{system}: {reason}")
    if re.search(
        r"unable to open|not a database|connection .*failed|could not connect|timeout expired", reason
    ):
        return SystemUnreachable(f"{system}: {reason}")
    return Interrupted(f"{system}: {reason}")


def _reason(error: DBAPIError) -> str:
    """The server's own short reason, without its DETAIL, which may quote a person's data."""
    origin = error.orig
    diagnostic = getattr(origin, "diag", None)
    primary = getattr(diagnostic, "message_primary", None)
    if primary:
        return _unquoted(f"{primary} (SQLSTATE {getattr(origin, 'sqlstate', '?')})")
    text = str(origin).splitlines()[0] if origin is not None and str(origin) else type(error).__name__
    return _unquoted(re.sub(r"//[^@\s]*@", "//…@", text))


def _unquoted(text: str) -> str:
    """Hide quoted values: an invalid input message repeats what it could not read."""
    return re.sub(r"(invalid input [^:]*|value): .*?(?= \(SQLSTATE|$)", r"\1", text)
