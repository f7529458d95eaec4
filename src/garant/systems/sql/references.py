"""The foreign keys of a system: they refuse to lose what they refer to, go with it, or let go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

LETTING_GO = ("CASCADE", "SET NULL", "SET DEFAULT")
"""What a foreign key may do, other than refuse, when the row it refers to goes."""

_SQLITE = sa.text(
    'SELECT m.name AS child, m.sql AS written, f.id, f."table" AS target, f."from" AS referring, f."to" AS referred, '
    "upper(f.on_delete) AS on_delete FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f "
    "WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
)

# The server's own schemas are left out by name, or it would open each of their views.
_MARIADB = sa.text(
    "SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema, "
    "k.referenced_table_name, k.referenced_column_name, r.delete_rule "
    "FROM information_schema.key_column_usage AS k JOIN information_schema.referential_constraints AS r "
    "ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name "
    "AND r.constraint_name = k.constraint_name "
    "WHERE k.table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') "
    "AND r.constraint_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') "
    "AND k.referenced_table_name IS NOT NULL AND (k.table_schema = database() "
    "OR k.referenced_table_schema = database()) "
    "ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position"
)


_RELATIONS = sa.text(
    'SELECT g."table", n.nspname AS schema, c.relname AS name '
    'FROM jsonb_to_recordset(CAST(:given AS jsonb)) AS g(name text, "table" text) '
    "JOIN pg_class AS c ON c.oid = to_regclass(g.name) JOIN pg_namespace AS n ON n.oid = c.relnamespace"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key; tables as a data map names them.

    ``on_delete``: what it does when its target goes. ``deferred``: it refuses only at the end of
    the transaction.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    target_table: str
    targets: tuple[str, ...]
    deferred: bool
    on_delete: str = ""

    @property
    def refuses(self) -> bool:
        """Whether it refuses to lose what it refers to."""
        return self.on_delete not in LETTING_GO

    @property
    def cascades(self) -> bool:
        """Whether its row silently goes with what it refers to."""
        return self.on_delete == "CASCADE"


def references(connection: sa.Connection, tables: Collection[str]) -> list[Reference]:
    """Every foreign key of the system, in a stable order; ``tables`` are those of the map, as it names them.

    The catalogue may write a name in other capitals, or have it in another schema of the search path.
    """
    read = {"mariadb": _mariadb, "postgresql": _postgresql, "sqlite": _sqlite}[connection.dialect.name]
    found = list(read(connection))
    catalogued = {"mariadb": _on_mariadb, "postgresql": _on_postgresql, "sqlite": _on_sqlite}
    names = catalogued[connection.dialect.name](connection, tables)
    mapped = [replace(one, table=names(one.table), target_table=names(one.target_table)) for one in found]
    return sorted(mapped, key=lambda reference: (reference.table, reference.name))


Naming = Callable[[str], str]
"""From a table as the catalogue has it to the same one as the map has it; one that the map does not have keeps its name."""


def _on_postgresql(connection: sa.Connection, tables: Collection[str]) -> Naming:
    quote = connection.dialect.identifier_preparer.quote
    default = sa.inspect(connection).default_schema_name
    given = [{"name": ".".join(map(quote, table.split("."))), "table": table} for table in tables]
    rows = connection.execute(_RELATIONS, {"given": json.dumps(given)})
    names = {_named(row.schema, row.name, default): row.table for row in rows}
    return lambda name: names.get(name, name)


def _on_mariadb(connection: sa.Connection, tables: Collection[str]) -> Naming:
    default = sa.inspect(connection).default_schema_name
    folding = bool(connection.scalar(sa.text("SELECT @@lower_case_table_names <> 0")))
    fold = str.lower if folding else str
    names = {fold(table.removeprefix(f"{default}.")): table for table in tables}
    return lambda name: names.get(fold(name), name)


def _on_sqlite(_: sa.Connection, tables: Collection[str]) -> Naming:
    names = {table.lower().removeprefix("main."): table for table in tables}
    return lambda name: names.get(name.lower(), name)


def _postgresql(connection: sa.Connection) -> Iterator[Reference]:
    inspector = sa.inspect(connection)
    default = inspector.default_schema_name
    for schema in inspector.get_schema_names():
        if schema == "information_schema":
            continue
        for (_, table), keys in inspector.get_multi_foreign_keys(schema=schema).items():
            for key in keys:
                options: dict[str, Any] = dict(key.get("options", {}))
                yield Reference(
                    str(key["name"]),
                    _named(schema, table, default),
                    tuple(key["constrained_columns"]),
                    _named(key["referred_schema"], key["referred_table"], default),
                    tuple(key["referred_columns"]),
                    str(options.get("initially", "")).upper() == "DEFERRED",
                    str(options.get("ondelete", "")).upper(),
                )


def _mariadb(connection: sa.Connection) -> Iterator[Reference]:
    """InnoDB defers nothing, and takes SET DEFAULT for RESTRICT."""
    default = sa.inspect(connection).default_schema_name
    keys: dict[tuple[str, str, str], list[Any]] = {}
    for row in connection.execute(_MARIADB):
        keys.setdefault((row.table_schema, row.table_name, row.constraint_name), []).append(row)
    for (schema, table, name), rows in keys.items():
        yield Reference(
            name,
            _named(schema, table, default),
            tuple(row.column_name for row in rows),
            _named(rows[0].referenced_table_schema, rows[0].referenced_table_name, default),
            tuple(row.referenced_column_name for row in rows),
            deferred=False,
            on_delete=rows[0].delete_rule.replace("SET DEFAULT", "RESTRICT"),
        )


def _named(schema: str | None, table: str, default: str | None) -> str:
    return table if schema in (None, default) else f"{schema}.{table}"


def _sqlite(connection: sa.Connection) -> Iterator[Reference]:
    """SQLite's own list says what happens on deletion; only the table's text says what is deferred."""
    keys: dict[tuple[str, int], list[Any]] = {}
    for row in connection.execute(_SQLITE):
        keys.setdefault((row.child, row.id), []).append(row)
    for (table, _), rows in keys.items():
        columns = tuple(row.referring for row in rows)
        targets = tuple(row.referred or _only_key(connection, row.target) for row in rows)
        name = f"{table}.{', '.join(columns)} → {rows[0].target}.{', '.join(targets)}"
        deferred = _deferred(rows[0].written, columns)
        yield Reference(name, table, columns, rows[0].target, targets, deferred, rows[0].on_delete)


def _only_key(connection: sa.Connection, table: str) -> str:
    """The column that a foreign key means when it names none: the key, or the row's own number."""
    return [*sa.inspect(connection).get_pk_constraint(table)["constrained_columns"], "rowid"][0]


def _deferred(written: str, columns: tuple[str, ...]) -> bool:
    listed = r"\W+".join(re.escape(column) for column in columns)
    clause = rf"\b{listed}\b[^,]*?REFERENCES[^,]*?(?:\([^)]*\))?[^,]*?INITIALLY\s+DEFERRED"
    return re.search(clause, written, re.IGNORECASE) is not None
