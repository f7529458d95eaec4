"""The newest backup is the one that was made last, whatever it is called and whenever its file was copied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from garant.apps.backups import bundle
from garant.apps.backups.bundle import SUFFIX, Manifest
from garant.apps.backups.refusals import BackupRefusedError
from garant.apps.backups.restoring import Known, latest
from garant.ledger.keys import KEY_NAMES, KeyFolder

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    made = KeyFolder(tmp_path / "keys")
    for name in KEY_NAMES:
        made.create(name)
    return made


def backup(keys: KeyFolder, folder: Path, name: str, at: datetime) -> Known:
    """A backup of nothing, of that name, made then; as a ledger knows it."""
    identity = folder.parent / "identity"
    public = identity.read_text().split()[3] if identity.exists() else bundle.new_identity(identity)
    staged = folder.parent / f"staged-{name}"
    staged.mkdir()
    manifest = Manifest(
        version="1",
        made_at=at,
        database="sqlite",
        counts={},
        ledgers={},
        keys=bundle.key_names(keys),
        files={},
    )
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}{SUFFIX}"
    bundle.write(staged, manifest, keys, path, bundle.recipients([public]))
    return Known(at, path.stat().st_size, bundle.digest(path))


def newest(folder: Path, known: list[Known]) -> str:
    mine = bundle.identities(folder.parent / "identity")
    return latest(folder, known, mine, folder.parent).name.removesuffix(SUFFIX)


def test_the_newest_is_the_one_made_last_whatever_its_name(tmp_path: Path, keys: KeyFolder) -> None:
    folder = tmp_path / "backups"
    known = [
        backup(keys, folder, name, NOON - timedelta(days=age))
        for name, age in (("weekly", 9), ("before-upgrade", 1), ("garant-20260101T000000Z-ab", 4))
    ]
    assert newest(folder, known) == "before-upgrade"
    assert newest(folder, []) == "before-upgrade", "of which no ledger knows: each is opened"
    assert newest(folder, known[:1]) == "before-upgrade"
    assert not list(tmp_path.glob(".drill*"))


def test_one_that_was_spoilt_is_not_passed_over(tmp_path: Path, keys: KeyFolder) -> None:
    """A drill that took the one before in silence would say that all is well."""
    folder = tmp_path / "backups"
    known = [backup(keys, folder, "a", NOON - timedelta(days=1)), backup(keys, folder, "b", NOON)]
    path = folder / f"b{SUFFIX}"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(BackupRefusedError):
        newest(folder, known)


def test_where_there_is_none_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    with pytest.raises(BackupRefusedError):
        latest(tmp_path / "backups", [], [], tmp_path)
