"""MariaDB: InnoDB’s tables, undo and redo logs, binary logs, the server’s own logs.

What cleans what (MariaDB’s knowledge base, and measured on 10.11): purge removes delete-marked rows when no
reader needs them; ``ALTER TABLE … FORCE`` writes a new file of the table; ``innodb_immediate_scrub_data_uncompressed``
zeroes the pages that undo logs give back; a redo log is written anew when its size is changed (since 10.9);
binary logs quote rows until they are purged, by hand or after ``expire_logs_days``.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql
import sqlalchemy as sa

from garant.systems.model import DataMap
from garant.systems.port import ConnectorError
from garant.systems.rawsearch import Patterns, search_files
from garant.systems.residue import Cleaning, Looked, StillThere, together
from garant.systems.sql.residue.live import still_there
from garant.systems.sql.residue.mariadb_cleaning import clean
from garant.systems.sql.residue.mariadb_files import ServerFile, log_files, server_files
from garant.systems.sql.residue.mariadb_live import held, text_columns
from garant.systems.sql.residue.mariadb_talk import Connection, rows, scalar

_WIDE = {"ucs2": "utf-16-be", "utf16": "utf-16-be", "utf16le": "utf-16-le", "utf32": "utf-32-be"}
"""Character sets that write a text in other bytes than UTF-8 and latin-1 do."""


class MariadbKeeper:
    """The residue of one MariaDB database, and of the server that it shares with others."""

    def __init__(self, data_map: DataMap, looking: sa.Engine, changing: sa.Engine) -> None:
        self._map = data_map
        self._looking = looking
        self._changing = changing

    def clean(self, level: Cleaning, tables: Collection[str]) -> list[str]:
        """Wait for the purge; with everything allowed, rewrite the tables and drop the logs."""
        if level is Cleaning.NONE:
            return []
        with self._raw(self._changing) as connection:
            return clean(connection, level, tables)

    def search(self, texts: Sequence[str], tables: Collection[str], seconds: float) -> list[Looked]:
        """Search the server’s files where this process may read them."""
        with self._raw(self._looking) as connection:
            told = [*_told(connection), *_unreadable(connection, tables)]
            folder = Path(str(scalar(connection, "SELECT @@datadir")))
            database = str(scalar(connection, "SELECT DATABASE()"))
            if not _is_here(connection, folder / database):
                places = ("maria-table", "maria-system", "maria-redo", "maria-binlog", "maria-log")
                return [*(Looked(place, whole=False, reason="no-files") for place in places), *told]
            files = [*server_files(folder, database, tables), *log_files(connection, folder)]
            days = _binlog_days(connection)
            patterns = Patterns(texts, self._encodings(connection))
        reads = search_files(patterns, [file.path for file in files], seconds)
        looked = [
            Looked(
                file.place,
                read.hits,
                read.size,
                file.table,
                read.whole,
                _reason(file, tables, days) if read.whole else "time",
                days if file.place == "maria-binlog" else None,
            )
            for file, read in zip(files, reads, strict=True)
            if read.there
        ]
        return [*together(looked), *told]

    def still_there(self, texts: Sequence[str], wanted: Iterable[int]) -> StillThere:
        """Ask every text column, one regular expression and one pass per table."""
        with self._raw(self._looking) as connection:
            catalogue = text_columns(connection)
            return still_there(
                self._map, catalogue, texts, wanted, lambda t, c, asked: held(connection, t, c, asked)
            )

    def _encodings(self, connection: Connection) -> list[str]:
        found = rows(
            connection,
            "SELECT DISTINCT character_set_name FROM information_schema.columns WHERE table_schema = DATABASE()",
        )
        wide = [_WIDE[str(name)] for (name,) in found if str(name) in _WIDE]
        return list(dict.fromkeys(["utf-8", "latin-1", *wide]))

    @contextmanager
    def _raw(self, engine: sa.Engine) -> Generator[Connection]:
        """The driver’s own connection, each statement its own transaction."""
        pooled = engine.raw_connection()
        driver: Any = pooled.driver_connection
        try:
            driver.autocommit(True)
            yield driver
        except pymysql.MySQLError as error:
            code = error.args[0] if error.args else "?"
            raise ConnectorError(
                f"{self._map.system}: the residue could not be looked at (error {code})"
            ) from None
        finally:
            if driver.open:
                driver.autocommit(False)
            pooled.close()


def _is_here(connection: Connection, folder: Path) -> bool:
    """The server runs on this machine, and this process may read the database’s folder."""
    same = str(scalar(connection, "SELECT @@hostname")) == socket.gethostname()
    return same and os.access(folder, os.R_OK | os.X_OK) and os.access(folder.parent / "ibdata1", os.R_OK)


def _reason(file: ServerFile, tables: Collection[str], days: int | None) -> str:
    if file.place == "maria-table":
        return "rebuild" if file.table in tables else "rebuild-other"
    if file.place == "maria-binlog":
        return "binlog" if days else "binlog-for-ever"
    return file.place


def _binlog_days(connection: Connection) -> int | None:
    """Days after which a binary log is purged by the server itself; None when it never is."""
    days = float(scalar(connection, "SELECT @@expire_logs_days") or 0)
    return -int(-days // 1) or None


def _told(connection: Connection) -> list[Looked]:
    """What is known to be elsewhere: servers that follow; logs that are compressed."""
    told: list[Looked] = []
    following = "SELECT COUNT(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"
    if scalar(connection, following):
        told.append(Looked("maria-replica", whole=False, reason="replica"))
    if scalar(connection, "SELECT @@log_bin AND @@log_bin_compress"):
        told.append(Looked("maria-binlog", whole=False, size=1, reason="compressed-log"))
    return told


_UNREADABLE = """
SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
AND (row_format = 'Compressed' OR create_options RLIKE 'page_compressed|encrypted')
"""


def _unreadable(connection: Connection, tables: Collection[str]) -> list[Looked]:
    """Tables whose pages are compressed or encrypted: no text is found in their file."""
    found = [str(name) for (name,) in rows(connection, _UNREADABLE)]
    return [
        Looked("maria-table", size=1, table=name, whole=False, reason="compressed-table")
        for name in found
        if name in tables
    ]
