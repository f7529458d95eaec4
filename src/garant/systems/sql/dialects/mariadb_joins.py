"""DELETE and UPDATE as joins: before version 11.1, MariaDB looks at every row of the table otherwise.

In the form for several tables, a semi-join begins with the few keys and finds the rows by their index.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from garant.systems.sql.dialects.base import Change

_DIALECT = mysql.dialect()


def as_join(statement: Change, table: str) -> Change:
    """The same change as a join, unless it reads the very table that it changes: MariaDB refuses that."""
    written = str(statement.compile(dialect=_DIALECT))
    if isinstance(statement, sa.Delete):
        return statement if _named(written, table) > 1 else statement.prefix_with(_quoted(table))
    if _named(written, table):
        return statement
    one = sa.select(sa.literal_column("1", sa.Integer()).label("one")).subquery("garant_one")
    return statement.where(one.c.one == 1)


def _named(written: str, table: str) -> int:
    """How often a table stands where rows come from; a column of its name may count too, and does no harm."""
    schema, _, name = table.rpartition(".")
    before = rf"(?:`?{re.escape(schema)}`?\.)?" if schema else r"(?:`?\w+`?\.)?"
    return len(re.findall(rf"(?:\bFROM|\bJOIN|,)\s+\(?{before}`?{re.escape(name)}`?(?![\w.`])", written))


def _quoted(table: str) -> str:
    return ".".join(_DIALECT.identifier_preparer.quote(part) for part in table.split("."))
