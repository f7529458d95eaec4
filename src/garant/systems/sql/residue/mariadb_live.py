"""Which texts MariaDB's rows still hold: one regular expression, one pass per table."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pymysql

from garant.systems.sql.residue.mariadb_talk import Connection, quoted, rows

PATIENCE = 60
"""Seconds that one table is asked; a text not found by then counts as residue: too much rather than too little."""

_TOO_LONG = 1969

_COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns AS c
JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND c.character_set_name IS NOT NULL
ORDER BY c.table_name, c.ordinal_position
"""


def text_columns(connection: Connection) -> dict[str, list[str]]:
    """Every table, with its columns of text."""
    found: dict[str, list[str]] = {}
    for table, column in rows(connection, _COLUMNS):
        found.setdefault(str(table), []).append(str(column))
    return found


def held(connection: Connection, table: str, columns: Sequence[str], texts: Sequence[str]) -> set[str]:
    """The texts that some value of these columns contains.

    Of each value the first match is given; what is left is asked again until nothing more is found.
    """
    found: set[str] = set()
    while len(found) < len(texts):
        more = _matched(connection, table, columns, [text for text in texts if text not in found])
        if not more:
            break
        found |= more
    return found


def _matched(connection: Connection, table: str, columns: Sequence[str], texts: Sequence[str]) -> set[str]:
    """Byte for byte: without the collation, to which É is e."""
    pattern = "|".join(re.escape(text) for text in texts)
    exact = [f"CONVERT({quoted(column)} USING utf8mb4) COLLATE utf8mb4_bin" for column in columns]
    parts = [
        f"SELECT REGEXP_SUBSTR({column}, %s) AS m FROM {quoted(table)} WHERE {column} REGEXP %s"
        for column in exact
    ]
    query = f"SET STATEMENT max_statement_time = {PATIENCE} FOR {' UNION '.join(parts)}"
    try:
        answer = rows(connection, query, [pattern] * (2 * len(parts)))
    except pymysql.err.OperationalError as error:
        if error.args[0] != _TOO_LONG:
            raise
        return set()
    return {str(text) for (text,) in answer} & set(texts)
