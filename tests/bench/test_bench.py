"""The benchmark compares like with like: its contenders leave the same rows, or it refuses."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from bench import clock
from bench.cases import cases, statements
from bench.harness import Disagreement, Line, Report, measure
from bench.systems import System, mariadb_system, postgres_system, sqlite_system
from bench.world import Size
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer
from tests.support.again import again

SMALL, LARGER = Size(800, 400, 40), Size(2_400, 800, 80)


def system_of(request: pytest.FixtureRequest, tmp_path: Path, size: Size) -> System:
    if request.param == "sqlite":
        return sqlite_system(tmp_path, size)
    if request.param == "mariadb":
        mariadb: MariadbServer = request.getfixturevalue("mariadb_server")
        return mariadb_system(mariadb, size)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return postgres_system(server, size)


@pytest.fixture(scope="module", params=["sqlite", again("postgresql"), again("mariadb")])
def systems(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[Size, System]:
    folder = tmp_path_factory.mktemp("bench")
    return {size: system_of(request, folder, size) for size in (SMALL, LARGER)}


def measured(system: System, size: Size) -> list[Line]:
    return [line for case in cases(system, size) for line in measure(case, rounds=1)]


def test_contenders_leave_the_same_rows_by_as_many_statements(systems: dict[Size, System]) -> None:
    few, many = (measured(systems[size], size) for size in (SMALL, LARGER))
    sent = statements(few)
    print(sent)
    assert sent == statements(many), "they depend on tables and batches, never on rows"
    twice = [line.case for line in few if line.beside is not None]
    assert len(twice) == 5, "three totals and two by hand"
    assert all(case.endswith("sweep of a tenth") for case in twice)


def test_contenders_that_disagree_are_not_compared(systems: dict[Size, System]) -> None:
    sweep = cases(systems[SMALL], SMALL)[0]
    lazy = {**sweep.contenders, "does nothing": lambda _url: Report()}
    with pytest.raises(Disagreement, match="does nothing"):
        measure(replace(sweep, contenders=lazy), rounds=1)


def test_what_is_spent_is_this_process_s_time_and_the_server_s(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_counted", list[Path]())
    clock.count_what_is_spent(postgres_server.folder)
    for _ in range(5):  # the account of a connection that has just ended is its server's
        started, own = clock.now(), time.process_time()
        with postgres_server.connect() as connection:
            connection.execute("SELECT sum(sqrt(n)) FROM generate_series(1, 3000000) AS n").fetchone()
        served = clock.now() - started - (time.process_time() - own)
        assert served > 0.05, "milliseconds anywhere"
