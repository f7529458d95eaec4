"""Who vouches for a certificate is told as OpenSSL tells it, and on the page of whoever compares the fingerprint."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from garant.apps.exchanges import keys, services
from garant.apps.exchanges.vouching import Vouches, subject, vouched
from garant.apps.scoping import scoped
from tests.apps.exchanges.conftest import company, demo, demo_systems, installation, site
from tests.apps.rights.steps import OFFICER
from tests.site.conftest import sign_in

__all__ = ["company", "demo", "demo_systems", "installation", "site"]
HOST = "sous-traitant.example"


@dataclass(frozen=True)
class Issuer:
    """A root, and one between it and those it issues to."""

    root: str
    between: str
    key: Any

    def issue(self, host: str = HOST, *, days: int = 90, public: Any = None, usage: Any = None) -> str:
        names = [subject(host)]
        made = _builder("leaf", "Intermédiaire d’essai", public or rsa_key().public_key(), days=days)
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        wanted = x509.ExtendedKeyUsage([usage or ExtendedKeyUsageOID.SERVER_AUTH])
        made = made.add_extension(wanted, critical=False)
        made = _identified(made, public or None, self.key)
        return _pem(made.sign(self.key, hashes.SHA256()))


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    """An authority of this test, and the one below it that issues."""
    top, middle = rsa_key(), rsa_key()
    root = _authority("Racine d’essai", "Racine d’essai", top.public_key(), top)
    between = _authority("Intermédiaire d’essai", "Racine d’essai", middle.public_key(), top)
    return Issuer(root, between, middle)


@pytest.fixture
def trusting(issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This machine trusts that authority and no other."""
    file = tmp_path / "authorities.pem"
    file.write_text(issuer.root)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return file


@pytest.mark.parametrize(
    ("given", "by"),
    [
        pytest.param(lambda a: a.issue() + a.between, Vouches.AUTHORITY, id="whole chain"),
        pytest.param(lambda a: a.issue(), Vouches.NOBODY, id="chain with a gap"),
        pytest.param(lambda a: a.issue("ailleurs.example") + a.between, Vouches.NOBODY, id="another host"),
        pytest.param(lambda a: a.issue(days=-1) + a.between, Vouches.NOBODY, id="of the past"),
        pytest.param(
            lambda a: a.issue(usage=ExtendedKeyUsageOID.CODE_SIGNING) + a.between,
            Vouches.NOBODY,
            id="for another use",
        ),
        pytest.param(lambda a: forged(a) + a.between, Vouches.NOBODY, id="signed by somebody else"),
    ],
)
def test_a_chain_is_valid_where_openssl_finds_it_so(
    issuer: Issuer, trusting: Path, tmp_path: Path, given: Any, by: Vouches
) -> None:
    pem = given(issuer)
    (tmp_path / "chain.pem").write_text(pem)
    (tmp_path / "between.pem").write_text(
        "".join(pem.partition("-----END CERTIFICATE-----\n")[2]) or issuer.root
    )
    look = ["openssl", "verify", "-purpose", "sslserver", "-verify_hostname", HOST, "-no-CApath"]
    look += [
        "-CAfile",
        str(trusting),
        "-untrusted",
        str(tmp_path / "between.pem"),
        str(tmp_path / "chain.pem"),
    ]
    oracle = subprocess.run(look, capture_output=True, check=False)
    assert (oracle.returncode == 0) is (by is Vouches.AUTHORITY), oracle.stderr
    found = vouched(pem, HOST)
    assert found.by is by
    assert found.issuer == ("Racine d’essai" if by is Vouches.AUTHORITY else "Intermédiaire d’essai")
    assert bool(found.why) is (by is Vouches.NOBODY)


def test_an_authority_that_this_machine_does_not_know_vouches_for_nobody(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert vouched(issuer.issue() + issuer.between, HOST).by is Vouches.NOBODY


@pytest.mark.django_db(transaction=True)
def test_the_page_says_who_vouches_for_ours(company: str, issuer: Issuer, trusting: Path) -> None:
    with scoped(company):
        keys.seal_of(company)
    officer, page = sign_in(OFFICER), f"/o/{company}/settings/exchanges/"
    assert "Aucune autorité ne l’a délivré" in officer.get(page).content.decode()
    asked = x509.load_pem_x509_csr(services.certificate_request(company).encode())
    theirs = issuer.issue(keys.domain(), public=asked.public_key())
    officer.post(page, {"install": "", "pem": theirs + issuer.between})
    assert "une autorité que cette machine reconnaît (Racine d’essai)" in officer.get(page).content.decode()
    officer.post(page, {"install": "", "pem": theirs})
    assert "sans chaîne valable jusqu’à une autorité" in officer.get(page).content.decode()


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def forged(authority: Issuer) -> str:
    """A certificate that names the authority, signed by another key."""
    return Issuer(authority.root, authority.between, rsa_key()).issue()


def _authority(name: str, by: str, public: Any, key: Any) -> str:
    made = _builder(name, by, public).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = _identified(made.add_extension(usage, critical=True), public, key)
    return _pem(made.sign(key, hashes.SHA256()))


def _identified(made: x509.CertificateBuilder, public: Any, key: Any) -> x509.CertificateBuilder:
    if public is not None:
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return made.add_extension(by, critical=False)


def _builder(name: str, by: str, public: Any, *, days: int = 90) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
    )


def _pem(made: x509.Certificate) -> str:
    return made.public_bytes(serialization.Encoding.PEM).decode()
