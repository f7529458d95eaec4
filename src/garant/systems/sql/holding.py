"""Who leaves and who is held, on an open connection; what holds keep counted, and nothing of it lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from garant.systems.changing import ChangeSet, Step
from garant.systems.finding import RootKey
from garant.systems.guards import Guards
from garant.systems.model import DataMap, Do
from garant.systems.paths import paths
from garant.systems.port import Blocked, Blocker
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.due import plain_key
from garant.systems.sql.guards import fill_held, kept_rows
from garant.systems.sql.references import Reference
from garant.systems.sql.scratch import create_scratch, fill, scratch_of
from garant.systems.sql.statements import Statements

LOST = "rows on hold would go with it"
"""What a change is refused for that would take, by the system's own doing, what a hold keeps."""


def name_departing(connection: sa.Connection, dialect: Dialect, data_map: DataMap, change: ChangeSet) -> None:
    """Send the roots that leave by the whole plan, once for all the batches of a connection."""
    if change.shares and connection.info.get("garant_departing") is not change.departing:
        with connection.begin():
            scratch = create_scratch(connection, dialect, data_map.roots[change.root].type)
            fill(connection, dialect, scratch.departing, change.departing, change.held)
        connection.info["garant_departing"] = change.departing


def name_held(connection: sa.Connection, dialect: Dialect, data_map: DataMap, guards: Guards) -> None:
    """Send the keys of whom a hold is about, once for all the batches of a connection."""
    if guards and connection.info.get("garant_on_hold") != guards:
        with connection.begin():
            for kind in sorted({root.type for root in data_map.roots.values()}):
                create_scratch(connection, dialect, kind)
            fill_held(connection, dialect, data_map, guards)
        connection.info["garant_on_hold"] = guards


def among(data_map: DataMap, references: Sequence[Reference]) -> list[Reference]:
    """The foreign keys between tables of the map."""
    tables = data_map.tables
    return [one for one in references if one.table in tables and one.target_table in tables]


def held(step: Step) -> Step:
    """The step that counts what holds keep from it."""
    return replace(step, on_hold=True)


def count_held(connection: sa.Connection, statements: Statements, change: ChangeSet) -> int:
    """Rows that the change would touch but for a hold."""
    if not change.guards:
        return 0
    return sum(int(connection.scalar(statements.count(held(step))) or 0) for step in change.steps)


def roots_on_hold(
    connection: sa.Connection, statements: Statements, change: ChangeSet
) -> Mapping[str, set[RootKey]]:
    """The held roots, known by their keys, for whose sake a step leaves some row as it is."""
    found: dict[str, set[RootKey]] = {}
    for step in map(held, change.steps):
        if not connection.scalar(statements.count(step)):
            continue
        for guard in change.guards.roots:
            on_hold = scratch_of(statements.data_map.roots[guard.root].type).on_hold
            for path in paths(statements.data_map, step.table, guard.root):
                reached = statements.outward(path, statements.rows(step), on_hold.alias("garant_named").c.key)
                known = sa.select(on_hold.c.key).where(
                    on_hold.c.root == guard.root, on_hold.c.key.in_(reached)
                )
                found.setdefault(guard.root, set()).update(plain_key(k) for k in connection.scalars(known))
    return found


class Watch:
    """Held rows of the tables that the system itself may reach when others go, counted before and after.

    ``known`` are the foreign keys of the system: between two tables of the map others may lie. ``through`` are the tables
    whose rows are others': what reaches those, no foreign key says.
    """

    def __init__(
        self,
        connection: sa.Connection,
        statements: Statements,
        change: ChangeSet,
        known: Sequence[Reference],
        through: Collection[str],
    ) -> None:
        self._connection = connection
        self._queries = dict(_queries(statements, change, _in_reach(known, change.steps, through)))
        self._before = self._count()

    def check(self) -> None:
        """Look again.

        Raises:
            Blocked: rows on hold have gone, by a cascade or a trigger.
        """
        for table, rows in self._count().items():
            if rows != self._before[table]:
                raise Blocked([Blocker(table, LOST, abs(self._before[table] - rows))])

    def _count(self) -> dict[str, int]:
        return {table: int(self._connection.scalar(q) or 0) for table, q in self._queries.items()}


def _queries(
    statements: Statements, change: ChangeSet, tables: set[str]
) -> Iterator[tuple[str, sa.Select[Any]]]:
    for table in sorted(tables & statements.data_map.tables.keys()):
        on_hold = kept_rows(statements, change.guards, table)
        if on_hold is not None:
            yield table, sa.select(sa.func.count()).select_from(statements.table(table)).where(on_hold)


def _in_reach(references: Sequence[Reference], steps: Sequence[Step], through: Collection[str]) -> set[str]:
    """The tables whose rows go, or let go, by themselves when those of a step are deleted."""
    going = {step.table for step in steps if step.do is Do.DELETE}
    moving = [reference for reference in references if not reference.refuses]
    if through and moving:
        return going | {*through, *(reference.table for reference in moving)}
    while more := {r.table for r in moving if r.target_table in going} - going:
        going |= more
    return going if moving else set()
