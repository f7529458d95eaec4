"""How the backups of an installation stand, as the ledger of an organisation knows it, and what is missing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from garant.apps.backups import unread as said
from garant.apps.backups.unread import waits
from garant.apps.evidence import services as evidence
from garant.apps.mails import holding
from garant.ledger.entries import Record
from garant.policy.text import Text

FRESH: Final = timedelta(days=7)
"""How old the last backup may be before it is said to be old."""
TRIED: Final = timedelta(days=365)
"""How old the last drill may be: measures are tested regularly (GDPR art. 32(1)(d)), here once a year at least."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A drill: when, whether it passed, and how long restoring and verifying took, in seconds."""

    at: datetime
    passed: bool
    seconds: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that was made: its size in bytes, what is in it, and its last drill."""

    at: datetime
    digest: str
    size: int
    rows: int
    entries: int
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest backups first, the last drill, and what is missing, in words."""

    backups: Sequence[Kept]
    last_drill: Tried | None
    missing: Sequence[Text]


def standing(organisation: str, number: int = 20, *, now: datetime | None = None) -> Standing:
    """How the backups stand: from the ledger alone, and the variables that backups need."""
    drills = sorted(
        (
            record
            for kind in ("drill.passed", "drill.failed")
            for record in evidence.records(organisation, kind=kind)
        ),
        key=lambda record: record.at,
    )
    tried = {str(record.payload.get("backup")): _tried(record) for record in drills}
    made = list(evidence.records(organisation, kind="backup.made"))[-number:]
    backups = [_kept(record, tried.get(record.payload["backup"])) for record in reversed(made)]
    last = _tried(drills[-1]) if drills else None
    missing = _missing(backups, last, now or datetime.now(UTC), unread=waits(organisation))
    if holding.held(organisation):
        missing.append(HELD)
    return Standing(backups, last, missing)


def _tried(record: Record) -> Tried:
    return Tried(record.at, record.kind == "drill.passed", int(record.payload["seconds"]))


def _kept(record: Record, tried: Tried | None) -> Kept:
    said = record.payload
    return Kept(record.at, said["backup"], said["size"], said["rows"], said["entries"], tried)


def _missing(backups: Sequence[Kept], drill: Tried | None, now: datetime, *, unread: bool) -> list[Text]:
    missing: list[Text] = [UNREAD] if unread else []
    if not os.environ.get("GARANT_BACKUP_RECIPIENTS", "").strip():
        missing.append(NO_RECIPIENT)
    if not backups:
        missing.append(NO_BACKUP)
    elif now - backups[0].at > FRESH:
        missing.append(OLD_BACKUP)
    if drill is None:
        missing.append(NO_DRILL)
    elif not drill.passed:
        missing.append(FAILED_DRILL)
    elif now - drill.at > TRIED:
        missing.append(OLD_DRILL)
    return missing


UNREAD: Final = Text(fr=f"{said.UNREAD.fr} {said.WHAT_TO_DO.fr}", en=f"{said.UNREAD.en} {said.WHAT_TO_DO.en}")
HELD: Final = Text(
    fr="Des lettres qui attendaient dans la sauvegarde restaurée sont retenues jusqu’à ce que le délégué décide lesquelles "
    "partent\u202f: ici même, ou «\u202fgarant mail held\u202f».",
    en="Letters that waited in the restored backup are kept until the officer decides which go: here, or “garant mail held”.",
)
NO_RECIPIENT: Final = Text(
    fr="Personne n’est désigné pour ouvrir les sauvegardes\u202f: GARANT_BACKUP_RECIPIENTS est vide. "
    "Faites une clé avec «\u202fgarant backup --new-key FICHIER\u202f», et gardez-la hors de cette machine.",
    en="Nobody is named to open backups: GARANT_BACKUP_RECIPIENTS is empty. "
    "Make a key with “garant backup --new-key FILE”, and keep it off this machine.",
)
NO_BACKUP: Final = Text(
    fr="Aucune sauvegarde n’a été faite. Tapez «\u202fgarant backup\u202f», puis chaque jour par cron.",
    en="No backup was made. Type “garant backup”, then every day by cron.",
)
OLD_BACKUP: Final = Text(
    fr="La dernière sauvegarde a plus d’une semaine\u202f: voyez pourquoi «\u202fgarant backup\u202f» ne tourne plus.",
    en="The last backup is more than a week old: see why “garant backup” does not run any more.",
)
NO_DRILL: Final = Text(
    fr="Aucune sauvegarde n’a été essayée\u202f: «\u202fgarant drill\u202f» la restaure à part, la vérifie et détruit l’essai.",
    en="No backup was tried: “garant drill” restores it apart, verifies it and destroys the trial.",
)
FAILED_DRILL: Final = Text(
    fr="Le dernier essai de restauration a échoué\u202f: refaites une sauvegarde, puis «\u202fgarant drill\u202f».",
    en="The last drill failed: make a backup again, then “garant drill”.",
)
OLD_DRILL: Final = Text(
    fr="Le dernier essai de restauration a plus d’un an\u202f: «\u202fgarant drill\u202f».",
    en="The last drill is more than a year old: “garant drill”.",
)
