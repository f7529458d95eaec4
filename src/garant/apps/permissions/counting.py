"""How often it was asked, and what was answered: counted in memory, written down within a second.

What a process that is killed had counted in its last second is lost; nothing else is. The statement is written out: while
one thread of a process builds it, those that answer wait.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final

from django.db import DatabaseError, connection, connections, transaction

DELAY: Final = 1.0
"""Seconds within which a count is written down."""
OTHER: Final = "other"
"""The purpose of questions about a purpose that the policy does not have: what they named is not kept."""

_log = logging.getLogger("garant.permissions")

_Counted = tuple[str, date, str, str]
_counts: Counter[_Counted] = Counter()
_lock = threading.Lock()
_writer: list[threading.Timer] = []


def count(organisation: str, purpose: str | None, code: str) -> None:
    """One more question, and its answer."""
    key = (organisation, datetime.now(UTC).date(), purpose or OTHER, code)
    with _lock:
        _counts[key] += 1
        if not _writer:
            timer = threading.Timer(DELAY, _write_apart)
            timer.daemon = True
            _writer.append(timer)
            timer.start()


def write() -> None:
    """Write down what was counted so far.

    Raises django.db.DatabaseError: nothing was; it is counted with what comes next.
    """
    with _lock:
        found = dict(_counts)
        _counts.clear()
    if not found:
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_ADD, [(*key, number) for key, number in sorted(found.items())])
    except DatabaseError:
        with _lock:
            _counts.update(found)
        raise


_ADD: Final = """
    INSERT INTO permissions_asked (organisation, day, purpose, code, number, entered) VALUES (%s, %s, %s, %s, %s, 0)
    ON CONFLICT (organisation, day, purpose, code) DO UPDATE SET number = permissions_asked.number + excluded.number
"""
"""Always in one order: two processes that count the same do not wait for each other in a ring."""


def _write_apart() -> None:
    with _lock:
        _writer.clear()
    try:
        write()
    except DatabaseError as error:
        _log.warning("What was counted waits: %s", type(error).__name__)
    finally:
        connections.close_all()


@atexit.register
def _at_exit() -> None:
    """What was counted in the last second of a process that ends by itself; lost where the database is gone."""
    with suppress(DatabaseError):
        if _counts:
            write()
