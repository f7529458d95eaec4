"""Which texts PostgreSQL's rows still hold: one regular expression, one pass per table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

PATIENCE = 60
"""Seconds that one table is asked; a text not found by then counts as residue: too much rather than too little."""

_COLUMNS = """
SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END, a.attname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_t%%' AND has_column_privilege(c.oid, a.attnum, 'SELECT')
  AND (t.typcategory = 'S' OR t.typname IN ('json', 'jsonb', 'xml', '_text', '_varchar'))
ORDER BY 1, a.attnum
"""
"""What is in a partition is asked of its table: that is the one which a map names."""


def text_columns(connection: Connection) -> dict[str, list[str]]:
    """Every table that may be read, with its columns of text."""
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(_COLUMNS, ()).fetchall():
        found.setdefault(str(table), []).append(str(column))
    return found


def held(connection: Connection, table: str, columns: Sequence[str], texts: Sequence[str]) -> set[str]:
    """The texts that some value of these columns contains.

    A match hides those inside it: what is left is asked again until nothing more is found.
    """
    found: set[str] = set()
    while len(found) < len(texts):
        more = _matched(connection, table, columns, [text for text in texts if text not in found])
        if not more:
            break
        found |= more
    return found


def _matched(connection: Connection, table: str, columns: Sequence[str], texts: Sequence[str]) -> set[str]:
    values = sql.SQL(", ").join(sql.SQL("({}::text)").format(sql.Identifier("t", name)) for name in columns)
    query = sql.SQL(
        "SELECT DISTINCT m[1] FROM {} AS t, LATERAL (VALUES {}) AS v (x), "
        "LATERAL regexp_matches(v.x, %(pattern)s, 'g') AS m WHERE v.x ~ %(pattern)s"
    ).format(sql.Identifier(*table.split(".")), values)
    pattern = "|".join(re.escape(text) for text in texts)
    try:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(f"{PATIENCE}s"))
            rows = connection.execute(query, {"pattern": pattern}).fetchall()
    except psycopg.errors.QueryCanceled:
        return set()
    return {str(text) for (text,) in rows} & set(texts)
