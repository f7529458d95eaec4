"""Which files a MariaDB server has, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from garant.systems.sql.residue.mariadb_talk import Connection, attempt, rows, scalar

_ENCODED = re.compile(r"@([0-9a-f]{4})")
_SERVER = (
    ("ibdata*", "maria-system"),
    ("undo*", "maria-undo"),
    ("ib_logfile*", "maria-redo"),
    ("aria_log*", "maria-redo"),
    ("ibtmp*", "maria-temp"),
    ("mysql/column_stats*", "maria-statistics"),
)


@dataclass(frozen=True, slots=True)
class ServerFile:
    """A file of the server, the place it is and whose."""

    path: Path
    place: str
    table: str | None = None


def server_files(folder: Path, database: str, tables: Collection[str]) -> list[ServerFile]:
    """Every file of the data directory where a value may be: the tables that changed first."""
    own = [
        ServerFile(path, *_owner(path)) for path in sorted((folder / database).iterdir()) if path.is_file()
    ]
    own.sort(key=lambda file: file.table not in tables)
    server = [
        ServerFile(path, place)
        for pattern, place in _SERVER
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    ]
    return [*own, *server]


def log_files(connection: Connection, folder: Path) -> list[ServerFile]:
    """The binary logs, and the logs of statements and errors, wherever they are."""
    return [*_binlogs(connection), *_logs(connection, folder)]


def _owner(path: Path) -> tuple[str, str | None]:
    if path.suffix not in (".ibd", ".MYD", ".MYI", ".MAD", ".MAI"):
        return "maria-other", None
    name = path.stem.partition("#")[0]
    return "maria-table", _ENCODED.sub(lambda code: chr(int(code[1], 16)), name)


def _binlogs(connection: Connection) -> Iterator[ServerFile]:
    if scalar(connection, "SELECT @@log_bin") and attempt(connection, "SHOW BINARY LOGS"):
        folder = Path(str(scalar(connection, "SELECT @@log_bin_basename"))).parent
        for name, *_ in rows(connection, "SHOW BINARY LOGS"):
            yield ServerFile(folder / str(name), "maria-binlog")


def _logs(connection: Connection, folder: Path) -> Iterator[ServerFile]:
    for name, on in (
        ("general_log_file", "@@general_log"),
        ("slow_query_log_file", "@@slow_query_log"),
        ("log_error", "1"),
    ):
        written = str(scalar(connection, f"SELECT IF({on}, @@{name}, '')") or "")
        if written and written != "stderr":
            yield ServerFile(folder / written, "maria-log")
