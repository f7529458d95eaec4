"""Jobs: asked once, done in a process of their own, their failure said; plans decided by a second person."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from garant.apps.accounts import services as accounts
from garant.apps.controls import services as controls
from garant.apps.evidence import services as evidence
from garant.apps.jobs import doing, services, worker
from garant.apps.jobs.kinds import propose_today
from garant.apps.jobs.models import JobState
from garant.apps.jobs.worker import ask_nightly
from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.promises.views import samples
from garant.policy import Policy
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db


def test_the_same_job_is_asked_for_once(site: str) -> None:
    first = services.ask(site, "look", actor="dpo")
    assert services.ask(site, "look", actor="dpo") == first
    assert services.waiting() == [first.key]
    assert services.stop(site, first.key, actor="dpo").state == JobState.STOPPED
    assert services.begin(first.key) is None
    assert services.ask(site, "look", actor="dpo") != first


def test_who_stops_a_job_is_in_the_ledger(site: str) -> None:
    waits, runs = services.ask(site, "look", actor="dpo"), services.ask(site, "plan", actor="dpo")
    services.begin(runs.key)
    for key in (waits.key, runs.key, waits.key, runs.key):
        services.stop(site, key, actor="officer")
    services.end(runs.key, JobState.STOPPED)
    services.stop(site, runs.key, actor="officer")
    entries = list(evidence.records(site, kind="job.stopped"))
    assert [one.payload for one in entries] == [
        {"job": waits.key, "work": "look", "begun": False},
        {"job": runs.key, "work": "plan", "begun": True},
    ]
    assert {one.actor for one in entries} == {evidence.person(site, "officer")}


def test_who_asks_at_the_same_instant_asks_for_the_same(site: str) -> None:
    """The database refuses the second of them: neither has seen the other's."""
    first = services.ask(site, "run", {"plan": "a", "more": 1}, actor="dpo")
    services.want(site, "run", {"more": 1, "plan": "a"}, actor="officer")
    services.want(site, "run", {"plan": "b"}, actor="officer")
    assert [services.find(site, key).arguments["plan"] for key in services.waiting()] == ["a", "b"]
    assert services.begin(first.key) is not None
    services.want(site, "run", {"plan": "a", "more": 1}, actor="officer")
    assert len(services.waiting()) == 2
    services.end(first.key, JobState.DONE)
    services.want(site, "run", {"plan": "a", "more": 1}, actor="officer")
    assert len(services.waiting()) == 2


def test_a_failure_is_said_in_words(site: str) -> None:
    job = services.ask(site, "look", actor="dpo")
    assert doing.main(job.key) == 0
    ended = services.find(site, job.key)
    assert ended.state == JobState.FAILED
    assert ended.why is not None
    assert "publiée" in ended.why.fr
    page = sign_in_dpo(site).get(f"/o/{site}/jobs/{job.key}/").content.decode()
    assert ended.why.fr.split(":")[0] in page


def sign_in_dpo(organisation: str) -> Any:
    user = accounts.ensure_user("dpo@demo.example")
    if accounts.membership(organisation, user) is None:
        accounts.give(organisation, user, accounts.Habilitation("dpo"), actor="garant")
    return sign_in("dpo@demo.example")


def test_a_plan_is_made_by_one_and_approved_by_another(company: str) -> None:
    delegate, officer = sign_in("adjointe@demo.example"), sign_in("deleguee@demo.example")
    delegate.post(f"/o/{company}/plans/new/")
    job = services.last(company, "plan")
    assert job is not None
    doing.main(job.key)
    digest = services.find(company, job.key).outcome["plan"]
    assert delegate.get(f"/o/{company}/jobs/{job.key}/")["Location"] == f"/o/{company}/plans/{digest}/"
    page = f"/o/{company}/plans/{digest}/"
    assert officer.get(page).status_code == 200
    assert delegate.post(f"{page}approve/").status_code == 403
    assert officer.post(f"{page}run/").status_code == 302
    assert services.open_job(company, "run") is None  # not approved yet
    officer.post(f"{page}approve/")
    assert decisions.find(company, digest).approved_by == "deleguee@demo.example"
    asked = services.open_job(company, "run", {"plan": digest})
    assert asked is not None


def test_what_a_version_would_change_is_counted_by_a_worker(company: str) -> None:
    officer = sign_in("deleguee@demo.example")
    current = policies.published(company)
    assert current is not None
    sooner = json.loads(current.document)
    sooner["retention"]["prospects"]["phases"][0]["period"] = "P1Y"
    unmapped = {**sooner["retention"]["prospects"], "subjects": ["customers"]}
    sooner["retention"]["visitors"] = unmapped | {"label": {"fr": "Visiteurs", "en": "Visitors"}}
    draft = policies.import_document(
        Policy.model_validate_json(json.dumps(sooner), strict=True), actor="redactrice", organisation=company
    )
    page = f"/o/{company}/policy/{draft.number}/"
    job = officer.post(f"{page}count/")["Location"]
    assert policies.find(company, draft.key).consequences is None, "the page waits for nobody"
    assert "en cours" in officer.get(f"{page}review/").content.decode()
    assert doing.main(job.split("/")[-2]) == 0
    assert officer.get(job)["Location"] == f"{page}review/"
    read = officer.get(f"{page}review/").content.decode()
    assert "seraient effacés ce jour-là" in read
    assert f"par rapport à la version {current.number}" in read
    assert "aucune carte ne répond à cette règle (visitors)" in read, (
        "nobody was counted, which is not nobody"
    )


def test_four_eyes(company: str) -> None:
    officer = sign_in("deleguee@demo.example")
    digest = propose_today(company, actor="deleguee@demo.example")
    page = f"/o/{company}/plans/{digest}/"
    assert "quatre yeux" in officer.get(page).content.decode()
    officer.post(f"{page}approve/")
    assert not decisions.find(company, digest).approved
    organisations.configure(company, four_eyes=False)
    officer.post(f"{page}approve/")
    assert decisions.find(company, digest).approved


def test_a_sample_is_masked_and_entered_before_it_is_shown(company: str) -> None:
    digest = propose_today(company, actor="garant")
    officer = sign_in("deleguee@demo.example")
    assert sign_in("technicien@demo.example").get(f"/o/{company}/plans/{digest}/sample/").status_code == 403
    page = officer.get(f"/o/{company}/plans/{digest}/sample/").content.decode()
    assert "•" in page
    changed = {
        action.table
        for one in decisions.document(company, digest).selections
        for action in one.actions
        if one.due and (action.deleted or action.treated)
    }
    shown = {one.table for one in samples.samples(company, decisions.document(company, digest))}
    assert len(shown & changed) > len(decisions.document(company, digest).selections) / 2
    assert ".example" not in page.split("<main")[1]  # every address of the made-up company ends so
    looked = list(evidence.records(company, kind="personal-data.read"))
    assert [record.payload["about"] for record in looked] == [digest[:16]]


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        (None, "—"),
        ("Jeanne Martin", "J••••• M•••••"),
        ("a@b.fr", "a@b.f•"),
        (b"bytes", "•••"),
        (1234, "1•••"),
    ],
)
def test_masks(value: object, masked: str) -> None:
    assert samples.mask(value) == masked


def test_the_night_asks_where_a_policy_is_published(company: str) -> None:
    night = datetime(2027, 1, 25, 2, 0, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)
    assert ask_nightly(night) == 1
    assert {job.kind for job in services.recent(company)} == {"look", "plan"}
    assert ask_nightly(night + timedelta(hours=12)) == 0
    assert ask_nightly(night + timedelta(hours=23)) == 0


def test_a_machine_that_is_off_at_night_looks_in_the_morning(company: str) -> None:
    morning = datetime(2027, 1, 25, 9, 0, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)
    assert [ask_nightly(morning), ask_nightly(morning + timedelta(hours=1))] == [1, 0]
    assert ask_nightly(morning + timedelta(hours=16)) == 0, "one in the morning, before the next look"
    assert ask_nightly(morning + timedelta(days=3, hours=-8)) == 1, (
        "and after a weekend, even before its hour"
    )


def test_the_night_of_one_organisation_keeps_no_other_from_its_own(
    company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisations.create_organisation("aaa", "A first one", "Europe/Paris")
    follow = worker.policies.follow_naming

    def breaks(key: str) -> bool:
        if key == "aaa":
            raise RuntimeError
        return follow(key)

    monkeypatch.setattr(worker.policies, "follow_naming", breaks)
    night = datetime(2027, 1, 25, 3, 0, tzinfo=UTC)
    assert ask_nightly(night) == 1
    assert {job.kind for job in services.recent(company)} == {"look", "plan"}


def test_a_chore_of_the_hour_that_fails_keeps_no_other_from_being_done(
    company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: object) -> None:
        raise RuntimeError

    done: list[object] = []
    monkeypatch.setattr(worker.deliveries, "destroy_due", breaks)
    monkeypatch.setattr(worker.packages, "destroy_due", done.append)
    monkeypatch.setattr(worker.letters, "forget_old", done.append)
    worker.hour(datetime(2027, 1, 25, 12, 0, tzinfo=UTC))
    assert len(done) == 2


def test_the_ledger_in_words_with_its_proofs(company: str) -> None:
    controls.look(company)
    officer = sign_in("deleguee@demo.example")
    page = officer.get(f"/o/{company}/ledger/").content.decode()
    assert "Les promesses ont été regardées." in page
    assert officer.get(f"/o/{company}/ledger/?kind=member.added&before=40").status_code == 200
    assert not re.search(r"</span> (True|False|\d{4}-\d\d-\d\d)\b", page)  # days and yes or no, in words
    proof = officer.get(f"/o/{company}/ledger/0/proof/")
    assert b"garant-inclusion-proof" in proof.content
    assert officer.get(f"/o/{company}/ledger/999999/proof/").status_code == 404
    archive = b"".join(officer.get(f"/o/{company}/ledger/export/").streaming_content)
    assert archive[:2] == b"PK"
    note = sign_in("technicien@demo.example").get(f"/p/{company}/ledger/checkpoint").content.decode()
    assert note.startswith(f"garant/{company}\n")
    assert sign_in("technicien@demo.example").get(f"/o/{company}/ledger/export/").status_code == 403


def test_holds_are_placed_and_ended(company: str) -> None:
    officer = sign_in("deleguee@demo.example")
    page = f"/o/{company}/holds/"
    officer.post(page, {"owner": "Direction", "reason": "Litige", "activity": "recruitment"})
    assert "h-" not in officer.get(page).content.decode().split("<table")[-1].split("</table")[0]
    officer.post(
        page, {"owner": "Direction", "reason": "Litige", "activity": "recruitment", "until": "2099-01-01"}
    )
    from garant.apps.holds import services as holds

    (hold,) = holds.listing(company)
    assert "Litige" in officer.get(page).content.decode()
    asked = officer.post(f"{page}{hold.key}/end/").content.decode()
    assert "Litige" in asked
    assert [one.key for one in holds.listing(company)] == [hold.key], "one slip of the hand ends none"
    told = officer.post(f"{page}{hold.key}/end/", {"confirmed": "1"}, follow=True).content.decode()
    assert f"La suspension {hold.key} a pris fin" in told
    assert holds.listing(company) == []


def test_a_hold_on_an_address_that_nobody_has_says_that_it_keeps_nothing(company: str) -> None:
    given = {
        "owner": "Direction",
        "reason": "Litige",
        "email": "faute@nowhere.example",
        "until": "2099-01-01",
    }
    answer = sign_in("deleguee@demo.example").post(f"/o/{company}/holds/", given, follow=True)
    assert "elle ne retient rien" in answer.content.decode()
    assert "note warn" in answer.content.decode() or "warning" in answer.content.decode()


def test_systems_are_listed_and_tried(company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    technician = sign_in("technicien@demo.example")
    assert "GARANT_DEMO_CRM" in technician.get(f"/o/{company}/systems/").content.decode()
    assert "correspond au catalogue" in technician.post(f"/o/{company}/systems/crm/test/").content.decode()
    monkeypatch.delenv("GARANT_DEMO_CRM")
    assert "pas de réponse" in technician.post(f"/o/{company}/systems/crm/test/").content.decode()
    assert technician.post(f"/o/{company}/systems/nothing/test/").status_code == 404
    assert sign_in("deleguee@demo.example").post(f"/o/{company}/systems/crm/test/").status_code == 403


def test_a_sample_of_a_system_whose_map_cannot_be_used_says_so(
    company: str, settings: Any, tmp_path: Path
) -> None:
    digest = propose_today(company, actor="garant")
    shutil.copytree(settings.GARANT_MAPS, tmp_path / "slipped")
    settings.GARANT_MAPS = str(tmp_path / "slipped")
    (tmp_path / "slipped" / company / "recruitment.yaml").write_text("\tno: YAML\n")
    officer = sign_in("deleguee@demo.example")
    page = officer.get(f"/o/{company}/plans/{digest}/sample/", follow=True).content.decode()
    assert "recruitment.yaml:1:1" in page
