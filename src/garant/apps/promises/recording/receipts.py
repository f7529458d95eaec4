"""From what the engine answers to what the ledger keeps: numbers and names of tables, never a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from garant.apps.promises.entries import (
    CONSTRAINT_FORM,
    SQL_FORM,
    UNNAMED,
    BatchRecorded,
    Block,
    MapDigest,
    PlanApproved,
    PlanGathered,
    ResiduePlace,
    ResidueSearched,
    RunFinished,
    RunRuleKept,
    Selected,
    TableRows,
)
from garant.apps.promises.models import Batch, BatchState, Plan, Run, RunState
from garant.apps.promises.recording.work import BatchResult, Checked

_NAME = re.compile(SQL_FORM)
_CONSTRAINT = re.compile(CONSTRAINT_FORM)


def plan_approved(plan: Plan, people: Sequence[str] = (), more: int = 0) -> PlanApproved:
    """What a person approved, with the cut-off dates that were bound as parameters.

    Args:
        plan: the plan, as registered.
        people: for a person's request, commitments under the person's own keys.
        more: how many entries go on with them.
    """
    document = plan.document
    return PlanApproved(
        organisation=plan.organisation,
        plan=plan.digest,
        purpose=plan.kind,
        policy=document["policy_digest"],
        maps=[MapDigest(system=s, digest=d) for s, d in sorted(document["map_digests"].items())],
        as_of=date.fromisoformat(document["as_of"]),
        zone=document["zone"],
        selections=[_selected(selection) for selection in document["selections"]],
        people=list(people),
        more=more,
    )


def plan_gathered(plan: Plan) -> PlanGathered:
    """Which approved plans one plan carries out."""
    return PlanGathered(
        plan=plan.digest,
        of=plan.document["gathers"],
        selections=[_selected(selection) for selection in plan.document["selections"]],
    )


def batch_recorded(run_key: str, batch_key: str, result: BatchResult, marked: int = 0) -> BatchRecorded:
    """The receipt of one batch."""
    counts = result.counts
    return BatchRecorded(
        run=run_key,
        batch=batch_key,
        state="blocked" if result.blocks else "applied",
        recovered=result.recovered,
        system=counts["system"],
        rule=counts["rule"],
        roots=counts["roots"],
        skipped=counts["skipped"],
        files=counts["files"],
        held=counts.get("held", 0),
        archived=counts.get("archived", 0),
        marked=marked,
        tables=[
            TableRows(table=table, deleted=rows["deleted"], treated=rows["treated"])
            for table, rows in counts["tables"].items()
        ],
        blocks=[_block(block) for block in result.blocks],
    )


def run_finished(run: Run, written: Sequence[Batch], checked: Checked, *, waiting: int = 0) -> RunFinished:
    """What the receipts of a run add up to, and what the systems answered when asked again."""
    batches = [batch for batch in written if batch.written]
    return RunFinished(
        run=run.key,
        plan=run.plan.digest,
        verified=checked.verified and not waiting,
        batches=len(batches),
        recovered=sum(batch.recovered for batch in batches),
        blocked=sum(batch.state == BatchState.BLOCKED for batch in batches),
        rows=sum(batch.rows for batch in batches),
        left=rows_left(checked.details),
        held=sum(check.get("held", 0) for check in checked.details["selections"]),
        waiting=waiting,
        since=sum(check.get("since", 0) for check in checked.details["selections"]),
    )


def rules_kept(run: Run, written: Sequence[Batch]) -> list[tuple[RunRuleKept, str]]:
    """For each retention rule of a run that was verified, that it was carried out, with the key of its entry."""
    if run.state != RunState.KEPT:
        return []
    applied = [batch.receipt for batch in written if batch.state == BatchState.APPLIED]
    rules = sorted({receipt["rule"] for receipt in applied if receipt and receipt["rule"]})
    return [(RunRuleKept(run=run.key, rule=rule), rule_kept(run.key, rule)) for rule in rules]


def rule_kept(run_key: str, rule: str) -> str:
    """The key under which the ledger says that a rule was carried out by a run."""
    return f"{run_key}/rule/{rule}"


def residue_searched(
    run_key: str | None, report: Mapping[str, Any], people: Sequence[str] = (), more: int = 0
) -> ResidueSearched:
    """What a system keeps of what was erased, place by place."""
    return ResidueSearched(
        run=run_key,
        people=list(people),
        system=report["system"],
        cleaning=report["cleaning"],
        sought=report["sought"],
        kept=report["kept"],
        elsewhere=sum(column["values"] for column in report["elsewhere"]),
        places=[_place(place) for place in report["places"]],
        gone=report["gone"],
        more=more,
    )


def rows_left(details: Mapping[str, Any]) -> int:
    """Rows that the plan would still change."""
    return sum(left["rows"] for check in details["selections"] for left in check["left"])


def _selected(selection: Mapping[str, Any]) -> Selected:
    cutoff = selection["cutoff"]
    return Selected(
        system=selection["system"],
        rule=selection["rule"],
        event=selection["event"],
        period=selection["period"],
        cutoff=None if cutoff is None else date.fromisoformat(cutoff),
        archive=selection.get("archive", False),
        due=selection["due"],
        rows=sum(action["deleted"] + action["treated"] for action in selection["actions"]),
    )


def _place(place: Mapping[str, Any]) -> ResiduePlace:
    table, until = place["table"], place["until"]
    return ResiduePlace(
        place=place["place"],
        table=None if table is None else _name(table),
        state=place["state"],
        found=place["found"],
        bytes=place["bytes"],
        reason=place["reason"],
        until=None if until is None else date.fromisoformat(until),
    )


def _block(block: Mapping[str, Any]) -> Block:
    referring = block["referring_table"]
    return Block(
        table=_name(block["table"]),
        constraint=_name(block["constraint"], _CONSTRAINT),
        referring_table=None if referring is None else _name(referring),
        roots=block["roots"],
        rows=block["rows"],
    )


def _name(found: str, form: re.Pattern[str] = _NAME) -> str:
    """A name as a system gave it, or none: a message could quote a value."""
    return found if form.fullmatch(found) else UNNAMED
