"""The only way plans, runs and batches are written: each change and its ledger entry together.

Every function here is one transaction. A crash before it leaves nothing; a crash after it leaves
the row *and* its entry. Receipts carry the unique key ``run/batch``, so none is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django_scopes import scopes_disabled

from garant.apps.evidence import services as evidence
from garant.apps.promises import refusals
from garant.apps.promises.entries import PlanApproved, PlanPeople, RunAnswered, RunStarted
from garant.apps.promises.models import Batch, BatchState, Plan, Run, RunState
from garant.apps.promises.people import restrictions, subjects
from garant.apps.promises.recording import canaries, fates, receipts
from garant.apps.promises.recording.batches import (
    ClosingJournal,
    RunJournal,
    batch_of,
    prepare_batch,
    prepared_counts,
    record_receipt,
    skipped_roots,
)
from garant.apps.promises.recording.entering import enter, in_one_transaction, now
from garant.apps.promises.recording.forgetting import about_nobody, forget_plan, is_given_up
from garant.apps.promises.recording.scoping import for_plan, for_run
from garant.apps.promises.recording.summary import summary_of
from garant.apps.promises.recording.work import Checked
from garant.apps.scoping import scope_of, scoped
from garant.apps.tasks import services as tasks
from garant.engine.document import MARKING, read_plan
from garant.engine.document import Plan as EnginePlan
from garant.engine.running.run import BATCH
from garant.ledger.entries import Entry, Payload

__all__ = [
    "RUN_DIGITS",
    "Batch",
    "ClosingJournal",
    "Plan",
    "Received",
    "Run",
    "RunJournal",
    "RunState",
    "anew",
    "approve",
    "batch_of",
    "changed",
    "finish_run",
    "forget_canaries",
    "forget_plan",
    "has_touched",
    "is_given_up",
    "keep_plan",
    "next_attempt",
    "prepare_batch",
    "prepared_counts",
    "read_run",
    "receive_answer",
    "record_receipt",
    "record_residue",
    "register_plan",
    "renewed",
    "run_of",
    "run_of_digest",
    "skipped_roots",
    "start_run",
    "unsure",
]

RUN_DIGITS = 16
"""Digits of the plan's digest that name its run."""


@dataclass(frozen=True, slots=True)
class Received:
    """Where a run, or an access request, stands once an answer has been received: state and purpose in one word."""

    key: str
    state: str
    purpose: str


def register_plan(plan: EnginePlan, *, made_by: str = "") -> Plan:
    """Remember a frozen plan under its digest; the same plan again is the same row."""
    with scoped(plan.organisation):
        registered = Plan.objects.filter(pk=plan.digest).first()
        return keep_plan(plan, made_by=made_by) if registered is None else registered


def keep_plan(plan: EnginePlan, *, made_by: str) -> Plan:
    """Write a frozen plan down under its digest, in its scope; one that is there stays as it is."""
    document = plan.document()
    made = Plan(
        digest=plan.digest,
        organisation=plan.organisation,
        kind=plan.kind,
        document=document,
        summary=summary_of(document),
        registered_at=now(),
        made_by=made_by,
    )
    Plan.objects.bulk_create([made], ignore_conflicts=True)
    return made


@for_plan
def approve(
    plan: Plan, *, digest: str, actor: str, policy_digest: str, map_digests: Mapping[str, str]
) -> Plan:
    """Approve exactly this plan, made from exactly this policy and these maps; again changes nothing.

    Raises:
        RefusedError: another digest was named, or the policy or a map changed since.
    """
    if digest != plan.digest:
        raise refusals.another_digest(found=digest, expected=plan.digest)
    refusal = changed(plan, policy_digest, map_digests)
    if refusal is not None:
        raise refusal
    return plan if plan.approved else _approve(plan, actor)  # nothing takes an approval back


@in_one_transaction
def _approve(plan: Plan, actor: str) -> Plan:
    at = now()
    if not Plan.objects.filter(pk=plan.pk, approved_at=None).update(approved_by=actor, approved_at=at):
        return Plan.objects.get(pk=plan.pk)  # somebody did meanwhile
    plan.approved_by, plan.approved_at = actor, at
    named = subjects.named_by(read_plan(plan.document))
    people = subjects.commitments(plan.organisation, named, PlanApproved.kind, plan.digest)
    first, rest = subjects.spread(people)
    key = f"plan/{plan.digest}"
    enter(plan, receipts.plan_approved(plan, first, len(rest)), key, actor="approver", first=True)
    for part, chunk in enumerate(rest, start=1):
        people_too = PlanPeople(plan=plan.digest, part=part, people=chunk)
        enter(plan, people_too, f"{key}/people/{part}", first=True)
    return plan


def changed(plan: Plan, policy_digest: str, map_digests: Mapping[str, str]) -> refusals.RefusedError | None:
    """Say what of the policy and the maps is not what a plan was made from; None where all is."""
    planned_on: str = plan.document["policy_digest"]
    maps: dict[str, str] = plan.document["map_digests"]
    if policy_digest != planned_on:
        return refusals.changed_policy(found=policy_digest, expected=planned_on)
    for system, expected in maps.items():
        found = map_digests.get(system)
        if found != expected:
            return refusals.changed_map(system, found=found, expected=expected)
    return None


def renewed(plan: EnginePlan) -> EnginePlan:
    """Give a request's plan that was made again a digest of its own where one that said the same is there, and names
    nobody any more: it was carried out, or given up for another.
    """
    with scoped(plan.organisation):
        while (kept := Plan.objects.filter(pk=plan.digest).first()) and kept.document != plan.document():
            plan = plan.model_copy(update={"again": plan.again + 1})
    return plan


@for_plan
def run_of(plan: Plan) -> Run | None:
    """Give the run of this plan, ended or not, if it began."""
    return Run.objects.filter(plan=plan).first()


def run_of_digest(digest: str, *, kind: str) -> Run | None:
    """Give the run of the plan approved under this digest, ended or not, if it began."""
    with scope_of(Plan, "organisation", digest=digest):
        return Run.objects.select_related("plan").filter(plan_id=digest, plan__kind=kind).first()


def anew(plan: EnginePlan) -> EnginePlan:
    """Give a plan that was just made a digest of its own where the run of one that said the same has ended.

    Something is to do again that day: rows came back, or a restriction was lifted and asked for once more, even where the
    systems had its mark for another reason. Under the old digest it would pass for done.
    """
    if plan.request or not (plan.kind in MARKING or any(selection.rows for selection in plan.selections)):
        return plan
    while (run := run_of_digest(plan.digest, kind=plan.kind)) is not None and not run.open:
        plan = plan.model_copy(update={"again": plan.again + 1})
    return plan


def has_touched(run: Run) -> bool:
    """Say whether a run may have changed a system already."""
    with scoped(run.plan.organisation):
        return run.batches.exists()


def unsure(run: Run) -> list[Batch]:
    """Give the batches of a run that prepared something and have no receipt: whether it was done is not known."""
    with scoped(run.plan.organisation):
        every = list(run.batches.all())
    written = {one.key for one in every if one.written}
    return [one for one in every if not one.written and one.key.rstrip("ab") not in written]


@for_plan
@in_one_transaction
def start_run(plan: Plan, *, actor: str, batch_size: int = BATCH) -> Run:
    """Start the run of an approved plan, or give back the one that began.

    The size of a batch is fixed here, in roots: resumed, the run is cut at the same places.

    Raises:
        RefusedError: nobody approved the plan, or it was given up after whoever carries it out had read it.
    """
    locked = Plan.objects.select_for_update(of=("self",)).select_related("run").get(pk=plan.pk)
    if not locked.approved:
        raise refusals.not_approved(locked.digest)
    begun: Run | None = getattr(locked, "run", None)
    if begun is not None:
        return begun
    if locked.gathered_in_id is not None:
        raise refusals.already_running(locked.digest)
    if is_given_up(locked):
        raise refusals.given_up(locked.digest)
    run = Run.objects.create(
        key=locked.digest[:RUN_DIGITS],
        plan=locked,
        actor=actor,
        batch_size=batch_size,
        started_at=now(),
    )
    if locked.document.get("tasks"):
        _ask_persons(locked, run)
    enter(locked, RunStarted(run=run.key, plan=locked.digest), f"{run.key}/started", first=True)
    return run


def _ask_persons(plan: Plan, run: Run) -> None:
    """Create the tasks of the systems that no program reaches: their days count from now."""
    asked = read_plan(plan.document)
    tasks.create(
        plan.organisation,
        run.key,
        plan.kind,
        [task for task in asked.tasks if not task.still],
        zone=asked.zone,
        corrections=asked.right_values(),
        now=run.started_at,
    )


def next_attempt(run: Run) -> Run:
    """Count one more attempt at the same run, after one that ended on an error."""
    run.attempt += 1
    run.save(update_fields=["attempt"])
    return run


@for_run
@in_one_transaction
def record_residue(run_key: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """Write down what a system keeps of what a run took away, once: in the run, and in the ledger; gives what is
    written down of every system."""
    run = _locked(run_key)
    system: str = report["system"]
    if system not in run.residue:
        run.residue = {**run.residue, system: dict(report)}
        run.save(update_fields=["residue"])
        enter(run.plan, *_searched(run, report))
    return run.residue


def _searched(run: Run, report: Mapping[str, Any]) -> tuple[Payload, str]:
    return receipts.residue_searched(run.key, report), f"{run.key}/residue/{report['system']}"


def forget_canaries(run_key: str) -> None:
    """Destroy the key of the values that a finished run searched for; their ciphertext is gone already."""
    canaries.destroy(run_key)


@for_run
def read_run(run_key: str) -> Run:
    """Give a run as it is written down, with its plan."""
    return Run.objects.select_related("plan").get(pk=run_key)


@for_run
@in_one_transaction
def finish_run(
    run_key: str,
    checked: Checked,
    searched: Mapping[str, Any] | None = None,
    here: Run | None = None,
    batches: Sequence[Batch] | None = None,
) -> Run:
    """Close a run with what the systems answered when asked again, and sign a checkpoint.

    Args:
        run_key: the key of the run.
        checked: what the systems answered.
        searched: what the last system searched keeps of what was taken away, to be written down with it.
        here: the run as this process knows it, where it holds the lock of its plan.
        batches: its batches, where they were just read and are all done.
    """
    run = _locked(run_key) if here is None or here.plan.document.get("tasks") else here  # answers may come in
    if not run.open:
        return run
    organisation, entries = run.plan.organisation, list[tuple[Payload, str]]()
    if searched is not None and searched["system"] not in run.residue:
        run.residue = {**run.residue, searched["system"]: dict(searched)}
        entries.append(_searched(run, searched))
    asked = tasks.of_run(run.key) if run.plan.document.get("tasks") else []
    run.state = _end(asked, verified=checked.verified)
    waiting = sum(task.waiting for task in asked)
    run.finished_at, run.verification = now(), dict(checked.details)
    if not _close(run):
        return _locked(run_key)
    restrictions.end(run)
    batches = list(run.batches.defer("prepared", "canaries")) if batches is None else batches
    entries.append((receipts.run_finished(run, batches, checked, waiting=waiting), f"{run.key}/finished"))
    entries += receipts.rules_kept(run, batches)
    evidence.append(
        organisation, [Entry(payload, now(), "garant", key) for payload, key in entries], first=True
    )
    evidence.checkpoint(organisation)
    members = list(run.plan.members.all()) if run.plan.document.get("gathers") else []
    fates.settle(run.plan, members, checked)
    _forget_whom(run, batches, members)
    return run


def _locked(run_key: str) -> Run:
    return Run.objects.select_for_update().select_related("plan").get(pk=run_key)


def _close(run: Run) -> bool:
    """Write down that a run has ended, and how; gives whether nobody did before."""
    said = {name: getattr(run, name) for name in ("state", "finished_at", "verification", "residue")}
    with (
        scopes_disabled()
    ):  # a row of this scope; without its joins the state is asked of the row that is locked
        return bool(Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(**said))


def _end(asked: Sequence[tasks.Task], *, verified: bool) -> RunState:
    """A promise that a person has still to answer for is unproven, and one that they refused, or kept in part, is
    not kept."""
    if not verified or any(task.state in tasks.NOT_KEPT for task in asked):
        return RunState.NOT_KEPT
    return RunState.WAITING if any(task.waiting for task in asked) else RunState.KEPT


@in_one_transaction
def receive_answer(data: bytes) -> Received:
    """Receive the signed answer to a task; with the last one, the run that waited ends.

    An access request has no run: its answers are all there is.

    Raises RefusedError (of the tasks room): the answer is not accepted, and nothing changed.
    """
    answered = tasks.answer(data)
    with scoped(answered.organisation):
        return _received(answered)


def _received(answered: tasks.Task) -> Received:
    run = Run.objects.select_for_update().select_related("plan").filter(pk=answered.run).first()
    if run is None:
        return Received(answered.run, tasks.outcome_of(answered.run), answered.purpose)
    if run.state == RunState.WAITING:
        run.state = _end(tasks.of_run(run.key), verified=True)
        run.save(update_fields=["state"])
        if run.state != RunState.WAITING:
            kept = run.state == RunState.KEPT
            enter(run.plan, RunAnswered(run=run.key, kept=kept), f"{run.key}/answered")
            for entry, key in receipts.rules_kept(run, list(run.batches.defer("prepared", "canaries"))):
                enter(run.plan, entry, key)
            evidence.checkpoint(run.plan.organisation)
    return Received(run.key, run.state, answered.purpose)


def _forget_whom(run: Run, batches: Sequence[Batch], members: Sequence[Plan]) -> None:
    """Drop whose data a finished run was about: its digest, numbers and receipts stay.

    Data that serve no purpose any more are not kept (GDPR art. 5(1)(e)), here no more than there.
    """
    if not all(batch.written for batch in batches):
        run.batches.filter(state=BatchState.PREPARED).delete()
    run.batches.update(prepared=None, canaries=None)
    done = [run.plan, *members]
    for plan in done:
        plan.document = about_nobody(plan.document)
    Plan.objects.bulk_update(done, ["document"], batch_size=100)
