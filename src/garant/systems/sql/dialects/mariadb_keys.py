"""The foreign keys of MariaDB, and what each does when its target goes.

That is in a list of the server only for an account that may change something in the whole schema; for one that may only
change tables by their name, the list is empty, and each table's own definition says it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from garant.systems.sql.dialects.mariadb_views import Name

# The server's own schemas are left out by name, or it would open each of their views.
_KEYS: Final = sa.text(
    "SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema, "
    "k.referenced_table_name, k.referenced_column_name FROM information_schema.key_column_usage AS k "
    "WHERE k.table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') "
    "AND k.referenced_table_name IS NOT NULL AND (k.table_schema = database() "
    "OR k.referenced_table_schema = database()) "
    "ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position"
)

_RULES: Final = sa.text(
    "SELECT r.constraint_schema, r.table_name, r.constraint_name, r.delete_rule, r.update_rule "
    "FROM information_schema.referential_constraints AS r "
    "WHERE r.constraint_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"
)

_SEEN: Final = sa.text(
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN :schemas"
).bindparams(sa.bindparam("schemas", expanding=True))

_WRITTEN: Final = re.compile(
    r"^  CONSTRAINT [`\"](?P<name>.+?)[`\"] FOREIGN KEY .*?"
    r"(?: ON DELETE (?P<delete>CASCADE|SET NULL|SET DEFAULT|RESTRICT|NO ACTION))?"
    r"(?: ON UPDATE (?P<update>CASCADE|SET NULL|SET DEFAULT|RESTRICT|NO ACTION))?,?$",
    re.MULTILINE,
)

_Key = tuple[str, str, str]
"""Schema, table and name of a foreign key."""


@dataclass(frozen=True, slots=True)
class MariadbKey:
    """A foreign key of the connected schema, or to it; what it does in capitals. InnoDB takes SET DEFAULT for RESTRICT.

    ``seen``: whether the account sees the table that it names.
    """

    name: str
    table: Name
    columns: tuple[str, ...]
    target: Name
    targets: tuple[str, ...]
    on_delete: str
    on_update: str
    seen: bool = True


def foreign_keys(connection: Connection) -> list[MariadbKey]:
    """All of those that the account may see, by their table and name."""
    found: dict[_Key, list[Any]] = {}
    for row in connection.execute(_KEYS):
        found.setdefault((row.table_schema, row.table_name, row.constraint_name), []).append(row)
    if not found:
        return []
    rules = {(r[0], r[1], r[2]): (str(r[3]), str(r[4])) for r in connection.execute(_RULES)}
    untold = {key[:2] for key in found if key not in rules}
    rules |= {key: rule for table in sorted(untold) for key, rule in _written(connection, table).items()}
    targets = {(rows[0].referenced_table_schema, rows[0].referenced_table_name) for rows in found.values()}
    seen = _seen(connection, targets) if untold else targets
    return [_key(key, rows, rules[key], seen) for key, rows in found.items()]


def _key(key: _Key, rows: list[Any], rules: tuple[str, str], seen: Collection[Name]) -> MariadbKey:
    schema, table, name = key
    target = (rows[0].referenced_table_schema, rows[0].referenced_table_name)
    return MariadbKey(
        name,
        (schema, table),
        tuple(row.column_name for row in rows),
        target,
        tuple(row.referenced_column_name for row in rows),
        rules[0].replace("SET DEFAULT", "RESTRICT"),
        rules[1].replace("SET DEFAULT", "RESTRICT"),
        target in seen,
    )


def _written(connection: Connection, table: Name) -> Mapping[_Key, tuple[str, str]]:
    """What the definition of a table says of its foreign keys."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    text = connection.exec_driver_sql(
        f"SHOW CREATE TABLE {quote(table[0])}.{quote(table[1])}".replace("%", "%%")
    ).one()[1]
    return {
        (*table, one["name"].replace("``", "`")): (one["delete"] or "RESTRICT", one["update"] or "RESTRICT")
        for one in _WRITTEN.finditer(text)
    }


def _seen(connection: Connection, tables: Collection[Name]) -> set[Name]:
    schemas = sorted({schema for schema, _ in tables})
    return {(row[0], row[1]) for row in connection.execute(_SEEN, {"schemas": schemas})}
