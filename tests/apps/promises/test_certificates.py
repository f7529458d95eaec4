"""What a certificate says is what the ledger says: whoever can write in the database alone certifies nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.promises import certificates, services
from garant.apps.promises.models import Batch, Run
from garant.apps.scoping import scoped
from garant.ledger import InclusionProof
from tests.apps.promises.test_services import ledger, plan, run
from tests.apps.promises.tiny import BLOCK, ORGANISATION, Answer, result

__all__ = ["ledger", "plan", "run"]

pytestmark = pytest.mark.django_db


def ended(run: Run, left: int = 0) -> str:
    services.record_receipt(run.key, "001/0001", result(10))
    services.record_receipt(run.key, "001/0002", result(3))
    services.finish_run(run.key, Answer(left=left))
    return run.key


def test_each_receipt_is_there_with_its_proof(run: Run) -> None:
    key = ended(run)
    made = certificates.bundle(ORGANISATION, key, name="Tiny", language="en")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        said = json.loads(archive.read("certificate.json"))
        names = [name for name in archive.namelist() if name.startswith("receipts/")]
        proofs = [InclusionProof.from_json(archive.read(name)) for name in [*names, "proof.json"]]
    keys = evidence.verifier_keys(ORGANISATION)
    assert all(one.verify(keys) for one in proofs)
    assert [one.record.kind for one in proofs] == ["batch.recorded", "batch.recorded", "run.finished"]
    for receipt, proof in zip(said["receipts"], proofs, strict=False):
        assert {name: receipt[name] for name in proof.record.payload} == proof.record.payload


def more(batch: Batch) -> None:
    assert batch.receipt is not None
    batch.receipt = {**batch.receipt, "roots": 99}
    batch.save()


def gone(batch: Batch) -> None:
    batch.delete()


@pytest.mark.parametrize("change", [more, gone])
def test_a_receipt_that_the_ledger_does_not_have_is_certified_to_nobody(
    run: Run, change: Callable[[Batch], None]
) -> None:
    key = ended(run)
    with scoped(ORGANISATION):
        change(Batch.objects.get(run=key, key="001/0002"))
    with pytest.raises(evidence.LedgerUnverifiableError):
        certificates.certificate(ORGANISATION, key)


def test_a_run_that_was_not_verified_is_not_certified_as_if_it_were(run: Run) -> None:
    key = ended(run, left=4)
    made, _ = certificates.certificate(ORGANISATION, key)
    assert made["state"] == "not-kept"
    with scoped(ORGANISATION):
        Run.objects.filter(key=key).update(state="kept")
    with pytest.raises(evidence.LedgerUnverifiableError, match="finished"):
        certificates.certificate(ORGANISATION, key)


def test_what_was_searched_for_is_held_against_the_ledger_too(run: Run) -> None:
    report: dict[str, Any] = {
        "system": "crm",
        "cleaning": "none",
        "sought": 3,
        "kept": 0,
        "elsewhere": [],
        "places": [],
        "gone": False,
    }
    services.record_residue(run.key, report)
    key = ended(run)
    assert certificates.certificate(ORGANISATION, key)[0]["residue"]["crm"]["gone"] is False
    with scoped(ORGANISATION):
        Run.objects.filter(key=key).update(residue={"crm": {**report, "gone": True}})
    with pytest.raises(evidence.LedgerUnverifiableError, match="residue"):
        certificates.certificate(ORGANISATION, key)


def test_a_rule_that_was_carried_out_is_said_without_a_number(run: Run) -> None:
    services.record_receipt(run.key, "001/0001", result(10))
    services.finish_run(run.key, Answer(left=0))
    rules = [one.payload for one in evidence.records(ORGANISATION, kind="run.rule-kept")]
    with scoped(ORGANISATION):
        (receipt,) = Batch.objects.filter(run=run.key).values_list("receipt", flat=True)
    assert rules == ([{"run": run.key, "rule": receipt["rule"]}] if receipt["rule"] else [])


@pytest.mark.parametrize("stopped", [True, False])
def test_a_rule_of_a_run_that_is_not_verified_is_not(run: Run, stopped: bool) -> None:
    services.record_receipt(run.key, "001/0001", result(0, [BLOCK] if stopped else []))
    services.finish_run(run.key, Answer(left=1))
    assert not list(evidence.records(ORGANISATION, kind="run.rule-kept"))
