"""The address of an account is who somebody is: it is given with the account, and nobody gives themselves another."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from garant.apps.accounts import services as accounts
from garant.apps.accounts.services import Habilitation
from tests.site.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PROXY = ("HTTP_X_FORWARDED_PROTO", "https")
OWN, OTHERS = "dpo@demo.example", "directrice@demo.example"


@pytest.fixture
def officer(site: str, settings: Any) -> Client:
    """Signed in as anybody is: with a password, just now."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
    user = accounts.ensure_user(OWN, "Déléguée")
    accounts.set_password(user, PASSWORD)
    accounts.give(site, user, Habilitation("dpo"), actor="garant")
    client = Client()
    client.post("/account/login/", {"login": OWN, "password": PASSWORD})
    return client


def test_nobody_gives_themselves_another_address(officer: Client, site: str) -> None:
    page = reverse("account_email")
    assert officer.get(f"/o/{site}/people/").status_code == 200
    for asked in ({"action_add": "", "email": OTHERS}, {"action_primary": "", "email": OTHERS}):
        officer.post(page, asked)
    assert accounts.user_of(OTHERS) is None
    assert accounts.user_of(OWN) is not None
    answer = officer.get(page)
    assert answer.status_code == 404, answer.status_code
    assert "allauth" not in answer.content.decode()


def test_behind_a_proxy_a_stranger_keeps_nobody_out(officer: Client, site: str, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = PROXY
    strange, theirs = "192.0.2.1, 203.0.113.9", "203.0.113.9, 198.51.100.7"  # the proxy adds the last
    for number in range(12):
        tried = {"login": f"{number}@demo.example", "password": "not this one"}
        Client().post("/account/login/", tried, headers={"X-Forwarded-For": strange})
    client = Client(headers={"X-Forwarded-For": theirs, "X-Forwarded-Proto": "https"})
    answer = client.post("/account/login/", {"login": OWN, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[-300:]
    sessions = client.get("/account/sessions/").content.decode()
    assert "198.51.100.7" in sessions
    assert "203.0.113.9" not in sessions


@pytest.mark.parametrize("said", ["", "unknown", "198.51.100.7, nonsense"])
def test_a_proxy_that_says_no_address_is_where_it_comes_from(
    said: str, officer: Client, site: str, settings: Any
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = PROXY
    client = Client(headers={"X-Forwarded-For": said, "X-Forwarded-Proto": "https"})
    client.post("/account/login/", {"login": OWN, "password": PASSWORD})
    assert "127.0.0.1" in client.get("/account/sessions/").content.decode()
