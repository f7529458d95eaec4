"""As processor: a controller's requests are taken, receipted under our signature, and told how they stand."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from garant.apps.deliveries import services as deliveries
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import formats, keys, peers, refusals
from garant.apps.exchanges.entries import ExchangeReceived
from garant.apps.exchanges.models import Incoming, Peer
from garant.apps.organisations import services as organisations
from garant.apps.promises.opening.published import maps_folder
from garant.apps.rights import services as rights
from garant.apps.rights.words import Capacity, Channel, Right, State
from garant.apps.scoping import for_organisation
from garant.apps.webhooks import sending
from garant.apps.webhooks.refusals import WebhookRefusedError
from garant.ledger.entries import Entry
from garant.systems.loader import load_usable

PENDING, IN_PROGRESS, COMPLETED, CANCELLED = "pending", "in_progress", "completed", "cancelled"
STATUSES: Final = (PENDING, IN_PROGRESS, COMPLETED, CANCELLED)
FINAL: Final = (COMPLETED, CANCELLED)
_STATUS: Final[Mapping[str, str]] = {
    State.RECEIVED: PENDING,
    State.ACKNOWLEDGED: PENDING,
    State.IDENTITY: PENDING,
    State.SEARCHING: PENDING,
    State.PLANNED: PENDING,
    State.APPROVED: IN_PROGRESS,
    State.RUNNING: IN_PROGRESS,
    State.ANSWERED: COMPLETED,
    State.WITHDRAWN: CANCELLED,
    State.CLOSED: CANCELLED,
}
SHOWN: Final = 100
"""Requests that the page of a controller shows."""
OLDEST: Final = timedelta(days=90)
"""How far back a request may have been made to its controller; before that, its time runs from today."""


@dataclass(frozen=True, slots=True)
class Signed:
    """An answer, and the signature that goes with it."""

    body: bytes
    signature: str
    domain: str

    @property
    def headers(self) -> dict[str, str]:
        """As OpenDSR has them."""
        return {"X-OpenDSR-Processor-Domain": self.domain, "X-OpenDSR-Signature": self.signature}


def base(organisation: str) -> str:
    """Where the OpenDSR service of an organisation is."""
    return f"{settings.GARANT_URL}/api/v1/organisations/{organisation}/opendsr/v2"


@for_organisation
def discovery(organisation: str) -> Signed:
    """What can be asked here, by what people are found, and by which certificate answers are signed.

    Raises OrganisationUnknownError.
    """
    organisations.organisation(organisation)
    maps = load_usable(maps_folder(organisation)).values()
    known = {kind for one in maps for kind in getattr(one.map, "identities", ())}
    found = [name for name, kind in formats.IDENTITIES.items() if kind in known]
    said: dict[str, Any] = {
        "api_version": formats.VERSION,
        "supported_identities": [
            {"identity_type": name, "identity_format": "raw"}
            for name in found
            if name in formats.STANDARD_IDENTITIES
        ],
        "supported_subject_request_types": list(formats.STANDARD),
        "processor_certificate": f"{base(organisation)}/certificate.pem",
        "extensions": {
            keys.domain(): {
                "types": list(formats.EXTENDED),
                "identities": [name for name in found if name not in formats.STANDARD_IDENTITIES],
                "age": keys.seal_of(organisation).age,
            }
        },
    }
    return signed(organisation, said)


def certificate(organisation: str) -> str:
    """The certificate, as PEM. Raises OrganisationUnknownError."""
    organisations.organisation(organisation)
    return keys.seal_of(organisation).certificate


@for_organisation
def receive(organisation: str, peer: Peer, body: bytes, *, actor: str) -> Signed:
    """Take a request, and give its signed receipt; the same again is the same, with the same receipt.

    Raises:
        MalformedError: not what the standard says, an address for callbacks elsewhere, a number used before.
        RequestRefusedError: no such purpose.
    """
    asked = formats.read(body)
    number, digest = str(asked.subject_request_id), _digest(organisation, body)
    keys.seal_of(organisation)
    found = Incoming.objects.filter(peer=peer, number=number).first()
    if found is None:
        try:
            with transaction.atomic():
                return _taken(organisation, peer, asked, body, digest, actor)
        except IntegrityError:  # the same, at the same instant
            found = Incoming.objects.get(peer=peer, number=number)
    if not hmac.compare_digest(found.digest, digest):
        raise refusals.other_body()
    return _receipt(found, body, rights.briefs(organisation, [found.request])[found.request].due)


def _taken(
    organisation: str, peer: Peer, asked: formats.Asked, body: bytes, digest: str, actor: str
) -> Signed:
    extension = asked.own(keys.domain())
    callbacks = [_checked(peer, url) for url in asked.status_callback_urls]
    request = rights.receive_for(
        organisation, _asked(organisation, peer, asked, extension), extension.wish or "", actor=actor
    )
    made = Incoming.objects.create(
        organisation=organisation,
        peer=peer,
        number=str(asked.subject_request_id),
        request=request.key,
        type=asked.subject_request_type,
        digest=digest,
        callbacks=callbacks,
        received_at=datetime.now(UTC),
        told=_STATUS[request.state],
    )
    receipt = _receipt(made, body, request.due_on)
    entry = ExchangeReceived(peer=peer.key, request=request.key, receipt=sha256(receipt.body).hexdigest())
    evidence.append(organisation, [Entry(entry, datetime.now(UTC), evidence.person(organisation, actor))])
    return receipt


def _asked(organisation: str, peer: Peer, asked: formats.Asked, extension: formats.Extension) -> rights.Asked:
    identities: dict[str, str] = {}
    for one in [*asked.subject_identities, *extension.identities]:
        kind = formats.IDENTITIES.get(one.identity_type)
        if kind is None:
            raise refusals.malformed(
                f"identity_type {one.identity_type[:40]!r} n’est pas connu ici",
                f"identity_type {one.identity_type[:40]!r} is not known here",
            )
        identities.setdefault(kind, rights.cleaned(kind, one.identity_value))
    if not any(identities.values()):
        raise refusals.malformed(
            "subject_identities est vide", "subject_identities is empty: by what is the person known?"
        )
    right = formats.TYPES[asked.subject_request_type]
    values = [
        rights.as_held(one.kind, one.was, one.becomes, added=one.added) for one in extension.corrections
    ]
    _check_needs(right, extension)
    return rights.Asked(
        right=right,
        whom=rights.Whom(
            name=peer.name,
            about=identities,
            values=values,
        ),
        channel=Channel.OPENDSR,
        capacity=Capacity.CONTROLLER,
        purpose=extension.purpose or "" if right == Right.OBJECTION else "",
        language=extension.language,
        on=_since(organisation, asked.submitted_time),
        reach=tuple(peer.systems),
        controller=peer.key,
    )


def _check_needs(right: Right, extension: formats.Extension) -> None:
    place = f"extensions.{keys.domain()}"
    if right == Right.RECTIFICATION and not extension.corrections:
        raise refusals.malformed(f"{place}.corrections manque", f"{place}.corrections is missing")
    if right == Right.POST_MORTEM and extension.wish is None:
        raise refusals.malformed(f"{place}.wish manque", f"{place}.wish is missing")


def _since(organisation: str, submitted: datetime) -> date:
    """The day from which its time runs: that on which the person asked (GDPR art. 12(3))."""
    zone = ZoneInfo(organisations.organisation(organisation).time_zone)
    today, day = rights.today(organisation), submitted.astimezone(zone).date()
    return day if today - OLDEST <= day <= today else today


def _checked(peer: Peer, url: str) -> str:
    """An address for callbacks, which is the controller's own."""
    try:
        host = sending.check(url).hostname
    except WebhookRefusedError as refusal:
        raise refusals.malformed(
            f"status_callback_urls\u202f: {refusal.text.fr}", f"status_callback_urls: {refusal.text.en}"
        ) from None
    if host != urlsplit(peer.url).hostname:
        raise refusals.malformed(
            f"status_callback_urls n’est pas chez {peer.domain}",
            f"status_callback_urls is not at {peer.domain}",
        )
    return url


@for_organisation
def status(organisation: str, peer: Peer, number: str) -> Signed:
    """How a request stands. Raises UnknownExchangeError: for every reason, the same."""
    return signed(organisation, told(_found(peer, number)))


@for_organisation
def cancel(organisation: str, peer: Peer, number: str, *, actor: str) -> Signed:
    """Take a pending request back; taken back already, it is the same.

    Raises:
        UnknownExchangeError: none of this controller has this number.
        ExchangeRefusedError: it is not pending any more.
    """
    found = _found(peer, number)
    brief = rights.briefs(organisation, [found.request])[found.request]
    if _STATUS[brief.state] == PENDING:
        try:
            rights.withdraw(organisation, found.request, actor=actor)
        except rights.RequestRefusedError:
            raise refusals.too_late() from None
    elif _STATUS[brief.state] != CANCELLED:
        raise refusals.too_late()
    return signed(
        organisation,
        {
            "controller_id": peer.key,
            "subject_request_id": found.number,
            "received_time": formats.instant(datetime.now(UTC)),
            "api_version": formats.VERSION,
        },
    )


def told(found: Incoming, brief: rights.Brief | None = None) -> dict[str, Any]:
    """How a request stands, as its controller is told."""
    known = brief or rights.briefs(found.organisation, [found.request])[found.request]
    account = rights.account(found.organisation, found.request)
    own = {
        "outcome": known.outcome,
        "ground": account.ground,
        "reason": account.reason,
        "question": account.question,
        "kept": account.kept,
        "page": account.results,
        "results_sha256": account.digest,
    }
    said: dict[str, Any] = {
        "controller_id": found.peer.key,
        "expected_completion_time": _expected(known.due),
        "subject_request_id": found.number,
        "request_status": _STATUS[known.state],
        "api_version": formats.VERSION,
        "results_count": account.rows,
        "extensions": {keys.domain(): {name: value for name, value in own.items() if value}},
    }
    if not account.results:
        return said
    return {**said, "results_url": f"{base(found.organisation)}/requests/{found.number}/results"}


@for_organisation
def results(organisation: str, peer: Peer, number: str) -> tuple[deliveries.Offered, Iterator[bytes]]:
    """Hand the package of a request over to its controller's program, once: what it is, and its bytes.

    Raises:
        UnknownExchangeError: none of this controller has this number, or nothing is there to take any more.
    """
    found = _found(peer, number)
    link = rights.account(organisation, found.request).results
    try:
        return deliveries.take(organisation, urlsplit(link).path.rstrip("/").rpartition("/")[2])
    except deliveries.NothingHereError:
        raise refusals.unknown(number) from None


def standing(brief: rights.Brief) -> str:
    """The status of the standard that a state is."""
    return _STATUS[brief.state]


def signed(organisation: str, said: Mapping[str, Any]) -> Signed:
    """An answer under our signature."""
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return Signed(body, keys.sign(organisation, body), keys.domain())


def _receipt(found: Incoming, body: bytes, due: date) -> Signed:
    return signed(
        found.organisation,
        {
            "controller_id": found.peer.key,
            "expected_completion_time": _expected(due),
            "received_time": formats.instant(found.received_at),
            "encoded_request": b64encode(body).decode(),
            "subject_request_id": found.number,
            "api_version": formats.VERSION,
        },
    )


def _expected(due: date) -> str:
    return formats.instant(datetime.combine(due, time(23, 59, 59), UTC))


def _digest(organisation: str, body: bytes) -> str:
    return hmac.new(evidence.subject_key(organisation, ("garant", "exchanges")), body, "sha256").hexdigest()


def _found(peer: Peer, number: str) -> Incoming:
    found = Incoming.objects.select_related("peer").filter(peer=peer, number=number.lower()[:36]).first()
    if found is None:
        raise refusals.unknown(number)
    return found


def peer_of(organisation: str, token: str) -> Peer:
    """The controller whose program comes. Raises ExchangeRefusedError."""
    return peers.behind(organisation, token, "controller")


@for_organisation
def incoming(organisation: str, key: str) -> list[Incoming]:
    """The latest requests that a controller handed over, with how many messages wait, and were lost."""
    rows = Incoming.objects.filter(organisation=organisation, peer_id=key).order_by("-pk")
    waiting, lost = Q(messages__state="waiting"), Q(messages__state="lost")
    counted = rows.annotate(waiting=Count("messages", filter=waiting), lost=Count("messages", filter=lost))
    return list(counted[:SHOWN])


@for_organisation
def forget(organisation: str) -> int:
    """Destroy what was kept of requests that Garant has forgotten; how many."""
    ended = list(Incoming.objects.filter(organisation=organisation, ended=True))
    known = rights.briefs(organisation, {one.request for one in ended})
    gone = [one.pk for one in ended if one.request not in known or known[one.request].forgotten]
    Incoming.objects.filter(pk__in=gone).delete()
    return len(gone)
