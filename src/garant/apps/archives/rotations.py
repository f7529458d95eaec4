"""Replacing the archive's key: every record opens under the new one, and the old one opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from garant.apps.archives import reasons
from garant.apps.archives.entries import ArchiveReasonKept, ArchiveRotated
from garant.apps.archives.models import Consultation
from garant.apps.archives.reasons import salted
from garant.apps.evidence import services as evidence
from garant.apps.organisations.services import keys as organisations
from garant.apps.promises.refusals import RefusedError
from garant.apps.scoping import for_organisation, owners
from garant.ledger.entries import Entry
from garant.ledger.keys import KeyFolder, KeyMissingError, KeySource, KeyUnreadableError
from garant.policy.text import Text
from garant.systems.archive import keyring
from garant.systems.archive.store import ArchiveStore


def rotate_key(keys: KeySource, folder: Path, *, by: str) -> int:
    """Replace the key of the archives and wrap all that it wraps again; how many records open under the new one.

    Interrupted, it is finished by typing it again; until then each archive is read with the one of both keys that
    opens it. Where a vault keeps the keys, its ``archive.next`` is the new one.

    Args:
        keys: where the installation's keys are.
        folder: where its archives are.
        by: who does it.

    Raises:
        KeyMissingError: there is no key yet.
        KeySourceFixedError: the vault has no successor.
        RefusedError: the vault’s successor is the key in use.
        Unsealable: an archive opens under neither key; nothing of it was changed.
    """
    old, new = keys.read("archive"), _successor(keys)
    if old == new:
        raise _same_key()
    keyring.announce(folder, new)
    records = 0
    for organisation in sorted({path.stem for path in folder.glob("*.sqlite3")} | _consulted()):
        records += _rewrap(folder / f"{organisation}.sqlite3", old, new)
        _tell(organisation, old, new, by)
    if isinstance(keys, KeyFolder):
        keys.promote("archive")
    return records


def _successor(keys: KeySource) -> bytes:
    try:
        return keys.read("archive", pending=True)
    except KeyMissingError:
        return keys.create("archive", pending=True)
    except KeyUnreadableError:
        if isinstance(keys, KeyFolder):
            raise
        return keys.create("archive", pending=True)  # which says that only the vault can


def _same_key() -> RefusedError:
    return RefusedError(
        Text(
            fr="Le coffre donne pour archive.next la clé qui est déjà en service\u202f: rien n’est remplacé.",
            en="The vault gives as archive.next the key that is in use already: nothing is replaced.",
        ),
        Text(fr="Faites-y une nouvelle clé archive.next.", en="Make a new key archive.next there."),
    )


def _consulted() -> set[str]:
    """Organisations that keep reasons under the key."""
    return set(owners(Consultation, "organisation"))


def _rewrap(path: Path, old: bytes, new: bytes) -> int:
    if not path.is_file():
        return 0
    store = ArchiveStore(path, new)
    if not store.opens:
        store = ArchiveStore(path, old)
    return store.replace_master(new)


@for_organisation
@transaction.atomic
def _tell(organisation: str, old: bytes, new: bytes, by: str) -> None:
    """Wrap the reasons of consultations again, and say it once in the ledger."""
    again, kept = keyring.rewrapping(old, new), list[ArchiveReasonKept]()
    for one in Consultation.objects.iterator(1000):
        before = bytes(one.reason)
        whole = salted(new, wrapped := again(before, one.key), one.key)
        if whole != wrapped:
            digest = reasons.digest(new, whole, one.key)
            kept.append(ArchiveReasonKept(record=one.record, was=sha256(before).hexdigest(), reason=digest))
        one.reason = whole
        one.save(update_fields=["reason"])
    if organisation not in organisations():
        return
    name, at, who = keyring.name_of(new), datetime.now(UTC), evidence.person(organisation, by)
    entry = Entry(ArchiveRotated(new=name), at, who, f"archive/key/{name}")
    evidence.append(organisation, [*(Entry(one, at, who) for one in kept), entry])
    evidence.checkpoint(organisation)
