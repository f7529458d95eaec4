"""PostgreSQL's write-ahead log: what keeps its segments, and how the old ones are really dropped.

At a checkpoint, old segments are renamed for later use (``wal_recycle``) and keep their bytes. With recycling
off they are removed; those renamed before are then run through, since a switch fills the rest of a segment
with zeros.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

MOST_SEGMENTS = 256
"""Segments run through at most: 4 GiB of log of the usual 16 MiB each."""

RELOAD_SECONDS = 0.5
"""How long the server is given to read a setting again."""

_AHEAD = "SELECT count(*) FROM pg_ls_waldir() WHERE length(name) = 24 AND name > pg_walfile_name(pg_current_wal_lsn())"


def wal_reason(connection: Connection) -> str:
    """What keeps the log: an archive, a slot, or only the next checkpoints."""
    if _scalar(connection, "SELECT current_setting('archive_mode')") != "off":
        return "wal-archive"
    if _scalar(connection, "SELECT count(*) FROM pg_replication_slots"):
        return "wal-slots"
    return "wal"


def drop_segments(connection: Connection) -> str:
    """Remove the old segments, bytes and all; not where an archive or a slot needs them.

    ``wal_recycle`` is off for the time of it, and then as it was.
    """
    if wal_reason(connection) != "wal" or _scalar(connection, "SELECT pg_is_in_recovery()"):
        return "wal-kept"
    own = _scalar(
        connection,
        "SELECT count(*) FROM pg_file_settings WHERE name = 'wal_recycle' AND sourcefile LIKE '%auto.conf'",
    )
    connection.execute("ALTER SYSTEM SET wal_recycle = off")
    try:
        _reload(connection)
        _run_through(connection)
    finally:
        if not own:
            connection.execute("ALTER SYSTEM RESET wal_recycle")
            _reload(connection)
    return "wal-dropped"


def _run_through(connection: Connection) -> None:
    ahead = min(int(_scalar(connection, _AHEAD)), MOST_SEGMENTS)
    for _ in range(ahead + 1):
        connection.execute("SELECT pg_logical_emit_message(false, 'garant', '')")
        connection.execute("SELECT pg_switch_wal()")
    connection.execute("CHECKPOINT")
    connection.execute("CHECKPOINT")


def _reload(connection: Connection) -> None:
    connection.execute("SELECT pg_reload_conf()")
    time.sleep(RELOAD_SECONDS)


def _scalar(connection: Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None
