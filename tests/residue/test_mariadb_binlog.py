"""MariaDB's binary logs: who is erased is in them until they are purged, and the receipt says so, and until when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from garant.engine.planning.subject import find_subject
from garant.engine.running.residue import PlaceState
from garant.systems.residue import Cleaning
from garant.systems.sql.residue import mariadb_cleaning
from tests.engine.support.databases import MariadbDatabase
from tests.engine.support.shop import AS_OF, Shop
from tests.residue.test_mariadb import ME, NAME, bearing, erase, found, keeper_of
from tests.servers.mariadb import MariadbServer
from tests.servers.mariadb_process import Mariadb

DUMP = 0x12
"""COM_BINLOG_DUMP, what a server that follows asks for (MariaDB's protocol, *Replication Protocol*)."""


class Logging(Mariadb):
    """A server that others may follow, and whose logs are on the disk at once."""

    def command(self) -> Any:
        logs = (
            "--log-bin=binlog",
            "--server-id=1",
            "--innodb-flush-log-at-trx-commit=1",
            "--innodb-log-file-size=32M",
        )
        return [*super().command(), *logs]


@pytest.fixture(scope="module")
def logging() -> Iterator[MariadbServer]:
    server = Logging()
    try:
        server.start()
        yield MariadbServer(server.port, server.password, server.folder, server.programs)
    finally:
        server.stop()


@pytest.fixture
def shop(logging: MariadbServer) -> Iterator[Shop]:
    with logging.database() as url, closing(MariadbDatabase(url)) as database:
        shop = Shop(database).create().people(*range(2, 60)).people(1, name=NAME, email=ME["email"])
        yield shop
        shop.close()


@contextmanager
def followed(shop: Shop) -> Iterator[None]:
    """Another server reads the binary log, and has gone at the end."""
    with closing(MariadbDatabase(shop.database.url)) as other:
        other.run("SET @master_binlog_checksum = @@global.binlog_checksum, @mariadb_slave_capability = 4")
        connection: Any = other.connect()
        connection._execute_command(DUMP, pack("<IHI", 4, 0, 7) + b"binlog.000001")
        seen = f"SELECT count(*) FROM information_schema.processlist WHERE id = {connection.thread_id()}"
        until(lambda: shop.database.scalar(f"{seen} AND command LIKE 'Binlog Dump%'") == 1)
        yield
        shop.database.run(f"KILL {connection.thread_id()}")
    until(lambda: shop.database.scalar(seen) == 0)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def logs(shop: Shop) -> set[str]:
    """The binary logs in which the person is, read by the test itself."""
    return {name for name in bearing(shop) if name.startswith("binlog.0")}


def place(places: tuple[PlaceState, ...], name: str) -> PlaceState:
    (one,) = (one for one in places if one.place == name)
    return one


@pytest.mark.slow
def test_purged_when_everything_may_be_done_and_told_otherwise(shop: Shop) -> None:
    shop.database.run("SET GLOBAL expire_logs_days = 10")
    told = erase(shop, Cleaning.LIGHT)
    kept = place(told.places, "maria-binlog")
    assert not told.gone
    assert (kept.state, kept.reason, kept.until) == ("found", "binlog", AS_OF + timedelta(days=10))
    assert kept.found
    assert logs(shop)

    shop.people(1, name=NAME, email=ME["email"])
    with followed(shop):
        told = erase(shop, Cleaning.FULL)
    assert not told.gone
    assert "binlog-kept" in told.cleaned
    assert place(told.places, "maria-replica").reason == "replica"
    assert found(told) == {("maria-binlog", None): "binlog"}, told.cleaned
    assert logs(shop)

    shop.people(1, name=NAME, email=ME["email"])
    clean = erase(shop, Cleaning.FULL)
    assert clean.gone, clean
    assert "binlog-purged" in clean.cleaned
    assert bearing(shop) == set()


def test_logs_that_nobody_purges_are_said_to_stay(shop: Shop) -> None:
    shop.database.run("SET GLOBAL expire_logs_days = 0")
    kept = place(erase(shop, Cleaning.LIGHT).places, "maria-binlog")
    assert (kept.state, kept.reason, kept.until) == ("found", "binlog-for-ever", None)


def test_what_garant_asks_with_is_in_no_log(shop: Shop) -> None:
    """Temporary tables hold the keys of persons, and what a request says of one."""
    shop.database.run("SET GLOBAL binlog_format = 'MIXED'")
    asked = "who.asks@nowhere.example"
    assert not any(find.keys for find in find_subject(shop.system(), {"email": asked}))
    erase(shop, Cleaning.NONE)
    folder = Path(str(shop.database.scalar("SELECT @@datadir")))
    written = b"".join(file.read_bytes() for file in folder.glob("binlog.0*"))
    assert ME["email"].encode() in written, "rows that go are logged"
    assert asked.encode() not in written
    assert b"garant_" not in written


def test_a_redo_log_of_a_size_that_is_refused_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose log is smaller than its buffer takes no other size (1210): the rest is cleaned all the same."""
    monkeypatch.setattr(mariadb_cleaning, "RESIZE", -28 * 1024 * 1024)
    cleaned = keeper_of(shop).clean(Cleaning.FULL, ["note"])
    assert cleaned == ["purged", "rebuilt", "binlog-purged", "redo-kept"]
