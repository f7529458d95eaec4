"""Which missing index would make a change slow, and the statement that mends it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

LARGE = 10_000
"""Rows from which a search without an index is slow enough to be worth a word."""

_FIRST_COLUMNS = sa.text(
    "SELECT DISTINCT column_name FROM information_schema.statistics"
    " WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name AND seq_in_index = 1"
)


def missing_indexes(connection: sa.Connection, searched: Iterable[tuple[str, str]]) -> list[str]:
    """CREATE INDEX statements for the (table, column) that no index leads with, in large tables."""
    return [
        _statement(connection, table, column)
        for table, column in sorted(set(searched))
        if _is_large(connection, table) and column not in _leading(connection, table)
    ]


def _statement(connection: sa.Connection, table: str, column: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    if connection.dialect.name == "postgresql":
        # Without locking the table against writing, and named by the server.
        return f"CREATE INDEX CONCURRENTLY ON {_quoted(connection, table)} ({quote(column)})"
    name = f"{table.rpartition('.')[2]}_{column}"
    return f"CREATE INDEX {quote(name)} ON {_quoted(connection, table)} ({quote(column)})"


def _leading(connection: sa.Connection, table: str) -> set[str | None]:
    """The columns that an index, a unique constraint or the primary key leads with."""
    schema, _, name = table.rpartition(".")
    if connection.dialect.name in ("mariadb", "mysql"):
        # SQLAlchemy would read the whole definition, and warn of every type it does not know (point).
        leading = connection.execute(_FIRST_COLUMNS, {"schema": schema or None, "name": name})
        return set(leading.scalars())
    inspector = sa.inspect(connection)
    where = {"schema": schema or None}
    found = [inspector.get_pk_constraint(name, **where)["constrained_columns"]]
    found += [unique["column_names"] for unique in inspector.get_unique_constraints(name, **where)]
    found += [index["column_names"] for index in inspector.get_indexes(name, **where)]
    return {columns[0] for columns in found if columns}


def _is_large(connection: sa.Connection, table: str) -> bool:
    rows = sa.select(sa.literal(1)).select_from(sa.text(_quoted(connection, table))).limit(LARGE)
    return connection.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) == LARGE


def _quoted(connection: sa.Connection, table: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in table.split("."))
