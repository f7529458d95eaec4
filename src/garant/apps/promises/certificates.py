"""The certificate of a run: what was done, counted, and the proof that it is in the ledger."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from garant.apps.evidence import services as evidence
from garant.apps.promises import refusals
from garant.apps.promises.decisions import run as find_run
from garant.apps.promises.models import Run
from garant.apps.promises.opening.naming import names_of
from garant.policy.text import Language
from garant.publish.certificate import certificate_pdf

FORMAT = "garant-certificate/1"


def bundle(organisation: str, run_key: str, *, name: str, language: Language) -> bytes:
    """The certificate as a ZIP of three files: to be read, to be processed, to be verified by itself offline.

    Raises:
        RefusedError: the run is unknown, or has not ended.
    """
    made, proof = certificate(organisation, run_key)
    printed = certificate_pdf(made, name, language, called=_called(organisation, made["receipts"]))
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("certificate.pdf", printed)
        archive.writestr("certificate.json", json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True))
        archive.writestr("proof.json", proof)
    return buffer.getvalue()


def _called(organisation: str, receipts: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """What the systems and rules of the receipts are called, in the language spoken."""
    names = names_of(organisation)
    systems = {("system", one["system"]): names.system(one["system"]).words for one in receipts}
    return systems | {("rule", one["rule"]): names.rule(one["rule"]).words for one in receipts if one["rule"]}


def certificate(organisation: str, run_key: str) -> tuple[dict[str, Any], bytes]:
    """The run with its receipts as plain JSON data, and the inclusion proof of its last entry as a file.

    ``garant ledger verify`` checks the proof by itself, offline. There is no personal data in either.

    Raises:
        RefusedError: the run is unknown, or has not ended.
    """
    run: Run = find_run(organisation, run_key)
    if run.finished_at is None:
        raise refusals.not_ended(run.key)
    proof = evidence.prove(organisation, key=f"{run.key}/finished").to_json()
    made = {
        "format": FORMAT,
        "organisation": organisation,
        "run": run.key,
        "plan": run.plan_id,
        "kind": run.plan.kind,
        "as_of": run.plan.document["as_of"],
        "policy": run.plan.document["policy_digest"],
        "approved_at": run.plan.approved_at.isoformat() if run.plan.approved_at else None,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat(),
        "state": run.state,
        "receipts": [batch.receipt for batch in run.receipts()],
        "residue": run.residue,
        "proof": json.loads(proof),
    }
    return made, proof
