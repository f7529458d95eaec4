"""What MariaDB says of the tables of a map, read once: what an UPDATE would move, how texts compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from garant.systems.model import DataMap
from garant.systems.port import ConnectorError

TEXTS: Final = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})

NUMBERS: Final = frozenset(
    {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "bit", "year"}
)
STRINGS: Final = TEXTS | {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}

_COLUMNS: Final = sa.text(
    "SELECT table_schema, table_name, column_name, data_type, extra, character_set_name, collation_name "
    "FROM information_schema.columns WHERE table_schema IN :schemas AND table_name IN :names"
).bindparams(sa.bindparam("schemas", expanding=True), sa.bindparam("names", expanding=True))

_LASTING: Final = sa.text(
    "SELECT t.table_schema, t.table_name, t.engine FROM information_schema.tables AS t "
    "JOIN information_schema.engines AS e ON e.engine = t.engine "
    "WHERE e.transactions <> 'YES' AND t.table_schema IN :schemas AND t.table_name IN :names"
).bindparams(sa.bindparam("schemas", expanding=True), sa.bindparam("names", expanding=True))

_REMEMBERING: Final = sa.text(
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_type = 'SYSTEM VERSIONED' AND table_schema IN :schemas AND table_name IN :names"
).bindparams(sa.bindparam("schemas", expanding=True), sa.bindparam("names", expanding=True))

_OWN: Final = sa.text(
    "SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name, k.referenced_column_name "
    "FROM information_schema.key_column_usage AS k JOIN information_schema.referential_constraints AS r "
    "ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name "
    "AND r.constraint_name = k.constraint_name AND r.delete_rule NOT IN ('CASCADE', 'SET NULL') "
    "WHERE k.table_schema IN :schemas AND k.table_name IN :names "
    "AND k.referenced_table_schema = k.table_schema AND k.referenced_table_name = k.table_name "
    "ORDER BY k.constraint_name, k.ordinal_position"
).bindparams(sa.bindparam("schemas", expanding=True), sa.bindparam("names", expanding=True))

Name = tuple[str, str]


@dataclass
class Columns:
    """The columns of a map's tables that need care, and the tables that cannot roll back, or that keep all they had."""

    system: str
    default: str
    folded: bool
    """Whether the system ignores the case of the names of tables."""
    moved: dict[Name, list[str]] = field(default_factory=dict[Name, list[str]])
    texts: dict[Name, dict[str, tuple[str, str]]] = field(
        default_factory=dict[Name, dict[str, tuple[str, str]]]
    )
    kinds: dict[Name, dict[str, str]] = field(default_factory=dict[Name, dict[str, str]])
    """The type of each column, by its name in lower case."""
    uuids: set[tuple[Name, str]] = field(default_factory=set[tuple[Name, str]])
    engines: dict[Name, str] = field(default_factory=dict[Name, str])
    remembering: set[Name] = field(default_factory=set[Name])
    own: dict[Name, dict[str, list[tuple[str, str]]]] = field(
        default_factory=dict[Name, dict[str, list[tuple[str, str]]]]
    )
    native: set[str] = field(default_factory=set[str])
    """The kinds of keys for which the roots' columns have a type of their own (UUID)."""
    keys: dict[str, set[tuple[str, str]]] = field(default_factory=dict[str, set[tuple[str, str]]])

    def name(self, table: str) -> Name:
        """Schema and name of a table as a map writes it."""
        schema, _, bare = table.rpartition(".")
        return (schema or self.default, bare.lower() if self.folded else bare)

    def moving(self, table: str) -> list[str]:
        """The columns that an UPDATE moves to now (``ON UPDATE CURRENT_TIMESTAMP``)."""
        return self.moved.get(self.name(table), [])

    def own_references(self, table: str) -> list[list[tuple[str, str]]]:
        """The references of a table to itself that refuse to lose what they refer to."""
        return list(self.own.get(self.name(table), {}).values())

    def insist_on_one_kind(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """MariaDB takes the text ``12 and more`` for the number 12, and somebody else's row for theirs.

        Raises:
            ConnectorError: one of the columns holds texts, the other numbers.
        """
        texts, numbers = sorted((one, other), key=lambda end: self._kind(*end) in NUMBERS)
        if self._kind(*texts) in STRINGS and self._kind(*numbers) in NUMBERS:
            raise ConnectorError(
                f"{self.system}: {'.'.join(texts)} holds texts and {'.'.join(numbers)} numbers: MariaDB would take "
                "a text that only begins with a number for it; link them by a view that makes both the same"
            )

    def _kind(self, table: str, column: str) -> str:
        return self.kinds.get(self.name(table), {}).get(column.lower(), "")

    def is_text(self, table: str, column: str) -> bool:
        """Whether a column holds texts, compared by a collation."""
        return column.lower() in self.texts.get(self.name(table), {})

    def lasting(self, table: str) -> str | None:
        """The engine of a table that cannot roll back; None for the others."""
        return self.engines.get(self.name(table))

    def remembers(self, table: str) -> bool:
        """Whether a table keeps its former rows (WITH SYSTEM VERSIONING)."""
        return self.name(table) in self.remembering

    def key_collation(self, kind: str) -> tuple[str, str]:
        """Character set and collation of the roots' keys of this kind.

        Raises:
            ConnectorError: roots compare their keys in different ways.
        """
        found = self.keys.get(kind) or {("utf8mb4", "utf8mb4_bin")}
        if len(found) > 1:
            named = ", ".join(sorted(collation for _, collation in found))
            raise ConnectorError(f"{self.system}: the keys of the roots have different collations: {named}")
        return next(iter(found))


def read_columns(connection: sa.Connection, data_map: DataMap) -> Columns:
    """Ask the system about every table that the map names."""
    default, folding = connection.execute(sa.text("SELECT database(), @@lower_case_table_names <> 0")).one()
    found = Columns(data_map.system, str(default), bool(folding))
    names = {found.name(table) for table in _tables(data_map)}
    asked = {"schemas": list({schema for schema, _ in names}), "names": list({name for _, name in names})}
    for row in connection.execute(_COLUMNS, asked):
        _note(found, row)
    for row in connection.execute(_LASTING, asked):
        found.engines[_of(found, row)] = str(row.engine)
    found.remembering.update(_of(found, row) for row in connection.execute(_REMEMBERING, asked))
    for row in connection.execute(_OWN, asked):
        pair = (str(row.column_name), str(row.referenced_column_name))
        found.own.setdefault(_of(found, row), {}).setdefault(str(row.constraint_name), []).append(pair)
    for one, other in _ends(data_map):
        found.insist_on_one_kind(one, other)
    for root in data_map.roots.values():
        texts = found.texts.get(found.name(root.table), {})
        if (found.name(root.table), root.key.lower()) in found.uuids:
            found.native.add(root.type)
        if root.key.lower() in texts:
            found.keys.setdefault(root.type, set()).add(texts[root.key.lower()])
    return found


def _ends(data_map: DataMap) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """The (table, column) at both ends of each link that compares them as they are."""
    for table, spec in data_map.tables.items():
        for link in spec.links:
            if link.prefix is not None:
                continue
            if link.root is not None:
                root = data_map.roots[link.root]
                yield (table, link.column), (root.table, root.key)
            elif link.parent is not None:
                key = link.parent_column or data_map.tables[link.parent].key
                yield (table, link.column), (link.parent, str(key))


def _of(found: Columns, row: Any) -> Name:
    return found.name(f"{row.table_schema}.{row.table_name}")


def _note(found: Columns, row: Any) -> None:
    table = _of(found, row)
    if "on update" in str(row.extra).lower():
        found.moved.setdefault(table, []).append(str(row.column_name))
    found.kinds.setdefault(table, {})[str(row.column_name).lower()] = str(row.data_type).lower()
    if str(row.data_type).lower() == "uuid":
        found.uuids.add((table, str(row.column_name).lower()))
    if str(row.data_type).lower() in TEXTS:
        collation = (str(row.character_set_name), str(row.collation_name))
        found.texts.setdefault(table, {})[str(row.column_name).lower()] = collation


def _tables(data_map: DataMap) -> Iterator[str]:
    yield from data_map.tables
    parts: Iterable[Any] = (
        *data_map.roots.values(),
        *data_map.restriction.values(),
        *data_map.files,
        *(action for disposition in data_map.dispositions.values() for action in disposition.actions),
    )
    yield from (part.table for part in parts)
