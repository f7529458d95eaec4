"""As controller: recipients and processors whose programs are linked are told of what was granted, and followed.

A look writes who is to be told, in one transaction with the request's own record of it; each is posted until it is
receipted under their signature, then followed by their callbacks, and asked once a day in case one was lost.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, cast
from uuid import uuid4

from django.db import transaction

from garant.apps.backups import unread
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import collecting, formats, keys, peers, processor, refusals
from garant.apps.exchanges.entries import ExchangeSent
from garant.apps.exchanges.models import Outgoing, Peer
from garant.apps.rights import services as rights
from garant.apps.rights.words import Reply, Right
from garant.apps.scoping import for_organisation, owners, scope_of, scoped
from garant.apps.webhooks import sending
from garant.apps.webhooks.refusals import NotTakenError, WebhookRefusedError
from garant.ledger.entries import Entry

ROLES: Final = ("processor", "notified")
ATTEMPTS: Final = 20
FIRST: Final = 10
LONGEST: Final = 6 * 3600
ASK: Final = timedelta(days=1)
"""How often one that was receipted is asked how it stands."""
AGAIN: Final = timedelta(days=7)
"""How often one that takes plain messages is told again, until it answers by the link."""
_MOST: Final = 64 * 1024
_TYPES: Final = {right: name for name, right in formats.TYPES.items()}
_RANK: Final = {"waiting": 0, "pending": 1, "in_progress": 2, "ready": 3, "completed": 4, "cancelled": 4}
_OPEN: Final = ("waiting", "pending", "in_progress", "ready")


def gather(now: datetime | None = None, *, look: bool = True) -> dict[str, int]:
    """Look for who is to be told, and for what is due: a name for each attempt, and its row."""
    due: dict[str, int] = {}
    for organisation in owners(Peer, "organisation"):
        with scoped(organisation):
            if look:
                _look(organisation)
            rows = Outgoing.objects.filter(state__in=_OPEN, due_at__lte=now or _now())
            found = {f"request/{pk}/{attempts}": pk for pk, attempts in rows.values_list("pk", "attempts")}
            due |= found if found and not unread.waiting(organisation) else {}
    return due


def _look(organisation: str) -> None:
    told_of = [one for one in peers.listing(organisation) if one.party and one.confirmed_at and _told(one)]
    if not told_of:
        return
    since = min(peer.confirmed_at or _now() for peer in told_of)
    for request in rights.to_tell(organisation, {peer.party for peer in told_of}, since):
        for peer in told_of:
            past = request.ended_at is not None and request.ended_at < (peer.confirmed_at or _now())
            if peer.party not in request.told and not past:
                _tell(organisation, peer, request)


def _told(peer: Peer) -> bool:
    return any(role in ROLES for role in peer.roles)


def _takes(peer: Peer, request: rights.ToTell) -> bool:
    """Whether its program knows what to do with such a request."""
    if "notified" in peer.roles:
        return True
    return _TYPES[request.right] in peer.offers.get("types", ()) and not request.purpose


def _tell(organisation: str, peer: Peer, request: rights.ToTell) -> None:
    """By its program; by letter where that does not know such a request, and the policy has an address."""
    try:
        if not _takes(peer, request):
            if rights.recipients(organisation)[peer.party].email:
                rights.tell_recipient(organisation, request.key, peer.party, "", actor="garant")
            return
        with transaction.atomic():
            rights.tell_program(organisation, request.key, peer.party)
            Outgoing.objects.create(
                organisation=organisation,
                peer=peer,
                request=request.key,
                number=str(uuid4()),
                due_at=_now(),
                made_at=_now(),
            )
    except (rights.RequestRefusedError, KeyError):
        return  # told meanwhile, or not of the policy in force any more


def deliver(pk: int) -> bool:
    """Post a request that was not receipted yet, or ask how one stands; whether an answer held."""
    with scope_of(Outgoing, "organisation", pk=str(pk)):
        one = Outgoing.objects.select_related("peer").filter(pk=pk).first()
        if one is None or one.state not in _OPEN:
            return one is not None and one.state != "lost"
        unread.refuse(one.organisation)
        facts = rights.facts(one.organisation, one.request)
        if facts is None or one.peer.ended_at is not None:
            Outgoing.objects.filter(pk=pk).update(state="lost")
            return False
        try:
            if "notified" in one.peer.roles:
                _notify(one, facts)
            elif one.state == "waiting":
                _post(one, facts)
            else:
                _ask(one)
        except (NotTakenError, WebhookRefusedError, refusals.ExchangeRefusedError) as failed:
            _failed(one, getattr(failed, "status", None))
            return False
    return True


def callback_url(organisation: str) -> str:
    """Where processors tell how requests stand."""
    return f"{processor.base(organisation)}/callbacks"


def body_of(one: Outgoing, facts: rights.Facts) -> bytes:
    """The request, the same each time."""
    names = {kind: name for name, kind in formats.IDENTITIES.items()}
    written = [
        {"identity_type": names[kind], "identity_value": value, "identity_format": "raw"}
        for kind, value in sorted(facts.identities.items())
    ]
    standard = [each for each in written if each["identity_type"] in formats.STANDARD_IDENTITIES]
    own: dict[str, Any] = {"identities": [each for each in written if each not in standard]}
    if facts.right == Right.RECTIFICATION:
        own["corrections"] = [
            {
                **each,
                "every": not each["was"] and not each.get("added"),
                **({"added": True} if each.get("added") else {}),
            }
            for each in facts.corrections
        ]
    extended = bool(own["identities"]) or facts.right not in formats.STANDARD.values()
    said = {
        "regulation": "gdpr",
        "subject_request_id": one.number,
        "subject_request_type": _TYPES[facts.right],
        "subject_identities": standard,
        "submitted_time": formats.instant(facts.received_at.astimezone(UTC)),
        "api_version": formats.VERSION,
        "status_callback_urls": [callback_url(one.organisation)],
        "extensions": {one.peer.domain: {**own, "language": facts.language}} if extended else {},
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _headers(one: Outgoing) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "Garant"}
    if one.peer.sealed is not None:
        headers["Authorization"] = f"Bearer {keys.opened(one.organisation, bytes(one.peer.sealed))}"
    return headers


def _post(one: Outgoing, facts: rights.Facts) -> None:
    body = body_of(one, facts)
    headers = {**_headers(one), "Content-Type": "application/json"}
    answer = sending.call("POST", f"{one.peer.url}/requests", body, headers, most=_MOST)
    if answer.status not in (200, 201):
        raise NotTakenError(answer.status, f"HTTP {answer.status}")
    said = _believed(one.peer, answer.headers.get("x-opendsr-signature", ""), answer.body)
    if (
        said.get("subject_request_id") != one.number
        or said.get("encoded_request") != b64encode(body).decode()
    ):
        raise refusals.not_theirs("l’accusé dit une autre demande", "the receipt says another request")
    _taken(one.pk, sha256(answer.body).hexdigest(), answer.status, ASK)


def _notify(one: Outgoing, facts: rights.Facts) -> None:
    """A plain message under our signature, with the link by which they answer; again each week until they do."""
    found = next(
        each
        for each in rights.told(rights.find(one.organisation, one.request))
        if each.recipient == one.peer.party
    )
    if found.answer:
        Outgoing.objects.filter(pk=one.pk).update(state="completed")
        return
    data = {
        "organisation": facts.organisation,
        "request": one.request,
        "right": facts.right.value,
        "identities": dict(facts.identities),
        "corrections": facts.corrections,
        "due": found.due_on.isoformat(),
        "answer": rights.link_again(one.organisation, one.request, one.peer.party),
    }
    said = {"type": "recipient.told", "timestamp": formats.instant(_now()), "data": data}
    signed = processor.signed(one.organisation, said)
    headers = {"Content-Type": "application/json", "User-Agent": "Garant", **signed.headers}
    status = sending.post(one.peer.url, signed.body, headers)
    _taken(one.pk, "", status, AGAIN)


def _ask(one: Outgoing) -> None:
    """How it stands, in case a callback was lost, or since a copy is ready to be fetched."""
    answer = sending.call("GET", f"{one.peer.url}/requests/{one.number}", b"", _headers(one), most=_MOST)
    if answer.status != 200:
        raise NotTakenError(answer.status, f"HTTP {answer.status}")
    said = _believed(one.peer, answer.headers.get("x-opendsr-signature", ""), answer.body)
    if said.get("subject_request_id") != one.number:
        raise refusals.not_theirs("elle dit une autre demande", "it says another request")
    if one.state == "ready" and said.get("request_status") == "completed":
        state = collecting.fetch(one, said, collecting.own_of(one.peer, said), _headers(one))
        Outgoing.objects.filter(pk=one.pk).update(attempts=one.attempts + 1, state=state)
        return
    Outgoing.objects.filter(pk=one.pk).update(attempts=one.attempts + 1, due_at=_now() + ASK)
    _stands(one.organisation, one.pk, said)


def _believed(peer: Peer, signature: str, body: bytes) -> dict[str, Any]:
    keys.verify(peer.certificate, peer.domain, signature, body)
    try:
        said = json.loads(body.decode())
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise refusals.malformed("le corps n’est pas un objet JSON", "the body is no JSON object")
    return cast("dict[str, Any]", said)


@transaction.atomic
def _taken(pk: int, receipt: str, status: int, until: timedelta) -> None:
    one = Outgoing.objects.select_for_update().select_related("peer").get(pk=pk)
    if one.state == "waiting":
        entry = ExchangeSent(peer=one.peer.key, request=one.request, receipt=receipt or None)
        evidence.append(one.organisation, [Entry(entry, _now())])
        one.state, one.receipt = "pending", receipt
    one.answer, one.attempts, one.due_at = status, one.attempts + 1, _now() + until
    one.save()


def _failed(one: Outgoing, answer: int | None) -> None:
    """Posted again for some three days; asked again each day for as long as the request is known."""
    last = one.state == "waiting" and one.attempts + 1 >= ATTEMPTS
    soon = timedelta(seconds=min(FIRST * 3 ** min(one.attempts, 10), LONGEST))
    wait = soon if one.state in ("waiting", "ready") else ASK
    rows = Outgoing.objects.filter(pk=one.pk, state=one.state)
    rows.update(
        answer=answer, attempts=one.attempts + 1, due_at=_now() + wait, state="lost" if last else one.state
    )


@for_organisation
def called_back(organisation: str, domain: str, signature: str, body: bytes) -> None:
    """Take a processor's callback. The body is not read before its signature held; an older status changes nothing.

    Raises:
        NotBelievedError: nobody who is linked signed it.
        MalformedError: not what the standard says, or not for here.
    """
    said = _from(organisation, domain, signature, body)
    if said[1].get("status_callback_url") != callback_url(organisation):
        raise refusals.malformed("status_callback_url n’est pas d’ici", "status_callback_url is not of here")
    number = str(said[1].get("subject_request_id", ""))[:36]
    found = Outgoing.objects.filter(organisation=organisation, peer__in=said[0], number=number).first()
    if found is None:
        raise refusals.malformed("subject_request_id n’est pas connu", "subject_request_id is not known")
    _stands(organisation, found.pk, said[1])


def _from(organisation: str, domain: str, signature: str, body: bytes) -> tuple[list[Peer], dict[str, Any]]:
    """Whose signature it is: several linked organisations may answer under one domain."""
    for peer in peers.listing(organisation, "processor"):
        if peer.confirmed_at is None or peer.domain != domain.strip().lower():
            continue
        try:
            return [peer], _believed(peer, signature, body)
        except refusals.NotBelievedError:
            continue
    raise refusals.not_theirs("personne de relié n’a signé cela", "nobody who is linked signed this")


@transaction.atomic
def _stands(organisation: str, pk: int, said: dict[str, Any]) -> None:
    one = Outgoing.objects.select_for_update().select_related("peer").get(pk=pk)
    status = said.get("request_status")
    if status not in processor.STATUSES:
        raise refusals.malformed("request_status n’est pas connu", "request_status is not known")
    if _RANK[status] <= _RANK.get(one.state, 4):
        return
    copy = status in processor.FINAL and collecting.is_copy(one)
    if copy:
        status = collecting.ended(one, status, said, collecting.own_of(one.peer, said))
    one.state, one.due_at = status, _now() if status == "ready" else one.due_at
    one.save(update_fields=["state", "due_at"])
    if status in processor.FINAL and not copy:
        rights.replied(organisation, one.request, one.peer.party, _reply(one.peer, status, said))


def _reply(peer: Peer, status: str, said: dict[str, Any]) -> Reply:
    own = collecting.own_of(peer, said)
    if status == processor.CANCELLED or own.get("outcome") == "refused":
        return Reply.NOTHING if collecting.nothing_held(own) else Reply.REFUSED
    if said.get("results_count") == 0:
        return Reply.NOTHING
    return Reply.PARTLY if own.get("outcome") == "partly" else Reply.DONE


@for_organisation
def outgoing(organisation: str, key: str) -> list[Outgoing]:
    """The latest that a linked organisation was told."""
    return list(Outgoing.objects.filter(organisation=organisation, peer_id=key).order_by("-pk")[:100])


def _now() -> datetime:
    return datetime.now(UTC)
