"""After a restore nothing is carried out until somebody has read what the restored Garant forgot, and said so.

That it was restored, and that somebody read, are entries of its ledger; what waits is told by the last of them. A flag
beside the database says so until the first entry is written: killed in between, the next run writes it. The letters
that waited in it are kept until somebody who has read decides which of them go.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from django.conf import settings
from django.db import transaction

from garant.apps.backups.entries import GarantRestored, RestoreRead
from garant.apps.evidence import services as evidence
from garant.apps.mails import holding
from garant.apps.organisations.services import keys as known_organisations
from garant.apps.promises.refusals import RefusedError
from garant.apps.scoping import apart
from garant.ledger.entries import Entry, Payload
from garant.policy.text import Text

FLAG: Final = "restored"
"""The name of the flag in Garant's folder; it holds the digest of the backup."""
_KINDS: Final = (GarantRestored.kind, RestoreRead.kind)
Why = Literal["restore", "checkpoint", "export"]


def flag(home: Path, backup: str) -> None:
    """Say that what is put into this folder was restored from a backup, of this digest."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / FLAG
    path.touch(mode=0o600)
    path.write_text(backup)


def note_restored() -> None:
    """Write to every ledger that it was restored, where the flag says so; then the flag goes."""
    path = Path(settings.GARANT_HOME) / FLAG
    try:
        backup = path.read_text().strip() or None
    except FileNotFoundError:
        return
    for organisation in known_organisations():
        _restored(organisation, "restore", backup)
    path.unlink(missing_ok=True)


def note_shorter(organisation: str, why: Why) -> None:
    """Write that the ledger turned out to be older than one that is known: it was restored by other means."""
    if not waits(organisation):
        _restored(organisation, why)


def notice() -> None:
    """Write down what shows that Garant was restored, before a worker lets out what waited in it: the flag, or a checkpoint
    that a ledger does not have."""
    with apart("note_restored"):
        note_restored()
    for organisation in known_organisations():
        with apart(f"notice({organisation!r})"):
            if is_shorter(organisation):
                note_shorter(organisation, "checkpoint")


def waits(organisation: str) -> bool:
    """Whether somebody is still to read what was forgotten."""
    return evidence.last_kind(organisation, _KINDS) == GarantRestored.kind


def waiting(organisation: str) -> bool:
    """Whether somebody is still to read, by the ledger, by the flag, or by a checkpoint that it does not have."""
    flagged = (Path(settings.GARANT_HOME) / FLAG).exists()
    return flagged or waits(organisation) or is_shorter(organisation)


def restored_at(organisation: str) -> datetime | None:
    """When Garant was restored last, as its ledger says; none where it never was. What was approved, or asked of a worker,
    before that instant waited in the backup: it may have been done since, or given up."""
    found = evidence.last_of(organisation, GarantRestored.kind)
    return None if found is None else found.at


def waited(organisation: str, since: datetime) -> RefusedError | None:
    """Why what was asked at this instant does not go by itself, where it waited in a backup that was put back."""
    at = restored_at(organisation)
    return RefusedError(WAITED, ASK_AGAIN) if at is not None and since < at else None


def refuse(organisation: str) -> None:
    """Raises RefusedError: somebody is still to read what was forgotten, such as a link to another organisation that was
    ended since."""
    if waiting(organisation):
        raise RefusedError(UNREAD, WHAT_TO_DO)


def verify(organisation: str) -> bool:
    """Check the whole ledger, before something is done that could not be proved without it; whether Garant was ever put back,
    as it says.

    Raises:
        RefusedError: somebody is still to read what was forgotten, or the ledger does not have a checkpoint that was
            signed and kept beside the database.
        LedgerUnverifiableError: it is not what was signed.
    """
    note_restored()
    try:
        last = evidence.verify_database(organisation, looking_for=_KINDS).last
    except evidence.LedgerUnverifiableError:
        if waits(organisation):
            raise RefusedError(UNREAD, WHAT_TO_DO) from None
        if is_shorter(organisation):
            raise RefusedError(SHORTER, WHAT_TO_DO) from None
        raise
    if last == GarantRestored.kind:
        raise RefusedError(UNREAD, WHAT_TO_DO)
    return last is not None


def is_shorter(organisation: str) -> bool:
    """Whether the ledger does not have a checkpoint that was kept beside the database: the database is an old one."""
    return evidence.has_forgotten(organisation)


def digest(organisation: str, common: int, beyond: int, root: str) -> str:
    """By what somebody names the comparison that they read."""
    return sha256(f"garant/since/1/{organisation}/{common}/{beyond}/{root}".encode()).hexdigest()[:16]


def was_read(organisation: str, common: int) -> bool:
    """Whether what a ledger kept elsewhere has beyond so many common entries was read before."""
    return any(index >= common for index, _ in evidence.latest(organisation, kind=RestoreRead.kind, number=1))


@transaction.atomic
def acknowledge(organisation: str, *, missing: int | None, actor: str) -> None:
    """Say that somebody read what was forgotten: runs go on.

    Args:
        organisation: whose ledger it is.
        missing: entries that a ledger kept elsewhere has and this one has not; none where nobody has such a ledger.
        actor: who read.
    """
    note_restored()
    if is_shorter(organisation):
        note_shorter(organisation, "checkpoint")
        evidence.set_witness_aside(organisation)
    _enter(organisation, RestoreRead(missing=missing), evidence.person(organisation, actor))


def _size(organisation: str) -> int:
    return evidence.head(organisation)[0]


def _restored(organisation: str, why: Why, backup: str | None = None) -> None:
    """No letter goes that waited in it, even where the ledger cannot say why."""
    holding.hold(organisation)
    _enter(organisation, GarantRestored(why=why, backup=backup, entries=_size(organisation)))


def _enter(organisation: str, payload: Payload, who: str = "garant") -> None:
    evidence.append(organisation, [Entry(payload, datetime.now(UTC), who)])
    evidence.checkpoint(organisation)


UNREAD: Final = Text(
    fr="Garant a été restauré, et personne n’a encore dit avoir lu ce qu’il a oublié\u202f: rien ne s’exécute.",
    en="Garant was restored, and nobody has said yet that they read what it forgot: nothing is carried out.",
)
SHORTER: Final = Text(
    fr="Le registre n’a pas un point de contrôle qu’il avait pourtant signé\u202f: sa base est ancienne, ou a été coupée. "
    "Rien ne s’exécute.",
    en="The ledger does not have a checkpoint that it had signed: its database is an old one, or was cut short. Nothing is "
    "carried out.",
)
WHAT_TO_DO: Final = Text(
    fr="Réglages, Sauvegardes\u202f: comparez avec un export du registre gardé ailleurs, et attestez de cette lecture. Ou sur "
    "le serveur\u202f: «\u202fgarant ledger since EXPORT --key CLE\u202f» compare avec un export du registre gardé "
    "ailleurs, et dit comment attester de cette lecture. Sans aucun export\u202f: "
    "«\u202fgarant ledger since --without-export\u202f».",
    en="Settings, Backups: compare with an export of the ledger kept elsewhere, and attest that you read it. Or on the "
    "server: “garant ledger since EXPORT --key KEY” compares with an export of the ledger kept elsewhere, and says "
    "how to attest that you read it. Without any export: “garant ledger since --without-export”.",
)
WAITED: Final = Text(
    fr="Garant a été restauré depuis que ceci a été demandé\u202f: c’est peut-être fait, ou n’est plus voulu. Rien n’en est fait "
    "de soi-même.",
    en="Garant was restored after this was asked: it may have been done since, or not be wanted any more. Nothing of it is done "
    "by itself.",
)
ASK_AGAIN: Final = Text(
    fr="Lisez d’abord ce que Garant a oublié (Réglages, Sauvegardes)\u202f; puis approuvez ou demandez de nouveau ce qui reste à "
    "faire.",
    en="Read first what Garant forgot (Settings, Backups); then approve or ask again what is left to do.",
)
