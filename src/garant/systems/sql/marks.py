"""Marks of erased roots: keyed hashes by which they are known again when a backup brings them back.

Two per root, made by the system itself: of its key, and of its row's identifying columns, since a key may be
given again to somebody else. Neither the key nor a value leaves the system.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import ChangeSet, Mark, Marked, Marking
from garant.systems.finding import RootKey
from garant.systems.model import DataMap, Pseudonym
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.due import plain_key
from garant.systems.sql.guards import kept_rows
from garant.systems.sql.scratch import create_scratch, fill, scratch_of
from garant.systems.sql.sqlite_texts import ENCODING, bytes_of, in_utf8
from garant.systems.sql.statements import Statements

DIGITS = 32
"""Hexadecimal digits kept of a hash: 128 bits, so that no two roots of the world share one."""

BETWEEN = "\x1f"
"""Separates the parts of what is hashed (US, the unit separator)."""

SENT = 10_000
"""Marks sent in one statement."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks the roots of one kind on an open connection."""

    connection: sa.Connection
    dialect: Dialect
    data_map: DataMap
    root: str
    marking: Marking

    def __post_init__(self) -> None:
        if self.dialect.name == "sqlite":
            made: Any = self.connection.connection.driver_connection
            made.create_function("garant_mark", 1, self._hash, deterministic=True)

    def table(self) -> sa.TableClause:
        """The root's table, with the columns that are hashed."""
        declared = self.data_map.roots[self.root]
        schema, _, name = declared.table.rpartition(".")
        names = dict.fromkeys([declared.key, *self.marking.columns])
        parts: list[sa.ColumnClause[Any]] = [sa.column(column) for column in names]
        return sa.table(name, *parts, schema=schema or None)

    def mark(self, table: sa.TableClause) -> ColumnElement[str]:
        """The keyed hash of a root's key."""
        return self._digest([table.c[self.data_map.roots[self.root].key]])

    def fingerprint(self, table: sa.TableClause) -> ColumnElement[str]:
        """The keyed hash of a root's identifying columns, as they are written."""
        return self._digest([table.c[name] for name in self.marking.columns])

    def _hash(self, data: bytes) -> str:
        """HMAC-SHA256 in hexadecimal, cut: what the other databases write in SQL."""
        message = in_utf8(self.connection.info[ENCODING], data)
        return hmac.digest(self.marking.key, message, "sha256").hex()[:DIGITS]

    def _digest(self, columns: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
        message: ColumnElement[Any] = sa.literal(f"{self.data_map.system}{BETWEEN}{self.root}", sa.Text())
        for column in columns:
            written = sa.func.coalesce(sa.cast(column, sa.Text()), sa.literal("", sa.Text()), type_=sa.Text())
            message = message + sa.literal(BETWEEN, sa.Text()) + written
        if self.dialect.name == "sqlite":
            return sa.func.garant_mark(bytes_of(message))
        whole = Pseudonym.model_construct(prefix="", suffix="", length=DIGITS)
        return self.dialect.pseudonym(message, whole, self.marking.key)


def taken_down(
    connection: sa.Connection, dialect: Dialect, statements: Statements, change: ChangeSet
) -> Taking | None:
    """Mark the roots of a change before it is done; those that a hold keeps are not erased, and not marked."""
    if change.marking is None:
        return None
    marker = Marker(connection, dialect, statements.data_map, change.root, change.marking)
    return Taking(marker, statements, change)


class Taking:
    """The marks of one change: as the roots were, and as it left them."""

    def __init__(self, marker: Marker, statements: Statements, change: ChangeSet) -> None:
        self._marker, self._statements = marker, statements
        root = statements.data_map.roots[change.root]
        on_hold = kept_rows(statements, change.guards, root.table)
        self._before = self._read([] if on_hold is None else [sa.not_(on_hold)])

    def marks(self) -> tuple[Mark, ...]:
        """The roots that the change erased, or whose row it may have treated."""
        after = self._read([])
        return tuple(Mark(mark, before, after.get(mark)) for mark, before in self._before.items())

    def _read(self, conditions: list[ColumnElement[bool]]) -> dict[str, str]:
        marker, root = self._marker, self._marker.data_map.roots[self._marker.root]
        table = self._statements.table(root.table)
        for name in marker.marking.columns:
            self._statements.column(root.table, name)
        batch = scratch_of(root.type).batch
        named = table.c[root.key].in_(sa.select(batch.c.key).correlate(None))
        rows = sa.select(marker.mark(table), marker.fingerprint(table)).where(named, *conditions)
        return {str(mark): str(print_) for mark, print_ in marker.connection.execute(rows)}


def find_marked(
    marker: Marker, marks: Sequence[str], among: Sequence[RootKey] | None = None
) -> Iterator[Marked]:
    """The roots that are there, ``among`` these or all, and whose key was marked, with the fingerprint they have now."""
    connection = marker.connection
    given = sa.table("garant_marks", sa.column("mark", sa.String(DIGITS)))
    connection.exec_driver_sql(marker.dialect.drop_temporary("garant_marks"))
    # MariaDB would weigh the collations of texts; bytes have none.
    kind = f"VARBINARY({DIGITS})" if marker.dialect.name == "mariadb" else f"VARCHAR({DIGITS})"
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE garant_marks (mark {kind} PRIMARY KEY)")
    remaining = iter(dict.fromkeys(marks))
    while chunk := list(islice(remaining, SENT)):
        connection.execute(sa.insert(given), [{"mark": mark} for mark in chunk])
    marker.dialect.sent(connection, "garant_marks")
    table = marker.table()
    key = table.c[marker.data_map.roots[marker.root].key]
    made = sa.select(
        key.label("key"), marker.mark(table).label("mark"), marker.fingerprint(table).label("now")
    )
    roots = made.where(*_among(marker, key, among)).subquery("roots")
    plain = sa.LargeBinary() if marker.dialect.name == "mariadb" else sa.String(DIGITS)
    joined = roots.join(given, sa.cast(roots.c.mark, plain) == given.c.mark)
    # The given mark, not the computed one: the system would compute it once more for each row.
    found = sa.select(roots.c.key, given.c.mark, roots.c.now).select_from(joined).order_by(roots.c.key)
    for row in connection.execute(found):
        mark = row[1].decode() if isinstance(row[1], bytes) else str(row[1])
        yield Marked(plain_key(row[0]), mark, str(row[2]))


def _among(
    marker: Marker, key: ColumnElement[Any], among: Sequence[RootKey] | None
) -> list[ColumnElement[bool]]:
    if among is None:
        return []
    kind = marker.data_map.roots[marker.root].type
    batch = create_scratch(marker.connection, marker.dialect, kind, looking=True).batch
    fill(marker.connection, marker.dialect, batch, among, {})
    return [key.in_(sa.select(batch.c.key).correlate(None))]
