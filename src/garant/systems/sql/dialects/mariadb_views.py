"""The tables that views of MariaDB show: it says of a view neither what stores its rows nor whether they are remembered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa
import sqlglot
from sqlalchemy import Connection
from sqlglot import exp

Name = tuple[str, str]
"""Schema and name of a table."""

_DEFINITIONS: Final = sa.text(
    "SELECT table_schema, table_name, view_definition FROM information_schema.views "
    "WHERE table_schema IN :schemas AND table_name IN :names"
).bindparams(sa.bindparam("schemas", expanding=True), sa.bindparam("names", expanding=True))


def tables_below(connection: Connection, names: Collection[Name]) -> dict[Name, frozenset[Name] | None]:
    """Of each of the names that is a view, the tables whose rows it shows, through other views.

    None where a definition cannot be read: the account has no right to see it (SHOW VIEW).
    """
    read: dict[Name, frozenset[Name] | None] = {}
    new, asked = set(names), set[Name]()
    while new:
        asked |= new
        found = _definitions(connection, new)
        read |= found
        new = {name for below in found.values() for name in below or ()} - asked
    return {name: _stored(name, read) for name in names if name in read}


def _definitions(connection: Connection, names: Collection[Name]) -> dict[Name, frozenset[Name] | None]:
    asked = {"schemas": [*{schema for schema, _ in names}], "names": [*{name for _, name in names}]}
    return {
        (row.table_schema, row.table_name): _named(row.view_definition)
        for row in connection.execute(_DEFINITIONS, asked)
    }


def _named(definition: str | None) -> frozenset[Name] | None:
    """The tables that a definition names; MariaDB writes each with its schema, and what a query itself names without."""
    try:
        tree: Any = sqlglot.parse_one(definition or "", dialect="mysql")
    except sqlglot.ParseError:
        return None
    return frozenset((table.db, table.name) for table in tree.find_all(exp.Table) if table.db)


def _stored(name: Name, read: Mapping[Name, frozenset[Name] | None]) -> frozenset[Name] | None:
    if name not in read:
        return frozenset({name})
    below = read[name]
    each = None if below is None else [_stored(one, read) for one in below]
    if each is None or None in each:
        return None
    return frozenset(one for some in each for one in some or ())
