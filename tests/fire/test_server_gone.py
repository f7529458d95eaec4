"""The server goes in the middle of a run and comes back: the same command goes on to the same end."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.engine.support.databases import PostgresDatabase
from tests.fire.arena import Arena, undisturbed
from tests.servers.postgres_process import Postgres


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """A server of the test's own, to be stopped."""
    server = Postgres()
    server.start()
    yield server
    server.stop()


def away(server: Postgres) -> None:
    """Stop it without waiting for whoever is connected."""
    assert server.process is not None
    server.process.send_signal(server.quickly)
    server.process.wait(30)


def back(server: Postgres) -> None:
    """Start it again on the same data."""
    server.process = subprocess.Popen(
        [str(part) for part in server.command()],
        cwd=server.folder,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **server.account,
    )
    end = time.monotonic() + 60
    while not server.answers():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", [0.4, 0.7])
def test_the_server_goes_and_comes_back(own_server: Postgres, tmp_path: Path, share: float) -> None:
    url = f"postgresql://postgres:{own_server.password}@127.0.0.1:{own_server.port}/shop"
    with psycopg.connect(url.replace("/shop", "/postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    database = PostgresDatabase(url.replace("postgresql://", "postgresql+psycopg://"))
    arena = Arena(database, tmp_path)
    peace = undisturbed(arena)
    database.close()
    child = arena.start({"do": "apply"})
    time.sleep(share * peace.seconds)
    away(own_server)
    time.sleep(1)
    back(own_server)
    answer = child.end()
    if not answer.get("state"):
        assert answer["words"].startswith(("Interrupted", "Unreachable")), answer
    assert arena.apply() == peace.answer
    again = PostgresDatabase(database.url)
    assert again.contents(peace.rows) == peace.rows
    again.close()
    assert arena.verified() == {"entries": peace.answer["receipts"], "once": True}
    arena.close()
