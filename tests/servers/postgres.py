"""A private PostgreSQL for a test run: one server, shared by all its workers, started when first needed.

As a command it lends the server to another command, in DATABASE_URL:
``python -m tests.servers.postgres pytest -m state``.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.servers.installation import NoPostgres

ANNOUNCEMENT = "GARANT_TEST_POSTGRES"
ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 600  # a first run may install the package


@dataclass(frozen=True)
class PostgresServer:
    """A running server; every address it gives is a SQLAlchemy URL."""

    port: int
    password: str
    folder: Path
    programs: Path

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


def borrow(path: Path, owner: int) -> PostgresServer:
    """The server announced in the file ``path``; started for the process ``owner`` by who asks first.

    Raises NoPostgres when it cannot be had.
    """
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _start_keeper(path, owner)
        content = json.loads(path.read_text())
    if "problem" in content:
        raise NoPostgres(content["problem"])
    return PostgresServer(
        content["port"], content["password"], Path(content["folder"]), Path(content["programs"])
    )


def _start_keeper(path: Path, owner: int) -> None:
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.keeper", str(path), str(owner)],
        cwd=ROOT,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    end = time.monotonic() + WAIT_SECONDS
    while not path.exists():
        if time.monotonic() > end or (keeper.poll() is not None and not path.exists()):
            raise NoPostgres("The process that keeps PostgreSQL ended before the server was ready.")
        time.sleep(0.05)
    keeper.returncode = 0  # it outlives this object on purpose: no "still running" warning


def give_back(path: Path) -> None:
    """Stops the server announced in the file ``path``, if any, and waits until its folder is gone."""
    if not path.exists():
        return
    content = json.loads(path.read_text())
    path.unlink()
    if "keeper" not in content:
        return
    try:
        os.kill(content["keeper"], signal.SIGTERM)
    except ProcessLookupError:
        return
    end = time.monotonic() + 30
    while Path(content["folder"]).exists() and time.monotonic() < end:
        time.sleep(0.05)


def new_run() -> Path:
    """Where a run's server will be announced, readable by its workers alone."""
    return Path(tempfile.mkdtemp(prefix="garant-tests-")) / "postgres.json"


def end_run(path: Path) -> None:
    give_back(path)
    shutil.rmtree(path.parent, ignore_errors=True)


def main(command: list[str]) -> int:
    """Runs a command with a private server in DATABASE_URL, and stops the server after it."""
    path = new_run()
    try:
        server = borrow(path, os.getpid())
        with server.connect() as connection:
            connection.execute("CREATE DATABASE garant")
        lent = {
            "DATABASE_URL": server.url("garant", driver="postgresql"),
            ANNOUNCEMENT: str(path),
        }
        return subprocess.run(command, env={**os.environ, **lent}, check=False).returncode
    except NoPostgres as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        end_run(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
