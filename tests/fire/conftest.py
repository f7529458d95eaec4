"""An arena on each database, put back as it was for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import database as database  # the same three databases
from tests.engine.conftest import shop as shop
from tests.engine.support.databases import Database, MariadbDatabase, PostgresDatabase, SqliteFile
from tests.fire.arena import Arena, Undisturbed, undisturbed
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer
from tests.support.again import again


@dataclass
class Standing:
    """An arena that several tests use, and what an undisturbed run leaves in it."""

    arena: Arena
    peace: Undisturbed

    def ended_like(self, answer: dict[str, Any]) -> None:
        """As an undisturbed run, everybody else's rows untouched, the ledger whole."""
        assert answer == self.peace.answer
        assert self.arena.shop.rows() == self.peace.rows
        assert self.arena.verified() == {"entries": self.peace.answer["receipts"], "once": True}


@contextmanager
def lent(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """An empty database of the kind that is asked for."""
    if request.param == "sqlite":
        yield SqliteFile(folder / "shop.sqlite")
        return
    server: PostgresServer | MariadbServer = request.getfixturevalue(
        "mariadb_server" if request.param == "mariadb" else "postgres_server"
    )
    kind = MariadbDatabase if request.param == "mariadb" else PostgresDatabase
    with server.database() as url, closing(kind(url)) as one:
        yield one


@pytest.fixture(scope="module", params=[again("sqlite"), "postgresql", again("mariadb")])
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """An arena for the tests of a module."""
    folder = tmp_path_factory.mktemp("arena")
    with lent(request, folder) as one, closing(Arena(one, folder)) as made:
        yield Standing(made, undisturbed(made))


@pytest.fixture
def arena(standing: Standing) -> Arena:
    """A filled shop and an installation of Garant."""
    standing.arena.fresh()
    return standing.arena


@pytest.fixture
def peace(standing: Standing) -> Undisturbed:
    """What an undisturbed run leaves and says."""
    return standing.peace
