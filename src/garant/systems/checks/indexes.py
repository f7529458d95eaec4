"""The indexes without which a map would make a system slow, and the statements that create them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import mysql, postgresql, sqlite

from garant.systems.catalogue import Catalogue, read_catalogue
from garant.systems.checks.effects import ways
from garant.systems.fragments import FragmentRefused, parse_expression
from garant.systems.model import DataMap, Do
from garant.systems.paths import Hop

_QUOTE = {
    "mariadb": mysql.dialect().identifier_preparer.quote,
    "postgresql": postgresql.dialect().identifier_preparer.quote,
    "sqlite": sqlite.dialect().identifier_preparer.quote,
}


_INDEXABLE = 191
"""Characters that fit an index of any InnoDB, at four bytes each."""


@dataclass(frozen=True, slots=True, order=True)
class MissingIndex:
    """Columns by which rows are searched and no index leads; `statement` creates it."""

    table: str
    columns: tuple[str, ...]
    statement: str


def missing_indexes(
    data_map: DataMap, source: Engine | Connection, dispositions: Collection[str] | None = None
) -> list[MissingIndex]:
    """The missing indexes of the ways that dispositions go (all of them unless some are named), and of
    the foreign keys that the system itself will look up when their rows go.

    Tables too small for an index to matter are left out.

    Raises UnknownEngine as `read_catalogue` does.
    """
    return missing_in(data_map, read_catalogue(source, data_map.tables), dispositions)


def missing_in(
    data_map: DataMap, catalogue: Catalogue, dispositions: Collection[str] | None = None
) -> list[MissingIndex]:
    """The same against a catalogue already read."""
    wanted = dict.fromkeys(
        (*_searched(data_map, dispositions), *_looked_up(data_map, catalogue, dispositions))
    )
    missing: set[MissingIndex] = set()
    for table, column, fixed in wanted:
        found = catalogue.table(table)
        if found is None or found.view or found.small or catalogue.column(table, column) is None:
            continue
        if not found.indexed(column, fixed):
            columns = (*fixed, column)
            statement = _statement(catalogue, found.name, columns)
            missing.add(MissingIndex(found.name, columns, statement))
    return sorted(missing)


def _searched(data_map: DataMap, only: Collection[str] | None) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The columns searched on the way from a root to the rows of an action."""
    for key, disposition in data_map.dispositions.items():
        if only is not None and key not in only:
            continue
        for action in disposition.actions:
            for way in ways(data_map, action.table, disposition.root) or []:
                for hop in way.hops:
                    yield hop.table, hop.link.column, _fixed(hop)


def _fixed(hop: Hop) -> tuple[str, ...]:
    """The column that the link's condition fixes, where it fixes one (``model = 'crm.lead'``)."""
    if hop.link.when is None:
        return ()
    try:
        fragment = parse_expression(hop.link.when, table=hop.table)
    except FragmentRefused:
        return ()
    columns = {r.column for r in fragment.references if r.tables == (hop.table,)} - {hop.link.column}
    return tuple(columns) if len(columns) == 1 and " = '" in fragment.sql else ()


def _looked_up(
    data_map: DataMap, catalogue: Catalogue, only: Collection[str] | None
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Foreign keys to rows that go: for each such row, the system itself looks for those who refer to it."""
    for key, disposition in data_map.dispositions.items():
        for action in disposition.actions:
            if action.do is Do.DELETE and (only is None or key in only):
                for foreign in catalogue.referring_to(action.table):
                    yield foreign.table, foreign.columns[0], ()


def _statement(catalogue: Catalogue, table: str, columns: tuple[str, ...]) -> str:
    dialect = catalogue.dialect
    quote = _QUOTE[dialect]
    listed = ", ".join(quote(column) + _prefix(catalogue, table, column) for column in columns)
    target = ".".join(quote(part) for part in table.split("."))
    if dialect == "postgresql":
        return f"CREATE INDEX CONCURRENTLY ON {target} ({listed})"
    name = quote("_".join((table.replace(".", "_"), *columns, "idx")))
    return f"CREATE INDEX {name} ON {target} ({listed})"


def _prefix(catalogue: Catalogue, table: str, column: str) -> str:
    """MariaDB indexes the beginning of a long text, and asks how much of it."""
    found = catalogue.column(table, column)
    long = found is not None and found.length is not None and found.length > _INDEXABLE
    return f"({_INDEXABLE})" if catalogue.dialect == "mariadb" and long else ""
