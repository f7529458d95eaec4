"""Speaking to MariaDB outside any transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import pymysql
from pymysql.cursors import Cursor

Connection: TypeAlias = "pymysql.Connection[Cursor]"

_REFUSED = frozenset({1044, 1142, 1193, 1205, 1210, 1227, 1231, 1238, 1381, 1969})
"""A right, a variable or a log that is not there, a size that is not taken, a lock that does not come, too long a statement."""


def rows(connection: Connection, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All the rows of a small answer."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def scalar(connection: Connection, query: str) -> Any:
    """The first value of an answer; None when there is none."""
    found = rows(connection, query)
    return found[0][0] if found else None


def attempt(connection: Connection, *statements: str) -> bool:
    """Run statements that may be refused; whether they were not."""
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except pymysql.MySQLError as error:
        if error.args and error.args[0] in _REFUSED:
            return False
        raise
    return True


def quoted(name: str) -> str:
    """A table or a column, quoted; the schema before the dot."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in name.split("."))
