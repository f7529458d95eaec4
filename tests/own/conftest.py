"""An installation of Garant, set up; each module's tests have their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.own.tenant import Tenant
from tests.servers.postgres import PostgresServer
from tests.support.again import again


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation just set up, never used: copied for each module."""
    folder = tmp_path_factory.mktemp("template")
    with closing(Tenant(folder)) as made:
        made.ask("set up")
        return made.home


@pytest.fixture(scope="session")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[tuple[Path, str]]:
    """The same, and the name of its database on PostgreSQL."""
    folder = tmp_path_factory.mktemp("template")
    with postgres_server.database() as url:
        with closing(Tenant(folder, url)) as made:
            made.ask("set up")
        yield made.home, url.rsplit("/", 1)[1]


@pytest.fixture(scope="module", params=[again("sqlite"), "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """The installation of a module's tests."""
    folder = tmp_path_factory.mktemp("house")
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("on_sqlite"), folder / "home")
        with closing(Tenant(folder)) as made:
            yield made
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    home, template = request.getfixturevalue("on_postgresql")
    shutil.copytree(home, folder / "home")
    with server.database(template) as url, closing(Tenant(folder, url)) as made:
        yield made
