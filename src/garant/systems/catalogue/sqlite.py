"""SQLite's catalogue: sqlite_master joined with the pragma table-valued functions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final, cast

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

_TABLES: Final = """
SELECT name, type = 'view' AS view FROM sqlite_master
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""

_COLUMNS: Final = """
SELECT m.name AS relation, p.name, p.type, p."notnull" AS required, p.pk, p.hidden
FROM sqlite_master m JOIN pragma_table_xinfo(m.name) p
WHERE m.type IN ('table', 'view') ORDER BY m.name, p.cid
"""

_FOREIGN_KEYS: Final = """
SELECT m.name AS relation, f.id, f."table" AS target, f."from" AS "column", f."to" AS target_column,
       lower(f.on_delete) AS on_delete
FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
ORDER BY m.name, f.id, f.seq
"""

_INDEXES: Final = """
SELECT m.name AS relation, l.name, l."unique", l.partial, i.name AS "column"
FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
WHERE m.type = 'table' ORDER BY m.name, l.name, i.seqno
"""

_TRIGGERS: Final = (
    "SELECT tbl_name AS relation, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
)

_SEARCHED: Final = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%USING fts%' ORDER BY name"
)

_CONTENT: Final = re.compile(r"""\bcontent\s*=\s*["'\[`]*(\w+)""", re.IGNORECASE)
"""The table of whose texts an index of words is made (https://www.sqlite.org/fts5.html, 4.4.3)."""

_FAMILIES: Final[tuple[tuple[str, Family], ...]] = (
    ("BOOL", "boolean"),
    ("INT", "integer"),
    ("UUID", "uuid"),
    ("JSON", "json"),
    ("CHAR", "text"),
    ("CLOB", "text"),
    ("TEXT", "text"),
    ("BLOB", "binary"),
    ("DATETIME", "instant"),
    ("TIMESTAMP", "instant"),
    ("DATE", "date"),
    ("REAL", "number"),
    ("FLOA", "number"),
    ("DOUB", "number"),
    ("NUM", "number"),
    ("DEC", "number"),
)
"""By part of the declared type, the first that fits (https://www.sqlite.org/datatype3.html, 3.1)."""


def read_sqlite(connection: Connection, tables: Collection[str], suspects: Collection[str]) -> Catalogue:
    """The catalogue of the connected file, as :func:`read_catalogue` says; SQLite is read whole."""
    del tables, suspects
    catalogue = Catalogue("sqlite", "main")
    for row in _rows(connection, _TABLES):
        catalogue.tables[row["name"]] = CatalogueTable(row["name"], view=bool(row["view"]))
    catalogue.folded = {name.lower(): name for name in catalogue.tables}
    keys = _columns(connection, catalogue)
    for name, columns in keys.items():
        catalogue.tables[name].indexes.append(Index(tuple(columns), unique=True))
    _indexes(connection, catalogue)
    triggers = _rows(connection, _TRIGGERS)
    for row in triggers:
        catalogue.tables[row["relation"]].triggers.append(row["name"])
    _searched(connection, catalogue, triggers)
    catalogue.foreign_keys = _foreign_keys(connection, catalogue, keys)
    return catalogue


def _rows(connection: Connection, sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.text(sql)).mappings()]


def _columns(connection: Connection, catalogue: Catalogue) -> dict[str, list[str]]:
    """Fill in the columns; the columns of each primary key, in its order."""
    keys: dict[str, dict[int, str]] = defaultdict(dict)
    for row in _rows(connection, _COLUMNS):
        if row["relation"] not in catalogue.tables:
            continue
        declared = str(row["type"] or "")
        catalogue.tables[row["relation"]].columns[row["name"]] = CatalogueColumn(
            row["name"],
            declared.lower(),
            _family(declared),
            not (row["required"] or row["pk"]),
            generated=row["hidden"] in (2, 3),
        )
        if row["pk"]:
            keys[row["relation"]][row["pk"]] = row["name"]
    return {name: [columns[position] for position in sorted(columns)] for name, columns in keys.items()}


def _family(declared: str) -> Family:
    for part, family in _FAMILIES:
        if part in declared.upper():
            return family
    return "any"


def _indexes(connection: Connection, catalogue: Catalogue) -> None:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(connection, _INDEXES):
        found[(row["relation"], row["name"])].append(row)
    for (relation, _), rows in found.items():
        names = [row["column"] for row in rows]
        plain = names[: names.index(None)] if None in names else names
        unique = bool(rows[0]["unique"]) and len(plain) == len(names)
        if plain:
            index = Index(tuple(plain), unique, not rows[0]["partial"])
            catalogue.tables[relation].indexes.append(index)


def _searched(connection: Connection, catalogue: Catalogue, triggers: Sequence[dict[str, Any]]) -> None:
    """Indexes of words beside a table, that none of its triggers keeps as it is."""
    for row in _rows(connection, _SEARCHED):
        content = _CONTENT.search(row["sql"])
        table = catalogue.table(content[1]) if content else None
        keeping = (
            any(one["relation"] == content[1] and row["name"] in one["sql"] for one in triggers)
            if content
            else False
        )
        if table is not None and not keeping:
            table.copies.append(row["name"])


def _foreign_keys(
    connection: Connection, catalogue: Catalogue, keys: dict[str, list[str]]
) -> list[ForeignKey]:
    """SQLite leaves out the target's columns where they are its primary key."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(connection, _FOREIGN_KEYS):
        found[(row["relation"], row["id"])].append(row)
    return [
        ForeignKey(
            f"{relation}.{rows[0]['column']}",
            relation,
            tuple(row["column"] for row in rows),
            target := catalogue.name(rows[0]["target"]),
            tuple(_target_column(row, keys.get(target, []), n) for n, row in enumerate(rows)),
            cast(OnDelete, rows[0]["on_delete"]),
        )
        for (relation, _), rows in found.items()
    ]


def _target_column(row: dict[str, Any], key: list[str], position: int) -> str:
    if row["target_column"] is not None:
        return str(row["target_column"])
    return key[position] if position < len(key) else ""
