"""Cleaning MariaDB: the purge awaited, tables rewritten, undo scrubbed, binary and redo logs dropped."""

from __future__ import annotations

import time
from collections.abc import Collection

from garant.systems.residue import Cleaning
from garant.systems.sql.residue.mariadb_talk import Connection, attempt, quoted, rows, scalar

PATIENCE = 10
"""Seconds that a purge is awaited, of old rows or of logs; a reader who needs them holds it back."""

RESIZE = 4 * 1024 * 1024
"""Bytes by which the redo log is made larger for a moment, to be written anew: its unit is 4 KiB."""

_SCRUB = "innodb_immediate_scrub_data_uncompressed"


def clean(connection: Connection, level: Cleaning, tables: Collection[str]) -> list[str]:
    """Do what the level allows; says what was done and what could not be, by keys."""
    if level is not Cleaning.FULL:
        return [_purged(connection)]
    before = scalar(connection, f"SELECT @@{_SCRUB}")
    scrubbing = attempt(connection, f"SET GLOBAL {_SCRUB} = ON")
    try:
        done = [_purged(connection)]
        done += [_rebuilt(connection, table) for table in sorted(tables)]
        done.append(_purged(connection))
        done += [_binlogs(connection), _redo(connection)]
    finally:
        if scrubbing:
            attempt(connection, f"SET GLOBAL {_SCRUB} = {int(before)}")
    return [key for key in dict.fromkeys(done) if key]


def _purged(connection: Connection) -> str:
    """Wait until InnoDB has purged what nobody can read any more."""
    until = time.monotonic() + PATIENCE
    while (left := rows(connection, "SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'")) and int(
        left[0][1]
    ):
        if time.monotonic() > until:
            return "purge-waits"
        time.sleep(0.1)
    return "purged"


def _rebuilt(connection: Connection, table: str) -> str:
    done = attempt(connection, f"ALTER TABLE {quoted(table)} FORCE")
    return "rebuilt" if done else "rebuild-refused"


def _binlogs(connection: Connection) -> str:
    """Purge the binary logs, unless a server that follows may still need them."""
    if not scalar(connection, "SELECT @@log_bin"):
        return ""
    followed = "SELECT COUNT(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"
    if scalar(connection, followed) or not attempt(connection, "FLUSH BINARY LOGS"):
        return "binlog-kept"
    current = rows(connection, "SHOW BINARY LOGS")[-1][0]
    until = time.monotonic() + PATIENCE
    # A log that InnoDB may still need, or that somebody reads, is left with no more than a warning.
    while attempt(connection, f"PURGE BINARY LOGS TO '{current}'"):
        if rows(connection, "SHOW BINARY LOGS")[0][0] == current:
            return "binlog-purged"
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    return "binlog-kept"


def _redo(connection: Connection) -> str:
    """Have the redo log written anew, by another size and back."""
    size = int(scalar(connection, "SELECT @@innodb_log_file_size"))
    sizes = (f"SET GLOBAL innodb_log_file_size = {wanted}" for wanted in (size + RESIZE, size))
    return "redo-renewed" if attempt(connection, *sizes) else "redo-kept"
