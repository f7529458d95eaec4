"""A private PostgreSQL for a test run.

As a command it lends the server to another command, in DATABASE_URL:
``python -m tests.servers.postgres pytest -m state``.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.servers.installation import NoServer
from tests.servers.lending import RUN, Lent, borrow, end_run, new_run


@dataclass(frozen=True)
class PostgresServer(Lent):
    """A running server; every address it gives is a SQLAlchemy URL."""

    @classmethod
    def borrow(cls, run: Path) -> PostgresServer:
        """The run's server. Raises NoServer when it cannot be had."""
        return cls(**vars(borrow("postgres", run)))

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        return f"{driver}://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database, driver="postgresql"), autocommit=True)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a fresh copy of ``template``, dropped afterwards whoever is still connected."""
        name = f"test_{uuid4().hex}"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        try:
            yield self.url(name)
        finally:
            with self.connect() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def empty(self, database: str) -> None:
        """Takes everything out of a database, whoever is still connected."""
        with self.connect(database) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            schemas = connection.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            ).fetchall()
            for (schema,) in schemas:
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
            connection.execute("CREATE SCHEMA public")
            connection.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(sql.Identifier(database)))

    def ensure_template(self, name: str, dump: Path) -> str:
        """A database restored once per server from a gzipped SQL dump; workers wait for each other."""
        with self.connect() as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if found is None:
                loading = sql.Identifier(f"{name}_loading")
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(loading))
                connection.execute(sql.SQL("CREATE DATABASE {}").format(loading))
                self._restore(f"{name}_loading", dump)
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(loading, sql.Identifier(name))
                )
        return name

    def _restore(self, database: str, dump: Path) -> None:
        command = [
            self.programs / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1",
            "--output", "/dev/null", self.url(database, driver="postgresql"),
        ]  # fmt: skip
        with (
            subprocess.Popen(command, stdin=subprocess.PIPE, cwd=self.folder) as psql,
            gzip.open(dump) as content,
        ):
            assert psql.stdin is not None
            shutil.copyfileobj(content, psql.stdin)
            psql.stdin.close()
            code = psql.wait()
        if code != 0:
            raise RuntimeError(f"{dump.name} could not be restored: psql ended with {code}.")
        with self.connect(database) as connection:
            connection.execute("ANALYZE")


class Reused(AbstractContextManager["Reused"]):
    """One database after the other, each emptied many times: that takes a third of what a new one takes."""

    TIMES = 40
    """No autovacuum here: the catalogue keeps what was dropped, and slows down."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._lent = ExitStack()
        self._url = ""
        self._left = 0

    def __exit__(self, *_: object) -> None:
        self._lent.close()

    def empty(self) -> str:
        """The URL of an empty database; the one that was given before is nobody's any more."""
        if self._left:
            self._server.empty(self._url.rsplit("/", 1)[1])
        else:
            self._lent.close()
            self._url, self._left = self._lent.enter_context(self._server.database()), self.TIMES
        self._left -= 1
        return self._url


def main(command: list[str]) -> int:
    """Runs a command with a private server in DATABASE_URL, and stops the server after it."""
    run = new_run()
    try:
        server = PostgresServer.borrow(run)
        with server.connect() as connection:
            connection.execute("CREATE DATABASE garant")
        lent = {
            "DATABASE_URL": server.url("garant", driver="postgresql"),
            RUN: str(run),
        }
        return subprocess.run(command, env={**os.environ, **lent}, check=False).returncode
    except NoServer as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        end_run(run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
