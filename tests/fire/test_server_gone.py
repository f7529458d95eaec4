"""The server goes, or has no room left, in the middle of a run: the same command goes on to the same end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.engine.support.databases import MariadbDatabase
from tests.fire.servers import Ground, ground
from tests.support.again import again

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", params=["postgresql", again("mariadb")])
def field(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(request.param, tmp_path_factory.mktemp("fire")) as made:
        yield made


@pytest.mark.parametrize("crash", [False, True], ids=["stopped", "killed"])
def test_the_server_goes_and_comes_back(field: Ground, crash: bool) -> None:
    """Stopped, it ends what it does; killed, it repairs itself when it starts again."""
    arena, server = field.arena, field.server
    arena.fresh()
    child = arena.start({"do": "apply"})
    time.sleep((0.7 if crash else 0.5) * field.peace.seconds)
    field.away(server.at_once if crash else server.quickly)
    time.sleep(1)
    server.back()
    answer = child.end()
    if not answer.get("state"):
        assert answer["words"].startswith(("Interrupted", "Unreachable")), answer
    assert arena.others(arena.shop.rows()) == arena.others(arena.before)
    field.ended_in_peace(arena.apply())


@pytest.mark.parametrize("field", ["mariadb"], indirect=True)
def test_a_commit_that_outlives_the_process_is_counted(field: Ground) -> None:
    """Commits wait for a replica; the process is killed meanwhile, and its commit is done later all the same.

    MariaDB does not remember what became of a transaction, and while this one waits its rows seem untouched.
    """
    arena = field.arena
    arena.fresh()
    with closing(MariadbDatabase(arena.database.url)) as operator:
        operator.run(
            "SET GLOBAL rpl_semi_sync_master_timeout = 60000",
            "SET GLOBAL rpl_semi_sync_master_wait_point = AFTER_SYNC",
            "SET GLOBAL rpl_semi_sync_master_enabled = ON",
        )
        waiting = "SELECT count(*) FROM information_schema.processlist WHERE state LIKE '%ACK from slave%'"
        killed = arena.start({"do": "apply"})
        until(lambda: operator.scalar(waiting) == 1)
        killed.kill()
        assert killed.end() == {}
        assert operator.scalar(waiting) == 1, "the server goes on without it"
        assert arena.shop.rows() == arena.before, "and nothing is to be seen of it"
        again = arena.start({"do": "apply"})
        time.sleep(2)
        operator.run("SET GLOBAL rpl_semi_sync_master_enabled = OFF")
    answer = again.end()
    if not answer.get("state"):
        assert "the transaction of the batch is not over yet" in answer["words"], answer
    field.ended_in_peace(arena.apply())


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_the_disk_of_the_server_is_full(field: Ground) -> None:
    """No file of the server may grow: PostgreSQL falls, MariaDB refuses to commit what it cannot log."""
    arena, server = field.arena, field.server
    arena.fresh()
    field.starve(60_000 if arena.database.name == "postgresql" else 6_000)
    answer = arena.apply()
    assert answer["error"] == "RunInterruptedError", answer
    assert answer["words"].startswith("Interrupted before the end: crm: "), answer
    said = ["File too large"]
    if arena.database.name == "postgresql":  # it has fallen, and may be asked again before it is back
        said += ["not yet accepting connections", "in recovery mode", "is starting up", "Connection refused"]
    assert any(words in answer["words"] for words in said), answer["words"]
    field.away(server.at_once)
    server.back()
    assert arena.others(arena.shop.rows()) == arena.others(arena.before)
    field.ended_in_peace(arena.apply())
