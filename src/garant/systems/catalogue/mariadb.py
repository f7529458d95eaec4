"""MariaDB's catalogue: information_schema, asked for named tables only, so that the others are not opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
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
from garant.systems.sql.dialects.mariadb_keys import foreign_keys
from garant.systems.sql.dialects.mariadb_views import tables_below

_TABLE: Final = """
SELECT table_type = 'VIEW' AS view, table_type = 'SYSTEM VERSIONED' AS remembering, data_length < 65536 AS small,
       (SELECT e.engine FROM information_schema.engines e
        WHERE e.engine = t.engine AND e.transactions <> 'YES') AS lasting
FROM information_schema.tables t WHERE table_schema = :schema AND table_name = :name
"""

_COLUMNS: Final = """
SELECT column_name AS name, data_type AS kind, column_type AS type, is_nullable = 'YES' AS nullable,
       character_maximum_length AS length, lower(extra) AS extra
FROM information_schema.columns WHERE table_schema = :schema AND table_name = :name ORDER BY ordinal_position
"""

_INDEXES: Final = """
SELECT index_name AS name, non_unique = 0 AS is_unique, column_name AS col, sub_part IS NULL AS complete
FROM information_schema.statistics
WHERE table_schema = :schema AND table_name = :name AND index_type IN ('BTREE', 'HASH') AND ignored = 'NO'
ORDER BY index_name, seq_in_index
"""

_TRIGGERS: Final = """
SELECT trigger_name AS name FROM information_schema.triggers
WHERE event_object_schema = :schema AND event_object_table = :name ORDER BY trigger_name
"""

_SUSPECTS: Final = """
SELECT DISTINCT table_name AS name FROM information_schema.columns
WHERE table_schema = :schema AND column_name IN :names
"""

_NAMES: Final = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = :schema"

_FAMILIES: Final[dict[str, Family]] = {
    **dict.fromkeys(("int", "bigint", "mediumint", "smallint", "tinyint", "year"), "integer"),
    **dict.fromkeys(("decimal", "float", "double"), "number"),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"), "text"),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), "binary"),
    **dict.fromkeys(("datetime", "timestamp"), "instant"),
    "date": "date",
    "uuid": "uuid",
    "bit": "any",
}
_TRUTH: Final = "tinyint(1)"
"""What BOOLEAN is stored as; a small number may be too, and MariaDB does not say which."""


def read_mariadb(connection: Connection, tables: Collection[str], suspects: Collection[str]) -> Catalogue:
    """The catalogue of the connected database, as :func:`read_catalogue` says."""
    schema = str(connection.scalar(sa.text("SELECT database()")))
    catalogue = Catalogue("mariadb", schema, columns_folded=True)
    if connection.scalar(sa.text("SELECT @@lower_case_table_names")):
        names = [row["name"] for row in _rows(connection, _NAMES, schema=schema)]
        catalogue.folded = {name.lower(): name for name in names}
    catalogue.foreign_keys = _foreign_keys(connection, schema)
    wanted = {catalogue.name(name) for name in tables}
    wanted |= {key.table for key in catalogue.foreign_keys if key.target in wanted}
    wanted |= _suspected(connection, schema, suspects)
    for name in sorted(wanted):
        table = _table(connection, schema, name)
        if table is not None:
            catalogue.tables[name] = table
    return catalogue


def _rows(connection: Connection, sql: str, **parameters: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.text(sql), parameters).mappings()]


def _suspected(connection: Connection, schema: str, names: Iterable[str]) -> set[str]:
    listed = list(names)
    if not listed:
        return set()
    query = sa.text(_SUSPECTS).bindparams(sa.bindparam("names", expanding=True))
    return {str(name) for name in connection.scalars(query, {"schema": schema, "names": listed})}


def _table(connection: Connection, default: str, name: str) -> CatalogueTable | None:
    schema, _, bare = name.rpartition(".")
    where = {"schema": schema or default, "name": bare}
    described = _rows(connection, _TABLE, **where)
    if not described:
        return None
    [about] = described
    stored = [about, *(_below(connection, schema or default, bare) if about["view"] else ())]
    table = CatalogueTable(
        name,
        view=bool(about["view"]),
        small=bool(about["small"]),
        lasting=next((one["lasting"] for one in stored if one["lasting"]), None),
        remembering=any(one["remembering"] for one in stored),
    )
    for row in _rows(connection, _COLUMNS, **where):
        table.columns[row["name"]] = _column(row)
    indexes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(connection, _INDEXES, **where):
        indexes[row["name"]].append(row)
    for rows in indexes.values():
        unique = all(row["is_unique"] and row["complete"] for row in rows)
        table.indexes.append(Index(tuple(str(row["col"]) for row in rows), unique))
    table.triggers = [str(row["name"]) for row in _rows(connection, _TRIGGERS, **where)]
    return table


def _below(connection: Connection, schema: str, name: str) -> list[dict[str, Any]]:
    """What the tables are that a view shows."""
    below = tables_below(connection, {(schema, name)}).get((schema, name)) or ()
    return [one for where, bare in below for one in _rows(connection, _TABLE, schema=where, name=bare)]


def _column(row: dict[str, Any]) -> CatalogueColumn:
    kind = str(row["kind"]).lower()
    family = "any" if str(row["type"]).lower() == _TRUTH else _FAMILIES.get(kind, "other")
    return CatalogueColumn(
        row["name"],
        str(row["type"]),
        family,
        bool(row["nullable"]),
        row["length"] if family == "text" else None,
        generated="generated" in row["extra"],
        moves="on update" in row["extra"],
    )


def _foreign_keys(connection: Connection, schema: str) -> list[ForeignKey]:
    return [
        ForeignKey(
            key.name,
            _named(schema, *key.table),
            key.columns,
            _named(schema, *key.target),
            key.targets,
            cast(OnDelete, key.on_delete.lower()),
        )
        for key in foreign_keys(connection)
    ]


def _named(default: str, schema: str, table: str) -> str:
    return table if schema == default else f"{schema}.{table}"
