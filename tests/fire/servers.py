"""Servers of the tests' own, to be stopped, killed and starved."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engine.support.databases import Database, MariadbDatabase, PostgresDatabase
from tests.fire.arena import Arena, Undisturbed, undisturbed
from tests.servers.mariadb_process import Mariadb
from tests.servers.postgres_process import Postgres


class DurableMariadb(Mariadb):
    """A server as in production: killed, it keeps what it has committed; replicas may follow it."""

    def command(self) -> list[str]:
        durable = [
            "--innodb-flush-log-at-trx-commit=1",
            "--log-bin=binlog",
            "--server-id=1",
            "--innodb-log-file-size=8M",
        ]
        return [*map(str, super().command()), *durable]


MB = 1 << 20
LOG = 14 * MB
"""Bytes, more than any other file of a new server but MariaDB's own log, which is written round and round."""


def binlog(database: Database) -> int:
    """Bytes of the binary log that is written."""
    assert isinstance(database, MariadbDatabase)
    with database.connect().cursor() as cursor:
        cursor.execute("SHOW MASTER STATUS")
        (status,) = cursor.fetchall()
    return int(status[1])


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

    def starve(self, room: int) -> None:
        """Start the server again so that the log of what it commits grows by so many bytes, and no more."""
        database = self.arena.database
        if isinstance(self.server, Mariadb):
            self.away(self.server.quickly)
            self.server.back(LOG + room)
            aside = "CREATE OR REPLACE TABLE mysql.aside (filling longblob) ENGINE = MyISAM"
            database.run("SET SESSION binlog_format = 'ROW'")
            while (size := min(MB, LOG - binlog(database) - 1_000)) > 0:
                database.run(aside, f"INSERT INTO mysql.aside VALUES (repeat('x', {size}))")
            return
        database.run(
            "SELECT pg_switch_wal()", f"SELECT pg_logical_emit_message(false, '', repeat('x', {LOG}))"
        )
        offset = int(
            database.scalar("SELECT (pg_walfile_name_offset(pg_current_wal_insert_lsn())).file_offset")
        )
        self.away(self.server.quickly)
        self.server.back(offset + room)

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
