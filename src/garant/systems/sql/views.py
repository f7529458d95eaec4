"""Tables of a map whose rows are stored under another name: no foreign key of theirs is told of them."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa

_POSTGRESQL = sa.text(
    'SELECT g."table" FROM jsonb_to_recordset(CAST(:given AS jsonb)) AS g(name text, "table" text) '
    "JOIN pg_class AS c ON c.oid = to_regclass(g.name) WHERE c.relkind = 'v' OR EXISTS ("
    "SELECT FROM pg_inherits AS i JOIN pg_class AS heir ON heir.oid = i.inhrelid "
    "WHERE i.inhparent = c.oid AND NOT heir.relispartition)"
)

_MARIADB = sa.text(
    "SELECT table_schema, table_name FROM information_schema.views "
    "WHERE table_schema IN :schemas AND table_name IN :names"
).bindparams(sa.bindparam("schemas", expanding=True), sa.bindparam("names", expanding=True))


def through(connection: sa.Connection, tables: Collection[str]) -> frozenset[str]:
    """Those of the tables that are views, or that others inherit: their rows are, or may be, those of other tables."""
    read = {"mariadb": _mariadb, "postgresql": _postgresql, "sqlite": _sqlite}
    return frozenset(read[connection.dialect.name](connection, tables))


def _postgresql(connection: sa.Connection, tables: Collection[str]) -> set[str]:
    quote = connection.dialect.identifier_preparer.quote
    given = [{"name": ".".join(map(quote, table.split("."))), "table": table} for table in tables]
    return set(connection.scalars(_POSTGRESQL, {"given": json.dumps(given)}))


def _mariadb(connection: sa.Connection, tables: Collection[str]) -> set[str]:
    default = str(sa.inspect(connection).default_schema_name)
    fold = str.lower if connection.scalar(sa.text("SELECT @@lower_case_table_names <> 0")) else str
    parts = {table: (table.rpartition(".")[0] or default, table.rpartition(".")[2]) for table in tables}
    asked = {
        "schemas": [*{schema for schema, _ in parts.values()}],
        "names": [*{name for _, name in parts.values()}],
    }
    found = {(fold(row.table_schema), fold(row.table_name)) for row in connection.execute(_MARIADB, asked)}
    return {table for table, (schema, name) in parts.items() if (fold(schema), fold(name)) in found}


def _sqlite(connection: sa.Connection, tables: Collection[str]) -> set[str]:
    found = set(connection.scalars(sa.text("SELECT lower(name) FROM sqlite_master WHERE type = 'view'")))
    return {table for table in tables if table.lower().removeprefix("main.") in found}
