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


def path(log: Log | str) -> Path:
    """Where the copy for a log lies."""
    return settings.GARANT_WITNESSES / (log if isinstance(log, str) else log.pk)


def remember(log: Log, note: Note) -> None:
    """Keep the copy once the transaction has committed: what was rolled back was never signed for anyone.

    One of a longer log stays: an old database that goes on would otherwise make it forget how far the log had come.
    """
    target = path(log)
    transaction.on_commit(lambda: _replace(target, note.encode()))


def size(note: bytes) -> int:
    """Of how many entries a checkpoint is, as its second line says; 0 where that is no number."""
    lines = note.split(b"\n", 2)
    return int(lines[1]) if len(lines) > 1 and lines[1].isdigit() else 0


def set_aside(log: str) -> None:
    """Keep the copy under another name, where nothing is held against it any more."""
    copy = path(log)
    if copy.exists():
        copy.replace(copy.with_name(f"{copy.name}.{size(copy.read_bytes())}.before-restore"))


def recall(log: Log | str) -> bytes | None:
    """The copy, if there is one."""
    try:
        return path(log).read_bytes()
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists() and size(target.read_bytes()) > size(data):
        return
    written = target.with_name(f"{target.name}.{os.getpid()}.new")
    written.write_bytes(data)
    written.replace(target)
