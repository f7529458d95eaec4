"""SQLite: dates are texts, so they are read by its own date functions."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.model import DataMap, Link, Pseudonym
from garant.systems.sql.dialects.base import Change, Greatest, Scratching, held_of, is_unicode, keys_of
from garant.systems.sql.dialects.sqlite_columns import insist_on_one_comparison
from garant.systems.sql.sqlite_texts import ENCODING, bytes_of, note_encoding

AGAIN: ColumnElement[str] = sa.literal_column("'+0 days'")
"""Makes SQLite compute a date it would give back as it is, right or wrong."""

FEBRUARY: ColumnElement[str] = sa.literal_column("'28'")
"""The last day that every month has: SQLite's date() takes up to 31 as written, unless it is to add days."""
NINTH: ColumnElement[int] = sa.literal_column("9", sa.Integer())
DIGIT: ColumnElement[str] = sa.literal_column("'0'")
"""A year before our era begins with less: with a minus."""

TEXT: ColumnElement[str] = sa.literal_column("'text'")
AWARE: tuple[ColumnElement[str], ...] = tuple(
    sa.literal_column(f"'{pattern}'") for pattern in ("*[Zz]", "*[+-][0-9][0-9]:[0-9][0-9]")
)
"""How a moment with an offset ends."""

UNREAD: ColumnElement[str] = sa.literal_column("'~'")
"""Stands for a date that cannot be read; it sorts after every date."""

NOON_TEXT = " 12:00:00"
NOON: ColumnElement[str] = sa.literal_column(f"'{NOON_TEXT}'")
"""A calendar day is shown by its noon, so that no time zone of Europe moves it to another day."""


_BARE = sqlite3.sqlite_version_info < (3, 38)
"""Whether SQLite may have been built without JSON."""


class Sqlite:
    """SQLite: dates are texts, so they are read by its own date functions."""

    name = "sqlite"
    with_before_change = True
    gathers_first = False
    passes_over = False

    def __init__(self) -> None:
        self._in_utf8 = True
        self._learnt = False

    def learn(self, connection: sa.Connection, data_map: DataMap) -> None:
        """A key would be compared as something else than it is.

        Raises:
            ConnectorError: the map and the system, or both ends of a link, do not agree on what it is.
        """
        note_encoding(connection)
        self._in_utf8 = connection.info[ENCODING] == "UTF-8"
        if not self._learnt:
            insist_on_one_comparison(connection, data_map)
        self._learnt = True
        connection.rollback()

    def scratching(self, kind: str, *, looking: bool) -> Scratching:
        return Scratching("INTEGER PRIMARY KEY", "TEXT", "PRIMARY KEY", "WITHOUT ROWID")

    def refuse(self, table: str) -> None:
        return

    def keep_secret(self, connection: sa.Connection) -> None:
        return

    def begin_snapshot(self, connection: sa.Connection) -> None:
        """The connection, opened for reading, sees one state from its first question on."""

    def transaction(self, connection: sa.Connection) -> str | None:
        return None

    def fate(self, connection: sa.Connection, transaction: str) -> str | None:
        return None

    def send(self, connection: sa.Connection, name: str, keys: Sequence[Any], masks: Sequence[int]) -> None:
        if _BARE or set(map(type, keys)) != {int}:
            rows = list(zip(keys, masks, strict=True))
            connection.exec_driver_sql(f"INSERT INTO {name} (key, held) VALUES (?, ?)", rows)
            return
        # As one text, which takes a third of what it takes to bind each number.
        listed = f"INSERT INTO {name} (key, held) SELECT value, 0 FROM json_each(?)"
        connection.exec_driver_sql(listed, (json.dumps(list(keys)),))
        if any(masks):
            connection.exec_driver_sql(
                f"UPDATE {name} SET held = m.key FROM json_each(?) AS m, json_each(m.value) AS k "
                f"WHERE {name}.key = k.value",
                (_by_mask(keys, masks),),
            )

    def sent(self, connection: sa.Connection, name: str) -> None:
        return

    def keys(self, connection: sa.Connection, batch: sa.TableClause) -> list[Any]:
        return keys_of(connection, batch)

    def held(self, connection: sa.Connection, batch: sa.TableClause) -> dict[Any, int]:
        return held_of(connection, batch)

    def drop_temporary(self, name: str) -> str:
        return f"DROP TABLE IF EXISTS temp.{name}"

    def can_hold(self, text: str) -> bool:
        return is_unicode(text)

    def written(self, text: str) -> Sequence[str]:
        """In UTF-8, and as an old program wrote it."""
        if not self._in_utf8 or text.isascii():
            return (text,)
        with suppress(UnicodeEncodeError):
            return text, text.encode("cp1252").decode("utf-8", "surrogateescape")
        return (text,)

    def key_type(self, kind: str) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger() if kind == "integer" else sa.Text()

    def holds_dates(self, connection: sa.Connection, rows: sa.Subquery) -> bool:
        return False

    def readable(self, at: ColumnElement[Any], kind: str, *, dates: bool) -> ColumnElement[Any]:
        return sa.func.coalesce(_sqlite_day(at) if kind == "date" else _sqlite_instant(at), UNREAD)

    def gathered(
        self, read: ColumnElement[Any], kind: str, greatest: Greatest
    ) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        # One aggregate, written twice and computed once. With a parameter in it, SQLite would take the two for
        # different and compute both.
        found = greatest(read)
        moment = sa.func.nullif(found, UNREAD)
        return moment.op("||")(NOON) if kind == "date" else moment, found == UNREAD

    def late(
        self, moment: ColumnElement[Any], kind: str, day: date, instant: datetime, zone: str
    ) -> ColumnElement[bool]:
        if kind == "date":
            return moment > day.isoformat() + NOON_TEXT
        return moment >= instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")

    def late_as_written(self, at: ColumnElement[Any], kind: str, day: date) -> ColumnElement[bool] | None:
        """The day begins the text, as any text that is read as one; a moment may be written in other ways."""
        return at >= date.fromordinal(day.toordinal() + 1).isoformat() if kind == "date" else None

    def pseudonym(self, column: ColumnElement[Any], spec: Pseudonym, key: bytes) -> ColumnElement[Any]:
        of_text = sa.func.garant_hmac_text(bytes_of(column))
        whole = sa.case((sa.func.typeof(column) == TEXT, of_text), else_=sa.func.garant_hmac(column))
        digest = sa.func.substr(whole, 1, spec.length)
        return sa.literal(spec.prefix) + digest + sa.literal(spec.suffix)

    def is_pseudonym(self, column: ColumnElement[Any], spec: Pseudonym) -> ColumnElement[bool]:
        quoted = [re.sub(r"([*?\[])", r"[\1]", text) for text in (spec.prefix, spec.suffix)]
        pattern = quoted[0] + "[0-9a-f]" * spec.length + quoted[1]
        return sa.cast(column, sa.Text()).op("GLOB", is_comparison=True)(sa.literal(pattern))

    def truncated(self, column: ColumnElement[Any], unit: str) -> ColumnElement[Any]:
        length, rest = (4, "-01-01") if unit == "year" else (7, "-01")
        return sa.func.substr(column, 1, length) + sa.literal(rest)

    def characters(self, column: ColumnElement[Any]) -> ColumnElement[int]:
        return sa.func.length(column)

    def differs(
        self, table: str, name: str, column: ColumnElement[Any], value: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        return column.is_distinct_from(value)

    def quick(self, statement: Change, table: str) -> Change:
        return statement

    def any_of(self, keys: sa.CompoundSelect[Any]) -> sa.SelectBase:
        return keys

    def heeding(self, value: ColumnElement[Any], link: Link) -> None:
        return

    def own_references(self, table: str) -> Sequence[Sequence[tuple[str, str]]]:
        return ()

    def moving(self, table: str) -> Collection[str]:
        return ()

    def unlisted(self, table: str) -> Collection[str]:
        return ()


def _sqlite_day(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The calendar day as written; NULL when it is none.

    SQLite's date functions read much more than dates: a bare year is a Julian day of antiquity, a bare
    time is the year 2000, the 30th of February is in March. What they change was not a date.
    """
    written = _first_ten(at)
    real = sa.and_(
        sa.func.typeof(at) == TEXT, sa.func.date(written, AGAIN) == written, sa.func.date(at).is_not(None)
    )
    plain = sa.and_(
        at >= DIGIT,
        sa.func.date(at) == at,
        sa.or_(sa.func.substr(at, NINTH) <= FEBRUARY, sa.func.date(at, AGAIN) == at),
    )
    return sa.case((plain, at), (real, written), else_=sa.null())


def _sqlite_instant(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The moment in the system's zone; NULL when it is none. An offset, or Z, is taken into account."""
    text = sa.func.rtrim(at)
    aware = sa.or_(*(text.op("GLOB", is_comparison=True)(pattern) for pattern in AWARE))
    naive = sa.func.datetime(at, AGAIN)
    real = sa.func.date(naive) == _first_ten(at)
    return sa.case(
        (sa.and_(at >= DIGIT, naive == at), at),
        (sa.func.typeof(at) != TEXT, sa.null()),
        (aware, sa.func.garant_local(bytes_of(text))),
        (real, naive),
        else_=sa.null(),
    )


def _first_ten(at: ColumnElement[Any]) -> ColumnElement[str]:
    return sa.func.substr(at, sa.literal_column("1"), sa.literal_column("10"))


def local_moment(zone: str, text: bytes) -> str | None:
    """A moment with an offset, in UTF-8, as the clocks of ``zone`` show it; None when it is none."""
    try:
        moment = datetime.fromisoformat(text.decode().upper())
    except ValueError:
        return None
    with suppress(OverflowError):
        moment = moment.astimezone(ZoneInfo(zone))
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


def _by_mask(keys: Sequence[int], masks: Sequence[int]) -> str:
    """The keys that something holds, in JSON, by what does."""
    held: dict[int, list[int]] = {}
    for key, mask in zip(keys, masks, strict=True):
        if mask:
            held.setdefault(mask, []).append(key)
    return json.dumps(held)
