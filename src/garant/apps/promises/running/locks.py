"""One process per plan: a lock that the system itself frees when its holder dies.

On SQLite it is a locked file in Garant's home; on PostgreSQL an advisory lock of the session.
Both vanish with a killed process, so the same command can go on at once.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def only_one(name: str, folder: Path) -> Iterator[bool]:
    """Hold the lock of that name while inside; gives False when another process holds it."""
    held = _advisory(name) if connection.vendor == "postgresql" else _file(name, folder)
    with held as mine:
        yield mine


def in_turn(name: str) -> None:
    """Wait until no other transaction is in the turn of that name, and keep it until the caller's transaction ends.

    For what is read, and written anew as a whole: on PostgreSQL whoever waited for rows that another one replaced sees
    none of them. On SQLite a transaction has its turn from its start.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


@contextmanager
def _file(name: str, folder: Path) -> Iterator[bool]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _advisory(name: str) -> Iterator[bool]:
    number = _number(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
