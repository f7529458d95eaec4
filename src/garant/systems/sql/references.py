"""The foreign keys of a system: they refuse to lose what they refer to, go with it, or let go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from garant.systems.changing import Step
from garant.systems.model import DataMap, Do
from garant.systems.port import ConnectorError
from garant.systems.sql.dialects.mariadb_keys import foreign_keys

LETTING_GO = ("CASCADE", "SET NULL", "SET DEFAULT")
"""What a foreign key may do, other than refuse, when the row it refers to goes."""

_SQLITE = sa.text(
    'SELECT m.name AS child, m.sql AS written, f.id, f."table" AS target, f."from" AS referring, f."to" AS referred, '
    "upper(f.on_delete) AS on_delete, upper(f.on_update) AS on_update "
    "FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f "
    "WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq"
)

_POSTGRESQL = sa.text(
    "SELECT k.oid, k.conname AS name, k.condeferred AS deferred, k.confdeltype::text AS on_delete, "
    "k.confupdtype::text AS on_update, "
    "k.conrelid AS relation, n.nspname AS schema, c.relname AS table_name, "
    "k.confrelid AS target, m.nspname AS target_schema, t.relname AS target_name, "
    "ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(number, place) "
    "JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns, "
    "ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u(number, place) "
    "JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place) AS targets "
    "FROM pg_constraint AS k "
    "JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace "
    "JOIN pg_class AS t ON t.oid = k.confrelid JOIN pg_namespace AS m ON m.oid = t.relnamespace "
    "WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT EXISTS (SELECT FROM pg_trigger AS d "
    "WHERE d.tgconstraint = k.oid AND d.tgrelid = k.confrelid AND d.tgenabled IN ('D', 'R')) ORDER BY k.oid"
)
"""What a partition has of its parent's is said of the parent. One whose own triggers are disabled does nothing."""

_ACTIONS = {"a": "", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

_RELATIONS = sa.text(
    "WITH RECURSIVE mapped AS ("
    'SELECT g."table", to_regclass(g.name)::oid AS oid, 0 AS depth '
    'FROM jsonb_to_recordset(CAST(:given AS jsonb)) AS g(name text, "table" text) '
    "UNION ALL SELECT mapped.table, i.inhrelid, depth + 1 FROM mapped JOIN pg_inherits AS i ON i.inhparent = mapped.oid) "
    'SELECT DISTINCT ON (oid) oid, "table", depth, '
    "ARRAY(SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = mapped.oid AND a.attinhcount > 0) AS inherited "
    "FROM mapped WHERE oid IS NOT NULL ORDER BY oid, depth"
)
"""The relations that a map names, and those whose rows are its tables' too: partitions, and tables that inherit."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key; tables as a data map names them.

    ``on_delete``: what it does when its target goes; ``on_update``: when what it names is written.
    ``deferred``: it refuses only at the end of the transaction. ``seen``: whether the account sees the table that it names.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    target_table: str
    targets: tuple[str, ...]
    deferred: bool
    on_delete: str = ""
    on_update: str = ""
    seen: bool = True

    @property
    def refuses(self) -> bool:
        """Whether it refuses to lose what it refers to."""
        return self.on_delete not in LETTING_GO

    @property
    def cascades(self) -> bool:
        """Whether its row silently goes with what it refers to."""
        return self.on_delete == "CASCADE"

    @property
    def lets_go(self) -> bool:
        """Whether its row stays, and silently loses what it names."""
        return not self.refuses and not self.cascades

    def is_written(self, step: Step) -> bool:
        """Whether a step writes what it names, in rows that stay."""
        return (
            step.do is Do.TREAT
            and step.table == self.target_table
            and not step.columns.keys().isdisjoint(self.targets)
        )

    def is_emptied(self, step: Step) -> bool:
        """Whether its row then names nothing any more: by itself, or because it follows a value that is blanked."""
        blanked = any(step.columns.get(column) == "blank" for column in self.targets)
        follows = self.on_update == "CASCADE" and blanked
        return self.is_written(step) and (follows or self.on_update in ("SET NULL", "SET DEFAULT"))


def references(connection: sa.Connection, tables: Collection[str]) -> list[Reference]:
    """Every foreign key of the system, in a stable order; ``tables`` are those of the map, as it names them.

    The catalogue may write a name in other capitals, or have it in another schema of the search path.
    """
    read = {"mariadb": _mariadb, "postgresql": _postgresql, "sqlite": _sqlite}[connection.dialect.name]
    found = dict.fromkeys(read(connection, tables))
    return sorted(found, key=lambda reference: (reference.table, reference.name))


def insist_on_seeing(data_map: DataMap, known: Collection[Reference]) -> None:
    """Rows that may go with those of a table that the account does not see are looked for by nobody.

    Raises:
        ConnectorError: rows of a table of the map may.
    """
    for one in known:
        if not one.seen and not one.refuses and one.table in data_map.tables:
            raise ConnectorError(
                f"{data_map.system}: rows of {one.table} go with those of {one.target_table}, or let go of them, and Garant's "
                f"account does not see that table: grant it SELECT on {one.target_table}"
            )


def _as_mapped(found: Iterator[Reference], names: Naming) -> Iterator[Reference]:
    for one in found:
        yield replace(one, table=names(one.table), target_table=names(one.target_table))


Naming = Callable[[str], str]
"""From a table as the catalogue has it to the same one as the map has it; one that the map does not have keeps its name."""


def _postgresql(connection: sa.Connection, tables: Collection[str]) -> Iterator[Reference]:
    """A foreign key of a partition, or of a table that inherits, is one of the table that the map names."""
    quote = connection.dialect.identifier_preparer.quote
    default = sa.inspect(connection).default_schema_name
    given = [{"name": ".".join(map(quote, table.split("."))), "table": table} for table in tables]
    mapped = {row.oid: row for row in connection.execute(_RELATIONS, {"given": json.dumps(given)})}

    def named(relation: int, schema: str, name: str, columns: Sequence[str]) -> str:
        known = mapped.get(relation)
        if known is None or (known.depth and not set(columns) <= set(known.inherited)):
            return _named(schema, name, default)
        return known.table

    for row in connection.execute(_POSTGRESQL):
        yield Reference(
            row.name,
            named(row.relation, row.schema, row.table_name, row.columns),
            tuple(row.columns),
            named(row.target, row.target_schema, row.target_name, row.targets),
            tuple(row.targets),
            row.deferred,
            _ACTIONS[row.on_delete],
            _ACTIONS[row.on_update],
        )


def _on_mariadb(connection: sa.Connection, tables: Collection[str]) -> Naming:
    default = sa.inspect(connection).default_schema_name
    folding = bool(connection.scalar(sa.text("SELECT @@lower_case_table_names <> 0")))
    fold = str.lower if folding else str
    names = {fold(table.removeprefix(f"{default}.")): table for table in tables}
    return lambda name: names.get(fold(name), name)


def _on_sqlite(tables: Collection[str]) -> Naming:
    names = {table.lower().removeprefix("main."): table for table in tables}
    return lambda name: names.get(name.lower(), name)


def _mariadb(connection: sa.Connection, tables: Collection[str]) -> Iterator[Reference]:
    return _as_mapped(_of_mariadb(connection), _on_mariadb(connection, tables))


def _of_mariadb(connection: sa.Connection) -> Iterator[Reference]:
    """InnoDB defers nothing."""
    default = sa.inspect(connection).default_schema_name
    for key in foreign_keys(connection):
        yield Reference(
            key.name,
            _named(*key.table, default),
            key.columns,
            _named(*key.target, default),
            key.targets,
            deferred=False,
            on_delete=key.on_delete,
            on_update=key.on_update,
            seen=key.seen,
        )


def _named(schema: str | None, table: str, default: str | None, /) -> str:
    return table if schema in (None, default) else f"{schema}.{table}"


def _sqlite(connection: sa.Connection, tables: Collection[str]) -> Iterator[Reference]:
    return _as_mapped(_of_sqlite(connection), _on_sqlite(tables))


def _of_sqlite(connection: sa.Connection) -> Iterator[Reference]:
    """SQLite's own list says what happens on deletion; only the table's text says what is deferred."""
    keys: dict[tuple[str, int], list[Any]] = {}
    for row in connection.execute(_SQLITE):
        keys.setdefault((row.child, row.id), []).append(row)
    for (table, _), rows in keys.items():
        columns = tuple(row.referring for row in rows)
        own = [] if rows[0].referred else _key(connection, rows[0].target, len(rows))
        targets = tuple(own or (row.referred for row in rows))
        name = f"{table}.{', '.join(columns)} → {rows[0].target}.{', '.join(targets)}"
        deferred = _deferred(rows[0].written, columns)
        yield Reference(
            name, table, columns, rows[0].target, targets, deferred, rows[0].on_delete, rows[0].on_update
        )


def _key(connection: sa.Connection, table: str, columns: int) -> list[str]:
    """The columns that a foreign key means when it names none: those of the key, or the row's own number."""
    found = sa.inspect(connection).get_pk_constraint(table)["constrained_columns"]
    return found if len(found) == columns else ["rowid"] * columns


def _deferred(written: str, columns: tuple[str, ...]) -> bool:
    listed = r"\W+".join(re.escape(column) for column in columns)
    clause = rf"\b{listed}\b[^,]*?REFERENCES[^,]*?(?:\([^)]*\))?[^,]*?INITIALLY\s+DEFERRED"
    return re.search(clause, written, re.IGNORECASE) is not None
