"""A client's contact: what is done for that client, whether promises are kept, the proof; nothing else."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.services import Habilitation
from garant.apps.controls import services as controls
from garant.apps.evidence import services as evidence
from garant.apps.jobs.kinds import propose_today
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.promises.entries import BatchRecorded, RunFinished
from garant.apps.promises.models import Batch, Run
from garant.apps.promises.recording import receipts
from garant.apps.scoping import scoped
from garant.demo import site as demo_site
from garant.ledger import InclusionProof
from garant.ledger.entries import Entry
from tests.site.conftest import Persona, sign_in
from tests.site.test_access import STAFF, address
from tests.support.laying import laid

pytestmark = pytest.mark.django_db

OFFICER, DELEGATE = (one.email for one in demo_site.ACCOUNTS[:2])
CONTACT, OTHER = "contact@client.example", "contact@other.example"
TABLE: Final = {"table": "person", "deleted": 4, "treated": 1}
NONE: Final[dict[str, Any]] = {"skipped": 0, "files": 0, "blocks": []}
OWN, RUN = "remote-maintenance", "/o/{}/client/runs/{}/{}/proof/"


@pytest.fixture
def served(company: str, tmp_path: Path) -> str:
    """The company does remote maintenance for two clients, has looked, and carried a plan out."""
    return laid(tmp_path, _served, company)


def _served(company: str) -> str:
    current = policies.published(company)
    assert current is not None
    activity = current.policy.activities[OWN]
    (client,) = activity.clients.values()  # pyright: ignore[reportAttributeAccessIssue]
    two = {
        key: client.model_copy(
            update={"label": client.label.model_copy(update={"fr": f"{key}-zqc", "en": f"{key}-zqc"})}
        )
        for key in ("mine", "theirs")
    }
    named = {
        key: one.model_copy(
            update={"label": one.label.model_copy(update={"fr": f"{key}-zqa", "en": f"{key}-zqa"})}
        )
        for key, one in current.policy.activities.items()
    }
    named[OWN] = named[OWN].model_copy(update={"clients": two})
    made = policies.import_document(
        current.policy.model_copy(update={"activities": named}), actor=DELEGATE, organisation=company
    )
    policies.submit(company, made.key, actor=DELEGATE)
    policies.approve(company, made.key, digest=made.digest, actor=OFFICER)
    policies.publish(company, made.key, on=policies.today(company), actor=OFFICER)
    controls.look(company)
    carried(company, propose_today(company, actor="garant"))
    for email, key in ((CONTACT, "mine"), (OTHER, "nobody")):
        held = Habilitation("client-contact", clients=(key,))
        accounts.give(company, accounts.ensure_user(email), held, actor="garant")
    return company


def carried(organisation: str, digest: str) -> None:
    plan, now = decisions.find(organisation, digest), datetime.now(UTC)
    for key, rule in (("r-own", "remote-maintenance"), ("r-foreign", "prospects")):
        with scoped(organisation):
            if key == "r-foreign":
                document = {**plan.document, "other": True}
                plan = type(plan).objects.create(
                    digest="e" * 64, organisation=organisation, kind="retention", document=document,
                    summary=plan.summary, registered_at=now,
                )  # fmt: skip
            run = Run.objects.create(
                key=key,
                plan=plan,
                state="kept",
                actor="garant",
                batch_size=9,
                started_at=now,
                finished_at=now,
            )
            receipt = {"system": "maintenance", "rule": rule, "roots": 3, "tables": [TABLE]}
            batch = Batch(run=run, key="001/0001", state="applied", receipt=receipt, written_at=now)
            batch.save()
        said = RunFinished(
            run=key, plan=plan.digest, verified=True, batches=1, recovered=0, blocked=0, rows=5, left=0
        )
        counted = BatchRecorded.model_validate(
            {"run": key, "batch": batch.key, "state": "applied", "recovered": False, **receipt, **NONE}
        )
        entries = [
            (counted, f"{key}/{batch.key}"),
            (said, f"{key}/finished"),
            *receipts.rules_kept(run, [batch]),
        ]
        evidence.append(organisation, [Entry(one, now, "garant", key=name) for one, name in entries])


def test_the_contact_reads_what_is_done_for_their_client(served: str) -> None:
    client = sign_in(CONTACT)
    page = client.get("/o/").content.decode()
    assert f"/o/{served}/client/" in page
    home = client.get(f"/o/{served}/client/").content.decode()
    assert "remote-maintenance-zqa" in home
    shown = client.get(f"/o/{served}/client/{OWN}/").content.decode()
    assert "mine-zqc" in shown
    assert "Télémaintenance" in shown  # the rule that concerns them, and how it stands
    assert shown.count('class="state') >= 3
    assert "Sous-traitants employés" in shown
    (proof,) = proofs(client, served)
    assert (proof.record.kind, proof.record.payload) == ("run.rule-kept", {"run": "r-own", "rule": OWN})
    assert '<td class="n">3</td>' not in shown, "three records, of both clients"
    for name in ("theirs-zqc", "prospects", "crm", "r-foreign"):
        assert name not in home + shown, name
    assert "Les prospects" not in shown


def proofs(client: Client, organisation: str) -> list[InclusionProof]:
    """What a client is given as proof, each of them verified with the public key alone."""
    given = client.get(RUN.format(organisation, "r-own", OWN))
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        found = [InclusionProof.from_json(archive.read(name)) for name in archive.namelist()]
    for one in found:
        assert one.verify(evidence.verifier_keys(organisation))
    return found


def test_whose_data_alone_a_rule_is_about_is_shown_how_much(served: str) -> None:
    accounts.give(
        served,
        accounts.ensure_user(CONTACT),
        Habilitation("client-contact", clients=("mine", "theirs")),
        actor="garant",
    )
    client = sign_in(CONTACT)
    assert (
        '<td class="n">3</td><td class="n">5</td>'
        in client.get(f"/o/{served}/client/{OWN}/").content.decode()
    )
    receipt, kept = proofs(client, served)
    assert (receipt.record.kind, receipt.record.payload["roots"]) == ("batch.recorded", 3)
    assert kept.record.kind == "run.rule-kept"


def test_nothing_else_is_there_for_them(served: str) -> None:
    client = sign_in(CONTACT)
    for route in STAFF:
        if "<slug:organisation>" not in route:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(address(route, served), follow=True)
            if answer.status_code == 200:
                assert route.endswith("/client/"), (route, method)
            assert answer.status_code in (200, 403, 404, 405), (route, method)
    assert client.get(RUN.format(served, "r-foreign", OWN)).status_code == 404
    assert client.get(f"/o/{served}/client/recruitment/").status_code == 404
    menu = client.get(f"/o/{served}/client/").content.decode().split("<main")[0]
    assert "Fait pour vous" in menu
    assert "Plans" not in menu


def test_a_contact_of_nobody_known_sees_nothing(served: str) -> None:
    client = sign_in(OTHER)
    assert "Rien n’est fait pour votre compte" in client.get(f"/o/{served}/client/").content.decode()
    assert client.get(f"/o/{served}/client/{OWN}/").status_code == 404
    assert client.get(RUN.format(served, "r-own", OWN)).status_code == 404


@pytest.mark.parametrize("role", ["dpo", "staff", "auditor", "administrator"])
def test_it_is_the_contacts_page_alone(site: str, persona: Persona, role: str) -> None:
    assert persona(role).get(f"/o/{site}/client/").status_code == 403
    assert persona("neighbour").get(f"/o/{site}/client/").status_code == 404
    assert persona("stranger").get(f"/o/{site}/client/").status_code == 302
