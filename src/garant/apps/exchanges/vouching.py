"""Who vouches for a certificate: an authority that this machine trusts, its owner alone, or nobody whom it knows.

An aid to whoever compares the fingerprint, not in its place: an authority says under which domain somebody answers, never
which organisation that is. The chain is validated as that of a web server is (RFC 5280, CA/Browser Forum profile), under the
authorities of the machine (``SSL_CERT_FILE`` names others), today. Revocation is not looked up.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError


class Vouches(StrEnum):
    """Who does."""

    AUTHORITY = "authority"
    ITSELF = "itself"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Voucher:
    """Who vouches for a certificate.

    Args:
        by: who does.
        issuer: the name of whoever issued it, as the certificate says; of the authority at the end of its chain where one
            vouches.
        why: why no authority does, in the words of the standard; empty where one does.
    """

    by: Vouches
    issuer: str
    why: str = ""


def vouched(pem: str, host: str) -> Voucher:
    """Who vouches for a certificate, which may be followed by those that lead to its authority.

    Args:
        pem: the certificate, then its chain if there is one.
        host: the domain, or the address, under which its owner answers.

    Raises ValueError: not a certificate.
    """
    leaf, *rest = x509.load_pem_x509_certificates(pem.encode())
    if _issued_itself(leaf):
        return Voucher(Vouches.ITSELF, _name(leaf.subject))
    trusted = _trusted()
    if not trusted:
        return Voucher(Vouches.NOBODY, _name(leaf.issuer), "this machine knows no authority")
    policy = PolicyBuilder().store(Store(trusted)).time(datetime.now(UTC))
    try:
        chain = policy.build_server_verifier(subject(host)).verify(leaf, rest)
    except VerificationError as error:
        return Voucher(Vouches.NOBODY, _name(leaf.issuer), str(error)[:200])
    return Voucher(Vouches.AUTHORITY, _name(chain[-1].subject))


def _issued_itself(certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _trusted() -> list[x509.Certificate]:
    """The authorities of this machine, but for those that the library cannot read."""
    found: list[x509.Certificate] = []
    for der in ssl.create_default_context().get_ca_certs(binary_form=True):
        try:
            found.append(x509.load_der_x509_certificate(der))
        except ValueError:
            continue
    return found


def subject(host: str) -> x509.DNSName | x509.IPAddress:
    """A host as certificates name it."""
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(name: x509.Name) -> str:
    """As people call it: its organisation, else its common name."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for one in name.get_attributes_for_oid(kind):
            return str(one.value)[:120]
    return name.rfc4514_string()[:120]
