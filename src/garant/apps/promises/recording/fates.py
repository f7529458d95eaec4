"""What became of a plan: carried out by a run of its own, or together with others, of which this is its own part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from garant.apps.promises.models import Plan, Run, RunState
from garant.apps.promises.recording.work import Checked
from garant.apps.scoping import scoped
from garant.engine.document import read_plan
from garant.engine.running.gathering import done_whole

Counts = tuple[int, int]
"""Rows deleted, and rows treated."""


@dataclass(frozen=True, slots=True)
class Fate:
    """The run that carries a plan out, and how far that plan is: the others of the run may end otherwise."""

    plan: Plan
    run: Run
    state: str

    @property
    def done(self) -> Mapping[str, Counts]:
        """What was done for this plan alone, by system; nothing where a part of it is left."""
        if self.plan.gathered_in_id is None:
            return {} if self.open else _receipts(self.run)
        return _planned(self.plan) if self.state == RunState.KEPT and not self.open else {}

    @property
    def key(self) -> str:
        """The key of the run."""
        return self.run.key

    @property
    def open(self) -> bool:
        """Whether the run began and did not end."""
        return self.run.open


def fates_of(organisation: str, digests: Sequence[str]) -> dict[str, Fate]:
    """By digest, what became of these plans; without those that no run has begun to carry out."""
    with scoped(organisation):
        plans = {one.digest: one for one in Plan.objects.filter(digest__in=digests)}
        wanted = {one.gathered_in_id or one.digest for one in plans.values()}
        runs = {run.plan_id: run for run in Run.objects.select_related("plan").filter(plan__in=wanted)}
        return {
            digest: _fate(plan, run)
            for digest, plan in plans.items()
            if (run := runs.get(plan.gathered_in_id or plan.digest)) is not None
        }


def ends_of(organisation: str, plans: Sequence[Plan]) -> dict[str, tuple[str, str]]:
    """By digest, the run that carries each of these plans out and how far that plan is; no document is read."""
    with scoped(organisation):
        wanted = {plan.gathered_in_id or plan.digest for plan in plans}
        runs = {run.plan_id: run for run in Run.objects.filter(plan__in=wanted)}
    return {
        plan.digest: (run.key, _state(plan, run))
        for plan in plans
        if (run := runs.get(plan.gathered_in_id or plan.digest)) is not None
    }


def fate_of(organisation: str, digest: str) -> Fate | None:
    """What became of this plan; None where no run has begun to carry it out."""
    return fates_of(organisation, [digest]).get(digest) if digest else None


def fate_of_plan(plan: Plan) -> Fate | None:
    """What became of a plan that was just read, with its run; None where no run has begun to carry it out."""
    if plan.gathered_in_id is None:
        own: Run | None = getattr(plan, "run", None)
        return None if own is None else _fate(plan, own)
    with scoped(plan.organisation):
        run = Run.objects.select_related("plan").filter(plan=plan.gathered_in_id).first()
        return None if run is None else _fate(plan, run)


def fate_of_run(run: Run) -> Fate:
    """What became of the plan of a run, carried out alone."""
    return _fate(run.plan, run)


def settle(gathered: Plan, members: Sequence[Plan], checked: Checked) -> None:
    """Write down, of the plans that one run carried out, of which nothing is left. In the caller's transaction."""
    if not members:
        return
    carried = read_plan(gathered.document)
    left = [sum(rows["rows"] for rows in check["left"]) for check in checked.details["selections"]]
    for member in members:
        member.done = checked.verified or (
            bool(left) and done_whole(read_plan(member.document), carried, checked.unsettled, left)
        )  # one that was given up asked no system again
    Plan.objects.bulk_update(members, ["done"], batch_size=100)


def _fate(plan: Plan, run: Run) -> Fate:
    return Fate(plan, run, _state(plan, run))


def _state(plan: Plan, run: Run) -> str:
    """How far a plan is: where it was carried out with others, its own part counts."""
    if plan.gathered_in_id is None or run.open:
        return run.state
    return RunState.KEPT if plan.done else RunState.NOT_KEPT


def _receipts(run: Run) -> dict[str, Counts]:
    """What its batches did."""
    receipts = [batch.receipt or {} for batch in run.receipts()]
    return _added([(one.get("system", ""), one.get("tables", [])) for one in receipts])


def _planned(plan: Plan) -> dict[str, Counts]:
    """What its approved plan foresaw: it tolerated no drift, and nothing of it is left."""
    return _added([(one["system"], one["actions"]) for one in plan.document["selections"]])


def _added(tables: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    for system, rows in tables:
        deleted, treated = counts.get(system, (0, 0))
        counts[system] = (
            deleted + sum(one["deleted"] for one in rows),
            treated + sum(one["treated"] for one in rows),
        )
    return counts
