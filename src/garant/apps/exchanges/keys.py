"""An organisation's own seal: the certificate by which it signs, and the age key under which others write to it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pyrage as _pyrage
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.db import IntegrityError, transaction

from garant.apps.evidence import services as evidence
from garant.apps.exchanges import refusals
from garant.apps.exchanges.models import Seal
from garant.apps.scoping import scoped
from garant.ledger import unwrap, wrap

age: Any = _pyrage
"""It comes without types."""
BITS: Final = 3072
YEARS: Final = 3
"""How long a certificate of our own making holds."""
_FILED: Final = ("garant", "exchanges")


def domain() -> str:
    """Under which this installation answers, and for which its certificates are."""
    return urlsplit(settings.GARANT_URL).hostname or "localhost"


def seal_of(organisation: str) -> Seal:
    """The seal of an organisation, made when first asked for."""
    with scoped(organisation):
        found = Seal.objects.filter(organisation=organisation).first()
        if found is not None:
            return found
        try:
            with transaction.atomic():
                return _made(organisation)
        except IntegrityError:  # by another, at the same instant
            return Seal.objects.get(organisation=organisation)


def _made(organisation: str) -> Seal:
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    identity = age.x25519.Identity.generate()
    kept = {
        "private": private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        "age": str(identity),
    }
    return Seal.objects.create(
        organisation=organisation,
        certificate=_certificate(organisation, private),
        sealed=seal(organisation, json.dumps(kept)),
        age=str(identity.to_public()),
        made_at=datetime.now(UTC),
    )


def _certificate(organisation: str, private: rsa.RSAPrivateKey) -> str:
    """Of our own making: believed by whoever compares its fingerprint."""
    now, name = datetime.now(UTC), _subject(organisation)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=366 * YEARS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain())]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def _subject(organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, domain()[:64]),
        ]
    )


def own_certificate(organisation: str) -> str:
    """A new certificate of our own making, of the key that is."""
    return _certificate(organisation, _private(organisation))


def signing_request(organisation: str) -> str:
    """A certificate signing request of the key that is, as PEM."""
    names = x509.SubjectAlternativeName([x509.DNSName(domain())])
    asked = x509.CertificateSigningRequestBuilder().subject_name(_subject(organisation))
    signed = asked.add_extension(names, critical=False).sign(_private(organisation), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def _private(organisation: str) -> Any:
    """The private key; made and sealed here, it is not checked each time: that costs most of the time."""
    pem = _kept(organisation)["private"].encode()
    return serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)


def sign(organisation: str, body: bytes) -> str:
    """The signature of a body (RSA, PKCS #1 v1.5, SHA-256), in base64, as OpenDSR carries it in a header."""
    return b64encode(_private(organisation).sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def age_identity(organisation: str) -> Any:
    """What opens packages that others sent here."""
    return age.x25519.Identity.from_str(_kept(organisation)["age"])


def _kept(organisation: str) -> dict[str, str]:
    return json.loads(opened(organisation, bytes(seal_of(organisation).sealed)))


def seal(organisation: str, text: str) -> bytes:
    """Encrypt a secret of the room under a key of the organisation."""
    return wrap(evidence.subject_key(organisation, _FILED), text.encode(), organisation)


def opened(organisation: str, sealed: bytes) -> str:
    """The secret again."""
    return unwrap(evidence.subject_key(organisation, _FILED), sealed, organisation).decode()


def read(pem: bytes, host: str) -> x509.Certificate:
    """A certificate for signatures, of this host, that holds today.

    Raises NotBelievedError.
    """
    try:
        found = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise refusals.not_theirs("ce n’est pas un certificat", "it is not a certificate") from None
    now = datetime.now(UTC)
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise refusals.not_theirs("le certificat n’est plus valable", "the certificate is not valid any more")
    if not isinstance(found.public_key(), rsa.RSAPublicKey) or not _names(found, host):
        raise refusals.not_theirs(
            f"le certificat n’est pas celui de {host}", f"the certificate is not that of {host}"
        )
    return found


def _names(certificate: x509.Certificate, host: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    known = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
    return host.lower() in {one.lower() for one in known}


def fingerprint(pem: str) -> str:
    """The SHA-256 of a certificate, as its owner reads it out."""
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()


def verify(pem: str, host: str, signature: str, body: bytes) -> None:
    """Look whether a body is signed by whose certificate this is, today.

    Raises NotBelievedError.
    """
    public: Any = read(pem.encode(), host).public_key()
    try:
        public.verify(
            b64decode("".join(signature.split()), validate=True), body, padding.PKCS1v15(), hashes.SHA256()
        )
    except (InvalidSignature, Base64Error, ValueError):
        raise refusals.not_theirs("elle n’est pas la leur", "it is not theirs") from None
