"""Opening MariaDB: modes that truncate nothing in silence, and clocks of the organisation's time zone."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pymysql
import sqlalchemy as sa
from sqlalchemy import event

SQL_MODE: Final = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,SIMULTANEOUS_ASSIGNMENT"
"""Nothing cut or turned into a zero in silence; an UPDATE reads the old values of all the columns it sets."""

TRUSTED: Final = "exists_to_in=off,derived_merge=off"
"""Rewritings of a query that 10.11 gets wrong, switched off: either gives rows that do not meet the condition.

An EXISTS made into a semi-join within another; a common table expression merged into the query around it, when it
asks IN of a column of another width (INT in BIGINT): tests/engine/test_mariadb.py shows both.
"""

WHOLE: Final = (
    "sql_select_limit = 18446744073709551615, foreign_key_checks = ON, sql_auto_is_null = OFF, sql_safe_updates = OFF, "
    "lc_messages = 'en_US'"
)
"""However the server is set: an answer has all its rows, what refers to a row keeps it, NULL is the last key of nobody; errors
are in the words in which `mariadb_errors` knows what they quote."""

LONGEST_LIST: Final = 1 << 20
"""Characters of a list that a query makes of a group: many times what is asked for, whatever the server's own limit."""

_UNKNOWN_ZONE = 1298
_NO_RIGHT = 1227
_FIRST_YEAR = 1970
"""The first year of the type TIMESTAMP, the only one that a time zone moves."""


if TYPE_CHECKING:
    _Driver = pymysql.connections.Connection[Any]
else:
    _Driver = pymysql.connections.Connection


@cache
def _any_certificate() -> ssl.SSLContext:
    """What the driver makes for each connection of which nothing is said, without the authorities: none is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _Connection(_Driver):
    """A connection of whose encryption nothing is said: it is encrypted where the server can, as the driver's own are."""

    def _create_ssl_ctx(self, _: Mapping[str, Any]) -> ssl.SSLContext:
        return _any_certificate()


def open_mariadb(url: sa.URL, *, writing: bool, zone: str, wait_seconds: int) -> sa.Engine:
    """An engine whose connections read what is committed, and lock nothing that they only read.

    At any higher level, InnoDB locks each row that goes into a temporary table: nobody could write during a plan.
    """
    engine = sa.create_engine(
        url,
        pool_size=1,
        max_overflow=3,
        pool_pre_ping=True,
        hide_parameters=True,
        enable_from_linting=False,  # a change is joined with a row of one number, to be planned as a join
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 10, "charset": "utf8mb4", "sql_mode": SQL_MODE},
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, given: Any, named: Any) -> Any:  # pyright: ignore[reportUnusedFunction]
        return None if any(name.startswith("ssl") for name in named) else _Connection(*given, **named)

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        with dbapi.cursor() as cursor:
            cursor.execute("SET innodb_lock_wait_timeout = %s, lock_wait_timeout = %s", [wait_seconds] * 2)
            cursor.execute(
                f"SET optimizer_switch = '{TRUSTED}', group_concat_max_len = {LONGEST_LIST}, {WHOLE}"
            )
            _set_zone(cursor, zone)
            if not _log_rows(cursor) and not writing:
                _read_as_it_can(cursor)

    @event.listens_for(engine, "reset")
    def _let_go(dbapi: Any, *_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        """What a transaction was known by goes with it."""
        if writing:
            with dbapi.cursor() as cursor:
                cursor.execute("DO RELEASE_ALL_LOCKS()")

    return engine


def _set_zone(cursor: Any, zone: str) -> None:
    """The zone by its name, where the server knows it; else by its latest clock.

    A moment then seems up to an hour or so later than it was, never earlier: nobody is due too soon.
    """
    try:
        cursor.execute("SET time_zone = %s", [zone])
    except pymysql.err.OperationalError as error:
        if error.args[0] != _UNKNOWN_ZONE:
            raise
        cursor.execute("SET time_zone = %s", [latest_offset(zone)])


def _log_rows(cursor: Any) -> bool:
    """Where it may, a session logs rows without their statements, and nothing of its temporary tables.

    A statement holds the key of the pseudonyms; temporary tables hold keys of persons, and what they are asked by.
    Where nothing is logged the format stays: with rows, MariaDB empties even a temporary table row by row.
    """
    cursor.execute("SELECT @@log_bin")
    if not cursor.fetchone()[0]:
        return True
    try:
        cursor.execute("SET SESSION binlog_format = 'ROW', SESSION binlog_annotate_row_events = OFF")
    except pymysql.err.OperationalError as error:
        if error.args[0] != _NO_RIGHT:
            raise
        return False
    return True


def _read_as_it_can(cursor: Any) -> None:
    """Where each statement must be logged, temporary tables are filled at a higher level only, with locks."""
    cursor.execute("SELECT @@log_bin AND @@session.binlog_format = 'STATEMENT'")
    if cursor.fetchone()[0]:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def latest_offset(zone: str) -> str:
    """The greatest offset that a time zone has had since 1970, such as ``+02:00`` for Paris."""
    place = ZoneInfo(zone)
    months = (
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(_FIRST_YEAR, datetime.now(UTC).year + 2)
        for month in range(1, 13)
    )
    latest = max(month.astimezone(place).utcoffset() or timedelta() for month in months)
    sign = "-" if latest < timedelta() else "+"
    minutes = abs(latest) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
