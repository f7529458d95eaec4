"""Which missing index would make a change slow, and the statement that mends it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

LARGE = 10_000
"""Rows from which a search without an index is slow enough to be worth a word."""

_FIRST_COLUMNS = {
    "mariadb": sa.text(
        "SELECT DISTINCT column_name FROM information_schema.statistics"
        " WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name AND seq_in_index = 1"
    ),
    "postgresql": sa.text(
        "SELECT DISTINCT a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE n.nspname = COALESCE(CAST(:schema AS text), current_schema()) AND c.relname = :name"
    ),
    "sqlite": sa.text(
        "SELECT name FROM pragma_table_info(:name, :schema) WHERE pk = 1 UNION"
        " SELECT k.name FROM pragma_index_list(:name, :schema) i, pragma_index_info(i.name, :schema) k"
        " WHERE k.seqno = 0"
    ),
}
"""The columns that an index, a unique constraint or the primary key leads with, in one statement for each table."""


def missing_indexes(
    connection: sa.Connection, searched: Iterable[tuple[str, str]], leading: dict[str, set[str | None]]
) -> list[str]:
    """CREATE INDEX statements for the (table, column) that no index leads with, in large tables.

    ``leading``: table → columns that are found by an index, as far as they have been read; the rest is added.
    """
    columns = sorted(set(searched))
    for table in {table for table, _ in columns} - leading.keys():
        leading[table] = _leading(connection, table)
    return [
        _statement(connection, table, column)
        for table, column in columns
        if column not in leading[table] and _is_large(connection, table)
    ]


def _statement(connection: sa.Connection, table: str, column: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    if connection.dialect.name == "postgresql":
        # Without locking the table against writing, and named by the server.
        return f"CREATE INDEX CONCURRENTLY ON {_quoted(connection, table)} ({quote(column)})"
    name = f"{table.rpartition('.')[2]}_{column}"
    return f"CREATE INDEX {quote(name)} ON {_quoted(connection, table)} ({quote(column)})"


def _leading(connection: sa.Connection, table: str) -> set[str | None]:
    """The columns of the table that a search finds by an index."""
    schema, _, name = table.rpartition(".")
    asked = _FIRST_COLUMNS[connection.dialect.name]
    return set(connection.scalars(asked, {"schema": schema or None, "name": name}))


def _is_large(connection: sa.Connection, table: str) -> bool:
    rows = sa.select(sa.literal(1)).select_from(sa.text(_quoted(connection, table))).limit(LARGE)
    return connection.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) == LARGE


def _quoted(connection: sa.Connection, table: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in table.split("."))
