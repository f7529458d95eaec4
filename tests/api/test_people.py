"""Settings, habilitations and invitations, by programs."""

from __future__ import annotations

import pytest
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from tests.api.conftest import client, token_of
from tests.site.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "new@x.example"


@pytest.fixture
def administrator(organisation: str) -> Client:
    """A program of the administrator."""
    return client(token_of(organisation, "administrator"))


def test_settings_are_changed_one_by_one(organisation: str, administrator: Client) -> None:
    at = f"/api/v1/organisations/{organisation}"
    changed = administrator.patch(f"{at}/settings", {"look_hour": 5}, content_type="application/json")
    assert (changed.status_code, changed.json()["look_hour"], changed.json()["four_eyes"]) == (200, 5, True)
    administrator.patch(f"{at}/settings", {"four_eyes": False}, content_type="application/json")
    assert organisations.organisation(organisation).look_hour == 5
    wrong = administrator.patch(f"{at}/settings", {"look_hour": 24}, content_type="application/json")
    assert wrong.status_code == 422
    assert len(list(evidence.records(organisation, kind="organisation.configured"))) == 2
    refused = client(token_of(organisation, "dpo")).patch(
        f"{at}/settings", {"four_eyes": True}, content_type="application/json"
    )
    assert refused.status_code == 403


def test_somebody_is_invited_comes_and_leaves(organisation: str, administrator: Client) -> None:
    at = f"/api/v1/organisations/{organisation}"
    asked = {"email": NEW, "role": "staff", "activities": ["recruitment"]}
    made = administrator.post(f"{at}/invitations", asked, content_type="application/json")
    assert (made.status_code, made.json()["mailed"]) == (201, False)
    (waiting,) = administrator.get(f"{at}/invitations").json()["items"]
    assert (waiting["email"], waiting["over"]) == (NEW, False)
    visitor = Client()
    link = "/account/" + made.json()["link"].partition("/account/")[2]
    visitor.post(visitor.get(link)["Location"], {"password": PASSWORD, "again": PASSWORD})
    held = {one["email"]: one for one in administrator.get(f"{at}/people").json()["items"]}
    assert (held[NEW]["role"], held[NEW]["activities"]) == ("staff", ["recruitment"])
    again = administrator.post(f"{at}/invitations", asked, content_type="application/json")
    assert again.status_code == 409
    gone = administrator.post(f"{at}/people/end", {"email": NEW}, content_type="application/json")
    assert gone.status_code == 204
    assert NEW not in {one.user.email for one in accounts.members(organisation)}
    last = {"email": f"administrator@{organisation}.example"}
    kept = administrator.post(f"{at}/people/end", last, content_type="application/json")
    assert kept.status_code == 409  # nobody would be left to manage habilitations


def test_an_invitation_is_withdrawn(organisation: str, administrator: Client) -> None:
    at = f"/api/v1/organisations/{organisation}/invitations"
    key = administrator.post(at, {"email": NEW}, content_type="application/json").json()["key"]
    assert administrator.post(f"{at}/{key}/withdraw").status_code == 204
    assert administrator.post(f"{at}/{key}/withdraw").status_code == 404
    assert administrator.get(at).json()["items"] == []
