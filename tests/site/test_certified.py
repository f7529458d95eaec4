"""Who asks for a proof that the database and the ledger disagree about is told so, and given nothing."""

from __future__ import annotations

import io
import zipfile
from html import unescape

import pytest
from django.db import connection

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.jobs.kinds import KINDS, propose_today
from garant.apps.promises import decisions
from garant.apps.promises.models import Batch
from garant.apps.scoping import scoped
from garant.demo import site as demo_site
from garant.ledger import InclusionProof
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

OFFICER = demo_site.ACCOUNTS[0].email


def test_a_certificate_is_given_of_what_the_ledger_says_alone(company: str) -> None:
    digest, officer = propose_today(company, actor="garant"), sign_in(OFFICER)
    officer.post(f"/o/{company}/plans/{digest}/approve/", {"digest": digest})
    done = KINDS["run"](jobs.ask(company, "run", {"plan": digest}, actor=OFFICER))
    page = f"/o/{company}/runs/{done['run']}/certificate/"
    with zipfile.ZipFile(io.BytesIO(officer.get(page).content)) as archive:
        proofs = [
            InclusionProof.from_json(archive.read(name))
            for name in archive.namelist()
            if name.startswith("receipts/")
        ]
    assert len(proofs) == len(decisions.run(company, done["run"]).receipts()) > 1
    assert all(one.verify(evidence.verifier_keys(company)) for one in proofs)
    rules = {one.payload["rule"] for one in evidence.records(company, kind="run.rule-kept")}
    assert rules == {one.record.payload["rule"] for one in proofs}
    with scoped(company):
        batch = Batch.objects.filter(run=done["run"]).first()
        assert batch is not None
        batch.receipt = {**batch.receipt, "roots": 9999}
        batch.save()
    told = officer.get(page, follow=True)
    assert told.redirect_chain[-1][0] == f"/o/{company}/runs/{done['run']}/"
    assert "La base de données ne contient plus ce que le registre a inscrit" in unescape(
        told.content.decode()
    )


def test_an_entry_that_was_changed_is_proved_to_nobody(company: str) -> None:
    evidence.checkpoint(company)
    with connection.cursor() as cursor:
        cursor.execute('UPDATE evidence_ledgerentry SET data = leaf_hash WHERE "index" = 1')
    told = sign_in(OFFICER).get(f"/o/{company}/ledger/1/proof/")
    assert (told.status_code, told["Location"]) == (302, f"/o/{company}/ledger/")
