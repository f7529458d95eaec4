"""From guards to a condition: which rows of a table a hold keeps as they are.

The same nested semi-joins as steps use, towards the held roots instead of the leaving ones. The keys of
held people are in a temporary table, so that a statement does not grow with the number of holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import Step
from garant.systems.finding import RootKey
from garant.systems.guards import Guards, RootGuard, RowGuard
from garant.systems.model import DataMap, Do
from garant.systems.paths import Hop, chains, owning_paths, paths
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.fragment_text import query
from garant.systems.sql.references import Reference
from garant.systems.sql.scratch import scratch_of
from garant.systems.sql.written import key_as_written, written

if TYPE_CHECKING:
    from garant.systems.sql.statements import Statements


def kept(
    statements: Statements, step: Step, references: Sequence[Reference] = ()
) -> ColumnElement[bool] | None:
    """Whether a hold keeps a row of the step's table; None when none ever does.

    A row that must not go because a kept row refers to it by a foreign key of the system is kept too:
    its deletion would be refused, or take the kept row along.
    """
    found = list(_kept(statements, step.guards, step.table))
    if step.do is Do.DELETE:
        found += [
            condition
            for reference in references
            if reference.target_table == step.table
            and (condition := _refers(statements, step.guards, reference)) is not None
        ]
    return sa.func.coalesce(sa.or_(*found), sa.false()) if found else None


def kept_rows(statements: Statements, guards: Guards, table: str) -> ColumnElement[bool] | None:
    """Whether a hold keeps a row of the table for its own sake; None when none ever does."""
    found = list(_kept(statements, guards, table))
    return sa.func.coalesce(sa.or_(*found), sa.false()) if found else None


def held_keys(data_map: DataMap, guards: Guards) -> Mapping[str, list[tuple[str, RootKey]]]:
    """Kind of key → (root, key) of every held root that is known by its key."""
    found: dict[str, list[tuple[str, RootKey]]] = {}
    for guard in guards.roots:
        pairs = found.setdefault(data_map.roots[guard.root].type, [])
        pairs.extend((guard.root, key) for key in guard.keys)
    return found


def _kept(statements: Statements, guards: Guards, table: str) -> Iterator[ColumnElement[bool]]:
    for guard in guards.roots:
        find = paths if guard.visible else owning_paths
        ways = find(statements.data_map, table, guard.root)
        if ways:
            members = _members(statements, guard)
            yield statements.lead(ways, lambda column, link, who=members: column.in_(written(who, link)))
    for rows in guards.rows:
        yield from _around(statements, rows, table)


def _members(statements: Statements, guard: RootGuard) -> sa.Select[Any]:
    """The keys of the held roots."""
    if guard.role is not None:
        source = query(guard.role.query, statements.dialect.name, ("key",))
        return sa.select(source.c.key).correlate(None)
    held = scratch_of(statements.data_map.roots[guard.root].type).on_hold
    return sa.select(held.c.key).where(held.c.root == guard.root).correlate(None)


def _refers(statements: Statements, guards: Guards, reference: Reference) -> ColumnElement[bool] | None:
    """Whether a kept row refers to a row of the foreign key's target."""
    refers = kept_rows(statements, guards, reference.table)
    if refers is None:
        return None
    columns = [statements.column(reference.table, name) for name in reference.columns]
    targets = [statements.column(reference.target_table, name) for name in reference.targets]
    referred = sa.select(*columns).where(refers).correlate(None)
    return targets[0].in_(referred) if len(targets) == 1 else sa.tuple_(*targets).in_(referred)


def _around(statements: Statements, rows: RowGuard, table: str) -> Iterator[ColumnElement[bool]]:
    """The held rows themselves, those that hang on them, and those that they hang on."""
    data_map = statements.data_map
    if table == rows.table:
        yield _named(statements, rows)
    for root, declared in data_map.roots.items():
        if declared.table == rows.table:
            own = sa.select(statements.column(rows.table, declared.key)).where(_named(statements, rows))
            ways = paths(data_map, table, root)
            if ways:
                own = own.correlate(None)
                yield statements.lead(ways, lambda column, link, own=own: column.in_(written(own, link)))
    for hops in chains(data_map, table):
        if hops[-1].link.parent == rows.table:
            yield _hangs_on(statements, hops, rows)
    for hops in chains(data_map, rows.table):
        if _end(data_map, hops[-1]) == table:
            yield _carries(statements, hops, rows)


def _end(data_map: DataMap, hop: Hop) -> str:
    """The table that a hop leads to."""
    link = hop.link
    return link.parent if link.parent is not None else data_map.roots[str(link.root)].table


def _named(statements: Statements, rows: RowGuard) -> ColumnElement[bool]:
    """The held rows by their own keys, compared as texts: the map does not say what type the column has."""
    key = statements.column(rows.table, key_column(statements.data_map, rows.table))
    return sa.cast(key, sa.Text()).in_(sorted(rows.keys))


def present(connection: sa.Connection, data_map: DataMap, rows: RowGuard) -> frozenset[str]:
    """Which of these rows are there, by the texts of their keys."""
    schema, _, bare = rows.table.rpartition(".")
    name = key_column(data_map, rows.table)
    key = sa.cast(sa.table(bare, sa.column(name), schema=schema or None).c[name], sa.Text())
    return frozenset(map(str, connection.scalars(sa.select(key).where(key.in_(sorted(rows.keys))))))


def key_column(data_map: DataMap, table: str) -> str:
    """The column that identifies the rows of a table.

    Raises:
        KeyError: the map names none.
    """
    declared = data_map.tables[table].key
    roots = [root.key for root in data_map.roots.values() if root.table == table]
    found = [name for name in (declared, *roots) if name]
    if not found:
        raise KeyError(table)
    return found[0]


def _hangs_on(statements: Statements, hops: Sequence[Hop], rows: RowGuard) -> ColumnElement[bool]:
    """Rows whose chain of parents leads to a held row."""
    hop = hops[0]
    target = statements.column(_end(statements.data_map, hop), hop.target_column)
    above = _named(statements, rows) if len(hops) == 1 else _hangs_on(statements, hops[1:], rows)
    parents = sa.select(target).where(above).correlate(None)
    reached = statements.column(hop.table, hop.link.column).in_(written(parents, hop.link))
    return statements.under_condition(hop, reached)


def _carries(statements: Statements, hops: Sequence[Hop], rows: RowGuard) -> ColumnElement[bool]:
    """Rows that a held row's chain of parents leads to."""
    below = _named(statements, rows)
    for hop in hops:
        column = statements.column(hop.table, hop.link.column)
        referring = sa.select(column).where(statements.under_condition(hop, below)).correlate(None)
        target = statements.column(_end(statements.data_map, hop), hop.target_column)
        below = key_as_written(target, hop.link).in_(referring)
    return below


def fill_held(connection: sa.Connection, dialect: Dialect, data_map: DataMap, guards: Guards) -> None:
    """Put exactly the held keys in their temporary tables."""
    for kind in sorted({root.type for root in data_map.roots.values()}):
        table = scratch_of(kind).on_hold
        connection.execute(sa.delete(table))
        pairs = sorted(set(held_keys(data_map, guards).get(kind, [])), key=repr)
        if pairs:
            typed = sa.table(
                table.name, sa.column("root", sa.Text()), sa.column("key", dialect.key_type(kind))
            )
            connection.execute(sa.insert(typed), [{"root": root, "key": key} for root, key in pairs])
        if pairs:
            dialect.sent(connection, table.name)
