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
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
