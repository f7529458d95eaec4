"""The only way plans, runs and batches are written: each change and its ledger entry together.

Every function here is one transaction. A crash before it leaves nothing; a crash after it leaves
the row *and* its entry. Receipts carry the unique key ``run/batch``, so none is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.promises import refusals
from garant.apps.promises.models import Batch, BatchState, Plan, Run, RunState
from garant.apps.promises.work import BatchOutcome, Counts, RunVerification


def register_plan(
    document: Mapping[str, Any],
    *,
    digest: str,
    organisation: str,
    kind: str,
    sources: Mapping[str, str] | None = None,
) -> Plan:
    """Remember a frozen plan under its digest; the same plan again is the same row.

    ``sources`` says where its policy and maps were read from: a help to the next command, not
    part of what is approved.
    """
    plan, _ = Plan.objects.get_or_create(
        digest=digest,
        defaults={
            "organisation": organisation,
            "kind": kind,
            "document": dict(document),
            "sources": dict(sources or {}),
            "registered_at": _now(),
        },
    )
    return plan


def approve(
    plan: Plan, *, digest: str, actor: str, policy_digest: str, map_digests: Mapping[str, str]
) -> Plan:
    """Approve exactly this plan, made from exactly this policy and these maps.

    Raises:
        RefusedError: another digest was named, or the policy or a map changed since.
    """
    if digest != plan.digest:
        raise refusals.another_digest(found=digest, expected=plan.digest)
    if policy_digest != plan.document["policy_digest"]:
        raise refusals.changed_policy(found=policy_digest, expected=plan.document["policy_digest"])
    for system, expected in plan.document["map_digests"].items():
        if map_digests.get(system) != expected:
            raise refusals.changed_map(system, found=map_digests.get(system), expected=expected)
    return plan if plan.approved else _approve(plan, actor)


@transaction.atomic
def _approve(plan: Plan, actor: str) -> Plan:
    locked = Plan.objects.select_for_update().get(pk=plan.pk)
    if locked.approved:
        return locked
    locked.approved_by, locked.approved_at = actor, _now()
    locked.save(update_fields=["approved_by", "approved_at"])
    evidence.append(
        organisation=locked.organisation,
        kind="plan-approved",
        key=f"plan/{locked.digest}",
        payload={"plan": locked.digest, "kind": locked.kind, **_origin(locked)},
    )
    return locked


def open_run(plan: Plan) -> Run | None:
    """Give the run of this plan that began and did not end, if any."""
    return Run.objects.filter(plan=plan, state=RunState.RUNNING).first()


def last_run(plan: Plan) -> Run | None:
    """Give the latest run of this plan, ended or not."""
    return Run.objects.filter(plan=plan).order_by("-started_at").first()


@transaction.atomic
def start_run(plan: Plan, *, actor: str) -> Run:
    """Start a run of an approved plan, or give back the one that is open.

    Raises:
        RefusedError: nobody approved the plan.
    """
    locked = Plan.objects.select_for_update().get(pk=plan.pk)
    if not locked.approved:
        raise refusals.not_approved(locked.digest)
    unfinished = open_run(locked)
    if unfinished is not None:
        return unfinished
    run = Run.objects.create(
        key=f"{locked.digest[:16]}-{locked.runs.count() + 1}",
        plan=locked,
        actor=actor,
        started_at=_now(),
    )
    evidence.append(
        organisation=locked.organisation,
        kind="run-started",
        key=f"run/{run.key}/started",
        payload={"run": run.key, "plan": locked.digest},
    )
    return run


def next_attempt(run: Run) -> Run:
    """Count one more attempt at the same run, after one that ended on an error."""
    run.attempt += 1
    run.save(update_fields=["attempt"])
    return run


def prepared_counts(run_key: str, batch_key: str) -> Counts | None:
    """Give the counts a batch prepared without getting its receipt, if any."""
    batch = Batch.objects.filter(
        run_id=run_key, key=batch_key, state=BatchState.PREPARED
    ).first()
    return None if batch is None else batch.prepared


def prepare_batch(run_key: str, batch_key: str, counts: Counts) -> None:
    """Make durable what a batch is about to commit; the target commits after this returns."""
    Batch.objects.update_or_create(
        run_id=run_key,
        key=batch_key,
        defaults={
            "state": BatchState.PREPARED,
            "prepared": dict(counts),
            "prepared_at": _now(),
        },
    )


def receipt(run_key: str, batch_key: str) -> Batch | None:
    """Give a batch whose receipt is written, if it is."""
    return (
        Batch.objects.filter(run_id=run_key, key=batch_key)
        .exclude(state=BatchState.PREPARED)
        .first()
    )


@transaction.atomic
def record_receipt(run_key: str, batch_key: str, outcome: BatchOutcome) -> Batch:
    """Write a batch's outcome and its ledger entry, once; again gives the first receipt back."""
    run = Run.objects.select_for_update().select_related("plan").get(pk=run_key)
    written = receipt(run_key, batch_key)
    if written is not None:
        return written
    payload = _receipt(outcome)
    batch, _ = Batch.objects.update_or_create(
        run=run,
        key=batch_key,
        defaults={
            "state": BatchState.BLOCKED if outcome.blocks else BatchState.APPLIED,
            "outcome": payload,
            "recovered": outcome.recovered,
            "recorded_at": _now(),
        },
    )
    evidence.append(
        organisation=run.plan.organisation,
        kind="batch-receipt",
        key=f"{run.key}/{batch_key}",
        payload={"run": run.key, "batch": batch_key, "state": batch.state, **payload},
    )
    return batch


@transaction.atomic
def finish_run(run_key: str, verification: RunVerification) -> Run:
    """Close a run with what the systems answered when asked again, and sign a checkpoint."""
    run = Run.objects.select_for_update().select_related("plan").get(pk=run_key)
    if run.state != RunState.RUNNING:
        return run
    run.state = RunState.KEPT if verification.verified else RunState.NOT_KEPT
    run.finished_at, run.verification = _now(), dict(verification.details)
    run.save(update_fields=["state", "finished_at", "verification"])
    evidence.append(
        organisation=run.plan.organisation,
        kind="run-finished",
        key=f"run/{run.key}/finished",
        payload={
            "run": run.key,
            "plan": run.plan_id,
            "verified": verification.verified,
            "batches": run.batches.count(),
            "verification": dict(verification.details),
        },
    )
    evidence.checkpoint()
    return run


class RunJournal:
    """The engine's journal, kept in the rows of one run."""

    def __init__(self, run_key: str) -> None:
        self._run_key = run_key

    def prepared(self, batch_key: str) -> Counts | None:
        """Give the counts of a batch that may or may not have been committed."""
        return prepared_counts(self._run_key, batch_key)

    def prepare(self, batch_key: str, counts: Counts) -> None:
        """Write the counts down before the target commits."""
        prepare_batch(self._run_key, batch_key, counts)


def _receipt(outcome: BatchOutcome) -> dict[str, Any]:
    return {
        "counts": dict(outcome.counts),
        "blocks": [dict(block) for block in outcome.blocks],
        "recovered": outcome.recovered,
    }


def _origin(plan: Plan) -> dict[str, Any]:
    return {key: plan.document[key] for key in ("policy_digest", "map_digests", "as_of")}


def _now() -> datetime:
    return datetime.now(UTC)
