"""A copy of the last signed checkpoint, outside the database.

A database restored from an old backup, or cut short together with its checkpoints, is consistent in itself.
Against this copy it is not.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from garant.apps.evidence.models import Log
from garant.ledger import Note


def path(log: Log) -> Path:
    """Where the copy for a log lies."""
    return settings.GARANT_WITNESSES / log.pk


def remember(log: Log, note: Note) -> None:
    """Keep the copy once the transaction has committed: what was rolled back was never signed for anyone."""
    target = path(log)
    transaction.on_commit(lambda: _replace(target, note.encode()))


def recall(log: Log) -> bytes | None:
    """The copy, if there is one."""
    try:
        return path(log).read_bytes()
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = target.with_name(f"{target.name}.{os.getpid()}.new")
    written.write_bytes(data)
    written.replace(target)
