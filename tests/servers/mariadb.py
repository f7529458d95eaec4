"""A private MariaDB for a test run."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pymysql
from pymysql.cursors import Cursor

from tests.servers.lending import Lent, borrow


@dataclass(frozen=True)
class MariadbServer(Lent):
    """A running server; every address it gives is a SQLAlchemy URL."""

    @classmethod
    def borrow(cls, run: Path) -> MariadbServer:
        """The run's server. Raises NoServer when it cannot be had."""
        return cls(**vars(borrow("mariadb", run)))

    def url(self, database: str, driver: str = "mysql+pymysql") -> str:
        return f"{driver}://tester:{self.password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str | None = None, **options: Any) -> pymysql.Connection[Cursor]:
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="tester",
            password=self.password,
            database=database,
            autocommit=True,
            charset="utf8mb4",
            **options,
        )

    def run(self, *statements: str, database: str | None = None) -> None:
        """Statements without an answer."""
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    @contextmanager
    def database(self, dump: Path | None = None) -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards; ``dump``: a gzipped SQL dump restored in it.

        MariaDB has no template to copy: a dump of several hundred tables takes about a second and a half.
        """
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name}")
        try:
            if dump is not None:
                self._restore(name, dump)
            yield self.url(name)
        finally:
            self._drop(name)

    def _drop(self, database: str) -> None:
        """Whoever is still connected is cut off: a transaction left open would hold its tables."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", [database])
            for (process,) in cursor.fetchall():
                try:
                    cursor.execute(f"KILL {process}")
                except pymysql.err.OperationalError:
                    continue  # gone by itself
            cursor.execute(f"DROP DATABASE {database}")

    def _restore(self, database: str, dump: Path) -> None:
        command = [
            self.programs / "mariadb", "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
            f"--port={self.port}", "--user=tester", database,
        ]  # fmt: skip
        with (
            subprocess.Popen(
                command, stdin=subprocess.PIPE, cwd=self.folder, env={"MYSQL_PWD": self.password}
            ) as client,
            gzip.open(dump) as content,
        ):
            assert client.stdin is not None
            shutil.copyfileobj(content, client.stdin)
            client.stdin.close()
            code = client.wait()
        if code != 0:
            raise RuntimeError(f"{dump.name} could not be restored: mariadb ended with {code}.")
