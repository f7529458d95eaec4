"""PostgreSQL's catalogue, in seven queries (https://www.postgresql.org/docs/current/catalogs.html)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from garant.systems.catalogue.model import (
    Catalogue,
    CatalogueColumn,
    CatalogueTable,
    Family,
    ForeignKey,
    Index,
    OnDelete,
)

_RELATIONS: Final = """
SELECT c.oid, c.relname AS name, n.nspname AS schema, pg_table_is_visible(c.oid) AS visible,
       c.relkind IN ('v', 'm') AS view, c.relispartition AS partition, i.inhparent AS parent,
       EXISTS (SELECT FROM pg_inherits h JOIN pg_class e ON e.oid = h.inhrelid
               WHERE h.inhparent = c.oid AND NOT e.relispartition) AS inherited
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhseqno = 1
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
"""

_FOREIGN_KEYS: Final = """
SELECT k.conname AS name, k.conrelid AS relation, k.confrelid AS target, k.confdeltype AS on_delete,
       (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(attnum, n)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u(attnum, n)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) AS target_columns
FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0
"""

_SUSPECTS: Final = """
SELECT DISTINCT a.attrelid AS relation FROM pg_attribute a
WHERE a.attname = ANY (:names) AND a.attnum > 0 AND NOT a.attisdropped
"""

_COLUMNS: Final = """
SELECT a.attrelid AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       coalesce(b.typname, t.typname) AS base, t.typcategory AS category, a.attnotnull AS required,
       a.attgenerated <> '' OR a.attidentity = 'a' AS generated,
       CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
WHERE a.attrelid = ANY (:oids) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

_SMALL: Final = """
SELECT o.oid AS relation FROM unnest(CAST(:oids AS oid[])) o(oid) WHERE pg_relation_size(o.oid) < 65536
"""

_INDEXES: Final = """
SELECT i.indrelid AS relation, i.indisunique AS unique, pg_get_expr(i.indpred, i.indrelid) AS predicate,
       (SELECT array_agg(a.attname::text ORDER BY u.n)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(attnum, n)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum AND u.attnum > 0
        WHERE u.n <= i.indnkeyatts) AS columns
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = ANY (:oids) AND i.indisvalid AND m.amname IN ('btree', 'hash')
"""

_TRIGGERS: Final = """
SELECT t.tgrelid AS relation, t.tgname AS name FROM pg_trigger t
WHERE t.tgrelid = ANY (:oids) AND NOT t.tgisinternal AND t.tgenabled <> 'D'
UNION ALL SELECT r.ev_class, r.rulename || ' (RULE)' FROM pg_rewrite r
WHERE r.ev_class = ANY (:oids) AND r.ev_type <> '1' AND r.ev_enabled <> 'D' ORDER BY name
"""
"""A rule does as a trigger may, or something else instead of what was asked; what makes a view is one too, of type 1."""

_COPIES: Final = """
SELECT s.source, s.relation FROM (
  WITH RECURSIVE shown AS (
    SELECT c.oid AS relation, c.oid AS source FROM pg_class c WHERE c.oid = ANY (:oids)
    UNION SELECT r.ev_class, s.source FROM shown s
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.relation
         AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_type = '1' AND r.ev_class <> s.relation)
  SELECT * FROM shown) s
JOIN pg_class c ON c.oid = s.relation WHERE c.relkind = 'm' AND s.relation <> s.source
"""
"""The materialised views that show a table, through other views."""

_ON_DELETE: Final[dict[str, OnDelete]] = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}

_BASES: Final[dict[str, Family]] = {
    "bool": "boolean",
    "bytea": "binary",
    "date": "date",
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "json": "json",
    "jsonb": "json",
    "timestamp": "instant",
    "timestamptz": "instant",
    "uuid": "uuid",
}

_CATEGORIES: Final[dict[str, Family]] = {"N": "number", "S": "text"}

_NOT_NULL: Final = re.compile(r"\(?\"?(\w+)\"? IS NOT NULL\)?")


def read_postgres(connection: Connection, tables: Collection[str], suspects: Collection[str]) -> Catalogue:
    """The catalogue of the connected database, as :func:`read_catalogue` says."""
    schema = str(connection.scalar(sa.text("SELECT current_schema()")))
    catalogue = Catalogue("postgresql", schema)
    relations = {row["oid"]: row for row in _rows(connection, _RELATIONS)}
    own = {oid: _name(row, schema) for oid, row in relations.items()}
    named = {catalogue.name(name) for name in tables}
    names = {oid: own[_whole(oid, relations, own, named)] for oid in own}
    catalogue.foreign_keys = [
        _foreign_key(row, names) for row in _rows(connection, _FOREIGN_KEYS) if row["relation"] in names
    ]
    wanted = named | {key.table for key in catalogue.foreign_keys if key.target in named}
    suspected = {row["relation"] for row in _rows(connection, _SUSPECTS, names=list(suspects))}
    mine = [oid for oid, name in own.items() if name == names[oid]]
    suspected -= {oid for oid in mine if relations[oid]["partition"]}
    oids = [oid for oid in mine if own[oid] in wanted or oid in suspected]
    for oid in oids:
        about = relations[oid]
        table = CatalogueTable(own[oid], view=about["view"], inherited=about["inherited"])
        table.part_of = own.get(about["parent"])
        catalogue.tables[own[oid]] = table
    for row in _rows(connection, _COPIES, oids=oids):
        catalogue.tables[own[row["source"]]].copies.append(own[row["relation"]])
    _describe(connection, catalogue, {oid: own[oid] for oid in oids})
    return catalogue


def _whole(oid: int, relations: dict[int, dict[str, Any]], own: dict[int, str], named: set[str]) -> int:
    """A relation, or the table of the map whose rows its are too: what it inherits from, or is a partition of."""
    above: int | None = oid
    while above in relations and own[above] not in named:
        above = relations[above]["parent"]
    return above if above in relations else oid


def _describe(connection: Connection, catalogue: Catalogue, names: dict[int, str]) -> None:
    oids = list(names)
    for row in _rows(connection, _COLUMNS, oids=oids):
        catalogue.tables[names[row["relation"]]].columns[row["name"]] = _column(row)
    for row in _rows(connection, _SMALL, oids=oids):
        catalogue.tables[names[row["relation"]]].small = True
    for row in _rows(connection, _INDEXES, oids=oids):
        index = _index(row)
        if index.columns:
            catalogue.tables[names[row["relation"]]].indexes.append(index)
    for row in _rows(connection, _TRIGGERS, oids=oids):
        catalogue.tables[names[row["relation"]]].triggers.append(row["name"])


def _rows(connection: Connection, sql: str, **parameters: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.text(sql), parameters).mappings()]


def _name(row: dict[str, Any], schema: str) -> str:
    return row["name"] if row["visible"] or row["schema"] == schema else f"{row['schema']}.{row['name']}"


def _foreign_key(row: dict[str, Any], names: dict[int, str]) -> ForeignKey:
    return ForeignKey(
        row["name"],
        names[row["relation"]],
        tuple(row["columns"]),
        names.get(row["target"], ""),
        tuple(row["target_columns"]),
        _ON_DELETE[row["on_delete"]],
    )


def _column(row: dict[str, Any]) -> CatalogueColumn:
    family = _BASES.get(row["base"]) or _CATEGORIES.get(row["category"], "other")
    return CatalogueColumn(
        row["name"], row["type"], family, not row["required"], row["length"], row["generated"]
    )


def _index(row: dict[str, Any]) -> Index:
    """Leading plain columns: an expression in the index ends them."""
    columns: list[str] = []
    for column in row["columns"]:
        if column is None:
            break
        columns.append(column)
    complete = len(columns) == len(row["columns"])
    present = _NOT_NULL.fullmatch(row["predicate"] or "")
    return Index(
        tuple(columns),
        row["unique"] and complete,
        row["predicate"] is None,
        frozenset(present.groups()) if present else frozenset(),
    )
