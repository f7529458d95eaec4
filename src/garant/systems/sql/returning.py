"""What a restriction set apart, put back: where the column still has what was put there, in a row known again.

A row is known again by a pseudonym that stands in it, or by every column that was not set apart being as it was. The
values are compared as the driver gives them, under a lock; a rehearsal compares the rows as the system itself writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError

from garant.systems.archive.values import encoded
from garant.systems.archiving import ApartRecord, ApartRow, ApartTable
from garant.systems.model import Constant, DataMap, Pseudonymise
from garant.systems.port import Blocked, Blocker, Interrupted
from garant.systems.returns import Returns, RowReturn
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.dialects.base import pseudonym_digest
from garant.systems.sql.engines import plain_error
from garant.systems.sql.tables import table_of
from garant.systems.treatments import SetApart

NO_WAY_BACK: Final = "the values set apart would not come back as they were"
"""What a restriction is refused for: the way back, walked before it is committed, leads elsewhere."""

ASKED: Final = 1_000
"""Rows asked for in one statement."""

Now = dict[tuple[str, str], dict[str, Any]]
"""Table and key → the row as it is."""


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: RowReturn
    key: Any
    of: ApartTable
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Returning:
    """Puts back on an open connection."""

    connection: sa.Connection
    dialect: Dialect
    data_map: DataMap
    pseudonym_key: bytes

    def judge(self, records: Sequence[ApartRecord]) -> Returns:
        """What would come back; ``records`` are the last first, as they came one upon the other."""
        return Returns(tuple(one.verdict for one in self._judged(records, locked=False)))

    def write(self, records: Sequence[ApartRecord]) -> Returns:
        """Put back what comes back, in the connection's transaction."""
        judged = list(self._judged(records, locked=True))
        groups: dict[tuple[str, str, tuple[str, ...]], list[_Judged]] = {}
        for one in judged:
            if one.values:
                group = (one.verdict.table, one.of.key, tuple(sorted(one.values)))
                groups.setdefault(group, []).append(one)
        for (name, key, columns), some in groups.items():
            self._write(name, key, columns, some)
        return Returns(tuple(one.verdict for one in judged))

    def prints(self, records: Sequence[ApartRecord]) -> dict[tuple[str, str], str]:
        """Table and key → the whole row as the system writes it, to the byte."""
        found: dict[tuple[str, str], str] = {}
        for name, (spec, rows) in _by_table(records).items():
            columns = list(rows[0].columns)
            floats = {
                c
                for row in rows
                for c, v in zip(row.columns, row.values, strict=True)
                if isinstance(v, float)
            }
            table = table_of(self.data_map, name, columns).alias("garant_row")
            whole = self._print(table, columns, floats)
            for keys in _some(_keys(spec, rows)):
                asked = sa.select(table.c[spec.key], whole).where(table.c[spec.key].in_(keys))
                found |= {(name, _name(key)): str(text) for key, text in self.connection.execute(asked)}
        return found

    def _print(self, table: Any, columns: Sequence[str], floats: set[str]) -> ColumnElement[str]:
        if self.dialect.name == "postgresql":
            return sa.cast(sa.literal_column("garant_row"), sa.Text())
        parts = [self._part(table.c[name], exact=name in floats) for name in columns]
        if self.dialect.name != "sqlite":
            return sa.func.concat_ws("|", *parts, type_=sa.Text())
        whole: ColumnElement[Any] = parts[0]
        for part in parts[1:]:
            whole = whole + sa.literal("|", sa.Text()) + part
        return whole

    def _part(self, column: ColumnElement[Any], *, exact: bool) -> ColumnElement[Any]:
        if self.dialect.name == "sqlite":
            texts = (sa.func.typeof(column), sa.func.hex(column), sa.func.quote(column))
            return sa.func.printf("%s:%s:%s", *texts, type_=sa.Text())
        # A FLOAT is written with six digits.
        read: ColumnElement[Any] = column.op("+")(sa.literal_column("0e0")) if exact else column
        return sa.func.coalesce(sa.func.hex(sa.cast(read, sa.LargeBinary())), "-", type_=sa.Text())

    def _write(self, name: str, key: str, columns: Sequence[str], some: Sequence[_Judged]) -> None:
        moving = [c for c in self.dialect.moving(name) if c not in columns]
        table = table_of(self.data_map, name, [key, *columns, *moving])
        still: dict[str, ColumnElement[Any]] = {c: table.c[c] for c in moving}
        values: dict[str, ColumnElement[Any]] = {
            c: sa.bindparam(f"garant_{n}") for n, c in enumerate(columns)
        }
        change = (
            sa.update(table).where(table.c[key] == sa.bindparam("garant_key")).values({**still, **values})
        )
        rows = [
            {"garant_key": one.key, **{f"garant_{n}": _given(one.values[c]) for n, c in enumerate(columns)}}
            for one in some
        ]
        self.connection.execute(change, rows)

    def _judged(self, records: Sequence[ApartRecord], *, locked: bool) -> Iterator[_Judged]:
        now = self._now(records, locked=locked)
        for record in records:
            for row in record.rows:
                spec = record.tables[row.table]
                was = dict(zip(row.columns, row.values, strict=True))
                current = now.get((row.table, _name(was[spec.key])))
                back, changed = self._columns(spec, was, current)
                verdict = RowReturn(record.id, record.key, row.table, back, changed, gone=current is None)
                values = {name: was[name] for name in back}
                if current is not None:
                    current.update(values)
                yield _Judged(verdict, was[spec.key], spec, values)

    def _columns(
        self, spec: ApartTable, was: Mapping[str, Any], now: Mapping[str, Any] | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns whose value comes back, and those that a person has to look at."""
        stands = {name: self._stands(was[name], how) for name, how in spec.columns.items()}
        taken = [name for name, value in stands.items() if not _same(value, was[name])]
        if now is None:
            return (), tuple(taken)
        away = [name for name in stands if not _same(now.get(name), was[name])]
        back = [name for name in away if name in now and _is(now[name], stands[name])]
        if back and not self._known_again(spec, was, now, stands):
            return (), tuple(away)
        return tuple(back), tuple(name for name in away if name not in back)

    def _known_again(
        self, spec: ApartTable, was: Mapping[str, Any], now: Mapping[str, Any], stands: Mapping[str, Any]
    ) -> bool:
        """Whether it is the same row, and not another that was given its key."""
        for name, how in spec.columns.items():
            mine = isinstance(how, Pseudonymise) and not _same(stands[name], was[name])
            if mine and _is(now.get(name), stands[name]):
                return True
        return all(_same(now[name], was[name]) for name in was if name not in spec.columns and name in now)

    def _stands(self, was: Any, how: SetApart) -> Any:
        """What a column has while its value is apart."""
        if isinstance(how, Constant) and (was is not None or isinstance(how.constant, bool)):
            return how.constant
        if was is None or not isinstance(how, Pseudonymise):
            return None
        spec = how.pseudonymise
        form = rf"{re.escape(spec.prefix)}[0-9a-f]{{{spec.length}}}{re.escape(spec.suffix)}"
        if re.fullmatch(form, str(was)):
            return was
        return f"{spec.prefix}{(pseudonym_digest(self.pseudonym_key, was) or '')[: spec.length]}{spec.suffix}"

    def _now(self, records: Sequence[ApartRecord], *, locked: bool) -> Now:
        found: Now = {}
        for name, (spec, rows) in _by_table(records).items():
            columns = self._there(name, rows)
            table = table_of(self.data_map, name, [spec.key, *columns])
            for keys in _some(_keys(spec, rows)):
                asked = sa.select(*(table.c[c] for c in columns)).where(table.c[spec.key].in_(keys))
                if locked and self.dialect.name != "sqlite":
                    asked = asked.with_for_update()
                for row in self.connection.execute(asked):
                    now = dict(zip(columns, row, strict=True))
                    found[name, _name(now[spec.key])] = now
        return found

    def _there(self, name: str, rows: Sequence[ApartRow]) -> list[str]:
        """The columns of the rows that the table still has."""
        table = table_of(self.data_map, name, ())
        now = set(self.connection.execute(sa.select(sa.text("*")).select_from(table).limit(0)).keys())
        return [column for column in dict.fromkeys(c for row in rows for c in row.columns) if column in now]


class Rehearsal:
    """The way back, walked once within the very transaction that sets apart, then thrown away."""

    def __init__(self, returning: Returning, records: Sequence[ApartRecord]) -> None:
        self._returning, self._records = returning, records
        self._before = returning.prints(records)

    def walk(self) -> None:
        """Put everything back, look at the rows as the system writes them, and undo it.

        Raises:
            Blocked: they would not come back as they were.
        """
        for name in self._other():
            raise Blocked([Blocker(name, NO_WAY_BACK)])

    def _other(self) -> list[str]:
        """The tables whose rows would not come back."""
        savepoint = self._returning.connection.begin_nested()
        try:
            returns = self._returning.write(self._records)
            after = self._returning.prints(self._records)
        except DBAPIError as error:
            if isinstance(plain_error(self._returning.data_map.system, error), Interrupted):
                raise
            return [self._records[0].rows[0].table]
        finally:
            savepoint.rollback()
        changed = [table for (table, key), text in self._before.items() if after.get((table, key)) != text]
        return [*(one.table for one in returns.left), *changed]


def _by_table(records: Sequence[ApartRecord]) -> dict[str, tuple[ApartTable, list[ApartRow]]]:
    found: dict[str, tuple[ApartTable, list[ApartRow]]] = {}
    for record in records:
        for row in record.rows:
            found.setdefault(row.table, (record.tables[row.table], []))[1].append(row)
    return found


def _keys(spec: ApartTable, rows: Sequence[ApartRow]) -> list[Any]:
    keys = [row.values[row.columns.index(spec.key)] for row in rows]
    return list({_name(key): key for key in keys}.values())


def _some(keys: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(keys)
    while some := list(islice(left, ASKED)):
        yield some


def _name(key: Any) -> str:
    return str(key)


def _same(one: Any, other: Any) -> bool:
    """The same value, of the same type."""
    return json.dumps(encoded(one)) == json.dumps(encoded(other))


def _is(now: Any, stands: Any) -> bool:
    """Whether a column has what was put there; a system may write a truth as a number, a date as a text."""
    return (
        _same(now, stands)
        or (now is not None and stands is not None and str(now) == str(stands))
        or (isinstance(stands, bool) and now in (0, 1) and bool(now) is stands)
    )


def _given(value: Any) -> Any:
    """The value as the driver takes it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
