"""Why a change is, or will be, refused: which constraint, where, and how many rows refer to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError, IntegrityError

from garant.systems.changing import Step
from garant.systems.model import DataMap, Do, Pseudonymise
from garant.systems.port import Blocker, ByItself
from garant.systems.sql import mariadb_errors
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.going import Cascade, Doing, Going
from garant.systems.sql.references import LETTING_GO, Reference
from garant.systems.sql.statements import Statements
from garant.systems.sql.surely import surely_taken


def is_refusal(error: DBAPIError) -> bool:
    """Whether a constraint, or a trigger that raises, refused the change."""
    diagnostic = getattr(error.orig, "diag", None)
    if mariadb_errors.number(error) in mariadb_errors.REFUSING:
        return True
    return (
        isinstance(error, IntegrityError) or getattr(diagnostic, "source_function", None) == "exec_stmt_raise"
    )


def make_sure(connection: sa.Connection, dialect: Dialect, data_map: DataMap, steps: Sequence[Step]) -> None:
    """Learn what the change depends on; nothing is changed where it could not be undone.

    Raises:
        ConnectorError: a step is about such a table.
    """
    dialect.learn(connection, data_map)
    for step in steps:
        dialect.refuse(step.table)
    if any(isinstance(how, Pseudonymise) for step in steps for how in step.columns.values()):
        dialect.keep_secret(connection)


def foresee(
    connection: sa.Connection,
    known: Sequence[Reference],
    statements: Statements,
    steps: Sequence[Step],
    idle: Collection[int] = (),
    *,
    whole: bool = False,
) -> list[Blocker]:
    """References that will still be there when their target must go, or change.

    A referring row that an earlier step (or the same one) deletes, or whose reference it blanks, is no
    obstacle; where the reference is deferred, nor is one that a later step takes away. ``idle`` are the
    positions of steps that are known to find no row: they need not be asked about. ``whole``: nobody of the
    selection leaves later than the others; a row that waits for a later selection lets go of those of this one.
    """
    return [
        Blocker(step.table, reference.name, rows, reference.table)
        for position, step in enumerate(steps)
        if step.paths and position not in idle
        for reference in known
        if _refuses(reference, step)
        and (taking := steps if reference.deferred else steps[: position + 1])
        and (rows := _count(connection, statements, reference, step, taking, idle, whole=whole))
    ]


def _refuses(reference: Reference, step: Step) -> bool:
    """Whether a foreign key refuses that the step takes, or writes, what it names."""
    if step.do is Do.DELETE:
        return reference.refuses and reference.target_table == step.table
    return reference.is_written(step) and reference.on_update not in LETTING_GO


def by_itself(doing: Doing) -> ByItself:
    """Rows that the database itself deletes with what they refer to, or with what hangs on it, and those it empties."""
    cascade = Cascade(doing)
    going = _told(cascade.walk())
    return ByItself(going, _told(cascade.emptied()))


def _told(found: Iterable[Going]) -> list[Blocker]:
    rows: dict[Reference, int] = {}
    for one in found:
        rows[one.reference] = rows.get(one.reference, 0) + one.going
    return [Blocker(one.target_table, one.name, number, one.table) for one, number in rows.items() if number]


def blockers_of(
    connection: sa.Connection,
    known: Sequence[Reference],
    statements: Statements,
    steps: Sequence[Step],
    failed: Step | None,
    error: DBAPIError,
) -> list[Blocker]:
    """Name what refused a step, or the commit: the rows that refer to what must go, else the database's word."""
    named = _with_trigger(connection, named_blocker(error, failed or steps[-1]), failed or steps[-1], error)
    if failed is not None and failed.do is not Do.DELETE:
        return [named]
    found = foresee(connection, known, statements, steps)
    return [b for b in found if failed is None or b.table == failed.table] or [named]


def named_blocker(error: DBAPIError, step: Step) -> Blocker:
    """What the database itself says, without the values it may quote."""
    code = mariadb_errors.number(error)
    if code is not None:
        constraint, referring = mariadb_errors.refused_by(error, code, step.table)
        return Blocker(step.table, constraint, None, referring)
    diagnostic = getattr(error.orig, "diag", None)
    if diagnostic is None:
        return Blocker(step.table, str(error.orig).splitlines()[0].replace(" constraint failed", ""))
    referring = diagnostic.table_name if diagnostic.table_name != step.table else None
    return Blocker(step.table, _constraint(diagnostic, step), None, referring)


def _with_trigger(connection: sa.Connection, named: Blocker, step: Step, error: DBAPIError) -> Blocker:
    """MariaDB says what a trigger raised, not which one: the ones that may have are named."""
    if mariadb_errors.number(error) != mariadb_errors.SIGNAL:
        return named
    event = "DELETE" if step.do is Do.DELETE else "UPDATE"
    known = sa.text(
        "SELECT trigger_name FROM information_schema.triggers WHERE event_manipulation = :event "
        "AND event_object_schema = :schema AND event_object_table = :name ORDER BY trigger_name"
    )
    schema, _, name = step.table.rpartition(".")
    where = {"event": event, "schema": schema or sa.inspect(connection).default_schema_name, "name": name}
    found = ", ".join(str(trigger) for trigger in connection.scalars(known, where))
    return Blocker(step.table, f"trigger {found}") if found else named


def _constraint(diagnostic: Any, step: Step) -> str:
    if diagnostic.constraint_name:
        return str(diagnostic.constraint_name)
    if diagnostic.column_name:
        return f"NOT NULL: {step.table}.{diagnostic.column_name}"
    raising = re.search(r"([\w.$\"]+)\(", diagnostic.context or "")
    return f"{raising[1]}()" if raising else f"SQLSTATE {diagnostic.sqlstate}"


def _count(
    connection: sa.Connection,
    statements: Statements,
    reference: Reference,
    going: Step,
    taking: Sequence[Step],
    idle: Collection[int] = (),
    *,
    whole: bool = False,
) -> int:
    """Rows that refer to what a step deletes and that none of the others takes away."""
    mine = [step for step in taking if step.table == reference.table]
    if surely_taken(mine, going, reference, in_order=statements.in_order and not whole):
        return 0
    child = statements.table(reference.table)
    doomed = (
        sa.select(*(_column(connection, going.table, name) for name in reference.targets))
        .select_from(statements.table(going.table))
        .where(statements.rows(going))
        .correlate(None)
    )
    referring = [_column(connection, reference.table, name) for name in reference.columns]
    refers = referring[0].in_(doomed) if len(referring) == 1 else sa.tuple_(*referring).in_(doomed)
    query = sa.select(sa.func.count()).select_from(child).where(refers)
    busy = [step for position, step in enumerate(taking) if position not in idle]
    for rows in _taken(statements, reference, busy):
        query = query.where(sa.not_(sa.func.coalesce(rows, sa.false())))
    return int(connection.scalar(query) or 0)


def _column(connection: sa.Connection, table: str, column: str) -> ColumnElement[int]:
    """A column the map does not name, written with its table."""
    quote = connection.dialect.identifier_preparer.quote
    return sa.literal_column(".".join(quote(part) for part in (*table.split("."), column)))


def _taken(
    statements: Statements, reference: Reference, steps: Sequence[Step]
) -> Iterator[ColumnElement[bool]]:
    for step in steps:
        if step.table != reference.table:
            continue
        if step.do is Do.DELETE or any(step.columns.get(column) == "blank" for column in reference.columns):
            yield statements.rows(step)
