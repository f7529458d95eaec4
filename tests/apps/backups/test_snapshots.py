"""What a backup says of itself: the instant that it is of."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from garant.apps.backups import bundle, services, snapshots
from garant.ledger.keys import KeyFolder


def test_what_was_done_while_a_backup_was_made_is_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erasure between the copy of the database and the end of that of the archives is not in the backup."""
    home, staged = tmp_path / "home", tmp_path / "staged"
    home.mkdir()
    staged.mkdir()
    with closing(sqlite3.connect(home / "garant.sqlite3")) as database:
        database.execute("CREATE TABLE erased (number INTEGER)")
    keys = KeyFolder(tmp_path / "keys")
    for name in bundle.NEEDED:
        keys.create(name)
    copied = list[datetime]()

    def take(state: snapshots.State, folder: Path) -> Any:
        found = snapshots_take(state, folder)
        copied.append(datetime.now(UTC))
        return found

    snapshots_take = snapshots.take
    monkeypatch.setattr(snapshots, "take", take)
    state = snapshots.State(
        home,
        home / "archive",
        home / "checkpoints",
        {"ENGINE": "django.db.backends.sqlite3", "NAME": home / "garant.sqlite3"},
    )
    manifest = services._staged(services.Place(state, keys, tmp_path / "keys"), staged)
    assert manifest.made_at < copied[0]
