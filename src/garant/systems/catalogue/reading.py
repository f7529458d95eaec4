"""One reader for each engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, Engine

from garant.systems.catalogue.mariadb import read_mariadb
from garant.systems.catalogue.model import Catalogue
from garant.systems.catalogue.postgres import read_postgres
from garant.systems.catalogue.sqlite import read_sqlite

READERS: Final = {"mariadb": read_mariadb, "postgresql": read_postgres, "sqlite": read_sqlite}


class UnknownEngine(ValueError):
    """Garant cannot read the catalogue of this engine."""


def read_catalogue(
    source: Engine | Connection, tables: Iterable[str], suspects: Iterable[str] = ()
) -> Catalogue:
    """Read what the system declares about `tables`, about those that refer to them, and about those that
    have a column named in `suspects`. Foreign keys are read whole.

    Raises UnknownEngine for an engine other than PostgreSQL, SQLite and MariaDB.
    """
    if isinstance(source, Engine):
        with source.connect() as connection:
            return read_catalogue(connection, tables, suspects)
    if source.dialect.name not in READERS:
        raise UnknownEngine(source.dialect.name)
    return READERS[source.dialect.name](source, frozenset(tables), frozenset(suspects))
