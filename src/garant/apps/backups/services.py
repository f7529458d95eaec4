"""The only way backups are made, put back and tried out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from garant.apps.backups import bundle, reading, refusals, snapshots, unread
from garant.apps.backups.bundle import SUFFIX, Manifest
from garant.apps.backups.drills import Drilled, drill
from garant.apps.backups.entries import BackupMade
from garant.apps.backups.restoring import Place, folder, restore
from garant.apps.backups.since import Since, since
from garant.apps.backups.snapshots import State
from garant.apps.promises.running import locks
from garant.ledger.entries import Entry

__all__ = [
    "Drilled",
    "Made",
    "Manifest",
    "Place",
    "Since",
    "State",
    "drill",
    "folder",
    "make",
    "new_identity",
    "reading",
    "restore",
    "since",
    "unread",
]

new_identity = bundle.new_identity

_STAGING = ".backup"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is whole and on the disk."""

    path: Path
    digest: str
    manifest: Manifest


def make(place: Place, out: Path | None, recipients: Sequence[str], *, actor: str) -> Made:
    """Back an installation up to one new file, while it goes on working, and say so in every ledger.

    Args:
        place: the installation.
        out: the file; in the folder of backups where none is named.
        recipients: public keys of age that open it, one of them enough.
        actor: who.

    Raises:
        BackupRefusedError: no recipient, another backup is being made, or PostgreSQL’s program refused.
        LedgerError: a ledger cannot be signed: what cannot be verified is not backed up as if it could.
    """
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations.services import keys as known_organisations

    to = bundle.recipients(recipients)
    path = out if out is not None else folder(place.state.home) / _name(datetime.now(UTC))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for key in known_organisations():
        evidence.checkpoint(key)
    with locks.only_one("backup", place.state.home / "locks") as mine:
        if not mine:
            raise refusals.already_backing_up()
        with snapshots.staging(place.state.home, _STAGING) as staged:
            manifest = _staged(place, staged)
            bundle.write(staged, manifest, place.keys, path, to)
    made = Made(path, bundle.digest(path), manifest)
    _tell(made, actor)
    return made


def _staged(place: Place, staged: Path) -> Manifest:
    """Copy the state, and say what it is, and of when: what is done from here on may not be in it."""
    begun = datetime.now(UTC)
    counted = snapshots.take(place.state, staged)
    names = sorted(str(path.relative_to(staged)) for path in staged.rglob("*") if path.is_file())
    return Manifest(
        version=version("garant"),
        made_at=begun,
        database=cast("Any", place.state.kind),
        counts=counted.counts,
        ledgers=counted.ledgers,
        keys=bundle.key_names(place.keys),
        files=bundle.seal(staged, names),
    )


def _tell(made: Made, actor: str) -> None:
    from garant.apps.evidence import services as evidence

    manifest = made.manifest
    for organisation, ledger in manifest.ledgers.items():
        payload = BackupMade(
            backup=made.digest,
            size=made.path.stat().st_size,
            tables=len(manifest.counts),
            rows=manifest.rows,
            entries=ledger.size,
            archives=sum(name.endswith(".sqlite3") for name in manifest.files if "/" in name),
        )
        who = evidence.person(organisation, actor)
        evidence.append(organisation, [Entry(payload, datetime.now(UTC), who)])
        evidence.checkpoint(organisation)


def _name(at: datetime) -> str:
    """Whoever looks at the folder sees them by age."""
    return f"garant-{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}{SUFFIX}"
