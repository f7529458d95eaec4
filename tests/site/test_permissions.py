"""May I? Asked of the made-up company: terms as its systems tell them, consents, objections and restrictions."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection

from garant.apps.accounts import services as accounts
from garant.apps.evidence import services as evidence
from garant.apps.jobs import doing
from garant.apps.jobs import services as jobs
from garant.apps.jobs.kinds import propose_today
from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import contact
from garant.apps.permissions import counting, knowing, people, services
from garant.apps.permissions.models import Past
from garant.apps.permissions.refusals import PermissionRefusedError
from garant.apps.promises import decisions
from garant.apps.promises.opening.published import maps_folder, policy_in_force
from garant.apps.scoping import scoped
from garant.apps.tokens import services as tokens
from tests.api.conftest import client

pytestmark = pytest.mark.django_db
SERVING = "customer-relationship/commercial-relationship"
MARKETING = "customer-relationship/commercial-communications"
HIRING = "recruitment/hiring"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are written when asked for; what was known of another test's organisation is forgotten."""
    monkeypatch.setattr(counting, "_counts", Counter())
    for kept in (knowing._looked, knowing._permissions, knowing._zone, people._key, oppositions._kept_key):
        kept.cache_clear()


def code(organisation: str, purpose: str, *data: str, **subject: str) -> str:
    return services.may(organisation, subject.items(), purpose, data).code


def crm(tmp_path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(tmp_path / "systems" / "crm.sqlite")) as database:
        return database.execute(query).fetchall()


def test_before_anybody_looked_the_answer_is_no(company: str) -> None:
    assert code(company, SERVING, email="somebody@demo.example") == "term-unknown"
    assert code(company, "customer-relationship/gossip", email="x@demo.example") == "purpose-unknown"
    assert code(company, SERVING, "health", email="x@demo.example") == "data-not-declared"


def test_whoever_is_past_their_term_is_refused_and_nobody_else(company: str, tmp_path: Path) -> None:
    services.look(company)
    plan = decisions.document(company, propose_today(company, actor="garant"))
    due = {
        key
        for one in plan.selections
        if one.system == "crm" and one.root == "person" and one.rule in {"prospects", "customers"}
        for key in one.root_keys()
    }
    persons = crm(tmp_path, "SELECT id, lower(email) FROM person")
    assert due
    assert len(due) < len(persons)
    refused = {key for key, _ in persons if code(company, SERVING, row=f"crm/person/{key}") == "term-over"}
    assert due <= refused, "whom a plan would erase is refused; so is who is kept for an invoice alone"
    for key in refused - due:
        assert crm(tmp_path, f"SELECT 1 FROM invoice WHERE person_id = {key} LIMIT 1"), key
    elsewhere = {email for key, email in persons if key not in refused}
    asked = {email for key, email in persons if key in refused and email and email not in elsewhere}
    some = sorted(asked)[:40]
    assert [code(company, SERVING, email=one) for one in some] == ["term-over"] * len(some)
    current = sorted(email for email in elsewhere if email)[:40]
    assert {code(company, SERVING, email=one.upper()) for one in current} == {"permitted"}


def test_what_was_seen_is_believed_for_three_days(company: str) -> None:
    services.look(company)
    assert code(company, SERVING, email="somebody@demo.example") == "permitted"
    with time_machine.travel(datetime.now(UTC) + timedelta(days=4)):
        knowing.forget_looks()
        assert code(company, SERVING, email="somebody@demo.example") == "term-unknown"


def test_a_system_that_does_not_answer_keeps_what_was_seen(
    company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert services.look(company) == 3
    monkeypatch.setenv("GARANT_DEMO_CRM", "sqlite:////nowhere/at/all.sqlite")
    assert services.look(company) == 2
    assert code(company, SERVING, email="somebody@demo.example") == "permitted"


def test_a_system_that_has_never_answered_is_not_taken_for_one_where_nobody_is_past(
    company: str, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.look(company)
    maps = maps_folder(company)
    other = (maps / "crm.yaml").read_text("utf-8").replace("system: crm\n", "system: erp\n")
    (maps / "erp.yaml").write_text(other.replace("GARANT_DEMO_CRM", "GARANT_DEMO_ERP"), "utf-8")
    monkeypatch.setenv("GARANT_DEMO_ERP", "sqlite:////nowhere/at/all.sqlite")
    assert services.look(company) == 3
    assert code(company, SERVING, email="somebody@demo.example") == "term-unknown"
    monkeypatch.setenv("GARANT_DEMO_ERP", os.environ["GARANT_DEMO_CRM"])
    assert services.look(company) == 4
    assert code(company, SERVING, email="somebody@demo.example") == "permitted"
    (maps / "erp.yaml").unlink()
    services.look(company)
    with scoped(company):
        assert not Past.objects.filter(system="erp").exists(), (
            "what is no system any more says nothing of anybody"
        )


def test_the_last_word_of_a_person_counts(company: str) -> None:
    services.look(company)
    who = [("email", "Anna@Demo.example"), ("phone", "01 22 33 44 55")]
    assert code(company, HIRING, email="anna@demo.example") == "consent-missing"
    services.consent(company, who, HIRING, given=True, actor="site-web")
    assert code(company, HIRING, phone="+33122334455") == "permitted"
    assert code(company, HIRING, email="other@demo.example") == "consent-missing"
    services.consent(company, who[:1], "hiring", given=False, actor="site-web")
    assert code(company, HIRING, email="anna@demo.example") == "consent-withdrawn"
    services.restrict(company, who, on=True, actor="dpo")
    assert code(company, SERVING, phone="+33 1 22 33 44 55") == "restricted"
    services.restrict(company, who, on=False, actor="dpo")
    assert code(company, SERVING, phone="0122334455") == "permitted"
    kinds = [one.kind for one in evidence.records(company)]
    told = ["consent.given", "consent.withdrawn", "restriction.recorded", "restriction.lifted"]
    assert [kind for kind in kinds if kind in told] == told


def test_a_restriction_that_goes_on_under_one_identity_is_enough(company: str) -> None:
    """Restricted under the address, lifted under the telephone only: asked by both, the answer is no."""
    services.look(company)
    address, number = ("email", "anna@demo.example"), ("phone", "01 22 33 44 55")
    services.restrict(company, [address], on=True, actor="dpo")
    services.restrict(company, [number], on=False, actor="dpo")
    assert services.may(company, [address, number], SERVING).code == "restricted"
    assert services.may(company, [number, address], SERVING).code == "restricted"
    assert services.may(company, [address], SERVING).code == "restricted"
    assert services.may(company, [number], SERVING).code == "permitted"
    assert not services.restrict(company, [address, number], on=False, actor="dpo")
    assert services.may(company, [address, number], SERVING).code == "permitted"


def test_what_a_request_restricts_and_what_was_told_end_apart(company: str) -> None:
    services.look(company)
    who = [("email", "anna@demo.example")]
    for requested in (True, False):
        services.restrict(company, who, on=True, actor="dpo", requested=True)
        services.restrict(company, who, on=True, actor="dpo")
        assert services.restrict(company, who, on=False, actor="dpo", requested=requested)
        assert services.may(company, who, SERVING).code == "restricted"
        assert not services.restrict(company, who, on=False, actor="dpo", requested=not requested)
        assert services.may(company, who, SERVING).code == "permitted"


def test_an_objection_to_marketing_is_never_weighed(company: str) -> None:
    services.look(company)
    policy = policy_in_force(company)
    assert code(company, MARKETING, email="bruno@demo.example") == "permitted"
    oppositions.record(policy, [contact("email", "bruno@demo.example")], None, actor="dpo")
    assert code(company, MARKETING, email="BRUNO@demo.example") == "objected"
    assert code(company, SERVING, email="bruno@demo.example") == "permitted"


def test_what_cannot_be_told_is_refused(company: str) -> None:
    for subject, purpose in (({}, HIRING), ({"email": "no address"}, HIRING), ({"email": "a@b.fr"}, SERVING)):
        with pytest.raises(PermissionRefusedError):
            services.consent(company, subject.items(), purpose, given=True, actor="x")
    with pytest.raises(PermissionRefusedError, match="one, and only one"):
        services.consent(company, [("email", "a@b.fr")], "gossip", given=True, actor="x")


def test_it_is_counted_and_the_ledger_says_so_when_the_day_is_over(company: str) -> None:
    services.look(company)
    for name in ("a@demo.example", "b@demo.example"):
        code(company, SERVING, email=name)
    code(company, HIRING, email="a@demo.example")
    code(company, "gossip", email="a@demo.example")
    counted = {(one.purpose, one.code): one.number for one in services.counts(company)}
    assert counted == {
        (SERVING, "permitted"): 2,
        (HIRING, "consent-missing"): 1,
        ("other", "purpose-unknown"): 1,
    }
    assert services.enter_counts(company) == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert services.enter_counts(company) == 3
        assert services.enter_counts(company) == 0
    entries = [one.payload for one in evidence.records(company, kind="permissions.counted")]
    assert sorted((one["purpose"], one["allowed"], one["refused"]) for one in entries) == [
        (SERVING, 2, 0),
        ("other", 0, 1),
        (HIRING, 0, 1),
    ]


def test_what_could_not_be_written_is_counted_with_what_comes_next(company: str) -> None:
    services.look(company)
    code(company, SERVING, email="a@demo.example")
    counting.write()

    def refused(*_: Any) -> Any:
        raise OperationalError("database is locked")

    code(company, SERVING, email="b@demo.example")
    with connection.execute_wrapper(refused), pytest.raises(OperationalError):
        counting.write()
    code(company, SERVING, email="c@demo.example")
    code(company, HIRING, email="c@demo.example")
    assert {(one.purpose, one.number) for one in services.counts(company)} == {(SERVING, 3), (HIRING, 1)}


def test_the_look_of_the_night_looks_at_terms(company: str) -> None:
    job = jobs.ask(company, "look", actor="garant")
    doing.main(job.key)
    assert jobs.find(company, job.key).state == "done"
    assert code(company, SERVING, email="somebody@demo.example") == "permitted"


def test_programs_ask_with_a_token_that_may(company: str) -> None:
    services.look(company)
    user = accounts.ensure_user("technicien@demo.example")
    _, text = tokens.issue(company, user, "crm", ["ask", "tell"], actor="garant")
    program, at = client(text), f"/api/v1/organisations/{company}"
    asked = {"subject": {"email": "carla@demo.example"}, "purpose": "hiring"}

    def post(what: str, **more: Any) -> Any:
        return program.post(f"{at}/{what}", {**asked, **more}, content_type="application/json")

    answer = post("may")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["allowed"], answer.json()["code"]) == (False, "consent-missing")
    assert post("consents", given=True).status_code == 204
    assert post("may").json()["allowed"] is True
    assert post("may", subject={}).status_code == 422
    assert post("may", subject={"email": "nobody"}).status_code == 409
    restricted = {"subject": asked["subject"], "restricted": True}
    assert program.post(f"{at}/restrictions", restricted, content_type="application/json").status_code == 204
    assert post("may", purpose="commercial-relationship").json()["code"] == "restricted"
    assert program.get(f"{at}/may/counts").status_code == 403
    _, seeing = tokens.issue(company, user, "crm", ["see"], actor="garant")
    assert client(seeing).post(f"{at}/may", asked, content_type="application/json").status_code == 403
    listed = client(seeing).get(f"{at}/may/counts").json()
    assert sum(one["number"] for one in listed) == 3


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda text: text.replace("zone:", "zonne:", 1), id="not a map"),
        pytest.param(lambda text: text + "\n  : [", id="not YAML"),
        pytest.param(None, id="of the same system as another"),
    ],
)
def test_a_map_that_cannot_be_used_hides_nothing_of_the_others(
    company: str, installation: Path, broken: Any
) -> None:
    """Its own answers alone close, three days after the last look; who is past in the others is seen that night."""
    assert services.look(company) == 3
    maps = maps_folder(company)
    text = (maps / "crm.yaml").read_text("utf-8")
    if broken is None:
        (maps / "crm-2.yaml").write_text(text, "utf-8")
    else:
        (maps / "crm.yaml").write_text(broken(text), "utf-8")
    later = datetime.now(UTC) + timedelta(days=2)
    with time_machine.travel(later):
        assert services.look(company) == 2
        assert [file for file, _ in services.unusable_maps(company)] == ["crm.yaml"]
        assert code(company, SERVING, email="somebody@demo.example") == "permitted"
    with time_machine.travel(later + timedelta(days=2)):
        knowing.forget_looks()
        assert code(company, SERVING, email="somebody@demo.example") == "term-unknown"
        services.consent(company, [("email", "s@demo.example")], HIRING, given=True, actor="s")
        assert code(company, HIRING, email="s@demo.example") == "permitted"


def test_a_map_that_could_never_be_used_closes_its_own_answers(company: str, installation: Path) -> None:
    services.look(company)
    maps = maps_folder(company)
    other = (maps / "crm.yaml").read_text("utf-8").replace("system: crm\n", "system: erp\n")
    for unusable in (other.replace("zone:", "zonne:", 1), other + "\n  : ["):
        (maps / "erp.yaml").write_text(unusable, "utf-8")
        assert services.look(company) == 3
        assert code(company, SERVING, email="somebody@demo.example") == "term-unknown"
        (maps / "erp.yaml").unlink()
        services.look(company)
        assert code(company, SERVING, email="somebody@demo.example") == "permitted"
