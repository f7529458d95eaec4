"""A drill: the last backup, restored into a scratch place, verified, and the evidence of it in the ledger."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from garant.apps.backups import bundle, postgres, refusals, snapshots
from garant.apps.backups.bundle import Ledger, Manifest
from garant.apps.backups.entries import BackupMade, DrillFailed, DrillPassed, Reason
from garant.apps.backups.refusals import BackupRefusedError
from garant.apps.backups.restoring import Known, Place, folder, latest, restore
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.organisations.services import keys as known_organisations
from garant.apps.promises.opening.archiving import archive_source
from garant.apps.replays import services as replays
from garant.ledger.entries import Entry, Payload
from garant.policy.loader import LoadedPolicy
from garant.systems.archive.store import ArchiveStore

_SCRATCH = ".drill"
ARCHIVE = "archive"

Policies = Mapping[str, LoadedPolicy]
"""Organisation → the policy that says what its archive is for."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill showed, organisation by organisation."""

    path: Path
    manifest: Manifest
    passed: dict[str, DrillPassed]


def drill(
    place: Place, path: Path | None, identity: Path | None, policies: Policies, *, actor: str
) -> Drilled:
    """Restore a backup into a scratch place, verify it, hold the suppression list against it, and destroy it.

    The ledger of every organisation says how it went, and how long it took.

    Args:
        place: the installation.
        path: the backup; the newest of the folder of backups where none is named.
        identity: the file of the secret key that opens it.
        policies: to hold the list against the restored archives of these organisations.
        actor: who.

    Raises:
        BackupRefusedError: the drill failed, which is in the ledgers; or its secret key was not given.
        FileNotFoundError: there is no such file. Whatever else stopped the drill is in the ledgers too.
    """
    mine = bundle.identities(identity)
    started, digest = time.monotonic(), None
    try:
        path = (
            path if path is not None else latest(folder(place.state.home), _known(), mine, place.state.home)
        )
        digest = bundle.digest(path)
        with _scratch(place) as scratch:
            manifest = restore(path, identity, scratch, trial=True)
            seconds = round(time.monotonic() - started)
            passed = {
                organisation: _shown(
                    organisation, manifest, scratch, policies.get(organisation), digest, seconds
                )
                for organisation in manifest.ledgers
            }
    except Exception as failure:
        if digest is not None or isinstance(failure, BackupRefusedError):  # else there is no such file to try
            _fail(failure, digest, round(time.monotonic() - started), actor)
        raise
    for organisation, payload in passed.items():
        _enter(organisation, payload, actor)
    return Drilled(path, manifest, passed)


def _known() -> list[Known]:
    """The backups of the installation, as its ledgers tell."""
    return [
        Known(record.at, record.payload["size"], record.payload["backup"])
        for organisation in known_organisations()
        for record in evidence.records(organisation, kind=BackupMade.kind)
    ]


def _fail(failure: Exception, digest: str | None, seconds: int, actor: str) -> None:
    """Whatever stopped it, a full disk too, it has not passed."""
    reason: Reason = failure.reason if isinstance(failure, BackupRefusedError) else "scratch"
    failed = DrillFailed(backup=digest, reason=reason, seconds=seconds)
    for organisation in known_organisations():
        _enter(organisation, failed, actor)


@contextmanager
def _scratch(place: Place) -> Iterator[Place]:
    """A place of the same kind, empty, that goes at the end: what is in it is a copy of everything."""
    with snapshots.staging(place.state.home, _SCRATCH) as home, _database(place, home) as database:
        state = snapshots.State(home, home / snapshots.ARCHIVE, home / snapshots.CHECKPOINTS, database)
        yield replace(place, state=state)


@contextmanager
def _database(place: Place, home: Path) -> Iterator[Mapping[str, Any]]:
    if place.state.kind == "sqlite":
        yield {**place.state.database, "NAME": home / snapshots.DATABASE["sqlite"]}
        return
    with postgres.scratch(place.state.database) as database:
        yield database


def _shown(
    organisation: str,
    manifest: Manifest,
    scratch: Place,
    policy: LoadedPolicy | None,
    digest: str,
    seconds: int,
) -> DrillPassed:
    ledger = manifest.ledgers[organisation]
    _refuse_foreign(organisation, ledger)
    store = ArchiveStore(scratch.state.archive / f"{organisation}.sqlite3", scratch.keys.read("archive"))
    replayed = policy is not None or not store.exists
    return DrillPassed(
        backup=digest,
        age=max(0, round((datetime.now(UTC) - manifest.made_at).total_seconds())),
        seconds=seconds,
        tables=len(manifest.counts),
        rows=manifest.rows,
        entries=ledger.size,
        marks=replays.length(organisation),
        forgotten=replays.length(organisation, since=manifest.made_at),
        replayed=replayed,
        found=_found(organisation, store, policy) if policy is not None and store.exists else 0,
    )


def _refuse_foreign(organisation: str, ledger: Ledger) -> None:
    """The restored ledger is a beginning of today's, or it is another's."""
    if not evidence.begins_with(organisation, ledger.size, bytes.fromhex(ledger.root)):
        raise refusals.ledger_differs(organisation)


def _found(organisation: str, store: ArchiveStore, policy: LoadedPolicy) -> int:
    """How many records of a restored archive had been erased since, and would be erased again."""
    source = archive_source(store, policy, ())
    try:
        return replays.search(policy, {ARCHIVE: source}, as_of=_today(organisation)).due
    finally:
        source.connector.close()


def _today(organisation: str) -> date:
    return datetime.now(ZoneInfo(organisations.organisation(organisation).time_zone)).date()


def _enter(organisation: str, payload: Payload, actor: str) -> None:
    who = evidence.person(organisation, actor)
    evidence.append(organisation, [Entry(payload, datetime.now(UTC), who)])
    evidence.checkpoint(organisation)
