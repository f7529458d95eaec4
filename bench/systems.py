"""The databases that hold the benchmark's world, and how to get a copy that a contender may ruin."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.world import TABLES, Size, build
from tests.servers.lending import Lent
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer


class System(Protocol):
    """One kind of database holding the world."""

    @property
    def name(self) -> str:
        """What the database is called."""
        ...

    @property
    def url(self) -> str:
        """The world itself, for those who only read."""
        ...

    @property
    def server(self) -> Lent | None:
        """The server that holds it, if there is one."""
        ...

    def fresh(self) -> AbstractContextManager[str]:
        """The URL of a copy."""
        ...


@dataclass(frozen=True)
class SqliteSystem:
    """A file, copied."""

    path: Path
    name: str = "SQLite"
    server: None = None

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    @contextmanager
    def fresh(self) -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="copy-", dir=self.path.parent) as folder:
            yield f"sqlite:///{shutil.copy(self.path, Path(folder) / 'shop.sqlite3')}"


@dataclass(frozen=True)
class PostgresSystem:
    """A database of a private server, its files copied."""

    server: PostgresServer
    template: str
    name: str = "PostgreSQL"

    @property
    def url(self) -> str:
        return self.server.url(self.template)

    def fresh(self) -> AbstractContextManager[str]:
        return self.server.database(self.template)


@dataclass(frozen=True)
class MariadbSystem:
    """A database of a private server; MariaDB copies none, so its tables are copied one by one."""

    server: MariadbServer
    pristine: str
    name: str = "MariaDB"

    @property
    def url(self) -> str:
        return self.server.url(self.pristine)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        with self.server.database() as url:
            with (
                closing(self.server.connect(url.rpartition("/")[2])) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute("SET foreign_key_checks = 0, unique_checks = 0")
                for table in TABLES:
                    cursor.execute(f"SHOW CREATE TABLE {self.pristine}.{table}")
                    ((_name, definition),) = cursor.fetchall()  # LIKE would leave the foreign keys out
                    cursor.execute(definition)
                    cursor.execute(f"INSERT INTO {table} SELECT * FROM {self.pristine}.{table}")
                    cursor.execute(f"ANALYZE TABLE {table}")
            yield url


def sqlite_system(folder: Path, size: Size) -> SqliteSystem:
    """The world in a file."""
    system = SqliteSystem(folder / f"shop-{size.people}.sqlite3")
    build(system.url, size)
    return system


def postgres_system(server: PostgresServer, size: Size) -> PostgresSystem:
    """The world in a database of this server."""
    system = PostgresSystem(server, f"shop_{size.people}")
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {system.template}")  # pyright: ignore[reportArgumentType, reportCallIssue]
    build(system.url, size)
    return system


def mariadb_system(server: MariadbServer, size: Size) -> MariadbSystem:
    """The world in a database of this server."""
    system = MariadbSystem(server, f"shop_{size.people}")
    server.run(f"CREATE DATABASE {system.pristine}")
    build(system.url, size)
    return system
