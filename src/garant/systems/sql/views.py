"""Tables of a map whose rows are stored under another name, and the one table behind each where the system says which."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from garant.systems.sql.references import Reference

_POSTGRESQL = sa.text(
    "SELECT g.\"table\", CASE WHEN c.relkind = 'v' AND pg_relation_is_updatable(c.oid, false) & 16 <> 0 AND NOT EXISTS ("
    "SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgtype & 64 <> 0) AND NOT EXISTS ("
    "SELECT FROM pg_rewrite AS r WHERE r.ev_class = c.oid AND r.ev_type <> '1') "
    "THEN pg_get_viewdef(c.oid) END AS definition "
    'FROM jsonb_to_recordset(CAST(:given AS jsonb)) AS g(name text, "table" text) '
    "JOIN pg_class AS c ON c.oid = to_regclass(g.name) WHERE c.relkind = 'v' OR EXISTS ("
    "SELECT FROM pg_inherits AS i JOIN pg_class AS heir ON heir.oid = i.inhrelid "
    "WHERE i.inhparent = c.oid AND NOT heir.relispartition)"
)
"""16 is the bit of DELETE; neither a trigger nor a rule does something else instead."""

_MARIADB = sa.text(
    "SELECT table_schema, table_name, CASE WHEN is_updatable = 'YES' THEN view_definition END AS definition "
    "FROM information_schema.views WHERE table_schema IN :schemas AND table_name IN :names"
).bindparams(sa.bindparam("schemas", expanding=True), sa.bindparam("names", expanding=True))

_SQLITE = sa.text(
    "SELECT v.name, v.sql AS definition, group_concat(t.sql, '; ') AS instead FROM sqlite_master AS v "
    "LEFT JOIN sqlite_master AS t ON t.type = 'trigger' AND lower(t.tbl_name) = lower(v.name) "
    "WHERE v.type = 'view' GROUP BY v.name, v.sql"
)

_OF_SEVERAL = ("joins", "group", "having", "distinct", "limit", "offset", "with_", "laterals")
"""What a query has whose rows are not each one of a table."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The one table whose rows a view shows, and deletes; ``columns``: its columns → the view's, None for the same names."""

    table: str
    columns: Mapping[str, str] | None = None

    def names(self, columns: Sequence[str]) -> tuple[str, ...] | None:
        """What the view calls these columns of the table; None where it does not show them all."""
        if self.columns is None:
            return tuple(columns)
        found = [self.columns[column] for column in columns if column in self.columns]
        return tuple(found) if len(found) == len(columns) else None


Fold = Callable[[str], str]

Views = Mapping[str, Shown | None]
"""The tables of a map that are views, or that others inherit from; None where no one table is behind them for sure."""


def views(connection: sa.Connection, tables: Collection[str]) -> Views:
    """Those of the tables whose rows are, or may be, those of other tables."""
    read = {"mariadb": _mariadb, "postgresql": _postgresql, "sqlite": _sqlite}[connection.dialect.name]
    found: dict[str, Shown | None] = {}
    asked, new = set[str](), set(tables)
    while new:
        asked |= new
        found |= read(connection, new)
        new = {one.table for one in found.values() if one is not None} - asked
    return {table: _behind(found[table], found) for table in tables if table in found}


def as_shown(
    known: Sequence[Reference], tables: Collection[str], shown: Views, fold: Fold
) -> list[Reference]:
    """The foreign keys as the map sees them: those of a table that only a view shows are the view's."""
    mapped, behind = set(map(fold, tables)), dict[str, list[tuple[str, Shown]]]()
    for view, one in shown.items():
        if one is not None and fold(one.table) not in mapped:
            behind.setdefault(fold(one.table), []).append((view, one))

    def seen(table: str, columns: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        named = [(view, below.names(columns)) for view, below in behind.get(fold(table), ())]
        return [(view, names) for view, names in named if names is not None] or [(table, tuple(columns))]

    return [
        replace(one, table=table, columns=columns, target_table=target, targets=targets)
        for one in known
        for table, columns in seen(one.table, one.columns)
        for target, targets in seen(one.target_table, one.targets)
    ]


def fold_of(dialect: str) -> Fold:
    """How names of tables compare: SQLite has them as whoever refers to them wrote them."""
    return str.lower if dialect == "sqlite" else str


def _behind(shown: Shown | None, found: Views) -> Shown | None:
    """The table behind a view, through other views."""
    while shown is not None and shown.table in found:
        below = found[shown.table]
        shown = None if below is None else Shown(below.table, _composed(shown, below))
    return shown


def _composed(shown: Shown, below: Shown) -> Mapping[str, str] | None:
    if below.columns is None:
        return shown.columns
    names = {column: shown.names([own]) for column, own in below.columns.items()}
    return {column: own[0] for column, own in names.items() if own is not None}


def _shown(definition: str | None, dialect: str, named: Callable[[str, str], str]) -> Shown | None:
    """The one table that a definition reads, row by row; ``named``: schema and name as foreign keys have them."""
    try:
        tree: Any = sqlglot.parse_one(definition or "", dialect=dialect)
    except SqlglotError:
        return None
    whole = tree if isinstance(tree, exp.Create) else None
    query: Any = tree if whole is None else whole.expression
    table: Any = (
        query.args["from_"].this if isinstance(query, exp.Select) and query.args.get("from_") else None
    )
    if not isinstance(table, exp.Table) or any(query.args.get(part) for part in _OF_SEVERAL):
        return None
    name = named(table.db, table.name)
    listed = [one.name for one in whole.this.expressions] if whole is not None else []
    if query.is_star:
        return None if listed or len(query.expressions) > 1 else Shown(name)
    names = listed or [one.alias_or_name for one in query.expressions]
    pairs = [(one.unalias(), column) for one, column in zip(query.expressions, names, strict=True)]
    return Shown(name, {one.name: column for one, column in pairs if isinstance(one, exp.Column)})


def _postgresql(connection: sa.Connection, tables: Collection[str]) -> dict[str, Shown | None]:
    quote = connection.dialect.identifier_preparer.quote
    given = [{"name": ".".join(map(quote, table.split("."))), "table": table} for table in tables]
    default = sa.inspect(connection).default_schema_name

    def named(schema: str, name: str) -> str:
        return name if schema in ("", default) else f"{schema}.{name}"

    rows = connection.execute(_POSTGRESQL, {"given": json.dumps(given)})
    return {row.table: _shown(row.definition, "postgres", named) for row in rows}


def _mariadb(connection: sa.Connection, tables: Collection[str]) -> dict[str, Shown | None]:
    default = str(sa.inspect(connection).default_schema_name)
    fold = str.lower if connection.scalar(sa.text("SELECT @@lower_case_table_names <> 0")) else str
    parts = {table: (table.rpartition(".")[0] or default, table.rpartition(".")[2]) for table in tables}
    asked = {
        "schemas": [*{schema for schema, _ in parts.values()}],
        "names": [*{name for _, name in parts.values()}],
    }

    def named(schema: str, name: str) -> str:
        return name if schema in ("", default) else f"{schema}.{name}"

    found = {
        (fold(row.table_schema), fold(row.table_name)): _shown(row.definition, "mysql", named)
        for row in connection.execute(_MARIADB, asked)
    }
    named_so = {table: (fold(schema), fold(name)) for table, (schema, name) in parts.items()}
    return {table: found[key] for table, key in named_so.items() if key in found}


def _sqlite(connection: sa.Connection, tables: Collection[str]) -> dict[str, Shown | None]:
    """A view of SQLite is written by what its trigger does instead: it is taken for its table where that deletes from it."""
    found: dict[str, Shown | None] = {}
    for row in connection.execute(_SQLITE):
        one = _shown(row.definition, "sqlite", lambda _, name: name)
        deletes = one is not None and re.search(
            rf"\bDELETE\s+FROM\s+(main\.)?[\"`\[]?{re.escape(one.table)}\b", row.instead or "", re.IGNORECASE
        )
        found[row.name.lower()] = one if deletes else None
    named_so = {table: table.lower().removeprefix("main.") for table in tables}
    return {table: found[name] for table, name in named_so.items() if name in found}
