"""Each address, asked by each who comes: the stranger and the neighbour get nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import GRANTED, May, Role
from garant.apps.accounts.services import Habilitation
from garant.apps.evidence import services as evidence
from garant.ledger import LedgerError
from tests.site.conftest import PASSWORD, TOMORROW, Persona, sign_in, user_of

pytestmark = pytest.mark.django_db

OPEN = {"", "health", "language/"}
"""Addresses for anyone, beside /p/, /account/ (allauth's) and the API, which has its own walk."""


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address of the site, with its view."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield prefix + str(one.pattern), one.callback


STAFF = sorted({route for route, _ in routes() if route.startswith("o/")})
FILLED = {
    "<int:": "1",
    "<slug:": "any",
    "<str:": "any",
    "<path:": "any",
    "<uuid:": "00000000-0000-0000-0000-000000000000",
}


def address(route: str, organisation: str) -> str:
    parts = []
    for part in route.split("/"):
        if part == "<slug:organisation>":
            parts.append(organisation)
        else:
            filled = next((value for mark, value in FILLED.items() if part.startswith(mark)), part)
            parts.append(filled)
    return "/" + "/".join(parts)


def test_every_address_belongs_to_a_family() -> None:
    families = ("o/", "p/", "account/", "api/", ".well-known/", "static/")
    strange = [route for route, _ in routes() if route not in OPEN and not route.startswith(families)]
    assert strange == []


@pytest.mark.parametrize("route", STAFF)
def test_a_stranger_is_sent_to_sign_in(route: str, site: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address(route, site))
        assert answer.status_code in (302, 405), (route, method, answer.status_code)
        if answer.status_code == 302 and "organisations:" not in route:
            assert answer["Location"].startswith(("/account/login/", f"/o/{site}/")), answer["Location"]
        assert answer.content == b"" or answer.status_code == 405


@pytest.mark.parametrize("route", [route for route in STAFF if "<slug:organisation>" in route])
def test_a_member_of_another_organisation_finds_nothing(route: str, site: str, persona: Persona) -> None:
    client = persona("neighbour")
    for method in ("get", "post"):
        answer = getattr(client, method)(address(route, site), follow=True)
        assert answer.status_code in (404, 405), (route, method, answer.status_code)
        assert "Démonstration" not in answer.content.decode()


@pytest.mark.parametrize("route", [route for route in STAFF if "<slug:organisation>" in route])
def test_an_auditor_changes_nothing(route: str, site: str, persona: Persona) -> None:
    client = persona("auditor")
    before = len(list(evidence.records(site)))
    answer = client.post(address(route, site), {"role": "dpo"}, follow=True)
    assert answer.status_code in (403, 404, 405), (route, answer.status_code)
    kinds = [record.kind for record in list(evidence.records(site))[before:]]
    assert set(kinds) <= {"personal-data.read"}


def test_an_auditor_whose_time_is_over_finds_nothing(site: str, persona: Persona) -> None:
    client = persona("auditor")
    assert client.get(f"/o/{site}/people/").status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=4)):
        late = Client()
        user = user_of_auditor()
        late.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        assert late.get(f"/o/{site}/people/").status_code == 404


def user_of_auditor() -> Any:
    return accounts.ensure_user("auditor@demo.example")


def test_a_session_that_was_revoked_opens_nothing(site: str, persona: Persona) -> None:
    from django.contrib.sessions.models import Session

    client = persona("dpo")
    assert client.get(f"/o/{site}/people/").status_code == 200
    Session.objects.all().delete()
    assert client.get(f"/o/{site}/people/").status_code == 302


def test_the_second_factor_comes_first(site: str, persona: Persona, settings: Any) -> None:
    settings.GARANT_MFA_REQUIRED = True
    answer = persona("dpo").get(f"/o/{site}/people/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")


def test_each_role_may_what_it_says(site: str, persona: Persona) -> None:
    for role in Role:
        answer = persona(role.value).get(f"/o/{site}/people/")
        assert answer.status_code == (200 if May.SEE in GRANTED[role] else 403), role


def test_signing_in_by_password(site: str) -> None:
    user = user_of("dpo", site, site)
    accounts.set_password(user, PASSWORD)
    client = Client()
    wrong = client.post("/account/login/", {"login": user.email, "password": "not this one"})
    assert wrong.status_code == 200
    assert "Content-Security-Policy" in wrong.headers
    right = client.post("/account/login/", {"login": user.email.upper(), "password": PASSWORD})
    assert (right.status_code, right["Location"]) == (302, "/o/")
    assert client.get("/o/").status_code == 200


def test_signing_in_is_throttled(site: str) -> None:
    user = user_of("dpo", site, site)
    accounts.set_password(user, PASSWORD)
    client = Client()
    for _ in range(12):
        client.post("/account/login/", {"login": user.email, "password": "not this one"})
    late = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert late.status_code == 200 or late.status_code == 429
    assert client.get("/o/").status_code == 302


def test_nobody_signs_up_alone() -> None:
    answer = Client().post("/account/signup/", {"email": "me@x.example", "password1": PASSWORD})
    assert answer.status_code == 200
    from garant.apps.accounts.models import User

    assert not User.objects.exists()


def test_habilitations_are_given_changed_reviewed_and_ended(site: str, persona: Persona) -> None:
    client = persona("dpo")
    page = f"/o/{site}/people/"
    accounts.give(
        site, accounts.ensure_user("new@demo.example", "Nouvelle"), Habilitation("staff"), actor="garant"
    )
    held = {one.user.email: one for one in accounts.members(site)}
    assert held["new@demo.example"].role == "staff"
    own = f"{page}{held['new@demo.example'].pk}/"
    client.post(own, {"role": "auditor"})
    assert accounts.members(site)[-1].role == "staff"  # an auditor needs a last day
    client.post(own, {"role": "auditor", "until": TOMORROW.isoformat()})
    held = {one.user.email: one for one in accounts.members(site)}
    assert held["new@demo.example"].role == "auditor"
    client.post(f"{page}review/", {"confirmed": ["new@demo.example"]})
    own = f"{page}{held['new@demo.example'].pk}/"
    client.post(own, {"attest": "1", "trained": "2026-10-01", "confidentiality": "2026-10-02"})
    client.post(own, {"end": "1"})
    assert [one.user.email for one in accounts.members(site)] == ["dpo@demo.example"]
    kinds = [record.kind for record in evidence.records(site)][-5:]
    assert kinds == [
        "member.added", "member.changed", "habilitations.reviewed", "member.attested", "member.removed",
    ]  # fmt: skip
    written = "".join(str(record) for record in evidence.records(site))
    assert "new@demo.example" not in written
    assert "Nouvelle" not in written


def test_somebody_always_manages_habilitations(site: str, persona: Persona) -> None:
    persona("dpo")
    with pytest.raises(LedgerError, match="Nobody would be left"):
        accounts.take(site, "dpo@demo.example", actor="garant")
    user = accounts.ensure_user("dpo@demo.example")
    with pytest.raises(LedgerError, match="Nobody would be left"):
        accounts.give(site, user, Habilitation("staff"), actor="garant")


def test_the_portfolio_is_one_person_s(site: str, neighbour: str, persona: Persona) -> None:
    page = persona("neighbour").get("/o/").content.decode()
    assert "Voisine" in page
    assert "Démonstration" not in page


def test_the_language_is_chosen(site: str, persona: Persona) -> None:
    client = persona("dpo")
    assert 'lang="fr"' in client.get("/o/").content.decode()
    client.post("/language/", {"language": "en", "next": "/o/"})
    assert 'lang="en"' in client.get("/o/").content.decode()
    answer = Client().post("/language/", {"language": "en", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("path", ["/", "/account/login/", "/account/password/reset/", "/nothing"])
def test_every_answer_is_closed_to_scripts_of_others(path: str, db: Any) -> None:
    answer = Client().get(path)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"):
        assert part in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    body = answer.content.decode()
    assert " style=" not in body
    assert "onclick" not in body


def test_the_inspector_of_the_demo_reads_everything_and_changes_nothing(company: str) -> None:
    client = sign_in("inspectrice@demo.example")
    for page in (
        "",
        "requests/",
        "plans/",
        "policy/",
        "register/",
        "ledger/",
        "holds/",
        "systems/",
        "people/",
    ):
        assert client.get(f"/o/{company}/{page}").status_code == 200, page
    whole = client.get(f"/o/{company}/ledger/export/")
    assert (whole.status_code, whole["Content-Type"]) == (200, "application/zip")
    assert whole.getvalue().startswith(b"PK")
    for page in ("plans/new/", "promises/look/", "requests/new/"):
        assert client.post(f"/o/{company}/{page}").status_code == 403, page
