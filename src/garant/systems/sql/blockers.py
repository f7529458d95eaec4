"""Why a change was refused: which constraint, where, and how many rows refer to what must go."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from garant.systems.model import Do
from garant.systems.port import Blocker, Step
from garant.systems.sql.statements import Statements


def blockers_of(
    connection: sa.Connection, statements: Statements, step: Step, error: IntegrityError
) -> list[Blocker]:
    """Name the constraint; for a deletion, look in the catalogue for who still refers to the rows."""
    named = _named(error, step)
    if step.do is not Do.DELETE:
        return [named]
    referring = _referring(connection, statements, step)
    return referring or [named]


def _named(error: IntegrityError, step: Step) -> Blocker:
    diagnostic = getattr(error.orig, "diag", None)
    constraint = getattr(diagnostic, "constraint_name", None)
    if constraint:
        return Blocker(step.table, str(constraint), None, getattr(diagnostic, "table_name", None))
    reason = str(error.orig).splitlines()[0]
    return Blocker(step.table, reason.replace(" constraint failed", ""))


def _referring(connection: sa.Connection, statements: Statements, step: Step) -> list[Blocker]:
    """Foreign keys to the step's table under which rows still refer to the rows that must go."""
    inspector = sa.inspect(connection)
    found: list[Blocker] = []
    for (schema, table), keys in inspector.get_multi_foreign_keys().items():
        for key in keys:
            if key["referred_table"] != step.table or len(key["constrained_columns"]) != 1:
                continue
            if key.get("options", {}).get("ondelete", "").upper() in ("CASCADE", "SET NULL"):
                continue
            column, target = key["constrained_columns"][0], (key["referred_columns"] or ["id"])[0]
            rows = _count(connection, statements, step, (table, schema, column, target))
            if rows:
                name = key["name"] or f"{table}.{column} → {step.table}.{target}"
                found.append(Blocker(step.table, name, rows, table))
    return found


def _count(
    connection: sa.Connection,
    statements: Statements,
    step: Step,
    reference: tuple[str, str | None, str, str],
) -> int:
    table, schema, column, target = reference
    child = sa.table(table, sa.column(column), schema=schema)
    going = sa.table(step.table, sa.column(target))
    rows = sa.select(going.c[target]).where(statements.rows(step)).correlate(None)
    query = sa.select(sa.func.count()).select_from(child).where(child.c[column].in_(rows))
    return int(connection.scalar(query) or 0)
