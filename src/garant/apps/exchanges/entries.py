"""What exchanges write to the ledger: keys, kinds and digests; never a person, an address or a token."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Count, Day, Digest, Key, Payload, entry_kind

RoleName = Literal["controller", "processor", "notified", "receiver", "sender"]

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
        description="controller: its requests are taken; processor, notified: it is told of ours; receiver, sender: of packages"
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


@entry_kind(
    "exchange.package-sent",
    fr="Un paquet a été transmis à une autre organisation, qui en a signé la réception.",
    en="A package was transmitted to another organisation, which signed for it.",
)
class PackageSent(Payload):
    """Direct transmission (GDPR art. 20(2)); the file is destroyed here."""

    peer: Key = Field(description=_PEER)
    request: Key = Field(description="the request's number")
    bytes: Count = Field(description="of the encrypted file")
    sha256: Digest = Field(description="the digest of the encrypted file")
    receipt: Digest = Field(description="the SHA-256 of the receipt that the receiver signed")


@entry_kind(
    "exchange.package-failed",
    fr="Un paquet n’a pas pu être transmis\u202f: il est remis à la personne.",
    en="A package could not be transmitted: it is handed to the person.",
)
class PackageFailed(Payload):
    """The receiver never gave a receipt that holds; the file is destroyed here."""

    peer: Key = Field(description=_PEER)
    request: Key = Field(description="the request's number")
    attempts: Count = Field(description="how often it was tried")


@entry_kind(
    "exchange.package-received",
    fr="Un paquet d’une autre organisation a été reçu, chiffré.",
    en="A package of another organisation was received, encrypted.",
)
class PackageReceived(Payload):
    """Nothing opens it but a person, and nothing imports it."""

    peer: Key = Field(description=_PEER)
    package: Key = Field(description="its key here")
    bytes: Count = Field(description="of the encrypted file")
    sha256: Digest = Field(description="the digest of the encrypted file")
    until: Day = Field(description="the day on which it is destroyed, UTC")


@entry_kind(
    "exchange.package-opened",
    fr="Quelqu’un a ouvert un paquet reçu.",
    en="Somebody opened a package that was received.",
)
class PackageOpened(Payload):
    """Personal data were seen."""

    package: Key = Field(description="its key")


@entry_kind(
    "exchange.package-destroyed",
    fr="Un paquet reçu a été détruit.",
    en="A package that was received was destroyed.",
)
class PackageDestroyed(Payload):
    """The file is gone."""

    package: Key = Field(description="its key")
    why: Literal["expired", "decision"] = Field(description="its day came, or somebody decided so")


@entry_kind(
    "exchange.request-sent",
    fr="Le programme d’un destinataire a été averti d’une demande, et en a accusé réception.",
    en="A recipient’s program was told of a request, and receipted it.",
)
class ExchangeSent(Payload):
    """GDPR art. 19, art. 28(3)(e)."""

    peer: Key = Field(description=_PEER)
    request: Key = Field(description="the request's number here")
    receipt: Digest | None = Field(
        default=None, description="the SHA-256 of the receipt that they signed; none of a plain message"
    )


@entry_kind(
    "exchange.certificate",
    fr="Le certificat qui signe nos réponses a changé.",
    en="The certificate that signs our answers has changed.",
)
class CertificateChanged(Payload):
    """Linked organisations compare its fingerprint anew."""

    certificate: Digest = Field(description="the SHA-256 of the certificate")
