"""Direct transmission (GDPR art. 20(2)): a package goes to another organisation, encrypted to it, until it has signed.

The file is made once, encrypted to the receiver's key alone, and sent as often as it takes: sent twice, it is received
once. It is gone from here as soon as the receipt holds, or once it is given up and the person gets it instead.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from django.db import transaction

from garant.apps.backups import unread
from garant.apps.deliveries import services as deliveries
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import keys, peers, refusals
from garant.apps.exchanges.entries import PackageFailed, PackageSent
from garant.apps.exchanges.models import Peer, Transmission
from garant.apps.rights import services as rights
from garant.apps.scoping import for_organisation, owners, scope_of, scoped
from garant.apps.webhooks import sending
from garant.apps.webhooks.refusals import NotTakenError, WebhookRefusedError
from garant.ledger.entries import Entry

MARK: Final = "t"
"""How the names of these files begin."""
SHOWN: Final = 100
ATTEMPTS: Final = 20
FIRST: Final = 30
"""Seconds until the second attempt; each wait is three times the one before, a quarter of a day at most."""
LONGEST: Final = 6 * 3600
PATIENCE: Final = 120
"""Seconds that the receiver may take for each piece, and to answer."""
ALL: Final = 4 * 3600
"""Seconds that a whole package may take."""
_MOST: Final = 16 * 1024
"""Bytes of a receipt."""


class _EndedError(Exception):
    """The receiver is linked no more."""


def prepare(organisation: str, request: str, receiver: str) -> dict[str, Any]:
    """Make the package of a request for its receiver, and have it sent; where there is none any more, for the person.

    Raises:
        NotSupported, ConnectorError: as `rights.pack` does.
    """
    peer = _receiver(organisation, receiver)
    if peer is None:
        rights.not_transmitted(organisation, request, receiver, "")
        return {"request": request, "transmitted": False}
    with scoped(organisation):
        if Transmission.objects.filter(request=request, peer=peer, state="waiting").exists():
            return {"request": request, "waiting": True}

    def hand(stored: deliveries.Stored) -> None:
        Transmission.objects.create(
            key=stored.key,
            organisation=organisation,
            peer=peer,
            request=request,
            number=str(uuid4()),
            size=stored.written.stored,
            sha256=stored.written.sha256,
            due_at=_now(),
            made_at=_now(),
        )

    return rights.pack(organisation, request, to=peer.offers["age"], mark=MARK, hand=hand)


def receivers(organisation: str) -> dict[str, str]:
    """Who takes packages directly: key and name, as people choose among them."""
    return {
        one.key: one.name
        for one in peers.listing(organisation, "receiver")
        if one.confirmed_at is not None and one.offers.get("age")
    }


def _receiver(organisation: str, key: str) -> Peer | None:
    return peers.find(organisation, key) if key in receivers(organisation) else None


@for_organisation
def of_request(organisation: str, request: str) -> list[Transmission]:
    """Where the package of a request went, or goes."""
    return list(
        Transmission.objects.select_related("peer").filter(organisation=organisation, request=request)
    )


@for_organisation
def to_peer(organisation: str, key: str) -> list[Transmission]:
    """The latest packages that went, or go, to a linked organisation."""
    rows = Transmission.objects.filter(organisation=organisation, peer_id=key)
    return list(rows.order_by("-made_at")[:SHOWN])


def gather(now: datetime | None = None) -> dict[str, str]:
    """What is due to be sent: a name for each attempt, and its key."""
    due: dict[str, str] = {}
    for organisation in owners(Transmission, "organisation"):
        with scoped(organisation):
            rows = Transmission.objects.filter(state="waiting", due_at__lte=now or _now())
            found = {
                f"package/{key}/{attempts}": key for key, attempts in rows.values_list("key", "attempts")
            }
            due |= found if found and not unread.waiting(organisation) else {}
    return due


def deliver(key: str) -> bool:
    """Try to send a package once; whether its receipt holds. What does not is due again later, or given up."""
    with scope_of(Transmission, "organisation", key=key):
        one = Transmission.objects.select_related("peer").filter(key=key).first()
        if one is None or one.state != "waiting":
            return one is not None and one.state == "received"
        unread.refuse(one.organisation)
        try:
            answer = _send(one)
            _check(one, answer)
        except (NotTakenError, WebhookRefusedError, refusals.NotBelievedError) as failed:
            _failed(one, getattr(failed, "status", None))
            return False
        except (deliveries.FileGoneError, _EndedError):
            one.attempts = ATTEMPTS - 1  # there is no use in trying again
            _failed(one, None)
            return False
        _received(key, answer)
        return True


def _send(one: Transmission) -> sending.Answered:
    peer = one.peer
    if peer.ended_at is not None or peer.sealed is None:
        raise _EndedError
    url = f"{peer.url}/packages/{one.number}"
    headers = {
        "Authorization": f"Bearer {keys.opened(one.organisation, bytes(peer.sealed))}",
        "Accept": "application/json",
        "User-Agent": "Garant",
    }
    if one.attempts:  # the answer may have been lost, not the package
        answer = sending.call("GET", url, b"", headers, most=_MOST)
        if answer.status == 200:
            return answer
    digest = base64.b64encode(bytes.fromhex(one.sha256)).decode()
    headers |= {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(one.size),
        "Content-Digest": f"sha-256=:{digest}:",
        "Package-Reference": one.request,
    }
    answer = sending.call("PUT", url, _pieces(one.key), headers, most=_MOST, seconds=PATIENCE, whole=ALL)
    if answer.status not in (200, 201):
        raise NotTakenError(answer.status, f"HTTP {answer.status}")
    return answer


def _pieces(key: str) -> Iterator[bytes]:
    end = time.monotonic() + ALL
    for piece in deliveries.raw(key):
        if time.monotonic() > end:
            raise NotTakenError(None, "too slow")
        yield piece


def _check(one: Transmission, answer: sending.Answered) -> None:
    """A receipt is signed by the receiver, and says this very package. Raises NotBelievedError."""
    signature = answer.headers.get("x-opendsr-signature", "")
    keys.verify(one.peer.certificate, one.peer.domain, signature, answer.body)
    try:
        said = json.loads(answer.body.decode())
        same = (said["package_id"], said["sha256"], said["bytes"]) == (one.number, one.sha256, one.size)
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise refusals.not_theirs("elle dit un autre paquet", "it says another package")


@transaction.atomic
def _received(key: str, answer: sending.Answered) -> None:
    one = Transmission.objects.select_for_update().select_related("peer").get(key=key)
    if one.state != "waiting":
        return
    one.state, one.answer, one.ended_at, one.attempts = "received", answer.status, _now(), one.attempts + 1
    one.receipt = answer.body.decode()
    one.signature = "".join(answer.headers["x-opendsr-signature"].split())
    one.save()
    sent = PackageSent(
        peer=one.peer.key,
        request=one.request,
        bytes=one.size,
        sha256=one.sha256,
        receipt=sha256(answer.body).hexdigest(),
    )
    evidence.append(one.organisation, [Entry(sent, _now(), key=f"package/{one.key}/sent")])
    rights.transmitted(one.organisation, one.request, one.peer.key, one.peer.name)
    transaction.on_commit(lambda: deliveries.destroy(key))


@transaction.atomic
def _failed(one: Transmission, answer: int | None) -> None:
    attempts = one.attempts + 1
    wait = min(FIRST * 3**one.attempts, LONGEST)
    rows = Transmission.objects.filter(key=one.key, state="waiting")
    if attempts < ATTEMPTS:
        rows.update(answer=answer, attempts=attempts, due_at=_now() + timedelta(seconds=wait))
        return
    if not rows.update(answer=answer, attempts=attempts, state="lost", ended_at=_now()):
        return
    failed = PackageFailed(peer=one.peer.key, request=one.request, attempts=attempts)
    evidence.append(one.organisation, [Entry(failed, _now(), key=f"package/{one.key}/failed")])
    rights.not_transmitted(one.organisation, one.request, one.peer.key, one.peer.name)
    transaction.on_commit(lambda: deliveries.destroy(one.key))


def destroy_strays(now: datetime) -> int:
    """Destroy files that no transmission knows: a process died between the two. How many."""
    known: set[str] = set()
    for organisation in owners(Transmission, "organisation"):
        with scoped(organisation):
            known |= set(Transmission.objects.filter(state="waiting").values_list("key", flat=True))
    return deliveries.destroy_strays(MARK, known, now)


def _now() -> datetime:
    return datetime.now(UTC)
