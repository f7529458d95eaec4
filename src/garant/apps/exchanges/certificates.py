"""An organisation's own certificate: asked of an authority, put in place, or made anew before its day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.exchanges import keys, refusals
from garant.apps.exchanges.entries import CertificateChanged
from garant.apps.exchanges.models import Seal
from garant.apps.scoping import for_organisation
from garant.ledger.entries import Entry


@for_organisation
def until(organisation: str) -> datetime:
    """The last instant at which the certificate holds."""
    return x509.load_pem_x509_certificate(keys.seal_of(organisation).certificate.encode()).not_valid_after_utc


@for_organisation
def request(organisation: str) -> str:
    """What an authority signs to issue a certificate of our key (PKCS #10), as PEM."""
    return keys.signing_request(organisation)


@for_organisation
def install(organisation: str, pem: str, *, actor: str) -> None:
    """Put the certificate of an authority in place of the one that is; those that follow it go with it.

    Raises NotBelievedError: not a certificate of our key and host that holds today.
    """
    found = keys.read(pem.strip().encode(), keys.domain())
    if _public(found.public_key()) != _public(_ours(organisation)):
        raise refusals.not_theirs(
            "le certificat est celui d’une autre clé", "the certificate is of another key"
        )
    _put(organisation, pem.strip() + "\n", actor)


@for_organisation
def renew(organisation: str, *, actor: str) -> None:
    """Make a new one of our own, of the same key: the others compare its fingerprint anew."""
    _put(organisation, keys.own_certificate(organisation), actor)


def _put(organisation: str, pem: str, actor: str) -> None:
    with transaction.atomic():
        Seal.objects.filter(organisation=organisation).update(certificate=pem)
        changed = CertificateChanged(certificate=keys.fingerprint(pem))
        who = evidence.person(organisation, actor)
        evidence.append(organisation, [Entry(changed, datetime.now(UTC), who)])


def _ours(organisation: str) -> Any:
    return x509.load_pem_x509_certificate(keys.seal_of(organisation).certificate.encode()).public_key()


def _public(key: Any) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
