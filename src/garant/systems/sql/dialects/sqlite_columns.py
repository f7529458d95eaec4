"""What SQLite compares otherwise than the map supposes: the column that refers decides whether ``ab`` is ``AB``, ``012`` 12."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from garant.systems.model import DataMap
from garant.systems.port import ConnectorError
from garant.systems.sql.dialects.link_ends import End, link_ends

TEXTUAL = re.compile("CHAR|CLOB|TEXT")
"""Declared types by which SQLite compares as texts (https://www.sqlite.org/datatype3.html#determination_of_column_affinity)."""


def insist_on_one_comparison(connection: Connection, data_map: DataMap) -> None:
    """Both ends of each link to a key compare alike.

    Raises:
        ConnectorError: the map calls a whole number what the system declares as a text; a column that refers to a key
            takes others for it, or not all that the key takes for itself.
    """
    for root in data_map.roots.values():
        if root.type == "integer" and TEXTUAL.search(_declared(connection, (root.table, root.key))):
            raise ConnectorError(
                f"{data_map.system}: {root.table}.{root.key} is declared as a text, and the map says integer: SQLite "
                "would take other keys for it; say type: text in the map"
            )
    for one, key in link_ends(data_map, keys_alone=True):
        numbers = "INT" in _type(connection, one)
        if numbers and TEXTUAL.search(_declared(connection, key)):
            raise ConnectorError(
                f"{data_map.system}: {'.'.join(one)} holds numbers and {'.'.join(key)} texts: SQLite would take one text for "
                "another that is the same number (012 and 12); declare both alike"
            )
        if _takes(connection, one) != _takes(connection, key):
            raise ConnectorError(
                f"{data_map.system}: {'.'.join(one)} and {'.'.join(key)} do not compare alike (COLLATE): SQLite would take "
                "another text for the key, or not find all that refers to it; declare both with the same collation"
            )


def _type(connection: Connection, end: End) -> str:
    """The declared type of a column, in capitals."""
    schema, _, name = end[0].rpartition(".")
    asked = sa.text(
        "SELECT upper(type) FROM pragma_table_info(:name, :schema) WHERE lower(name) = lower(:key)"
    )
    given = {"name": name, "schema": schema or None, "key": end[1]}
    return str(connection.scalar(asked, given) or "")


def _declared(connection: Connection, end: End) -> str:
    """The declared type of a key; one that declares a whole number is no text."""
    kind = _type(connection, end)
    return "" if "INT" in kind else kind


def _takes(connection: Connection, end: End) -> tuple[int, int] | None:
    """Whether a column takes ``A``, and ``a`` with a blank, for ``a``; None of what is not there, as whoever asks it is told."""
    schema, _, name = end[0].rpartition(".")
    column: sa.ColumnClause[str] = sa.column(end[1], sa.Text())
    nothing = sa.select(column.label("it")).select_from(sa.table(name, schema=schema or None))
    # A query of several has its first one's collations, though it gives no row.
    it = sa.union_all(nothing.where(sa.false()), sa.select(sa.literal("a"))).subquery().c.it
    try:
        row = connection.execute(sa.select(it == "A", it == "a ")).one()
    except DBAPIError:
        return None
    return (row[0], row[1])
