"""Packages that other organisations send: kept as they came, encrypted, until a person opens them or their day comes.

Nothing here looks into a package: what it claims to be, and what it would unfold to, is met only on the machine of
whoever opens it. Nothing is imported into any system.
"""

from __future__ import annotations

import base64
import re
import secrets
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from garant.apps.deliveries import services as deliveries
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import formats, keys, peers, refusals
from garant.apps.exchanges.entries import PackageDestroyed, PackageOpened, PackageReceived
from garant.apps.exchanges.models import Peer, Reception
from garant.apps.exchanges.processor import Signed, signed
from garant.apps.scoping import for_organisation, owners, scoped
from garant.ledger.entries import Entry, Payload

MARK: Final = "r"
"""How the names of these files begin."""
LARGEST: Final = 2 * 1024**3
"""Bytes of a package at most."""
WAITING: Final = 200
"""Packages of one sender that wait at most."""
ROOM: Final = 1024**3
"""Bytes that are left free on the disk."""
KEPT: Final = timedelta(days=30)
_PIECE: Final = 64 * 1024
_BEGINS: Final = b"age-encryption.org/v1\n"
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):", re.ASCII)
_REFERENCE: Final = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)

Read = Callable[[int], bytes]


@for_organisation
def receive(
    organisation: str, peer: Peer, number: str, read: Read, *, length: int, digest: str, reference: str
) -> Signed:
    """Take a package as it comes, and sign for it; the same again is the same, with the same receipt.

    Args:
        organisation: who receives.
        peer: who sends.
        number: the sender's number of it, a UUID.
        read: gives its next bytes, at most so many; none at the end.
        length: how many bytes it says to have.
        digest: its `Content-Digest` (RFC 9530).
        reference: the number of the person's request there.

    Raises:
        MalformedError: no number, no digest, not encrypted with age, not what it says.
        ExchangeRefusedError: too large, too many wait, no room left, another package under this number.
    """
    number, expected = _number(number), _expected(digest)
    found = Reception.objects.filter(peer=peer, number=number).first()
    if found is None:
        _room(organisation, peer, length)
        key = f"{MARK}-{secrets.token_hex(12)}"
        _take(key, read, length, expected)
        known = reference if _REFERENCE.fullmatch(reference) else ""
        try:
            return _receipt(_kept(organisation, peer, number, key, length, expected, known))
        except IntegrityError:  # the same, at the same instant
            deliveries.destroy(key)
            found = Reception.objects.get(peer=peer, number=number)
    if (found.sha256, found.size) != (expected, length):
        raise refusals.other_package()
    return _receipt(found)


def _number(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise refusals.malformed("le numéro n’est pas un UUID", "the number is no UUID") from None


def _expected(digest: str) -> str:
    found = _DIGEST.search(digest)
    try:
        if found is not None:
            return base64.b64decode(found[1], validate=True).hex()
    except Base64Error:
        found = None
    raise refusals.malformed("Content-Digest manque (sha-256)", "Content-Digest is missing (sha-256)")


def _room(organisation: str, peer: Peer, length: int) -> None:
    if not len(_BEGINS) < length <= LARGEST:
        raise refusals.too_large(LARGEST)
    if Reception.objects.filter(organisation=organisation, peer=peer, ended_at=None).count() >= WAITING:
        raise refusals.too_many(WAITING)
    if deliveries.room() - length < ROOM:
        raise refusals.no_room()


def _take(key: str, read: Read, length: int, expected: str) -> None:
    """Put it on the disk as it is; nothing is left of one that is not what it says."""

    def pieces() -> Iterator[bytes]:
        left, first = length, True
        while left:
            piece = read(min(_PIECE, left))
            if not piece:
                raise refusals.malformed("le paquet est coupé", "the package is cut")
            if first and not piece.startswith(_BEGINS):
                raise refusals.malformed(
                    "le paquet n’est pas chiffré avec age", "the package is not encrypted with age"
                )
            left, first = left - len(piece), False
            yield piece

    written = deliveries.keep(key, pieces())
    if written.sha256 != expected:
        deliveries.destroy(key)
        raise refusals.malformed(
            "Content-Digest n’est pas celui du paquet", "Content-Digest is not the package’s"
        )


@transaction.atomic
def _kept(
    organisation: str, peer: Peer, number: str, key: str, length: int, digest: str, reference: str
) -> Reception:
    now = _now()
    made = Reception.objects.create(
        key=key,
        organisation=organisation,
        peer=peer,
        number=number,
        reference=reference,
        size=length,
        sha256=digest,
        received_at=now,
        until=now + KEPT,
    )
    received = PackageReceived(
        peer=peer.key, package=key, bytes=length, sha256=digest, until=made.until.date()
    )
    _enter(organisation, "garant", received)
    return made


def _receipt(one: Reception) -> Signed:
    said = {
        "package_id": one.number,
        "sha256": one.sha256,
        "bytes": one.size,
        "received_time": formats.instant(one.received_at),
        "destroyed_by": formats.instant(one.until),
        "receiver": one.organisation,
        "api_version": formats.VERSION,
    }
    return signed(one.organisation, said)


@for_organisation
def receipt(organisation: str, peer: Peer, number: str) -> Signed:
    """The receipt of a package again. Raises UnknownExchangeError."""
    found = Reception.objects.filter(organisation=organisation, peer=peer, number=number.lower()[:36]).first()
    if found is None:
        raise refusals.unknown(number)
    return _receipt(found)


@for_organisation
def inbox(organisation: str) -> list[Reception]:
    """The packages that wait, the latest first."""
    return list(Reception.objects.select_related("peer").filter(organisation=organisation, ended_at=None))


@for_organisation
def unseal(organisation: str, key: str, *, actor: str) -> tuple[Reception, Iterator[bytes]]:
    """Open a package for a person: what it is, and its bytes as they come; each time is an entry of the ledger.

    Raises:
        UnknownExchangeError: none waits under this key.
        ExchangeRefusedError: it is not encrypted to us, or was altered.
    """
    one = _waiting(key)
    pieces: Any = deliveries.opened(key, keys.age_identity(organisation))
    try:
        first = next(pieces, b"")
    except deliveries.FileGoneError:
        raise refusals.not_ours() from None
    with transaction.atomic():
        Reception.objects.filter(key=key).update(opened_at=_now())
        _enter(organisation, actor, PackageOpened(package=key))
    return one, chain([first], pieces)


@for_organisation
def discard(organisation: str, key: str, *, actor: str) -> None:
    """Destroy a package before its day. Raises UnknownExchangeError."""
    with transaction.atomic():
        _destroy(organisation, _waiting(key), "decision", actor)


def destroy_due(now: datetime) -> int:
    """Destroy the packages whose day has come, and files that no row knows; how many."""
    gone, known = 0, set[str]()
    for organisation in owners(Reception, "organisation"):
        with scoped(organisation), transaction.atomic():
            for one in Reception.objects.select_for_update().filter(ended_at=None, until__lte=now):
                _destroy(organisation, one, "expired", "garant")
                gone += 1
            known |= set(Reception.objects.filter(ended_at=None).values_list("key", flat=True))
    return gone + deliveries.destroy_strays(MARK, known, now)


def _waiting(key: str) -> Reception:
    found = Reception.objects.select_related("peer").filter(key=key, ended_at=None).first()
    if found is None:
        raise refusals.unknown(key)
    return found


def _destroy(organisation: str, one: Reception, why: str, actor: str) -> None:
    Reception.objects.filter(key=one.key).update(ended_at=_now())
    _enter(organisation, actor, PackageDestroyed.model_validate({"package": one.key, "why": why}))
    transaction.on_commit(lambda: deliveries.destroy(one.key))


def peer_of(organisation: str, token: str) -> Peer:
    """The sender whose program comes. Raises ExchangeRefusedError."""
    return peers.behind(organisation, token, "sender")


def _enter(organisation: str, actor: str, payload: Payload) -> None:
    who = actor if actor == "garant" else evidence.person(organisation, actor)
    evidence.append(organisation, [Entry(payload, _now(), who)])


def _now() -> datetime:
    return datetime.now(UTC)
