"""The databases every engine test runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.support.archives import Vault
from tests.engine.support.databases import Database, MariadbDatabase, PostgresDatabase, SqliteFile
from tests.engine.support.shop import Shop
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import Reused


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        yield SqliteFile(tmp_path / "système 1.sqlite")
        return
    if request.param == "mariadb":
        private: MariadbServer = request.getfixturevalue("mariadb_server")
        with private.database() as url:
            yield from opened(MariadbDatabase(url))
        return
    reused: Reused = request.getfixturevalue("reused_postgres")
    yield from opened(PostgresDatabase(reused.empty()))


def opened(database: MariadbDatabase | PostgresDatabase) -> Iterator[Database]:
    """The database, until the test is over."""
    yield database
    database.close()


@pytest.fixture
def postgres(postgres_database: str) -> Iterator[PostgresDatabase]:
    """An empty PostgreSQL database, for what SQLite does not have."""
    database = PostgresDatabase(postgres_database)
    yield database
    database.close()


@pytest.fixture
def mariadb(mariadb_database: str) -> Iterator[MariadbDatabase]:
    """An empty MariaDB database, for what the others do not have."""
    database = MariadbDatabase(mariadb_database)
    yield database
    database.close()


@pytest.fixture
def shop(database: Database) -> Iterator[Shop]:
    """The shop, its tables created and empty."""
    shop = Shop(database).create()
    yield shop
    shop.close()


@pytest.fixture
def sqlite_shop(tmp_path: Path) -> Iterator[Shop]:
    """The shop on SQLite alone."""
    shop = Shop(SqliteFile(tmp_path / "crm.sqlite")).create()
    yield shop
    shop.close()


@pytest.fixture
def postgres_shop(postgres: PostgresDatabase) -> Iterator[Shop]:
    """The shop on PostgreSQL alone."""
    shop = Shop(postgres).create()
    yield shop
    shop.close()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """An archive of the test's own."""
    return Vault(tmp_path)
