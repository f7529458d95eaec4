"""Putting a backup back: into an empty place, held against its manifest, verified by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from garant.apps.backups import bundle, examination, refusals, snapshots, unread
from garant.apps.backups.bundle import SUFFIX, Manifest
from garant.apps.backups.snapshots import State
from garant.ledger.keys import KeySource
from garant.site.databases import url_of

_RESTORING, _OPENED = ".restore", ".drill"


@dataclass(frozen=True, slots=True)
class Place:
    """An installation's folders, database and keys: where one is, or is to be."""

    state: State
    keys: KeySource
    keys_folder: Path


def restore(path: Path, identity: Path | None, place: Place, *, trial: bool = False) -> Manifest:
    """Put a backup into an empty installation, upgrade it and verify it.

    Its runs wait then until somebody has read what it forgot (`unread`); not in a trial, which is destroyed.

    Killed, it leaves no database behind: the same command goes on. What was there is never overwritten.

    Raises:
        BackupRefusedError: it cannot be opened, the keys are not its keys, the place is not empty, or what was put
            back is not what was backed up.
    """
    mine = bundle.identities(identity)
    with snapshots.staging(place.state.home, _RESTORING) as staged:
        manifest, text, mac = bundle.read(path, mine, staged)
        _refuse_elsewhere(manifest, place)
        bundle.refuse_forged(text, mac, place.keys)
        if not trial:
            unread.flag(place.state.home, bundle.digest(path))
        snapshots.put(place.state, staged)
    verify(manifest, place)
    if not trial:
        examination.note(
            place.state.home, place.keys_folder, url_of(place.state.database), archive=place.state.archive
        )
    return manifest


def _refuse_elsewhere(manifest: Manifest, place: Place) -> None:
    bundle.refuse_foreign_keys(manifest, place.keys)
    if manifest.database != place.state.kind:
        raise refusals.other_database(manifest.database, place.state.kind)
    if not snapshots.is_empty(place.state):
        raise refusals.not_empty(str(place.state.home))


def verify(manifest: Manifest, place: Place) -> None:
    """Hold a restored installation against the manifest, then let it verify itself. Raises BackupRefusedError."""
    counted = snapshots.count(place.state)
    for table, expected in manifest.counts.items():
        if counted.counts.get(table) != expected:
            raise refusals.counts_differ(table, counted.counts.get(table), expected)
    examined = examination.examine(
        place.state.home, place.keys_folder, url_of(place.state.database), archive=place.state.archive
    )
    for organisation, ledger in manifest.ledgers.items():
        if not ledger == counted.ledgers.get(organisation) == examined.get(organisation):
            raise refusals.ledger_differs(organisation)


def folder(home: Path) -> Path:
    """Where backups are, unless one is told otherwise."""
    return home / "backups"


@dataclass(frozen=True, slots=True)
class Known:
    """A backup that a ledger says was made: when, its bytes, its digest."""

    at: datetime
    size: int
    digest: str


def latest(of: Path, known: Sequence[Known], mine: Sequence[Any], scratch: Path) -> Path:
    """The newest backup of a folder, whatever its name: by the ledger, or by what it says of itself once opened.

    Args:
        of: the folder.
        known: the backups that ledgers say were made.
        mine: the secret keys that open those of which no ledger knows, such as the one that was restored.
        scratch: a folder in which they are opened.

    Raises:
        BackupRefusedError: there is none, or one of which no ledger knows does not open.
    """
    found = {path: path.stat().st_size for path in sorted(of.glob(f"*{SUFFIX}"))}
    if not found:
        raise refusals.no_backup(str(of))
    dated, unknown, spoilt = dict[Path, datetime](), set(found), set[Path]()
    for one in sorted(known, key=lambda made: made.at, reverse=True):
        alike = {path for path, size in found.items() if size == one.size}
        dated |= {path: one.at for path in alike if bundle.digest(path) == one.digest}
        if dated:  # of the others those of a known size are older, unless they are not what they seemed to be
            older = {each.size for each in known if each.at <= one.at}
            unknown = {path for path, size in found.items() if size not in older} | spoilt
            break
        spoilt |= alike
    for path in sorted(unknown - dated.keys()):
        with snapshots.staging(scratch, _OPENED) as staged:
            dated[path] = bundle.read(path, mine, staged)[0].made_at
    return max(dated, key=lambda path: dated[path])
