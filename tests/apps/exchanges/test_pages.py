"""Staff link another organisation on its page: token shown once, certificate compared, ended."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from garant.apps.exchanges import keys, services
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
