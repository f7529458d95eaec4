"""MariaDB: what it takes for equal and is not, dates that are none, columns that its UPDATE would move."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from contextlib import closing, suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE
from sqlalchemy import ColumnElement
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError

from garant.systems.model import DataMap, Link, Pseudonym
from garant.systems.port import ConnectorError
from garant.systems.sql.dialects.base import (
    Change,
    Greatest,
    Scratching,
    held_of,
    hmac_pads,
    is_unicode,
    keys_of,
)
from garant.systems.sql.dialects.mariadb_columns import Columns, read_columns
from garant.systems.sql.dialects.mariadb_joins import as_join
from garant.systems.sql.dialects.mariadb_views import Name

TO_THE_BYTE = "utf8mb4_nopad_bin"
"""The collation in which no two different texts are equal: not by case, accent or trailing spaces."""

HEEDING_ACCENTS = "utf8mb4_uca1400_as_ci"
"""The collation to which an accent is a difference and a capital is none, since 10.10."""

LONGEST_KEY = 700
"""Characters of a text key, more than an index of InnoDB holds: a longer value is no key of the system."""

DATES = (FIELD_TYPE.DATE, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP)
"""The types of columns that hold a date or a moment, or a date that is none (of a month or day 0)."""

UNDONE_BY_NOBODY = "ENGINE=Aria TRANSACTIONAL=0"
"""For temporary tables of numbers, where the server takes any engine: InnoDB would keep what each row was, and clean up
after it. A rollback leaves them as they are; each is emptied before it is filled.
"""

SENT = 10_000
"""Rows of numbers sent in one statement: at their longest, less than the driver itself would send in one."""

_SOME = f"`key` DIV {SENT}"
_LIST = "GROUP_CONCAT(`key` ORDER BY `key`)"
"""Numbers as one text for many: the driver takes as long to read a row as the server to find ten.

The server cuts a list at `group_concat_max_len` and at `max_allowed_packet`: each is held against its last number.
"""

_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
READABLE = rf"{_DAY}([ T]{_CLOCK})?\s*$"
"""A calendar day or a moment, as texts hold them; anything else MariaDB would read in its own way."""

OFFSET = r"([Zz]|[+-][0-9]{2}:[0-9]{2})\s*$"
AWARE = rf"{_DAY}[ T]{_CLOCK}{OFFSET}"
"""A moment with its offset."""


class Mariadb:
    """MariaDB 10.5 or later, on tables that can roll back.

    What it knows of the columns it learns once, from the system: which would move with an UPDATE,
    which hold texts, how the text keys of roots compare.
    """

    name = "mariadb"
    with_before_change = False
    gathers_first = True
    passes_over = True

    def __init__(self) -> None:
        self._columns: Columns | None = None
        self._any_engine = False
        self._heeds = False
        """Whether the server knows a collation that heeds accents."""

    def learn(self, connection: sa.Connection, data_map: DataMap) -> None:
        if self._columns is None:
            self._columns = read_columns(connection, data_map)
            self._any_engine = connection.scalar(sa.text("SELECT @@enforce_storage_engine")) is None
            connection.rollback()
            with suppress(DBAPIError):
                self._heeds = bool(connection.scalar(sa.text(f"SELECT 'a' COLLATE {HEEDING_ACCENTS} = 'A'")))
            connection.rollback()

    @property
    def columns(self) -> Columns:
        """What :meth:`learn` read."""
        assert self._columns is not None
        return self._columns

    def can_hold(self, text: str) -> bool:
        return is_unicode(text)

    def written(self, text: str) -> Sequence[str]:
        return (text,)

    def key_type(self, kind: str) -> sa.types.TypeEngine[Any]:
        """Text keys compare as the roots' own do: a reference to ``ab`` may be one to ``AB``."""
        if kind == "integer":
            return sa.BigInteger()
        if kind in self.columns.native:
            return sa.Uuid(as_uuid=False)
        charset, collation = self.columns.key_collation(kind)
        return mysql.VARCHAR(LONGEST_KEY, charset=charset, collation=collation)

    def scratching(self, kind: str, *, looking: bool) -> Scratching:
        """Aria's indexes hold shorter texts than keys may be.

        Where two wait for each other, who has written what cannot be undone wins: a run of ours is to give way to the
        organisation's own programs, so its tables are InnoDB's.
        """
        engine = UNDONE_BY_NOBODY if looking and self._any_engine and kind == "integer" else ""
        return Scratching("BIGINT AUTO_INCREMENT PRIMARY KEY", "DATETIME(6)", "PRIMARY KEY", engine, engine)

    def keep_secret(self, connection: sa.Connection) -> None:
        logging = connection.scalar(
            sa.text(
                "SELECT @@log_bin AND (@@session.binlog_format <> 'ROW' OR @@session.binlog_annotate_row_events)"
            )
        )
        connection.rollback()
        if logging:
            raise ConnectorError(
                f"{self.columns.system}: the server's binary log would keep the key of the pseudonyms: grant "
                "BINLOG ADMIN to Garant's account, so that it logs rows without their statements"
            )

    def begin_snapshot(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("START TRANSACTION READ ONLY")

    def transaction(self, connection: sa.Connection) -> str | None:
        """A lock of the session under a name of its own: MariaDB frees it once the session has ended, and not before."""
        name = f"garant-{secrets.token_hex(16)}"
        return name if connection.scalar(sa.select(sa.func.get_lock(name, 0))) else None

    def fate(self, connection: sa.Connection, transaction: str) -> str | None:
        """Whether it still runs is all that MariaDB knows."""
        return (
            None if connection.scalar(sa.select(sa.func.is_used_lock(transaction))) is None else "in progress"
        )

    def send(self, connection: sa.Connection, name: str, keys: Sequence[Any], masks: Sequence[int]) -> None:
        into = f"INSERT INTO {name} (`key`, held) VALUES "
        if not isinstance(keys[0], int):
            connection.exec_driver_sql(f"{into}(%s, %s)", list(zip(keys, masks, strict=True)))
            return
        # The driver would look at each value by itself, which takes ten times as long.
        with closing(connection.connection.cursor()) as cursor:
            for start in range(0, len(keys), SENT):
                some = map("({:d},{:d})".format, keys[start : start + SENT], masks[start : start + SENT])
                cursor.execute(into + ",".join(some))

    def sent(self, connection: sa.Connection, name: str) -> None:
        return

    def keys(self, connection: sa.Connection, batch: sa.TableClause) -> list[Any]:
        if not batch.name.endswith("_integer"):
            return keys_of(connection, batch)
        asked = f"SELECT MAX(`key`), {_LIST} FROM {batch.name} GROUP BY {_SOME} ORDER BY {_SOME}"
        lists = [_listed(last, keys) for last, keys in connection.exec_driver_sql(asked)]
        return keys_of(connection, batch) if None in lists else [key for keys in lists for key in keys or ()]

    def held(self, connection: sa.Connection, batch: sa.TableClause) -> dict[Any, int]:
        if not batch.name.endswith("_integer"):
            return held_of(connection, batch)
        asked = f"SELECT held, MAX(`key`), {_LIST} FROM {batch.name} WHERE held <> 0 GROUP BY held, {_SOME}"
        lists = [(held, _listed(last, keys)) for held, last, keys in connection.exec_driver_sql(asked)]
        if any(keys is None for _, keys in lists):
            return held_of(connection, batch)
        return {key: held for held, keys in lists for key in keys or ()}

    def drop_temporary(self, name: str) -> str:
        # Without the word TEMPORARY, MariaDB would commit what was done so far.
        return f"DROP TEMPORARY TABLE IF EXISTS {name}"

    def refuse(self, table: str) -> None:
        for name in self.columns.stored(table):
            self._refuse(table, name)

    def _refuse(self, table: str, stored: Name) -> None:
        name = self.columns.written(stored)
        what = f"{self.columns.system}: table {name}"
        if stored != self.columns.name(table):
            what += f", which {table} shows,"
        engine = self.columns.engines.get(stored)
        if engine is not None:
            raise ConnectorError(
                f"{what} is stored by {engine}, which cannot roll back: nothing may be "
                f"changed there; its owner can convert it (ALTER TABLE {name} ENGINE=InnoDB)"
            )
        if stored in self.columns.remembering:
            raise ConnectorError(
                f"{what} keeps its former rows (WITH SYSTEM VERSIONING): what is erased "
                "there stays readable, and nothing erases it of one person alone; its owner can end it "
                f"(ALTER TABLE {name} DROP SYSTEM VERSIONING)"
            )

    def quick(self, statement: Change, table: str) -> Change:
        return as_join(statement, table)

    def any_of(self, keys: sa.CompoundSelect[Any]) -> sa.SelectBase:
        # A union after IN is asked for each row of the table; a derived table is made once, and begins.
        return sa.select(keys.subquery().c.key).correlate(None)

    def heeding(self, value: ColumnElement[Any], link: Link) -> ColumnElement[Any] | None:
        """A text that is no key says whose a row is: an address, a number. A key is one by its own collation."""
        if link.parent is None or link.parent_column is None or link.prefix is not None or not self._heeds:
            return None
        if not self.columns.is_text(link.parent, link.parent_column):
            return None
        return sa.cast(value, mysql.CHAR(charset="utf8mb4")).collate(HEEDING_ACCENTS)

    def own_references(self, table: str) -> Sequence[Sequence[tuple[str, str]]]:
        return self.columns.own_references(table)

    def moving(self, table: str) -> Collection[str]:
        return self.columns.moving(table)

    def unlisted(self, table: str) -> Collection[str]:
        return self.columns.invisible.get(self.columns.name(table), ())

    def holds_dates(self, connection: sa.Connection, rows: sa.Subquery) -> bool:
        """No row is read to answer; the tables keep their columns from then on, until the transaction ends."""
        with connection.execute(sa.select(rows.c.at).limit(sa.literal_column("0"))) as result:
            assert result.cursor is not None
            return result.cursor.description[0][1] in DATES

    def readable(self, at: ColumnElement[Any], kind: str, *, dates: bool) -> ColumnElement[Any]:
        if dates:  # a text is held against patterns, which takes longer than all the rest
            return _later(sa.cast(at, sa.Date()), "0 DAY") if kind == "date" else _moment(at)
        return _day(at) if kind == "date" else _instant(at)

    def gathered(
        self, read: ColumnElement[Any], kind: str, greatest: Greatest
    ) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        unread = greatest(sa.case((read.is_(None), 1), else_=0))
        return _later(greatest(read), "12 HOUR") if kind == "date" else greatest(read), unread

    def late(
        self, moment: ColumnElement[Any], kind: str, day: date, instant: datetime, zone: str
    ) -> ColumnElement[bool]:
        if kind == "date":
            return sa.cast(moment, sa.Date()) > sa.literal(day.isoformat())
        return moment >= sa.literal(instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S"))

    def late_as_written(self, at: ColumnElement[Any], kind: str, day: date) -> None:
        return

    def pseudonym(self, column: ColumnElement[Any], spec: Pseudonym, key: bytes) -> ColumnElement[Any]:
        inner, outer = (sa.func.unhex(sa.literal(pad.hex())) for pad in hmac_pads(key))
        first = sa.func.sha2(sa.func.concat(inner, _text(column)), 256)
        digest = sa.func.sha2(sa.func.concat(outer, sa.func.unhex(first)), 256)
        return sa.literal(spec.prefix) + sa.func.substr(digest, 1, spec.length) + sa.literal(spec.suffix)

    def is_pseudonym(self, column: ColumnElement[Any], spec: Pseudonym) -> ColumnElement[bool]:
        pattern = rf"^{re.escape(spec.prefix)}[0-9a-f]{{{spec.length}}}{re.escape(spec.suffix)}\z"
        return _exact(column).op("REGEXP", is_comparison=True)(sa.literal(pattern))

    def truncated(self, column: ColumnElement[Any], unit: str) -> ColumnElement[Any]:
        length, rest = (4, "-01-01") if unit == "year" else (7, "-01")
        return sa.func.left(column, length) + sa.literal(rest)

    def characters(self, column: ColumnElement[Any]) -> ColumnElement[int]:
        # LENGTH counts bytes.
        return sa.func.char_length(column)

    def differs(
        self, table: str, name: str, column: ColumnElement[Any], value: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        if not self.columns.is_text(table, name):
            return column.is_distinct_from(value)
        return _exact(column).is_distinct_from(_text(value))


def _listed(last: int, keys: str) -> list[int] | None:
    """The numbers of a list that ends with its last; nothing where the server cut it short, which it does in silence."""
    listed = keys.split(",")
    return [int(key) for key in listed] if listed[-1] == str(last) else None


def _text(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """As a text in utf8mb4, the character set of our connections."""
    return sa.cast(value, sa.Text())


def _exact(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return _text(value).collate(TO_THE_BYTE)


def _later(at: ColumnElement[Any], interval: str) -> ColumnElement[Any]:
    """A moment later by so much. Even by nothing, NULL where the calendar has no such day."""
    return sa.func.date_add(at, sa.text(f"INTERVAL {interval}"))


def _matches(text: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    return text.op("REGEXP", is_comparison=True)(sa.literal(pattern))


def _day(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The calendar day as written; NULL when it is none."""
    text = _text(at)
    day = _later(sa.cast(sa.func.left(text, 10), sa.Date()), "0 DAY")
    return sa.case((sa.or_(_matches(text, READABLE), _matches(text, AWARE)), day), else_=sa.null())


def _instant(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The moment in the system's zone; NULL when it is none. An offset, or Z, is taken into account."""
    text = _text(at)
    written = sa.func.regexp_replace(text, OFFSET, "")
    offset = sa.case((_matches(text, r"[Zz]\s*$"), "+00:00"), else_=sa.func.right(sa.func.rtrim(text), 6))
    zone: ColumnElement[Any] = sa.literal_column("@@session.time_zone")
    aware = sa.func.convert_tz(_moment(written), offset, zone)
    return sa.case((_matches(text, AWARE), aware), (_matches(text, READABLE), _moment(text)), else_=sa.null())


def _moment(at: ColumnElement[Any]) -> ColumnElement[Any]:
    return _later(sa.cast(at, mysql.DATETIME(fsp=6)), "0 SECOND")
