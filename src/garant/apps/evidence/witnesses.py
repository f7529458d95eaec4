"""A copy of the last signed checkpoint, outside the database.

A database restored from an old backup, or cut short together with its checkpoints, is consistent in itself.
Against this copy it is not.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp

from django.conf import settings
from django.db import transaction

from garant.apps.evidence.models import Checkpoint, Log
from garant.ledger import Note


def path(log: Log) -> Path:
    """Where the copy for a log lies."""
    return settings.GARANT_WITNESSES / log.pk


def remember(log: Log, note: Note, before: str) -> None:
    """Keep the copy once the transaction has committed: what was rolled back was never signed for anyone.

    One that the database does not have stays: an old database that goes on would otherwise make it forget how far the
    log had come. `before` is the last checkpoint that the database had: nothing is asked where the copy is that one.
    """
    target, copy = path(log), recall(log)
    if copy is not None and copy != before.encode() and is_forgotten(log):
        return
    transaction.on_commit(lambda: _replace(target, note.encode()))


def is_forgotten(log: Log) -> bool:
    """Whether the copy is of a checkpoint that the database does not have: it is an old one, or was cut short."""
    copy = recall(log)
    if copy is None:
        return False
    return not Checkpoint.objects.filter(log=log, note=copy.decode(errors="replace")).exists()


def set_aside(log: Log) -> None:
    """Keep the copy under another name, where nothing is held against it any more."""
    copy = path(log)
    if copy.exists():
        copy.replace(copy.with_name(f"{copy.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}.before-restore"))


def recall(log: Log) -> bytes | None:
    """The copy, if there is one."""
    try:
        return path(log).read_bytes()
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = mkstemp(prefix=f"{target.name}.", suffix=".new", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
