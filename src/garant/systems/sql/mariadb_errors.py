"""MariaDB's errors by their number: what passes, what refuses, and words that repeat no value.

Source: MariaDB's knowledge base, *MariaDB Error Codes*.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.exc import DBAPIError

PASSING: Final = frozenset(
    {
        1020,  # the row has changed since it was read
        3, 20, 1021, 1026, 1114,  # no room left on the disk, in a file, in a log, or in the table
        1037, 1038, 1041,  # no memory
        1040, 1203, 1226,  # too many connections
        1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1927,  # shutting down, or the connection lost
        1205, 1206, 1213,  # a lock waited for too long, too many locks, a deadlock
        1290, 1836,  # the server takes no writes at the moment
        1317, 1028, 1030, 1969, 3024, 3058,  # the statement was interrupted, or took too long
        2006, 2013, 2014, 2027, 2055,  # the server has gone away
    }
)  # fmt: skip

UNREACHABLE: Final = frozenset({1044, 1045, 1049, 1129, 1130, 1698, 2002, 2003, 2005, 2012, 2026, 2059})

REFUSING: Final = frozenset(
    {
        1048, 1364, 1566,  # a column that may not be NULL
        1062, 1169, 1557, 1586, 1761, 1762,  # a value that may be there once
        1216, 1217, 1451, 1452,  # a foreign key
        1644,  # a trigger that raises (SIGNAL)
        4025,  # a CHECK
    }
)  # fmt: skip

_SAFE: Final = PASSING | UNREACHABLE | frozenset({1048, 1054, 1142, 1143, 1146, 1227, 1370, 1406, 1451, 1452})
"""Errors whose words name tables, columns and accounts, and quote no value."""

SIGNAL: Final = 1644
"""A trigger or a procedure raised an error of its own; its words may quote anything."""


def number(error: DBAPIError) -> int | None:
    """MariaDB's number of an error; None when it is another engine's, or a driver's own."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


def reason(error: DBAPIError, code: int) -> str:
    """What MariaDB says, without the values it may quote."""
    words = str(error.orig.args[1]) if error.orig is not None and len(error.orig.args) > 1 else ""
    if code == SIGNAL:
        words = "a trigger raised an error"
    elif code not in _SAFE:
        words = re.sub(r"(entry|value|near|value:|constant|string|:) '.*'", r"\1 …", words, flags=re.DOTALL)
    return f"{words or 'the connection was lost'} (error {code})"


def refused_by(error: DBAPIError, code: int, table: str) -> tuple[str, str | None]:
    """The constraint that refused, and the table that bears it where it is another one."""
    words = str(error.orig.args[1]) if error.orig is not None else ""
    named = re.search(r"CONSTRAINT [`']([^`']+)[`']", words)
    if code in (1216, 1217, 1451, 1452):
        bearing = re.search(r"`[^`]+`\.`([^`]+)`, CONSTRAINT", words)
        referring = bearing[1] if bearing and bearing[1] != table.rpartition(".")[2] else None
        return (named[1] if named else "foreign key"), referring
    if code in (1048, 1364):
        column = re.search(r"(?:Column|Field) '([^']+)'", words)
        return f"NOT NULL: {table}.{column[1] if column else '?'}", None
    if code == SIGNAL:
        return "a trigger (SIGNAL)", None
    key = re.search(r"for key '([^']*)'$", words)
    word = named or key
    return (word[1] if word else f"error {code}"), None
