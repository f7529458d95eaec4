"""How often it was asked, and what was answered: counted in memory, written down within a second.

What a process that is killed had counted in its last second is lost; nothing else is.
"""

from __future__ import annotations

import atexit
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final

from django.db import DatabaseError, connections, transaction
from django.db.models import F

from garant.apps.permissions.models import Asked
from garant.apps.scoping import scoped

DELAY: Final = 1.0
"""Seconds within which a count is written down."""
OTHER: Final = "other"
"""The purpose of questions about a purpose that the policy does not have: what they named is not kept."""

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
    """Write down what was counted so far."""
    with _lock:
        found = dict(_counts)
        _counts.clear()
    for (organisation, day, purpose, code), number in found.items():
        with scoped(organisation), transaction.atomic():
            row = {"organisation": organisation, "day": day, "purpose": purpose, "code": code}
            Asked.objects.get_or_create(**row, defaults={"number": 0})
            Asked.objects.filter(**row).update(number=F("number") + number)


def _write_apart() -> None:
    with _lock:
        _writer.clear()
    try:
        write()
    finally:
        connections.close_all()


@atexit.register
def _at_exit() -> None:
    """What was counted in the last second of a process that ends by itself; lost where the database is gone."""
    with suppress(DatabaseError):
        if _counts:
            write()
