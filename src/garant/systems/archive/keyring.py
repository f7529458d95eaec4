"""The keys of an archive: the installation's, which wraps; one for each record; one for looking people up.

The master opens nothing by itself but what it wraps: each record's key, and the key of the hashes by which
records are found, which lies in the archive's file. So the master can be replaced by wrapping these again,
without reading a record. Whoever does not open the ring has another master, and must not write.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from garant.systems.archive.sealing import Unsealable, new_record_key, unwrap, wrap
from garant.systems.port import ConnectorError

SCHEMA: Final = "CREATE TABLE IF NOT EXISTS keyring (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL);"

_LOOKUPS: Final = "lookups"
_MARK: Final = "current-key"
"""A file beside the archives that names the master in use, by a keyed hash: no archive is begun under another."""

Rewrap = Callable[[bytes, str], bytes]
"""Wraps again what a name owns; given back as it is where that was done before."""


def make(database: sqlite3.Connection, master: bytes, folder: Path) -> None:
    """Make the ring where there is none yet.

    Raises:
        Unsealable: there are records, and this master does not open them.
        ConnectorError: the archive's key has been replaced meanwhile.
    """
    if is_there(database):
        return
    database.execute("BEGIN IMMEDIATE")
    wrapped = wrap(master, _first(database, master), _LOOKUPS)
    database.execute("INSERT OR IGNORE INTO keyring (name, wrapped) VALUES (?, ?)", (_LOOKUPS, wrapped))
    database.execute("COMMIT")
    # Looked at after the ring is there: a replacement that begins now sees this file.
    if not is_current(folder, master):
        database.execute("DELETE FROM keyring WHERE wrapped = ?", (wrapped,))
        raise ConnectorError("archive: its key has been replaced meanwhile; type the command again")


def is_there(database: sqlite3.Connection) -> bool:
    """Whether the ring is made; looking needs no right to write."""
    table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'keyring'"
    return (
        database.execute(table).fetchone() is not None
        and database.execute("SELECT 1 FROM keyring").fetchone() is not None
    )


def _first(database: sqlite3.Connection, master: bytes) -> bytes:
    """The key of the hashes: new, but in a file made before there were rings."""
    known = database.execute("SELECT id, wrapped FROM record LIMIT 1").fetchone()
    if known is None:
        return new_record_key()
    unwrap(master, bytes(known[1]), known[0])
    return hmac.digest(master, b"garant/archive-lookup/1", "sha256")


def lookups(database: sqlite3.Connection, master: bytes) -> bytes:
    """The key of the hashes by which records are found.

    Raises:
        Unsealable: this master is not the one in use.
    """
    found = database.execute("SELECT wrapped FROM keyring WHERE name = ?", (_LOOKUPS,)).fetchone()
    if found is None:
        raise Unsealable("archive: its ring of keys is missing")
    return unwrap(master, bytes(found[0]), _LOOKUPS)


def replace(database: sqlite3.Connection, old: bytes, new: bytes) -> int:
    """Wrap every key again under another master, in one transaction; how many records there are.

    Done before, or half done by an earlier version of the file, it changes what is still under the old one.

    Raises:
        Unsealable: something opens under neither.
    """
    again = rewrapping(old, new)
    database.execute("BEGIN IMMEDIATE")
    for name, wrapped in database.execute("SELECT name, wrapped FROM keyring").fetchall():
        database.execute("UPDATE keyring SET wrapped = ? WHERE name = ?", (again(wrapped, name), name))
    records = 0
    reading = database.execute("SELECT rowid, id, wrapped FROM record ORDER BY rowid")
    while some := reading.fetchmany(1000):
        database.executemany(
            "UPDATE record SET wrapped = ? WHERE rowid = ?",
            [(again(wrapped, record), row) for row, record, wrapped in some],
        )
        records += len(some)
    database.execute("COMMIT")
    return records


def rewrapping(old: bytes, new: bytes) -> Rewrap:
    """From one master to another."""

    def again(wrapped: bytes, owner: str) -> bytes:
        try:
            unwrap(new, wrapped, owner)
        except Unsealable:
            return wrap(new, unwrap(old, wrapped, owner), owner)
        return wrapped

    return again


def announce(folder: Path, master: bytes) -> None:
    """Name the master in use, on the disk before this returns."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder / f"{_MARK}.new"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(name_of(master))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / _MARK)


def is_current(folder: Path, master: bytes) -> bool:
    """Whether a master is the one in use; true of any where none was ever replaced."""
    try:
        return (folder / _MARK).read_text() == name_of(master)
    except FileNotFoundError:
        return True


def name_of(master: bytes) -> str:
    """A name for a key, which tells nothing of it."""
    return hmac.digest(master, b"garant/archive-key-name/1", "sha256").hex()[:32]
