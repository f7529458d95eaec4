"""Why records were opened: kept encrypted, and held against the digests that the ledger has of them.

What the ledger has is the digest of a random salt and the reason, both of which lie under the archive's key. So it stays
what it is when that key is replaced; and once the reason is destroyed, the salt is, and the digest tells nothing of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from garant.apps.archives.models import Consultation
from garant.apps.evidence import services as evidence
from garant.apps.scoping import scoped
from garant.systems.archive.sealing import Unsealable, unwrap, wrap

MARK: Final = b"\0garant-reason/2\0"
"""How what is kept begins, since a reason is kept with its salt."""
_SALT_BYTES: Final = 32
MOST: Final = 200
"""Consultations that a page shows, the latest."""


@dataclass(frozen=True, slots=True)
class Use:
    """A record that was opened, or decided about.

    Args:
        at: when.
        actor: who.
        record: its number.
        reason: in words; nothing where the key at hand does not open it.
        entry: the place of the ledger's entry that has the digest of this reason; nothing where none has.
    """

    at: datetime
    actor: str
    record: str
    reason: str | None
    entry: int | None


def keep(organisation: str, master: bytes, record: str, actor: str, reason: str) -> str:
    """Keep a reason; the digest that the ledger has of it."""
    key, content = os.urandom(16).hex(), MARK + os.urandom(_SALT_BYTES) + reason.encode()
    Consultation.objects.create(
        key=key,
        organisation=organisation,
        record=record,
        actor=actor,
        reason=wrap(master, content, key),
        at=datetime.now(UTC),
    )
    return sha256(content).hexdigest()


def salted(master: bytes, kept: bytes, key: str) -> bytes:
    """A reason of before salts, kept again with one, under the same key; any other as it is. Raises Unsealable."""
    content = unwrap(master, kept, key)
    if content.startswith(MARK):
        return kept
    return wrap(master, MARK + os.urandom(_SALT_BYTES) + content, key)


def digest(master: bytes, kept: bytes, key: str) -> str:
    """What the ledger has of a reason: of what is under the key; of before salts, of how it was kept. Raises Unsealable."""
    content = unwrap(master, kept, key)
    return sha256(content if content.startswith(MARK) else kept).hexdigest()


def said(master: bytes, kept: bytes, key: str) -> str:
    """The reason in words. Raises Unsealable."""
    content = unwrap(master, kept, key)
    return content[len(MARK) + _SALT_BYTES if content.startswith(MARK) else 0 :].decode()


def uses(organisation: str, master: bytes, *, record: str | None = None, number: int = MOST) -> list[Use]:
    """The latest consultations, the newest first, each with the entry of the ledger that it was announced by."""
    with scoped(organisation):
        rows = Consultation.objects.order_by("-at", "key")
        found = list((rows if record is None else rows.filter(record=record))[:number])
    entered = _entered(organisation)
    return [_use(master, one, entered) for one in found]


def _use(master: bytes, one: Consultation, entered: Mapping[tuple[str, str], int]) -> Use:
    kept = bytes(one.reason)
    try:
        reason, named = said(master, kept, one.key), digest(master, kept, one.key)
    except Unsealable:
        return Use(one.at, one.actor, one.record, None, None)
    return Use(one.at, one.actor, one.record, reason, entered.get((one.record, named)))


def _entered(organisation: str) -> dict[tuple[str, str], int]:
    """The place of each entry by its record and the digest of its reason, through the digests that replaced it."""
    found = {
        (record.payload["record"], record.payload["reason"]): index
        for kind in ("archive.consulted", "archive.released")
        for index, record in evidence.latest(organisation, kind=kind, number=_EVERY)
    }
    for _, record in reversed(evidence.latest(organisation, kind="archive.reason-kept", number=_EVERY)):
        was = found.get((record.payload["record"], record.payload["was"]))
        if was is not None:
            found[record.payload["record"], record.payload["reason"]] = was
    return found


_EVERY: Final = 100_000
"""More entries of a kind than a page is made of."""
