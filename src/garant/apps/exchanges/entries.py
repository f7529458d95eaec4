"""What exchanges write to the ledger: keys, kinds and digests; never a person, an address or a token."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Digest, Key, Payload, entry_kind

RoleName = Literal["controller", "processor", "receiver", "sender"]

_PEER = "the key of the linked organisation"


@entry_kind(
    "exchange.linked",
    fr="Une autre organisation a été reliée.",
    en="Another organisation was linked.",
)
class PeerLinked(Payload):
    """Nothing is exchanged before its certificate is confirmed."""

    peer: Key = Field(description=_PEER)
    roles: list[RoleName] = Field(
        description="controller: its requests are taken; processor: it is told of ours; receiver, sender: of packages"
    )


@entry_kind(
    "exchange.confirmed",
    fr="Le certificat d’une organisation reliée a été confirmé.",
    en="The certificate of a linked organisation was confirmed.",
)
class PeerConfirmed(Payload):
    """Somebody compared the fingerprint with what the other side says."""

    peer: Key = Field(description=_PEER)
    certificate: Digest = Field(description="the SHA-256 of the certificate")


@entry_kind(
    "exchange.ended",
    fr="Une organisation n’est plus reliée.",
    en="An organisation is linked no more.",
)
class PeerEnded(Payload):
    """Its token opens nothing any more, and nothing goes there."""

    peer: Key = Field(description=_PEER)


@entry_kind(
    "exchange.request-received",
    fr="Un responsable de traitement a remis une demande, et a reçu un accusé signé.",
    en="A controller handed a request over, and was given a signed receipt.",
)
class ExchangeReceived(Payload):
    """By OpenDSR; from here on it is a request like others."""

    peer: Key = Field(description=_PEER)
    request: Key = Field(description="the request's number here")
    receipt: Digest = Field(description="the SHA-256 of the receipt that was signed")
