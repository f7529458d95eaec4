"""Texts of a SQLite file that are not UTF-8: SQLite keeps the bytes it was given, and old programs gave it others.

Each byte that is no UTF-8 is read as half a surrogate pair (PEP 383): two texts are the same where their bytes are, and
a text is sent back as the bytes it was. Functions of ours are given bytes: the driver would refuse the text.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import ColumnElement, event

from garant.systems.texts import is_escaped

ENCODING: Final = "garant_encoding"
"""Where a connection notes how its file writes texts: UTF-8, UTF-16le or UTF-16be."""

_read: Final = partial(str, encoding="utf-8", errors="surrogateescape")

_REFUSED: Final = "Could not decode to UTF-8"
"""How the driver's refusal of a text begins."""

_PLACES: Final = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\?""")


class Reading(sqlite3.Connection):
    """A connection whose texts the driver reads itself, which is quick, until it meets one that is not UTF-8."""

    def cursor(self, factory: Any = None) -> Any:
        """A cursor that reads any text."""
        return super().cursor(factory or _Cursor)

    def reads_any(self, error: sqlite3.OperationalError) -> None:
        """Read any text from here on, where a text was what was refused.

        Raises: the error, where it was anything else.
        """
        if self.text_factory is _read or not str(error).startswith(_REFUSED):
            raise error
        self.text_factory = _read


class _Cursor(sqlite3.Cursor):
    """A cursor of it: a row that the driver could not read is still its next row, and is read again."""

    def fetchone(self) -> Any:
        return self._again(super().fetchone)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        rows: list[Any] = []
        self._again(lambda: rows.extend(islice(self, (size or self.arraysize) - len(rows))))
        return rows

    def fetchall(self) -> list[Any]:
        rows: list[Any] = []
        self._again(lambda: rows.extend(self))
        return rows

    def _again(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except sqlite3.OperationalError as error:
            cast("Reading", self.connection).reads_any(error)
        return read()


def take_any_text(engine: sa.Engine) -> None:
    """Have the connections of an engine, which are `Reading`, send any text too."""

    @event.listens_for(engine, "checkout")
    def _forget(_dbapi: Any, record: Any, _proxy: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        record.info.setdefault(ENCODING, "UTF-8")

    @event.listens_for(engine, "do_execute")
    def _send(cursor: Any, statement: str, given: Any, context: Any) -> bool:
        try:
            cursor.execute(statement, given)
        except UnicodeEncodeError:
            if context.root_connection.info[ENCODING] != "UTF-8":  # its bytes would be another text there
                raise
            cursor.execute(*_with_bytes(statement, given))
        return True

    @event.listens_for(engine, "do_executemany")
    def _send_many(cursor: Any, statement: str, given: Any, context: Any) -> bool:  # pyright: ignore[reportUnusedFunction]
        if not any(is_escaped(value) for row in given for value in row):
            return False
        for row in given:
            _send(cursor, statement, row, context)
        return True


def note_encoding(connection: sa.Connection) -> None:
    """Ask once how the file writes texts: when a transaction begins, for what reads a file finds what was left half-written."""
    if "garant_asked_encoding" not in connection.info:
        found = connection.exec_driver_sql("PRAGMA encoding").scalar_one()
        connection.info.update({ENCODING: str(found), "garant_asked_encoding": True})


def bytes_of(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """The bytes of a text as the file writes them, for a function of ours."""
    return sa.cast(text, sa.LargeBinary())


def in_utf8(encoding: str, data: bytes) -> bytes:
    """The bytes that a function of ours was given, in UTF-8; as they are in a file that is in it."""
    return (
        data
        if encoding == "UTF-8"
        else data.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    )


def _with_bytes(statement: str, given: Sequence[Any]) -> tuple[str, list[Any]]:
    """The statement with its texts that are no UTF-8 given as bytes, which SQLite takes for texts as they are."""
    sent, places = list(given), iter(range(len(given)))

    def place(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        at = next(places)
        if not is_escaped(given[at]):
            return "?"
        sent[at] = given[at].encode("utf-8", "surrogateescape")
        return "CAST(? AS TEXT)"

    return _PLACES.sub(place, statement), sent
