"""Another program at the same rows: waited for, tried again, or said; never half done, never counted twice."""

from __future__ import annotations

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.engine.support.databases import Database, MariadbDatabase, PostgresDatabase, SqliteFile
from tests.fire.arena import Arena
from tests.fire.conftest import Standing
from tests.support.again import again

pytestmark = pytest.mark.timeout(600)

SERVERS = pytest.mark.parametrize("standing", ["postgresql", again("mariadb")], indirect=True)
HERS = "UPDATE {} SET {} = {} WHERE id = 1"
"""A row of somebody whom the run is about to forget, locked and left as it is."""


class Rival(ABC):
    """Another program in the same database, in a transaction of its own."""

    @abstractmethod
    def say(self, statement: str) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    def lock(self, table: str, column: str) -> None:
        """Keep a row of that table."""
        self.say(HERS.format(table, column, column))

    def waiting(self) -> bool:
        """Whether somebody waits for a lock in this database."""
        raise NotImplementedError

    def deadlocks(self) -> int:
        """How many the server has seen."""
        raise NotImplementedError


class OnSqlite(Rival):
    def __init__(self, database: SqliteFile) -> None:
        self.connection = sqlite3.connect(database.path, isolation_level=None, check_same_thread=False)
        self.say("BEGIN IMMEDIATE")

    def say(self, statement: str) -> None:
        self.connection.execute(statement)

    def close(self) -> None:
        self.connection.close()


class OnPostgresql(Rival):
    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database
        self.connection = psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True)
        self.say("SET deadlock_timeout = '1min'")  # the other one finds it, and gives way
        self.say("BEGIN")

    def say(self, statement: str) -> None:
        self.connection.execute(statement)

    def close(self) -> None:
        self.connection.close()

    def waiting(self) -> bool:
        return bool(
            self.database.scalar(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )

    def deadlocks(self) -> int:
        return int(
            self.database.scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        )


class OnMariadb(Rival):
    def __init__(self, database: MariadbDatabase) -> None:
        self.database = database
        self.other = MariadbDatabase(database.url)
        self.say("BEGIN")

    def say(self, statement: str) -> None:
        self.other.run(statement)

    def close(self) -> None:
        self.other.close()

    def waiting(self) -> bool:
        return bool(
            self.database.scalar(
                "SELECT count(*) FROM information_schema.innodb_trx AS t JOIN information_schema.processlist AS p"
                " ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = database()"
            )
        )

    def deadlocks(self) -> int:
        return int(
            self.database.scalar(
                "SELECT variable_value FROM information_schema.global_status"
                " WHERE variable_name = 'INNODB_DEADLOCKS'"
            )
        )


def _rival(database: Database) -> Rival:
    if isinstance(database, SqliteFile):
        return OnSqlite(database)
    if isinstance(database, PostgresDatabase):
        return OnPostgresql(database)
    assert isinstance(database, MariadbDatabase)
    return OnMariadb(database)


@contextmanager
def rival(arena: Arena) -> Iterator[Rival]:
    """Another program, gone at the end whatever happens."""
    other = _rival(arena.database)
    try:
        yield other
    finally:
        other.close()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(
            0.15
        )  # InnoDB shows the same picture again to who looks more often than each tenth of a second


def test_who_holds_a_lock_for_a_moment_is_waited_for(standing: Standing, arena: Arena) -> None:
    with rival(arena) as other:
        other.lock("note", "body")
        run = arena.start({"do": "apply"})
        time.sleep(1)
        other.say("ROLLBACK")
        answer = run.end()
    standing.ended_like(answer)


def test_who_does_not_let_go_is_said_and_once_they_do_the_run_goes_on(
    standing: Standing, arena: Arena
) -> None:
    """SQLITE_BUSY, PostgreSQL’s 55P03, MariaDB’s 1205, each beyond what the run waits and tries again."""
    with rival(arena) as other:
        other.lock("note", "body")
        answer = arena.apply(patience=0.2 if standing.arena.database.name != "mariadb" else 1)
        assert arena.shop.rows() == arena.before
    assert answer["error"] == "RunInterruptedError", answer
    assert answer["words"].startswith("Interrupted before the end"), answer
    assert answer["fr"].startswith("Interrompu avant la fin"), answer
    standing.ended_like(arena.apply())


@SERVERS
def test_of_two_that_wait_for_each_other_the_run_gives_way_and_begins_again(
    standing: Standing, arena: Arena
) -> None:
    """The run has her note and wants her interaction; the other has that and wants her note."""
    with rival(arena) as other:
        before = other.deadlocks()
        if arena.database.name == "mariadb":  # InnoDB ends the one that has changed the fewest rows
            other.say("INSERT INTO meeting (id) WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL "
                      "SELECT i + 1 FROM n WHERE i < 1900) SELECT i FROM n")  # fmt: skip
        other.lock("interaction", "body")
        run = arena.start({"do": "apply"})
        until(other.waiting)
        other.lock("note", "body")  # returns because the run was ended
        assert arena.others(arena.shop.rows()) == arena.others(arena.before)
        until(lambda: other.deadlocks() > before)
        other.say("ROLLBACK")
        answer = run.end()
    standing.ended_like(answer)


@pytest.mark.parametrize("standing", ["postgresql"], indirect=True)
def test_what_cannot_be_serialised_begins_again(standing: Standing, arena: Arena) -> None:
    """A database whose transactions are all serialisable: a row that changed meanwhile is an error (40001)."""
    database = arena.database
    assert isinstance(database, PostgresDatabase)
    name = database.scalar("SELECT current_database()")
    database.run(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    try:
        with rival(arena) as other:
            other.lock("note", "body")
            run = arena.start({"do": "apply"})
            until(other.waiting)
            rolled_back = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()"
            before = database.scalar(rolled_back)
            other.say("COMMIT")
            answer = run.end()
        until(lambda: database.scalar(rolled_back) > before)
    finally:
        database.run(f"ALTER DATABASE {name} RESET default_transaction_isolation")
    standing.ended_like(answer)
