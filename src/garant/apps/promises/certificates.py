"""The certificate of a run: what was done, counted, and the proof that it is in the ledger.

What it says is held against the ledger first, entry by entry: whoever can write in the database alone cannot have a
certificate say what was not done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from garant.apps.evidence import services as evidence
from garant.apps.promises import refusals
from garant.apps.promises.decisions import run as find_run
from garant.apps.promises.entries import BatchRecorded
from garant.apps.promises.models import Run, RunState
from garant.apps.promises.opening.naming import names_of
from garant.apps.promises.recording import receipts as recording
from garant.ledger import Problem
from garant.ledger.entries import Payload
from garant.policy.text import Language
from garant.publish.certificate import certificate_pdf

FORMAT = "garant-certificate/1"


def bundle(organisation: str, run_key: str, *, name: str, language: Language) -> bytes:
    """The certificate as a ZIP: to be read, to be processed, and the proofs of its end and of each receipt, which verify by
    themselves offline.

    Raises:
        RefusedError: the run is unknown, or has not ended.
        LedgerUnverifiableError: the database says of it what the ledger does not.
    """
    made, proof, receipts = _certified(organisation, run_key)
    printed = certificate_pdf(made, name, language, called=_called(organisation, made["receipts"]))
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("certificate.pdf", printed)
        archive.writestr("certificate.json", json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True))
        archive.writestr("proof.json", proof)
        for number, one in enumerate(receipts, 1):
            archive.writestr(f"receipts/{number:04d}.json", one)
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
        LedgerUnverifiableError: the database says of it what the ledger does not.
    """
    made, proof, _ = _certified(organisation, run_key)
    return made, proof


def _certified(organisation: str, run_key: str) -> tuple[dict[str, Any], bytes, list[bytes]]:
    """The certificate, the proof of its end, and those of its receipts in their order."""
    run: Run = find_run(organisation, run_key)
    if run.finished_at is None:
        raise refusals.not_ended(run.key)
    batches = run.receipts()
    said = {f"{run.key}/{one.key}": BatchRecorded.model_validate(one.receipt) for one in batches}
    searched = {
        f"{run.key}/residue/{system}": recording.residue_searched(run.key, report)
        for system, report in run.residue.items()
    }
    ends = [f"{run.key}/finished", f"{run.key}/answered"]
    proofs = {
        str(one.record.key): one for one in evidence.prove_each(organisation, [*said, *searched, *ends])
    }
    entries = {key: one.record.payload for key, one in proofs.items()}
    _hold(run, said | searched, entries)
    proof = proofs[ends[0]].to_json()
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
        "receipts": [one.model_dump(mode="json") for one in said.values()],
        "residue": run.residue,
        "proof": json.loads(proof),
    }
    return made, proof, [proofs[key].to_json() for key in said]


def _hold(run: Run, said: Mapping[str, Payload], entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Hold what the database says of a run against the entries of the ledger. Raises LedgerUnverifiableError."""
    found = [
        key for key, one in said.items() if entries.get(key) != one.model_dump(mode="json", exclude_none=True)
    ]
    end = entries.get(f"{run.key}/finished", {})
    receipts = sum(isinstance(one, BatchRecorded) for one in said.values())
    if (end.get("plan"), end.get("batches")) != (run.plan_id, receipts) or not _ended_so(run, end, entries):
        found.append(f"{run.key}/finished")
    if found:
        problems = [Problem("database", key) for key in found]
        raise evidence.LedgerUnverifiableError(run.plan.organisation, problems)


def _ended_so(run: Run, end: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a run that is said to be verified is so by the ledger: at its end, or once the last answer had come."""
    if run.state != RunState.KEPT:
        return True
    return bool(end.get("verified") or entries.get(f"{run.key}/answered", {}).get("kept"))
