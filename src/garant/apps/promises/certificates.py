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
from garant.policy.text import Language
from garant.publish.certificate import certificate_pdf

FORMAT = "garant-certificate/1"


def bundle(organisation: str, run_key: str, *, name: str, language: Language) -> bytes:
    """The certificate as a ZIP of three files: to be read, to be processed, to be verified by itself offline.

    Raises:
        RefusedError: the run is unknown, or has not ended.
    """
    made, proof = certificate(organisation, run_key)
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("certificate.pdf", certificate_pdf(made, name, language))
        archive.writestr("certificate.json", json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True))
        archive.writestr("proof.json", proof)
    return buffer.getvalue()


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
