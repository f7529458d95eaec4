"""Servers of the tests' own, to be stopped, killed and starved."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engine.support.databases import MariadbDatabase, PostgresDatabase
from tests.fire.arena import Arena, Undisturbed, undisturbed
from tests.servers.mariadb_process import Mariadb
from tests.servers.postgres_process import Postgres


class DurableMariadb(Mariadb):
    """A server as in production: killed, it keeps what it has committed; replicas may follow it."""

    def command(self) -> list[str]:
        durable = ["--innodb-flush-log-at-trx-commit=1", "--log-bin=binlog", "--server-id=1"]
        return [*map(str, super().command()), *durable]


@dataclass
class Ground:
    """A server, the arena on it, and what an undisturbed run leaves there."""

    server: Postgres | Mariadb
    arena: Arena
    peace: Undisturbed

    def away(self, sent: signal.Signals) -> None:
        """The server ends; the test's own connection does too."""
        self.close()
        self.server.away(sent)

    def close(self) -> None:
        """Let go of the database."""
        database = self.arena.database
        assert isinstance(database, PostgresDatabase | MariadbDatabase)
        database.close()

    def ended_in_peace(self, answer: dict[str, object]) -> None:
        """As an undisturbed run: the same rows, receipts and marks, each receipt once in the ledger."""
        assert answer == self.peace.answer
        assert self.arena.shop.rows() == self.peace.rows
        assert self.arena.verified() == {"entries": self.peace.answer["receipts"], "once": True}


@contextmanager
def ground(kind: str, folder: Path) -> Iterator[Ground]:
    """A server of this kind with an arena on it."""
    server = Postgres() if kind == "postgresql" else DurableMariadb()
    server.start()
    arena = Arena(_database(server), folder)
    made = Ground(server, arena, undisturbed(arena))
    try:
        yield made
    finally:
        made.close()
        arena.close()
        server.stop()


def _database(server: Postgres | Mariadb) -> PostgresDatabase | MariadbDatabase:
    if isinstance(server, Mariadb):
        url = f"mysql+pymysql://tester:{server.password}@127.0.0.1:{server.port}"
        made = MariadbDatabase(f"{url}/mysql")
        made.run("CREATE DATABASE shop")
        made.close()
        return MariadbDatabase(f"{url}/shop")
    return PostgresDatabase(
        f"postgresql+psycopg://postgres:{server.password}@127.0.0.1:{server.port}/postgres"
    )
