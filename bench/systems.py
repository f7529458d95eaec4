"""The databases that hold the benchmark's world, and how to get a copy that a contender may ruin."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.world import Size, build
from tests.servers.postgres import PostgresServer


class System(Protocol):
    """One kind of database holding the world."""

    name: str
    url: str
    """The world itself, for those who only read."""

    def fresh(self) -> AbstractContextManager[str]:
        """The URL of a copy."""
        ...


@dataclass(frozen=True)
class SqliteSystem:
    """A file, copied."""

    path: Path
    name: str = "SQLite"

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
