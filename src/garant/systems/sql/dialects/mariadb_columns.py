"""What MariaDB says of the tables of a map, read once: what an UPDATE would move, how texts compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE
from sqlalchemy.exc import DBAPIError

from garant.systems.model import DataMap, Root
from garant.systems.port import ConnectorError
from garant.systems.sql.dialects.link_ends import link_ends
from garant.systems.sql.dialects.mariadb_views import Name, tables_below
from garant.systems.sql.fragment_text import query

TEXTS: Final = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})

NUMBERS: Final = frozenset(
    {
        "tinyint",
        "smallint",
        "mediumint",
        "int",
        "bigint",
        "decimal",
        "decimal of fractions",
        "float",
        "double",
        "bit",
        "year",
    }
)
FRACTIONS: Final = frozenset({"decimal of fractions", "float", "double"})
_WHOLE: Final = frozenset(
    {
        FIELD_TYPE.TINY,
        FIELD_TYPE.SHORT,
        FIELD_TYPE.INT24,
        FIELD_TYPE.LONG,
        FIELD_TYPE.LONGLONG,
        FIELD_TYPE.NEWDECIMAL,
        FIELD_TYPE.YEAR,
        FIELD_TYPE.BIT,
        FIELD_TYPE.NULL,
    }
)
"""What a query's column is of that gives whole numbers; a decimal one, where it has no fractions."""
STRINGS: Final = TEXTS | {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}

_COLUMNS: Final = sa.text(
    "SELECT table_schema, table_name, column_name, data_type, column_type, numeric_scale, extra, character_set_name, "
    "collation_name "
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

LARGEST_KEY: Final = 2**63 - 1
"""What a temporary table of whole numbers holds; BIGINT UNSIGNED holds twice as much."""


@dataclass
class Columns:
    """The columns of a map's tables that need care, and the tables that cannot roll back, or that keep all they had."""

    system: str
    default: str
    folded: bool
    """Whether the system ignores the case of the names of tables."""
    moved: dict[Name, list[str]] = field(default_factory=dict[Name, list[str]])
    invisible: dict[Name, list[str]] = field(default_factory=dict[Name, list[str]])
    texts: dict[Name, dict[str, tuple[str, str]]] = field(
        default_factory=dict[Name, dict[str, tuple[str, str]]]
    )
    kinds: dict[Name, dict[str, str]] = field(default_factory=dict[Name, dict[str, str]])
    """The type of each column, by its name in lower case."""
    large: dict[Name, set[str]] = field(default_factory=dict[Name, set[str]])
    """The columns of each table that may hold more than a signed BIGINT."""
    uuids: set[tuple[Name, str]] = field(default_factory=set[tuple[Name, str]])
    engines: dict[Name, str] = field(default_factory=dict[Name, str])
    remembering: set[Name] = field(default_factory=set[Name])
    below: dict[Name, frozenset[Name] | None] = field(default_factory=dict[Name, frozenset[Name] | None])
    """The tables that each view shows; None where that cannot be read."""
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

    def insist_on_its_type(self, root: Root) -> None:
        """MariaDB takes the key ``12a`` for 12, ``AB`` for 0 and 12.5 for 13: everybody's rows for one person's.

        Raises:
            ConnectorError: the map calls a whole number what is a text, a fraction or bytes, or calls bytes a text.
        """
        kind = self._kind(root.table, root.key)
        numbers = root.type == "integer"
        if kind in (FRACTIONS | STRINGS if numbers else STRINGS - TEXTS):
            raise ConnectorError(
                f"{self.system}: {root.table}.{root.key} is of type {kind}, and the map says {root.type}: MariaDB "
                "would take other keys for it; say its own type in the map (map check tells which)"
            )

    def holds_large(self, table: str, column: str) -> bool:
        """Whether a column may hold whole numbers above those of a signed BIGINT."""
        return column.lower() in self.large.get(self.name(table), set())

    def _kind(self, table: str, column: str) -> str:
        return self.kinds.get(self.name(table), {}).get(column.lower(), "")

    def is_text(self, table: str, column: str) -> bool:
        """Whether a column holds texts, compared by a collation."""
        return column.lower() in self.texts.get(self.name(table), {})

    def stored(self, table: str) -> frozenset[Name]:
        """Where the rows of a table are: in itself, or in those that a view shows.

        Raises:
            ConnectorError: it is a view whose definition cannot be read.
        """
        name = self.name(table)
        found = self.below.get(name, frozenset({name}))
        if found is None:
            raise ConnectorError(
                f"{self.system}: {table} is a view, and nothing says of which tables: nothing is changed through it unless "
                f"they can roll back and forget; grant SHOW VIEW on it to Garant's account"
            )
        return found

    def written(self, name: Name) -> str:
        """A table as a map would write it."""
        schema, bare = name
        return bare if schema == self.default else f"{schema}.{bare}"

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
    found.below = tables_below(connection, names)
    names |= {name for below in found.below.values() for name in below or ()}
    asked = {"schemas": list({schema for schema, _ in names}), "names": list({name for _, name in names})}
    for row in connection.execute(_COLUMNS, asked):
        _note(found, row)
    for row in connection.execute(_LASTING, asked):
        found.engines[_of(found, row)] = str(row.engine)
    found.remembering.update(_of(found, row) for row in connection.execute(_REMEMBERING, asked))
    for row in connection.execute(_OWN, asked):
        pair = (str(row.column_name), str(row.referenced_column_name))
        found.own.setdefault(_of(found, row), {}).setdefault(str(row.constraint_name), []).append(pair)
    for one, other in link_ends(data_map):
        found.insist_on_one_kind(one, other)
    for root in data_map.roots.values():
        found.insist_on_its_type(root)
        _insist_on_room(connection, found, root)
        texts = found.texts.get(found.name(root.table), {})
        if (found.name(root.table), root.key.lower()) in found.uuids:
            found.native.add(root.type)
        if root.key.lower() in texts:
            found.keys.setdefault(root.type, set()).add(texts[root.key.lower()])
    _insist_on_numbers(connection, data_map)
    return found


def _insist_on_numbers(connection: sa.Connection, data_map: DataMap) -> None:
    """A query that gives ``12 rue X`` for a key would give the person 12.

    Raises:
        ConnectorError: a query gives something else than whole numbers for the keys of a root that has such.
    """
    for place, root, rows in _giving(data_map):
        if data_map.roots[root].type == "integer":
            try:
                with connection.execute(sa.select(rows.c.key).limit(0)) as result:
                    assert result.cursor is not None
                    _, kind, _, _, _, scale, _ = result.cursor.description[0]
            except DBAPIError:
                continue  # whoever asks for its rows is told
            if kind not in _WHOLE or (kind == FIELD_TYPE.NEWDECIMAL and scale):
                raise ConnectorError(
                    f"{data_map.system}: the query of {place} gives keys that are no whole numbers, and those of {root} "
                    "are: MariaDB would take a text that only begins with a number for it; give the number itself"
                )


def _giving(data_map: DataMap) -> Iterator[tuple[str, str, sa.Subquery]]:
    """Each query that gives keys of roots: where it stands in the map, the root, and its rows."""
    for name, role in data_map.roles.items():
        yield f"roles.{name}", role.root, query(role.query, "mariadb", ("key",))
    for name, sources in data_map.events.items():
        for source in sources:
            yield f"events.{name}", source.root, query(source.query, "mariadb", ("key", "at"))
    for name, identities in data_map.identities.items():
        for one in identities:
            yield f"identities.{name}", one.root, query(one.query, "mariadb", ("key",), identity="")


def _insist_on_room(connection: sa.Connection, found: Columns, root: Root) -> None:
    """What is larger than our tables hold would go into them as the largest, in silence: as nobody, or somebody else.

    Raises:
        ConnectorError: a root has such a key.
    """
    if root.type != "integer" or not found.holds_large(root.table, root.key):
        return
    schema, _, name = root.table.rpartition(".")
    table = sa.table(name, sa.column(root.key), schema=schema or None)
    if int(connection.scalar(sa.select(sa.func.max(table.c[root.key]))) or 0) > LARGEST_KEY:
        raise ConnectorError(
            f"{found.system}: {root.table}.{root.key} holds keys larger than {LARGEST_KEY}, which Garant does not "
            "take; name the root by a view that gives them as texts (type: text)"
        )


def _of(found: Columns, row: Any) -> Name:
    return found.name(f"{row.table_schema}.{row.table_name}")


def _note(found: Columns, row: Any) -> None:
    table = _of(found, row)
    if "on update" in str(row.extra).lower():
        found.moved.setdefault(table, []).append(str(row.column_name))
    if "invisible" in str(row.extra).lower():
        found.invisible.setdefault(table, []).append(str(row.column_name))
    kind, column = str(row.data_type).lower(), str(row.column_name).lower()
    found.kinds.setdefault(table, {})[column] = (
        "decimal of fractions" if kind == "decimal" and row.numeric_scale else kind
    )
    if kind == "decimal" or (kind == "bigint" and "unsigned" in str(row.column_type).lower()):
        found.large.setdefault(table, set()).add(column)
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
