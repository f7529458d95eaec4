"""What PostgreSQL's driver would give otherwise than it is meant: dates that Python cannot hold, and padded texts."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, DataError
from psycopg.abc import Buffer, Loader
from psycopg.adapt import Loader as PythonLoader
from psycopg.pq import Format

DATED = ("date", "timestamp", "timestamptz")
"""Infinity, and what was before Christ, are given as PostgreSQL writes them."""
PADDED = "bpchar"


def read_any_date(connection: Connection[Any]) -> None:
    """Make a connection give as text the dates that it could not give otherwise."""
    adapters = connection.adapters
    for name in DATED:
        strict = adapters.get_loader(adapters.types[name].oid, Format.TEXT)
        assert strict is not None
        adapters.register_loader(name, _lenient(strict))


def read_unpadded(connection: Connection[Any]) -> None:
    """Make a connection give a ``char(n)`` without the blanks that fill it: to PostgreSQL they say nothing, and a key
    sent back with them is nobody's in a comparison of texts."""
    adapters = connection.adapters
    padded = adapters.get_loader(adapters.types[PADDED].oid, Format.TEXT)
    assert padded is not None
    adapters.register_loader(PADDED, _unpadded(padded))


def _lenient(strict: type[Loader]) -> type[Loader]:
    class Lenient(PythonLoader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._strict = strict(oid, context)

        def load(self, data: Buffer) -> Any:
            try:
                return self._strict.load(data)
            except DataError:
                return bytes(data).decode()

    return Lenient


def _unpadded(padded: type[Loader]) -> type[Loader]:
    class Unpadded(PythonLoader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._padded = padded(oid, context)

        def load(self, data: Buffer) -> Any:
            return self._padded.load(data).rstrip(" ")

    return Unpadded
