"""Linked organisations: found by their discovery, believed once their certificate is confirmed, ended at once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction

from garant.apps.accounts.roles import May
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import keys, refusals
from garant.apps.exchanges.entries import PeerConfirmed, PeerEnded, PeerLinked
from garant.apps.exchanges.models import Peer
from garant.apps.policies import services as policies
from garant.apps.promises.opening.published import maps_folder
from garant.apps.scoping import for_organisation
from garant.apps.tokens import services as tokens
from garant.apps.tokens.refusals import TokenRefusedError
from garant.apps.webhooks import sending
from garant.apps.webhooks.refusals import NotTakenError
from garant.ledger.entries import Entry, Payload
from garant.policy.text import Text
from garant.systems.loader import load_usable

ROLES: Final[dict[str, Text]] = {
    "controller": Text(
        fr="Elle nous confie ses données\u202f: nous prenons les demandes de ses personnes",
        en="It entrusts its data to us: we take its people’s requests",
    ),
    "processor": Text(
        fr="Elle reçoit nos données\u202f: nous l’informons des demandes par OpenDSR",
        en="It receives our data: we tell it of requests by OpenDSR",
    ),
    "notified": Text(
        fr="Elle reçoit nos données\u202f: nous l’informons des demandes par un message signé",
        en="It receives our data: we tell it of requests by a signed message",
    ),
    "receiver": Text(
        fr="Elle reçoit les paquets des personnes qui nous quittent",
        en="It receives the packages of people who leave us",
    ),
    "sender": Text(
        fr="Elle nous envoie les paquets des personnes qui viennent chez nous",
        en="It sends us the packages of people who come to us",
    ),
}
"""What a linked organisation does with ours."""
ASKS: Final = ("processor", "receiver")
"""Roles for which we go there."""
TOLD: Final = frozenset({"processor", "notified"})
"""Roles for which it is told of our requests."""
COMES: Final = ("controller", "sender")
"""Roles for which its programs come here."""
_MOST: Final = 64 * 1024
"""Bytes of a discovery or of a certificate."""


@dataclass(frozen=True, slots=True)
class Link:
    """An organisation to be linked.

    Args:
        name: how staff and people call it.
        url: of its OpenDSR service.
        roles: what it does with ours.
        systems: for a controller, the systems that hold its data.
        party: for a processor, its key among the policy's recipients and processors.
        token: the token that it issued to us; none where we do not go there.
    """

    name: str
    url: str
    roles: Sequence[str]
    systems: Sequence[str] = ()
    party: str = ""
    token: str = ""


@for_organisation
def link(organisation: str, asked: Link, *, actor: str) -> Peer:
    """Link another organisation; its certificate is looked up where we go there, and waits to be confirmed.

    Raises:
        ExchangeRefusedError: no role, no such system or party, no discovery at the address.
        NotBelievedError: its certificate is not of its host.
        WebhookRefusedError: not an address that is called.
    """
    _check(organisation, asked)
    url = asked.url.strip().rstrip("/")
    host = str(sending.check(url).hostname)
    goes = any(role in ASKS for role in asked.roles)
    offers, certificate = _look(url, host) if goes else ({}, "")
    if "receiver" in asked.roles and not offers.get("age"):
        raise refusals.no_packages()
    key = f"x-{secrets.token_hex(6)}"
    with transaction.atomic():
        made = Peer.objects.create(
            key=key,
            organisation=organisation,
            name=asked.name.strip()[:120],
            url=url,
            roles=sorted(set(asked.roles)),
            systems=sorted(set(asked.systems)) if "controller" in asked.roles else [],
            party=asked.party if TOLD & set(asked.roles) else "",
            sealed=keys.seal(organisation, asked.token.strip()) if asked.token.strip() else None,
            domain=host,
            certificate=certificate,
            offers=offers,
            made_at=_now(),
            confirmed_at=None if goes else _now(),
        )
        _enter(organisation, actor, PeerLinked.model_validate({"peer": key, "roles": made.roles}))
    return made


def _check(organisation: str, asked: Link) -> None:
    if not asked.roles or not set(asked.roles) <= set(ROLES):
        raise refusals.no_role()
    known = systems(organisation)
    for name in asked.systems:
        if name not in known:
            raise refusals.unknown_system(name)
    if "controller" in asked.roles and not asked.systems:
        raise refusals.no_systems()
    if TOLD & set(asked.roles) and asked.party not in parties(organisation):
        raise refusals.unknown_party(asked.party)


def systems(organisation: str) -> dict[str, Text]:
    """The systems of an organisation, by their maps."""
    return {name: one.map.label for name, one in load_usable(maps_folder(organisation)).items()}


def parties(organisation: str) -> dict[str, Text]:
    """Those outside who receive data, by the policy in force."""
    version = policies.published(organisation)
    if version is None:
        return {}
    outside = {key: one for key, one in version.policy.recipients.items() if one.kind != "internal-service"}
    return {key: one.label for key, one in {**outside, **version.policy.processors}.items()}


def _look(url: str, host: str) -> tuple[dict[str, Any], str]:
    answer = _read(f"{url}/discovery", "application/json")
    try:
        said = json.loads(answer.body)
        types = [str(one)[:40] for one in said["supported_subject_request_types"]][:20]
        identities = [str(one["identity_type"])[:40] for one in said["supported_identities"]][:20]
        place = str(said["processor_certificate"])
    except (ValueError, KeyError, TypeError) as error:
        raise refusals.no_discovery(type(error).__name__) from None
    more = said.get("extensions", {})
    own = more.get(host, {}) if isinstance(more, dict) else {}
    if urlsplit(place).hostname != host:
        raise refusals.not_theirs("le certificat est ailleurs", "the certificate is elsewhere")
    pem = _read(place, "*/*").body.decode("ascii", "replace")
    keys.read(pem.encode(), host)
    signed = answer.headers.get("x-opendsr-signature", "")
    if signed:
        keys.verify(pem, host, signed, answer.body)
    else:
        own = {}  # what nobody signed is not believed: an age key above all
    return {"types": [*types, *_words(own, "types")], "identities": [*identities, *_words(own, "identities")],
            "age": str(own.get("age", ""))[:80] if isinstance(own, dict) else ""}, pem  # fmt: skip


def _words(own: Any, name: str) -> list[str]:
    found = own.get(name, []) if isinstance(own, dict) else []
    return [one[:40] for one in found if isinstance(one, str)][:20] if isinstance(found, list) else []


def _read(url: str, kind: str) -> sending.Answered:
    try:
        answer = sending.call("GET", url, b"", {"Accept": kind, "User-Agent": "Garant"}, most=_MOST)
    except NotTakenError as error:
        raise refusals.no_discovery(str(error)) from None
    if answer.status != 200:
        raise refusals.no_discovery(f"HTTP {answer.status}")
    return answer


@for_organisation
@transaction.atomic
def confirm(organisation: str, key: str, *, actor: str) -> Peer:
    """Say that the fingerprint of its certificate is the one that it says itself. Raises UnknownExchangeError."""
    peer = _locked(key)
    if peer.confirmed_at is None:
        peer.confirmed_at = _now()
        peer.save(update_fields=["confirmed_at"])
        digest = keys.fingerprint(peer.certificate)
        _enter(organisation, actor, PeerConfirmed(peer=key, certificate=digest))
    return peer


@for_organisation
def look_again(organisation: str, key: str) -> bool:
    """Look its discovery up again: what it offers may have changed; whether its certificate did, which is then to be
    confirmed anew.

    Raises:
        UnknownExchangeError: none of this key.
        ExchangeRefusedError: as `link` does.
    """
    peer = find(organisation, key)
    offers, certificate = _look(peer.url, peer.domain)
    if "receiver" in peer.roles and not offers.get("age"):
        raise refusals.no_packages()
    with transaction.atomic():
        peer = _locked(key)
        changed = certificate != peer.certificate or offers["age"] != peer.offers.get("age")
        peer.offers, peer.certificate = offers, certificate
        peer.confirmed_at = None if changed else peer.confirmed_at
        peer.save(update_fields=["offers", "certificate", "confirmed_at"])
    return changed


@for_organisation
@transaction.atomic
def issue(organisation: str, key: str, user: Any, *, actor: str) -> str:
    """Issue the token by which its programs come here; the one before ends. The text is shown once.

    Raises UnknownExchangeError, TokenRefusedError.
    """
    peer = _locked(key)
    _revoke(peer, actor)
    made, text = tokens.issue(organisation, user, peer.name, [May.EXCHANGE.value], actor=actor)
    peer.token = made.key
    peer.save(update_fields=["token"])
    return text


@for_organisation
@transaction.atomic
def end(organisation: str, key: str, *, actor: str) -> None:
    """Link it no more. Raises UnknownExchangeError."""
    peer = _locked(key)
    _revoke(peer, actor)
    peer.ended_at, peer.sealed = _now(), None
    peer.save(update_fields=["ended_at", "sealed"])
    _enter(organisation, actor, PeerEnded(peer=key))


def _revoke(peer: Peer, actor: str) -> None:
    if not peer.token:
        return
    try:
        tokens.revoke(peer.organisation, peer.token, actor=actor)
    except TokenRefusedError:
        return  # somebody did already


def comes(peer: Peer) -> bool:
    """Whether its programs come here, by a token of ours."""
    return any(role in COMES for role in peer.roles)


@for_organisation
def listing(organisation: str, role: str = "") -> list[Peer]:
    """The linked organisations; those of a role where one is named."""
    rows = Peer.objects.filter(organisation=organisation, ended_at=None)
    return [one for one in rows if not role or role in one.roles]


@for_organisation
def find(organisation: str, key: str) -> Peer:
    """The linked organisation of this key. Raises UnknownExchangeError."""
    found = Peer.objects.filter(organisation=organisation, key=key, ended_at=None).first()
    if found is None:
        raise refusals.unknown_peer(key)
    return found


@for_organisation
def behind(organisation: str, token: str, role: str) -> Peer:
    """Whose token it is, where they are linked in this role. Raises ExchangeRefusedError."""
    found = Peer.objects.filter(organisation=organisation, token=token, ended_at=None).first()
    if found is None or role not in found.roles:
        raise refusals.not_linked(role)
    return found


def _locked(key: str) -> Peer:
    found = Peer.objects.select_for_update().filter(key=key, ended_at=None).first()
    if found is None:
        raise refusals.unknown_peer(key)
    return found


def _enter(organisation: str, actor: str, payload: Payload) -> None:
    evidence.append(organisation, [Entry(payload, _now(), evidence.person(organisation, actor))])


def _now() -> datetime:
    return datetime.now(UTC)
