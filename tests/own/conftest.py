"""An installation under its own policy, on each of the databases that Garant's state may be in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.own.tenant import Tenant
from tests.servers.postgres import PostgresServer


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """The installation of a module's tests."""
    folder = tmp_path_factory.mktemp("house")
    if request.param == "sqlite":
        with closing(Tenant(folder)) as made:
            made.ask("set up")
            yield made
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as url, closing(Tenant(folder, url)) as made:
        made.ask("set up")
        yield made
