"""PostgreSQL: typed dates; HMAC is written with its built-in sha256."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError

from garant.systems.model import DataMap, Link, Pseudonym
from garant.systems.sql.dialects.base import (
    NOON,
    Change,
    Greatest,
    Scratching,
    held_of,
    hmac_pads,
    is_unicode,
    keys_of,
)
from garant.systems.sql.dialects.postgresql_keys import OwnType, key_kinds

NEVER: ColumnElement[Any] = sa.literal_column("TIMESTAMP WITH TIME ZONE '-infinity'")
"""Before every date: no fact happened then."""

_IN_THE_FUTURE = "22023"
"""invalid_parameter_value: what txid_status says of a number that no transaction has had yet."""


class Postgresql:
    """PostgreSQL: typed dates; HMAC is written with its built-in sha256."""

    name = "postgresql"
    with_before_change = True
    gathers_first = False
    passes_over = False

    def __init__(self) -> None:
        self._kinds: Mapping[str, str] | None = None
        """The type of the roots' keys of each kind that are no numbers, where one compares them otherwise than texts."""

    def learn(self, connection: sa.Connection, data_map: DataMap) -> None:
        if self._kinds is None:
            self._kinds = key_kinds(connection, data_map)
            connection.rollback()

    def _kind(self, kind: str) -> str:
        return (self._kinds or {}).get(kind, kind)

    def scratching(self, kind: str, *, looking: bool) -> Scratching:
        return Scratching("BIGINT GENERATED ALWAYS AS IDENTITY", "TIMESTAMP WITH TIME ZONE", "NOT NULL", "")

    def refuse(self, table: str) -> None:
        return

    def keep_secret(self, connection: sa.Connection) -> None:
        return

    def begin_snapshot(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def transaction(self, connection: sa.Connection) -> str | None:
        """Its own number for this transaction (since version 10)."""
        return str(connection.scalar(sa.select(sa.func.txid_current())))

    def fate(self, connection: sa.Connection, transaction: str) -> str | None:
        """What it says of that number.

        A server that crashed forgets the numbers that its log had not kept yet: nothing of theirs was committed, they
        are in the future again, and given to others. Whether “committed” is said of ours, its rows tell.
        """
        number = sa.cast(sa.literal(int(transaction)), sa.BigInteger())
        try:
            return connection.scalar(sa.select(sa.func.txid_status(number)))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _IN_THE_FUTURE:
                raise
        return "aborted"

    def send(self, connection: sa.Connection, name: str, keys: Sequence[Any], masks: Sequence[int]) -> None:
        numbers = isinstance(keys[0], int)
        # The driver looks at each number of a list by itself; their text is made ten times as fast.
        given = _numbers(keys) if numbers else list(keys)
        kind = name.rpartition("_")[2]
        key_type, cast = ("bigint", "") if numbers else ("text", f"::{self._kind(kind)}")
        connection.exec_driver_sql(
            f"INSERT INTO {name} (key, held) SELECT k{cast}, h "
            f"FROM unnest(%s::{key_type}[], %s::bigint[]) AS given(k, h)",
            (given, _numbers(masks)),
        )

    def sent(self, connection: sa.Connection, name: str) -> None:
        connection.exec_driver_sql(f"ANALYZE {name}")

    def keys(self, connection: sa.Connection, batch: sa.TableClause) -> list[Any]:
        return keys_of(connection, batch)

    def held(self, connection: sa.Connection, batch: sa.TableClause) -> dict[Any, int]:
        return held_of(connection, batch)

    def drop_temporary(self, name: str) -> str:
        return f"DROP TABLE IF EXISTS pg_temp.{name}"

    def can_hold(self, text: str) -> bool:
        return is_unicode(text) and "\0" not in text

    def written(self, text: str) -> Sequence[str]:
        return (text,)

    def key_type(self, kind: str) -> sa.types.TypeEngine[Any]:
        """Texts that ignore case (citext) compare as the roots' own do: a reference to ``ab`` may be one to ``AB``."""
        if kind == "integer":
            return sa.BigInteger()
        own = self._kind(kind)
        if own == "text":
            return sa.Text()
        return sa.Uuid(as_uuid=False) if own == "uuid" else OwnType(own)

    def holds_dates(self, connection: sa.Connection, rows: sa.Subquery) -> bool:
        return False

    def readable(self, at: ColumnElement[Any], kind: str, *, dates: bool) -> ColumnElement[Any]:
        return sa.cast(at, sa.TIMESTAMP(timezone=True))

    def gathered(
        self, read: ColumnElement[Any], kind: str, greatest: Greatest
    ) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        unread = greatest(sa.case((read == NEVER, 1), else_=0))
        if kind == "instant":
            return greatest(read), unread
        return sa.func.date_trunc("day", greatest(read)) + sa.cast(sa.literal(NOON), sa.Interval()), unread

    def late(
        self, moment: ColumnElement[Any], kind: str, day: date, instant: datetime, zone: str
    ) -> ColumnElement[bool]:
        if kind == "date":
            return sa.cast(moment, sa.Date()) > sa.literal(day, sa.Date())
        return moment >= sa.literal(instant, sa.TIMESTAMP(timezone=True))

    def late_as_written(self, at: ColumnElement[Any], kind: str, day: date) -> None:
        return

    def pseudonym(self, column: ColumnElement[Any], spec: Pseudonym, key: bytes) -> ColumnElement[Any]:
        inner, outer = hmac_pads(key)
        message = sa.func.convert_to(sa.cast(column, sa.Text()), "UTF8")
        first = sa.func.sha256(sa.literal(inner, sa.LargeBinary()).op("||")(message))
        digest = sa.func.sha256(sa.literal(outer, sa.LargeBinary()).op("||")(first))
        hexadecimal = sa.func.substr(sa.func.encode(digest, "hex"), 1, spec.length)
        return sa.literal(spec.prefix) + hexadecimal + sa.literal(spec.suffix)

    def is_pseudonym(self, column: ColumnElement[Any], spec: Pseudonym) -> ColumnElement[bool]:
        pattern = f"^{re.escape(spec.prefix)}[0-9a-f]{{{spec.length}}}{re.escape(spec.suffix)}$"
        return sa.cast(column, sa.Text()).op("~", is_comparison=True)(sa.literal(pattern))

    def truncated(self, column: ColumnElement[Any], unit: str) -> ColumnElement[Any]:
        return sa.func.date_trunc(unit, column)

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


def _numbers(numbers: Sequence[int]) -> str:
    """Numbers as PostgreSQL writes an array of them."""
    return f"{{{','.join(map(str, numbers))}}}"
