"""Staff link another organisation on its page: token shown once, certificate compared, ended."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client

from garant.apps.exchanges import keys, services
from garant.apps.scoping import scoped
from tests.apps.exchanges.conftest import Controller, Service, somebody
from tests.apps.rights.steps import OFFICER
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_client_is_linked_given_a_token_and_ended(company: str, controller: Controller) -> None:
    officer, page = sign_in(OFFICER), f"/o/{company}/settings/exchanges/"
    sent = {"name": "Cars Martin", "url": "https://cars.example/opendsr", "roles": ["controller"]}
    refused = officer.post(page, sent)
    assert "n’atteignent qu’eux" in refused.content.decode()
    made = officer.post(page, {**sent, "systems": ["crm"]})
    assert made.status_code == 302
    issued = officer.post(made["Location"], {"issue": ""}).content.decode()
    token = re.search(r"garant_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", issued)
    assert token is not None
    assert token[0] not in officer.get(made["Location"]).content.decode()
    program = Client(headers={"Authorization": f"Bearer {token[0]}"})
    said = json.dumps(controller.body("access", somebody()))
    assert (
        program.post(f"{controller.home}/requests", said, content_type="application/json").status_code == 201
    )
    assert "R-" in officer.get(made["Location"]).content.decode()
    officer.post(made["Location"], {"end": ""})
    assert officer.get(made["Location"]).status_code == 404
    assert (
        program.post(f"{controller.home}/requests", said, content_type="application/json").status_code == 401
    )


def test_a_processor_is_found_by_its_discovery_and_believed_once_confirmed(
    company: str, service: Service, settings: Any
) -> None:
    ours, settings.GARANT_URL = settings.GARANT_URL, "https://elsewhere.example"
    other = keys.seal_of(company).certificate.encode()
    settings.GARANT_URL = ours
    officer, page = sign_in(OFFICER), f"/o/{company}/settings/exchanges/"
    party = next(iter(services.parties(company)))
    sent = {"name": "Hébergeur", "url": f"{service.url}/dsr/", "roles": ["processor"], "party": party}
    assert "HTTP 204" in officer.post(page, sent).content.decode()
    found = {
        "api_version": "2.0",
        "supported_identities": [{"identity_type": "email", "identity_format": "raw"}],
        "supported_subject_request_types": ["erasure"],
        "processor_certificate": f"{service.url}/cert.pem",
    }
    service.answers["/dsr/discovery"] = (200, {}, json.dumps(found).encode())
    service.answers["/cert.pem"] = (200, {}, other)
    wrong = officer.post(page, sent).content.decode()
    assert "le certificat n’est pas celui de 127.0.0.1" in wrong
    service.answers["/cert.pem"] = (302, {"Location": "/dsr/discovery"}, b"")
    assert "HTTP 302" in officer.post(page, sent).content.decode()
    service.answers["/dsr/discovery"] = (200, {}, b"x" * 100_000)
    assert "too long" in officer.post(page, sent).content.decode()
    assert services.listing(company) == []


def test_only_who_gives_habilitations_links(company: str) -> None:
    assert sign_in("adjointe@demo.example").get(f"/o/{company}/settings/exchanges/").status_code == 403


def test_a_certificate_of_an_authority_takes_the_place_of_ours(company: str, service: Service) -> None:
    officer, page = sign_in(OFFICER), f"/o/{company}/settings/exchanges/"
    domain = keys.domain()
    asked = x509.load_pem_x509_csr(services.certificate_request(company).encode())
    assert asked.is_signature_valid
    ours = services.certificate(company)
    refused = officer.post(page, {"install": "", "pem": issued(rsa_key().public_key(), domain)}, follow=True)
    assert "celui d’une autre clé" in refused.content.decode()
    refused = officer.post(
        page, {"install": "", "pem": issued(asked.public_key(), "else.example")}, follow=True
    )
    assert "n’est pas celui de" in refused.content.decode()
    officer.post(page, {"install": "", "pem": issued(asked.public_key(), domain)})
    theirs = services.certificate(company)
    assert theirs != ours
    keys.verify(theirs, domain, keys.sign(company, b"said"), b"said")
    officer.post(page, {"renew": ""})
    assert services.certificate(company) not in (ours, theirs)
    keys.verify(services.certificate(company), domain, keys.sign(company, b"said"), b"said")


def test_a_linked_organisation_whose_certificate_changed_is_confirmed_anew(
    company: str, service: Service
) -> None:
    with scoped(company):
        keys.seal_of(company)

    def discovery(_: dict[str, str], __: bytes) -> tuple[int, dict[str, str], bytes]:
        said = {
            **json.loads(services.discovery(company).body),
            "processor_certificate": f"{service.url}/cert.pem",
        }
        body = json.dumps(said).encode()
        return 200, {"X-OpenDSR-Signature": keys.sign(company, body)}, body

    service.answers["/discovery"] = discovery
    service.answers["/cert.pem"] = lambda *_: (200, {}, services.certificate(company).encode())
    officer = sign_in(OFFICER)
    asked = services.Link("Elle", service.url, ["receiver"], token="t")
    peer = services.link(company, asked, actor=OFFICER)
    services.confirm(company, peer.key, actor=OFFICER)
    page = f"/o/{company}/settings/exchanges/{peer.key}/"
    assert "Rien n’a changé" in officer.post(page, {"again": ""}, follow=True).content.decode()
    assert services.receivers(company) == {peer.key: "Elle"}
    services.renew_certificate(company, actor=OFFICER)
    assert "confirmez-le" in officer.post(page, {"again": ""}, follow=True).content.decode()
    assert services.receivers(company) == {}
    officer.post(page, {"confirm": ""})
    assert services.receivers(company) == {peer.key: "Elle"}


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def issued(public: Any, host: str) -> str:
    """A certificate as an authority issues it."""
    now, name = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public)
    made = (
        made.serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return made.sign(rsa_key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
