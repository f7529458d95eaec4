"""The certificate of a run: what was done, counted, and the proof that it is in the ledger."""

from __future__ import annotations

import json
from typing import Any

from garant.apps.evidence import services as evidence
from garant.apps.promises import refusals
from garant.apps.promises.decisions import run as find_run
from garant.apps.promises.models import Run

FORMAT = "garant-certificate/1"


def certificate(organisation: str, run_key: str) -> dict[str, Any]:
    """The run, its receipts, and the inclusion proof of its last entry, as plain JSON data.

    ``garant ledger verify`` checks the proof by itself, offline. There is no personal data in it.

    Raises:
        RefusedError: the run is unknown, or has not ended.
    """
    run: Run = find_run(organisation, run_key)
    if run.finished_at is None:
        raise refusals.not_ended(run.key)
    proof = evidence.prove(organisation, key=f"{run.key}/finished")
    return {
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
        "proof": json.loads(proof.to_json()),
    }
