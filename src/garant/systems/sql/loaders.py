"""Dates that PostgreSQL holds and Python cannot (infinity, before Christ): as PostgreSQL writes them."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, DataError
from psycopg.abc import Buffer, Loader
from psycopg.adapt import Loader as PythonLoader
from psycopg.pq import Format

DATED = ("date", "timestamp", "timestamptz")


def read_any_date(connection: Connection[Any]) -> None:
    """Make a connection give as text the dates that it could not give otherwise."""
    adapters = connection.adapters
    for name in DATED:
        strict = adapters.get_loader(adapters.types[name].oid, Format.TEXT)
        assert strict is not None
        adapters.register_loader(name, _lenient(strict))


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
