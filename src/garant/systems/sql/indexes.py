"""Which missing index would make a change slow, and the statement that mends it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

LARGE = 10_000
"""Rows from which a search without an index is slow enough to be worth a word."""


def missing_indexes(connection: sa.Connection, searched: Iterable[tuple[str, str]]) -> list[str]:
    """CREATE INDEX statements for the (table, column) that no index leads with, in large tables."""
    inspector = sa.inspect(connection)
    return [
        _statement(connection, table, column)
        for table, column in sorted(set(searched))
        if not _indexed(inspector, table, column) and _is_large(connection, table)
    ]


def _statement(connection: sa.Connection, table: str, column: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    if connection.dialect.name == "postgresql":
        # Without locking the table against writing, and named by the server.
        return f"CREATE INDEX CONCURRENTLY ON {_quoted(connection, table)} ({quote(column)})"
    name = f"{table.rpartition('.')[2]}_{column}"
    return f"CREATE INDEX {quote(name)} ON {_quoted(connection, table)} ({quote(column)})"


def _indexed(inspector: sa.Inspector, table: str, column: str) -> bool:
    """Whether an index, a unique constraint or the primary key leads with the column."""
    schema, _, name = table.rpartition(".")
    where = {"schema": schema or None}
    leading = [inspector.get_pk_constraint(name, **where)["constrained_columns"]]
    leading += [unique["column_names"] for unique in inspector.get_unique_constraints(name, **where)]
    leading += [index["column_names"] for index in inspector.get_indexes(name, **where)]
    return any(columns[:1] == [column] for columns in leading)


def _is_large(connection: sa.Connection, table: str) -> bool:
    rows = sa.select(sa.literal(1)).select_from(sa.text(_quoted(connection, table))).limit(LARGE)
    return connection.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) == LARGE


def _quoted(connection: sa.Connection, table: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in table.split("."))
