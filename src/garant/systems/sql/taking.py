"""Handing rows to a archivist before they change: whole, with their roots, inside the change's own transaction.

One statement per table, ordered by root: rows stream to the archivist, whatever their number. The statement asks
for the very rows that the steps are about to change, joined to the roots they lead to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from garant.systems.archiving import LeavingRows, ReadFile
from garant.systems.changing import ChangeSet, Step
from garant.systems.paths import Hop, Path
from garant.systems.sql.due import Finder, plain_key
from garant.systems.sql.fragment_text import predicate
from garant.systems.sql.scratch import scratch_of
from garant.systems.sql.statements import Statements
from garant.systems.sql.written import key_as_written

STREAM = 1_000
"""Rows fetched at a time."""

ISOLATION = {"postgresql": "REPEATABLE READ", "mysql": "SERIALIZABLE", "mariadb": "SERIALIZABLE"}
"""The level at which a row that was not read cannot be deleted: what comes in meanwhile stays."""


def isolated(connection: sa.Connection, dialect: str, change: ChangeSet) -> sa.Connection:
    """The connection at the level that keeping rows needs; SQLite locks out other writers as it is."""
    if change.archivist is None or dialect not in ISOLATION:
        return connection
    return connection.execution_options(isolation_level=ISOLATION[dialect])


def hand_over(
    connection: sa.Connection, statements: Statements, change: ChangeSet, read_file: ReadFile
) -> None:
    """Give the change's archivist, where it has one, the rows that the steps are about to touch, then close it."""
    if change.archivist is None:
        return
    archivist, data_map = change.archivist, statements.data_map
    for name in dict.fromkeys(step.table for step in change.steps):
        steps = [step for step in change.steps if step.table == name]
        columns = _columns(connection, statements, name)
        rows = _stream(connection, _leaving(statements, steps, columns))
        files = [files for files in data_map.files if files.table == name]
        key = data_map.tables[name].key
        position = None if key is None else columns.index(key)
        archivist.take(LeavingRows(name, columns, _distinct(rows, position), files), read_file)
    scratch = scratch_of(data_map.roots[change.root].type)
    finder = Finder(connection, statements.dialect, scratch, data_map.zone)
    due = change.recheck.due if change.recheck is not None else None
    archivist.close({} if due is None else finder.last_days(due))


def _columns(connection: sa.Connection, statements: Statements, name: str) -> list[str]:
    """Every column of the table, those that the map does not name too: the whole row is about to go."""
    table = statements.table(name)
    columns = list(connection.execute(sa.select(sa.text("*")).select_from(table).limit(0)).keys())
    columns += [column for column in statements.dialect.unlisted(name) if column not in columns]
    for column in columns:
        if column not in table.c:
            table.append_column(sa.column(column))
    return columns


def _leaving(statements: Statements, steps: Sequence[Step], columns: Sequence[str]) -> sa.Select[Any]:
    """(root, column …) of the rows that one of the steps would change, ordered by root."""
    ways: list[Path] = []
    for path in (path for step in steps for path in step.paths):
        if path not in ways:
            ways.append(path)
    parts = [_by(statements, path, steps, columns) for path in ways]
    every = sa.union_all(*parts).subquery("garant_leaving")
    return sa.select(every).order_by(every.c.garant_root)


def _by(statements: Statements, path: Path, steps: Sequence[Step], columns: Sequence[str]) -> sa.Select[Any]:
    start, root, conditions = _lead(statements, path.hops)
    mine = [step for step in steps if path in step.paths]
    changed = sa.or_(*(sa.and_(statements.rows(step), _leaves(statements, step, root)) for step in mine))
    whole = [statements.table(path.table).c[name] for name in columns]
    return sa.select(root.label("garant_root"), *whole).select_from(start).where(*conditions, changed)


def _leaves(statements: Statements, step: Step, root: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the row's root is one that the step is about.

    Where a duty keeps the row of one owner (``only``), the others who leave with it take a copy too.
    """
    held = statements.batch.c.held
    keys = sa.select(statements.batch.c.key)
    if step.unless and not step.only:
        keys = keys.where(held.bitwise_and(step.unless) == 0)
    return root.in_(keys.correlate(None))


def _lead(
    statements: Statements, hops: Sequence[Hop]
) -> tuple[FromClause, ColumnElement[Any], list[ColumnElement[bool]]]:
    """From a table to its root: the tables joined, the root's key, the conditions of the first hop."""
    hop = hops[0]
    table = statements.table(hop.table)
    column = table.c[hop.link.column]
    when = [predicate(hop.link.when, hop.table, statements.dialect.name)] if hop.link.when else []
    if len(hops) == 1 and hop.link.prefix is None:
        return table, column, when
    if len(hops) == 1:
        keys = statements.batch.alias()
        written = key_as_written(keys.c.key, hop.link)
        return table.join(keys, column == written), keys.c.key, when
    start, root, conditions = _lead(statements, hops[1:])
    target = statements.table(hops[1].table).c[hop.target_column]
    among = root.in_(sa.select(statements.batch.c.key).correlate(None))
    pairs = sa.select(target.label("garant_key"), root.label("garant_root")).select_from(start)
    parents = pairs.where(*conditions, among).distinct().subquery()
    written = key_as_written(parents.c.garant_key, hop.link)
    return table.join(parents, column == written), parents.c.garant_root, when


def _stream(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    with connection.execute(statement, execution_options={"yield_per": STREAM}) as result:
        yield from result


def _distinct(rows: Iterable[Sequence[Any]], key: int | None) -> Iterator[tuple[int | str, Sequence[Any]]]:
    """(root, row), each row once for each root, however many ways lead from one to the other.

    A table that several ways lead from has a key, at this position.
    """
    for root, group in groupby(rows, key=lambda row: row[0]):
        seen = set[Any]()
        for row in group:
            if key is None or row[key + 1] not in seen:
                seen |= set() if key is None else {row[key + 1]}
                yield plain_key(root), tuple(row[1:])
