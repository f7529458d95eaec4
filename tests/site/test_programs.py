"""Pages of what only programs and terminals could do: tokens, webhooks, backups, the lists, whole habilitations."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from garant.apps.accounts import invitations
from garant.apps.accounts import services as accounts
from garant.apps.backups.entries import BackupMade, DrillFailed, DrillPassed
from garant.apps.backups.standing import standing
from garant.apps.evidence import services as evidence
from garant.apps.oppositions import services as oppositions
from garant.apps.promises.opening.published import policy_in_force
from garant.apps.tokens import services as tokens
from garant.apps.webhooks import services as webhooks
from garant.apps.webhooks.models import Endpoint
from garant.ledger.entries import Entry
from garant.policy.permission import Known, Permissions
from tests.apps.seen import seen
from tests.site.conftest import PASSWORD, TOMORROW, Persona, sign_in

pytestmark = pytest.mark.django_db

LATER = (datetime.now(UTC).date() + timedelta(days=10)).isoformat()
DIGEST = "ab" * 32


def body(answer: Any) -> str:
    return answer.content.decode()


def test_a_token_is_made_on_a_page_shown_once_and_opens_what_it_says(site: str, persona: Persona) -> None:
    client, page = persona("dpo"), f"/o/{site}/settings/tokens/"
    answer = client.post(page, {"name": "supervision", "scopes": ["see"], "until": LATER})
    (text,) = set(re.findall(r"garant_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", body(answer)))
    assert text not in body(client.get(page))
    assert "supervision" in body(client.get(page))
    api = f"/api/v1/organisations/{site}"
    bearer = {"Authorization": f"Bearer {text}"}
    assert Client().get(api, headers=bearer).status_code == 200
    (one,) = tokens.listing(site)
    client.post(f"{page}{one.key}/revoke/")
    assert Client().get(api, headers=bearer).status_code == 401
    kinds = [record.kind for record in evidence.records(site)][-2:]
    assert kinds == ["token.issued", "token.revoked"]
    assert text.split("_", 2)[2] not in "".join(str(record) for record in evidence.records(site))


def test_nobody_makes_a_token_beyond_their_rights(site: str, persona: Persona) -> None:
    client, page = persona("staff"), f"/o/{site}/settings/tokens/"
    client.post(page, {"name": "x", "scopes": ["approve-plan"], "until": LATER})
    client.post(page, {"name": "x", "scopes": [], "until": LATER})
    client.post(page, {"name": "x", "scopes": ["see"], "until": "2001-01-01"})
    assert tokens.listing(site) == []
    assert persona("auditor").post(page, {"scopes": ["see"], "until": LATER}).status_code == 403
    assert persona("neighbour").get(page).status_code == 404


def test_a_token_is_its_persons_and_the_managers(site: str, persona: Persona) -> None:
    staff, technician, page = persona("staff"), persona("technician"), f"/o/{site}/settings/tokens/"
    staff.post(page, {"name": "du personnel", "scopes": ["see"], "until": LATER})
    (one,) = tokens.listing(site)
    assert one.key not in body(technician.get(page))
    assert technician.post(f"{page}{one.key}/revoke/").status_code == 404
    assert one.key in body(persona("administrator").get(page))
    assert persona("administrator").post(f"{page}{one.key}/revoke/").status_code == 302
    assert "révoqué" in body(staff.get(page))


def test_webhooks_on_their_pages(site: str, persona: Persona) -> None:
    client, page = persona("technician"), f"/o/{site}/settings/webhooks/"
    secret = body(client.post(page, {"url": "https://93.184.216.34/hook", "kinds": ["policy.published"]}))
    assert "whsec_" in secret
    assert "whsec_" not in body(client.get(page))
    (one,) = webhooks.listing(site)
    assert one.kinds == ["policy.published"]
    assert "93.184.216.34" in body(client.get(f"{page}{one.key}/"))
    refused = client.post(page, {"url": "http://127.0.0.1/hook"})
    assert 'id="id_url_error"' in body(refused)
    for other in ("dpo", "auditor", "staff"):
        assert persona(other).get(page).status_code == 403
    assert persona("neighbour").get(f"{page}{one.key}/").status_code == 404
    assert client.post(f"{page}{one.key}/end/").status_code == 302
    assert client.post(f"{page}{one.key}/end/").status_code == 404
    assert client.get(f"{page}{one.key}/").status_code == 404
    assert webhooks.listing(site) == []


def test_an_objection_outlives_the_name_of_its_purpose(company: str) -> None:
    """The next version of the policy calls the newsletter otherwise: whoever objected to it is not written to again."""
    policy = policy_in_force(company)
    activity, key = next(
        (activity, key)
        for activity in policy.document.activities.values()
        for key, purpose in getattr(activity, "purposes", {}).items()
        if purpose.direct_marketing
    )
    who = [oppositions.written("jeanne.opposee@demo.example"), oppositions.written("autre@demo.example")]
    oppositions.record(policy, who[:1], f"{activity.key}/{key}", actor="garant")
    purposes = {("renamed" if one == key else one): purpose for one, purpose in activity.purposes.items()}
    purposes["renamed"] = purposes["renamed"].model_copy(update={"key": "renamed"})
    activities = {
        **policy.document.activities,
        activity.key: activity.model_copy(update={"purposes": purposes}),
    }
    document = policy.document.model_copy(update={"activities": activities})
    later = replace(policy, document=document)
    assert oppositions.opposed(later, who, f"{activity.key}/renamed") == [True, False]
    assert oppositions.opposed(later, who, None) == [True, False]
    permissions = Permissions(document)
    use = permissions.use(f"{activity.key}/renamed")
    told = Known(objections=oppositions.opposed_names(company, [("email", who[0].value)]))
    assert permissions.judge(use, (), told).code == "objected"


def test_an_address_that_fell_silent_is_not_gone_in_silence(site: str, persona: Persona) -> None:
    client, page = persona("technician"), f"/o/{site}/settings/webhooks/"
    webhooks.add(site, "https://93.184.216.34/hook", ["policy.published"], actor="dpo")
    seen(Endpoint).update(failures=webhooks.SILENCE, ended_at=datetime.now(UTC))
    shown = body(client.get(page))
    assert "https://93.184.216.34/hook n’a plus pris aucun message" in shown
    assert persona("neighbour").get(page).status_code == 404


def entered(organisation: str, payload: Any, at: datetime) -> None:
    evidence.append(organisation, [Entry(payload, at, "garant")])


def test_what_backups_lack_is_said(site: str, persona: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GARANT_BACKUP_RECIPIENTS", raising=False)
    now = datetime.now(UTC)
    assert len(standing(site).missing) == 3
    page = f"/o/{site}/settings/backups/"
    assert "garant backup" in body(persona("auditor").get(page))
    monkeypatch.setenv("GARANT_BACKUP_RECIPIENTS", "age1…")
    made = BackupMade(backup=DIGEST, size=4096, tables=3, rows=10, entries=2, archives=0)
    entered(site, made, now - timedelta(days=9))
    passed = DrillPassed(
        backup=DIGEST,
        age=1,
        seconds=4,
        tables=3,
        rows=10,
        entries=2,
        marks=0,
        forgotten=0,
        replayed=True,
        found=0,
    )
    entered(site, passed, now - timedelta(days=400))
    assert [text.en[:30] for text in standing(site).missing] == [
        "The last backup is more than a", "The last drill is more than a ",
    ]  # fmt: skip
    entered(site, DrillFailed(backup=DIGEST, reason="counts", seconds=1), now)
    entered(site, made.model_copy(update={"backup": "cd" * 32}), now)
    assert ["failed" in text.en for text in standing(site).missing] == [True]
    entered(site, passed, now + timedelta(minutes=1))
    found = standing(site)
    assert found.missing == []
    assert [one.tried is not None for one in found.backups] == [False, True]
    shown = body(persona("dpo").get(page))
    assert "pas essayée" in shown
    assert "4,0" in shown
    assert persona("neighbour").get(page).status_code == 404


def test_a_contact_is_looked_for_and_only_that_is_entered(company: str) -> None:
    page, address = f"/o/{company}/settings/lists/", "jeanne.opposee@demo.example"
    officer = sign_in("deleguee@demo.example")
    assert "Personne ne s’est opposé" in body(officer.get(page))
    oppositions.record(policy_in_force(company), [oppositions.written(address)], None, actor="garant")
    assert address not in body(officer.get(page))
    found = body(officer.post(page, {"contact": address.upper()}))
    assert "toute prospection" in found.split('role="status"')[1]
    assert "Pas sur la liste" in body(officer.post(page, {"contact": "06 12 34 56 78"}))
    assert "ni une adresse" not in body(officer.post(page, {"contact": "?"}))
    other = oppositions.written("06 12 34 56 78")
    oppositions.record(policy_in_force(company), [other], "recruitment/selection", actor="garant")
    assert "recruitment/selection" not in body(officer.get(page))
    looked = [record.payload for record in evidence.records(company, kind="personal-data.read")]
    assert looked == [{"place": "opposition-list", "people": 1}] * 2
    assert "opposee" not in "".join(str(record) for record in evidence.records(company))
    assert sign_in("technicien@demo.example").post(page, {"contact": address}).status_code == 403


def test_a_habilitation_names_activities_and_systems(company: str) -> None:
    client, page = sign_in("administratrice@demo.example"), f"/o/{company}/people/"
    given = {
        "email": "x@demo.example",
        "name": "X",
        "role": "staff",
        "activities": ["recruitment"],
        "systems": ["recruitment"],
    }
    answer = client.post(page, given)
    link = answer.content.decode().partition("/account/invitation/")[2].partition("<")[0]
    visitor = Client()
    chosen = {"password": PASSWORD, "again": PASSWORD}
    visitor.post(visitor.get(f"/account/invitation/{link}")["Location"], chosen)
    held = {one.user.email: one for one in accounts.members(company)}["x@demo.example"]
    assert (held.activities, held.systems) == (["recruitment"], ["recruitment"])
    accounts.give(
        company,
        held.user,
        accounts.Habilitation("staff", None, ["recruitment", "abandoned"], ["recruitment"]),
        actor="garant",
    )
    held = {one.user.email: one for one in accounts.members(company)}["x@demo.example"]
    shown = body(client.get(f"{page}{held.pk}/"))
    assert re.search(
        r'value="abandoned"[^>]*checked', shown
    )  # what the policy lost is not widened to everything
    client.post(
        f"{page}{held.pk}/", {"role": "auditor", "until": TOMORROW.isoformat(), "activities": ["abandoned"]}
    )
    held = {one.user.email: one for one in accounts.members(company)}["x@demo.example"]
    assert (held.role, held.activities, held.systems) == ("auditor", ["abandoned"], [])
    client.post(page, {**given, "email": "y@demo.example", "activities": ["nothing-known"]})
    assert invitations.waiting(company) == []
