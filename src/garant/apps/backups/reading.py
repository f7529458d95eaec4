"""Somebody reads what a restored Garant forgot: an export of its ledger, kept elsewhere and verified first, tells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.core import signing

from garant.apps.backups import refusals, unread
from garant.apps.backups.since import Since, since
from garant.apps.evidence import services as evidence
from garant.apps.mails import holding
from garant.ledger import ExportUnusableError, VerifierKey, inspect_export, verify_export

_SALT: Final = "garant.restore-read"
SHOWN_FOR: Final = 3600
"""Seconds for which a comparison that was shown may be attested."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the export has beyond, and by what somebody names this comparison; empty where nothing waits to be read."""

    found: Since
    digest: str


def told(organisation: str, found: Since, root: str) -> str:
    """Note where the ledger shows to be older, and name the comparison; empty where nothing waits to be read.

    Raises:
        RefusedError: something waits, and the export has nothing of it: it was made before the backup, or here since.
    """
    unread.note_restored()
    if found.beyond and not unread.was_read(organisation, found.common):
        unread.note_shorter(organisation, "export")
    if not (unread.waits(organisation) or unread.is_shorter(organisation)):
        return ""
    if not found.beyond:
        raise refusals.tells_nothing()
    return unread.digest(organisation, found.common, found.beyond, root)


def compare(organisation: str, export: Path, keys: Sequence[str]) -> Compared:
    """Hold an export against the ledger here, as `garant ledger since` does.

    Args:
        organisation: whose ledger it is.
        export: a folder or a ZIP.
        keys: public keys that whoever reads trusts, in words.

    Raises:
        RefusedError: a key or the export cannot be read, the export does not hold by these keys, or it tells nothing.
    """
    try:
        trusted = [VerifierKey.parse(key) for key in keys]
    except ValueError:
        raise refusals.no_such_key() from None
    try:
        report = verify_export(export, trusted)
        if not report.ok:
            raise refusals.not_verified(report.describe("fr"), report.describe("en"))
        found, root = since(organisation, export), inspect_export(export).head.root.hex()
    except ExportUnusableError as error:
        raise refusals.not_verified(error.text.fr, error.text.en) from None
    return Compared(found, told(organisation, found, root))


def shown(organisation: str, compared: Compared) -> str:
    """What a page gives back once somebody attests that they read it: signed, for an hour, of the ledger as it is now."""
    head = evidence.unsigned_head(organisation)
    return signing.dumps([organisation, compared.found.beyond, head.size, head.root.hex()], salt=_SALT)


def attest(organisation: str, token: str, *, actor: str) -> None:
    """Somebody read the comparison that was shown to them: runs go on. The ledger has it.

    Raises:
        BackupRefusedError: it was not shown here within the hour, or of a ledger that was replaced since by an older one;
            or nothing waits to be read any more.
    """
    try:
        named, beyond, size, root = signing.loads(token, salt=_SALT, max_age=SHOWN_FOR)
    except (signing.BadSignature, ValueError):  # the latter: signed by a Garant of before
        raise refusals.not_shown() from None
    if (
        named != organisation
        or not beyond
        or not evidence.begins_with(organisation, size, bytes.fromhex(root))
    ):
        raise refusals.not_shown()
    _acknowledge(organisation, beyond, actor)


def answer_for(organisation: str, *, actor: str) -> None:
    """Nobody has an export: somebody answers for going on without. Raises BackupRefusedError as `attest` does."""
    unread.note_restored()
    _acknowledge(organisation, None, actor)


def let_letters_go(organisation: str, going: Collection[str], *, actor: str) -> tuple[int, int]:
    """Somebody who has read decides about the letters that waited in the backup: these go, the others do not; how many of
    either.

    Raises:
        BackupRefusedError: what was forgotten is still to be read.
    """
    if unread.waiting(organisation):
        raise refusals.read_first()
    return holding.let_go(organisation, going, actor=actor)


def _acknowledge(organisation: str, missing: int | None, actor: str) -> None:
    if not unread.waiting(organisation):
        raise refusals.nothing_waits()
    unread.acknowledge(organisation, missing=missing, actor=actor)
