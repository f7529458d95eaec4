"""Which files a PostgreSQL database has, and how they are read: from the disk, or by the server itself."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from garant.systems.rawreading import PIECE, Searcher
from garant.systems.rawsearch import Patterns, Read, search_files

Connection = psycopg.Connection[Any]

_SEGMENT = re.compile(r"^(\d+)(?:_(?:fsm|vm|init))?(?:\.\d+)?$")
"""The name of a relation's file: its number, its fork, its gigabyte."""


@dataclass(frozen=True, slots=True)
class ServerFile:
    """A file of the server, its path from the data directory, the place it is and whose."""

    path: str
    place: str
    table: str | None = None


class Reader(Protocol):
    """How the server's files are listed and read."""

    def list(self, folder: str) -> list[str]:
        """The names in a folder of the data directory; none when there is no such folder."""
        ...

    def search(self, patterns: Patterns, paths: Sequence[str], seconds: float) -> list[Read]:
        """Search files, in the order given."""
        ...


class DiskReader:
    """The data directory is on this machine, and this process may read it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self, folder: str) -> list[str]:
        """The names in a folder."""
        path = self._folder / folder
        return sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []

    def search(self, patterns: Patterns, paths: Sequence[str], seconds: float) -> list[Read]:
        """Search files from the disk."""
        return search_files(patterns, [self._folder / path for path in paths], seconds)


class ServerReader:
    """The server reads itself (``pg_read_binary_file``): its files come by SQL, piece by piece."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, folder: str) -> list[str]:
        """The names in a folder."""
        rows = self._connection.execute("SELECT pg_ls_dir(%s, true, false)", (folder,)).fetchall()
        return sorted(str(name) for (name,) in rows)

    def search(self, patterns: Patterns, paths: Sequence[str], seconds: float) -> list[Read]:
        """Search files through the connection."""
        until = time.monotonic() + seconds
        searcher = Searcher(patterns.forms)
        return [self._search(searcher, patterns, path, until) for path in paths]

    def _search(self, searcher: Searcher, patterns: Patterns, path: str, until: float) -> Read:
        size = [0]
        whole = [False]
        try:
            found = searcher.search(self._pieces(path, until, size, whole))
        except psycopg.Error as error:
            gone = isinstance(error, psycopg.errors.UndefinedFile)
            return Read(frozenset(), size[0], gone, there=not gone)
        return Read(patterns.texts(found), size[0], whole[0])

    def _pieces(self, path: str, until: float, size: list[int], whole: list[bool]) -> Iterator[bytes]:
        with self._connection.cursor(binary=True) as cursor:
            while time.monotonic() < until:
                cursor.execute("SELECT pg_read_binary_file(%s, %s, %s)", (path, size[0], PIECE))
                row = cursor.fetchone()
                piece = bytes(row[0]) if row and row[0] else b""
                size[0] += len(piece)
                if len(piece) < PIECE:
                    whole[0] = True
                if not piece:
                    return
                yield piece
                if whole[0]:
                    return


def reader_of(connection: Connection) -> Reader | None:
    """How this server's files can be read; None when they cannot."""
    folder = _data_directory(connection)
    if folder is not None and _is_this_server(connection, folder):
        return DiskReader(folder)
    allowed = connection.execute(
        "SELECT has_function_privilege('pg_read_binary_file(text, bigint, bigint)', 'EXECUTE') "
        "AND has_function_privilege('pg_ls_dir(text, boolean, boolean)', 'EXECUTE')"
    ).fetchone()
    return ServerReader(connection) if allowed and allowed[0] else None


def _data_directory(connection: Connection) -> Path | None:
    try:
        row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return None
    return Path(str(row[0])) if row else None


def _is_this_server(connection: Connection, folder: Path) -> bool:
    """The path is the server's own: here it may be another server's. Its identifier begins pg_control."""
    row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    try:
        mine = (folder / "global" / "pg_control").read_bytes()[:8]
        readable = os.access(folder / "base", os.R_OK | os.X_OK) and os.access(
            folder / "pg_wal", os.R_OK | os.X_OK
        )
    except OSError:
        return False
    return (
        readable
        and row is not None
        and int(row[0]) in (int.from_bytes(mine, "little"), int.from_bytes(mine, "big"))
    )


_RELATIONS = """
SELECT pg_relation_filepath(c.oid) AS path, c.relkind = 'i' AS index, c.relkind = 't' OR t.relkind = 't' AS toast,
       coalesce(owner.relname, t.relname, c.relname) AS name, coalesce(on_.nspname, tn.nspname, n.nspname) AS schema,
       pg_table_is_visible(coalesce(owner.oid, t.oid, c.oid)) AS visible
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_class t ON t.oid = i.indrelid
LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_class owner ON owner.reltoastrelid = CASE WHEN c.relkind = 't' THEN c.oid WHEN t.relkind = 't' THEN t.oid END
LEFT JOIN pg_namespace on_ ON on_.oid = owner.relnamespace
WHERE pg_relation_filepath(c.oid) IS NOT NULL
"""


def server_files(connection: Connection, reader: Reader, tables: Collection[str]) -> list[ServerFile]:
    """Every file where a value may be: the tables that changed first, then the log, then all the others."""
    known = {str(row[0]): _owner(row) for row in connection.execute(_RELATIONS).fetchall()}
    found: list[ServerFile] = []
    for folder in _folders(connection, reader):
        for name in reader.list(folder):
            match = _SEGMENT.match(name)
            place, table = (
                known.get(f"{folder}/{match.group(1)}", ("pg-other", None)) if match else ("pg-other", None)
            )
            found.append(ServerFile(f"{folder}/{name}", place, table))
    found.sort(key=lambda file: file.table not in tables)
    mine = [file for file in found if file.table in tables]
    rest = [file for file in found if file.table not in tables]
    return [*mine, *_logs(connection, reader), *rest]


def _folders(connection: Connection, reader: Reader) -> list[str]:
    row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert row is not None
    folders = [f"base/{row[0]}", "base/pgsql_tmp", "pg_stat_tmp", "pg_stat"]
    for space in reader.list("pg_tblspc"):
        folders += [f"pg_tblspc/{space}/{version}/{row[0]}" for version in reader.list(f"pg_tblspc/{space}")]
    return folders


def _logs(connection: Connection, reader: Reader) -> list[ServerFile]:
    """The write-ahead log, what replication spills, and the server's log where it is in the data directory."""
    found = [ServerFile(f"pg_wal/{name}", "pg-wal") for name in reader.list("pg_wal") if len(name) == 24]
    for slot in reader.list("pg_replslot"):
        found += [
            ServerFile(f"pg_replslot/{slot}/{name}", "pg-wal") for name in reader.list(f"pg_replslot/{slot}")
        ]
    row = connection.execute("SELECT current_setting('log_directory', true)").fetchone()
    folder = str(row[0]) if row and row[0] else "log"
    if not folder.startswith("/"):
        found += [ServerFile(f"{folder}/{name}", "pg-log") for name in reader.list(folder)]
    return found


def _owner(row: Sequence[Any]) -> tuple[str, str | None]:
    _, index, toast, name, schema, visible = row
    if schema == "pg_catalog":
        return ("pg-statistics" if name == "pg_statistic" else "pg-other", None)
    table = name if visible else f"{schema}.{name}"
    return ("pg-toast" if toast else "pg-index" if index else "pg-table", table)
