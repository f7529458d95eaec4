"""Three databases with one face: filled, read back to the byte, and copied aside."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
import pymysql
from pymysql.converters import encoders
from pymysql.cursors import Cursor, DictCursor
from sqlalchemy import make_url

Row = dict[str, Any]
Contents = dict[str, dict[int, Row]]
"""Table → hidden row number → row. The map never names ``rid``."""


class Database(Protocol):
    """What a test does to a database behind Garant's back."""

    name: str
    url: str

    def run(self, *statements: str) -> None: ...
    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None: ...
    def contents(self, tables: Iterable[str]) -> Contents: ...
    def scalar(self, query: str) -> Any: ...
    def clear(self) -> None: ...


class SqliteFile:
    """A SQLite file; values come back exactly as they are stored, type included."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{quote(str(path))}"
        self.clear()

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def run(self, *statements: str) -> None:
        connection = self.connect()
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        connection = self.connect()
        for row in rows:
            marks = ", ".join("?" * len(row))
            connection.execute(
                f"INSERT INTO {quoted(table)} ({_names(row)}) VALUES ({marks})", [*row.values()]
            )
        connection.commit()
        connection.close()

    def contents(self, tables: Iterable[str]) -> Contents:
        connection = self.connect()
        connection.row_factory = sqlite3.Row
        found = {
            table: {
                row["rid"]: dict(row)
                for row in connection.execute(f"SELECT * FROM {quoted(table)} ORDER BY rid")
            }
            for table in tables
        }
        connection.close()
        return found

    def scalar(self, query: str) -> Any:
        connection = self.connect()
        found = connection.execute(query).fetchone()
        connection.close()
        return found[0] if found else None

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
        sqlite3.connect(self.path).execute("PRAGMA page_size = 4096").connection.close()
        self.path.touch()


class PostgresDatabase:
    """A PostgreSQL database; values come back as PostgreSQL writes them."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url
        self._plain = url.replace("+psycopg", "")
        self._open: psycopg.Connection[Any] | None = None

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """One connection for the whole test: opening one takes longer than most tests."""
        if self._open is None or self._open.closed:
            self._open = psycopg.connect(self._plain, autocommit=True, prepare_threshold=None)
        yield self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()

    def run(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        with self.connect() as connection, connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(
                f"INSERT INTO {quoted(table)} ({_names(rows[0])}) VALUES ({marks})",
                [[*row.values()] for row in rows],
            )

    def contents(self, tables: Iterable[str]) -> Contents:
        with self.connect() as connection:
            return {table: self._rows(connection, table) for table in tables}

    def _rows(self, connection: psycopg.Connection[Any], table: str) -> dict[int, Row]:
        empty = connection.execute(f"SELECT * FROM {quoted(table)} LIMIT 0")
        names = [column.name for column in empty.description or ()]
        texts = ", ".join(f"{quoted(name)}::text" for name in names)
        rows = connection.execute(f"SELECT rid, {texts} FROM {quoted(table)} ORDER BY 1")
        return {rid: dict(zip(names, values, strict=True)) for rid, *values in rows}

    def scalar(self, query: str) -> Any:
        with self.connect() as connection:
            found = connection.execute(query).fetchone()
            return found[0] if found else None

    def clear(self) -> None:
        self.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


class MariadbDatabase:
    """A MariaDB database; values come back as MariaDB writes them."""

    name = "mariadb"

    def __init__(self, url: str) -> None:
        self.url = url
        self._open: pymysql.Connection[Cursor] | None = None

    def connect(self) -> pymysql.Connection[Cursor]:
        """One connection for the whole test; it writes names as the other databases do."""
        if self._open is None:
            parsed = make_url(self.url)
            self._open = pymysql.connect(
                host=parsed.host,
                port=parsed.port or 3306,
                user=parsed.username,
                password=str(parsed.password),
                database=parsed.database,
                autocommit=True,
                charset="utf8mb4",
                sql_mode="ANSI_QUOTES,STRICT_ALL_TABLES",
                conv=dict(encoders),
            )
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def run(self, *statements: str) -> None:
        with self.connect().cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        marks = ", ".join(["%s"] * len(rows[0]))
        with self.connect().cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {quoted(table)} ({_names(rows[0])}) VALUES ({marks})",
                [[*row.values()] for row in rows],
            )

    def contents(self, tables: Iterable[str]) -> Contents:
        return {table: self._rows(table) for table in tables}

    def _rows(self, table: str) -> dict[int, Row]:
        with self.connect().cursor(DictCursor) as cursor:
            cursor.execute(f"SELECT * FROM {quoted(table)} ORDER BY rid")
            return {int(row["rid"]): row for row in cursor.fetchall()}

    def scalar(self, query: str) -> Any:
        """The first value, as a text unless it is a whole number."""
        with self.connect().cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetchone()
        value = found[0] if found else None
        return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d+", value) else value

    def clear(self) -> None:
        database = make_url(self.url).database
        self.run(f"DROP DATABASE {database}", f"CREATE DATABASE {database}", f"USE {database}")


def quoted(name: str) -> str:
    """An SQL identifier, quoted; a schema before the dot."""
    return ".".join(f'"{part}"' for part in name.split("."))


def _names(row: Mapping[str, Any]) -> str:
    return ", ".join(quoted(name) for name in row)
