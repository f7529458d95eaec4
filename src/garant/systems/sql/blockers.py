"""Why a change is, or will be, refused: which constraint, where, and how many rows refer to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError

from garant.systems.model import Do
from garant.systems.port import Blocker, Step
from garant.systems.sql.statements import Statements


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key of one column that refuses, or undoes nothing, when its target goes."""

    name: str
    schema: str | None
    table: str
    column: str
    target_table: str
    target: str


def references(connection: sa.Connection) -> list[Reference]:
    """Every one-column foreign key of the system that neither cascades nor lets go."""
    found: list[Reference] = []
    for (schema, table), keys in sa.inspect(connection).get_multi_foreign_keys().items():
        for key in keys:
            released = key.get("options", {}).get("ondelete", "").upper() in (
                "CASCADE",
                "SET NULL",
                "SET DEFAULT",
            )
            if released or len(key["constrained_columns"]) != 1:
                continue
            column = key["constrained_columns"][0]
            target = (key["referred_columns"] or ["rowid"])[0]
            name = key["name"] or f"{table}.{column} → {key['referred_table']}.{target}"
            found.append(Reference(str(name), schema, table, column, key["referred_table"], target))
    return found


def foresee(connection: sa.Connection, statements: Statements, steps: Sequence[Step]) -> list[Blocker]:
    """References that will still be there when their target must go.

    A referring row that an earlier step (or the same one) deletes, or whose reference it
    blanks, is no obstacle.
    """
    known = references(connection)
    return [
        Blocker(step.table, reference.name, rows, reference.table)
        for position, step in enumerate(steps)
        if step.do is Do.DELETE
        for reference in known
        if reference.target_table == step.table
        and (rows := _count(connection, statements, reference, steps[: position + 1]))
    ]


def blockers_of(
    connection: sa.Connection,
    statements: Statements,
    steps: Sequence[Step],
    failed: Step,
    error: IntegrityError,
) -> list[Blocker]:
    """Name what refused a step: the database's own word, else the rows that refer to what must go."""
    named = _named(error, failed)
    if failed.do is not Do.DELETE or named.referring_table is not None:
        return [named]
    upto = steps[: steps.index(failed) + 1]
    return [b for b in foresee(connection, statements, upto) if b.table == failed.table] or [named]


def _named(error: IntegrityError, step: Step) -> Blocker:
    diagnostic = getattr(error.orig, "diag", None)
    constraint = getattr(diagnostic, "constraint_name", None)
    if constraint:
        return Blocker(step.table, str(constraint), None, getattr(diagnostic, "table_name", None))
    reason = str(error.orig).splitlines()[0]
    return Blocker(step.table, reason.replace(" constraint failed", ""))


def _count(
    connection: sa.Connection, statements: Statements, reference: Reference, steps: Sequence[Step]
) -> int:
    """Rows that refer to what the last step deletes and that none of the steps takes away."""
    going, child = statements.table(steps[-1].table), statements.table(reference.table)
    doomed = (
        sa.select(_column(connection, steps[-1].table, reference.target))
        .select_from(going)
        .where(statements.rows(steps[-1]))
        .correlate(None)
    )
    referring = _column(connection, reference.table, reference.column)
    query = sa.select(sa.func.count()).select_from(child).where(referring.in_(doomed))
    for rows in _taken(statements, reference, steps):
        query = query.where(sa.not_(sa.func.coalesce(rows, sa.false())))
    return int(connection.scalar(query) or 0)


def _column(connection: sa.Connection, table: str, column: str) -> ColumnElement[int]:
    """A column the map does not name, written with its table."""
    quote = connection.dialect.identifier_preparer.quote
    return sa.literal_column(f"{quote(table)}.{quote(column)}")


def _taken(
    statements: Statements, reference: Reference, steps: Sequence[Step]
) -> Iterator[ColumnElement[bool]]:
    for step in steps:
        if step.table == reference.table and (
            step.do is Do.DELETE or step.columns.get(reference.column) == "blank"
        ):
            yield statements.rows(step)
