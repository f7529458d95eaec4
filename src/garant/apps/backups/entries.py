"""What backups and drills write to the ledger: numbers, digests and durations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Count, Digest, Payload, entry_kind

Reason = Literal["unreadable", "foreign-keys", "counts", "ledger", "scratch"]
"""Why a drill failed: the file, the keys, what is in it, its ledger, or the place to try it in."""


@entry_kind("backup.made", fr="Garant a été sauvegardé.", en="Garant was backed up.")
class BackupMade(Payload):
    """One file, whole, encrypted for whoever holds the key that restores."""

    backup: Digest = Field(description="the SHA-256 of the file")
    size: Count = Field(description="bytes of the file")
    tables: Count = Field(description="tables of Garant’s own database in it")
    rows: Count = Field(description="rows of these tables")
    entries: Count = Field(description="entries of this ledger in it")
    archives: Count = Field(description="intermediate archives in it")


@entry_kind(
    "drill.passed",
    fr="Une sauvegarde de Garant a été restaurée à l’essai, et tout y était.",
    en="A backup of Garant was restored as a drill, and everything was there.",
)
class DrillPassed(Payload):
    """Evidence that availability can be restored, and that this is tested (GDPR art. 32(1)(c) and (d))."""

    backup: Digest = Field(description="the SHA-256 of the file")
    age: Count = Field(description="seconds between the backup and the drill")
    seconds: Count = Field(description="whole seconds that decrypting, restoring and verifying took")
    tables: Count = Field(description="tables counted, each as the backup says")
    rows: Count = Field(description="rows of these tables")
    entries: Count = Field(
        description="entries of this ledger, verified again, a beginning of the ledger of today"
    )
    marks: Count = Field(description="erasures on the suppression list of today")
    forgotten: Count = Field(description="of them, those that the backup does not know: erased since")
    replayed: bool = Field(description="whether the list was held against the restored archive")
    found: Count = Field(
        description="erased roots that the restored archive brought back: to erase again after a restore"
    )


@entry_kind(
    "drill.failed",
    fr="Une sauvegarde de Garant n’a pas passé l’essai de restauration.",
    en="A backup of Garant did not pass the drill.",
)
class DrillFailed(Payload):
    """The promise that availability is restored is not kept until another drill passes."""

    backup: Digest | None = Field(default=None, description="the SHA-256 of the file, where there was one")
    reason: Reason = Field(description="what was wrong first")
    seconds: Count = Field(description="whole seconds until it was known")


@entry_kind(
    "garant.restored",
    fr="Garant a été restauré\u202f: rien ne s’exécute avant que ce qu’il a oublié ait été lu.",
    en="Garant was restored: nothing is carried out before what it forgot was read.",
)
class GarantRestored(Payload):
    """What was done since the backup is not here."""

    why: Literal["restore", "checkpoint", "export"] = Field(
        description="by the command; or a signed checkpoint, or an export, shows that this ledger is an old one"
    )
    backup: Digest | None = Field(default=None, description="the SHA-256 of the file, where it was one")
    entries: Count = Field(description="how many entries this ledger had before this one")


@entry_kind(
    "garant.restore-read",
    fr="Quelqu’un a lu ce que Garant a oublié en étant restauré\u202f: les exécutions reprennent.",
    en="Somebody read what Garant forgot when it was restored: runs go on.",
)
class RestoreRead(Payload):
    """A person answers for it."""

    missing: Count | None = Field(
        default=None,
        description="entries that a ledger kept elsewhere has beyond this one; none: nobody has such a ledger",
    )
