"""Between a command and the workflow: launches DBOS in this process, waits, and ends it.

Launching recovers this run and nothing else, in this process and no other: the lock of the plan makes sure of one process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from garant.apps.backups import unread
from garant.apps.evidence import services as evidence
from garant.apps.holds import services as holds
from garant.apps.permissions import before, carried, following
from garant.apps.permissions.people import Identity
from garant.apps.promises import refusals, services
from garant.apps.promises.models import Plan, Run
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import absent, restrictions
from garant.apps.promises.recording.work import NothingDone, Work
from garant.apps.promises.refusals import OtherVersionError, RefusedError
from garant.apps.promises.running import durability, gathering, giving_up, locks
from garant.apps.promises.running.observers import Attendance, Observer, Progress, attending
from garant.apps.promises.running.returning import Returning
from garant.apps.replays import services as replays
from garant.apps.scoping import scoped
from garant.engine.document import Plan as EnginePlan
from garant.engine.holds import Holding
from garant.engine.running.execution import Execution, PlanRefused
from garant.engine.running.residue import SAMPLE, Aftermath
from garant.engine.running.run import BATCH
from garant.systems.residue import Cleaning

_UNSUCCESSFUL = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

OpenWork = Callable[[bool, int], Work]
"""Opens the work of a run; told whether some of it has been done before, and the size of a batch."""

Start = Callable[[Plan, int], Run]
"""Begins the run of a plan with so many roots in a batch, or gives back the one that began."""

Begun = Callable[[], None]
"""Told that a run begins, first thing in its transaction, and each time it is gone on with."""


def nothing() -> None:
    """Do nothing."""


def untold(_: Run) -> None:
    """Tell nobody that a run begins."""


def ignore(_: Progress) -> None:
    """Watch nothing."""


def apply_plan(
    plan: EnginePlan,
    workspace: Workspace,
    *,
    digest: str,
    actor: str,
    observer: Observer = ignore,
    stop: threading.Event | None = None,
    batch_size: int = BATCH,
    now: datetime | None = None,
    cleaning: Cleaning = Cleaning.LIGHT,
    begun: Begun = nothing,
    registered: Plan | None = None,
    asked: restrictions.People = (),
) -> Run:
    """Approve exactly this plan and carry it out to its end; again, go on or give the result back.

    Args:
        plan: what was approved.
        workspace: the policy and the systems, as they are now.
        digest: the digest that a person approved.
        actor: who.
        observer: told of each receipt.
        stop: set to stop between two batches.
        batch_size: roots per transaction.
        now: another instant than the clock's, for a story told in the past or the future.
        cleaning: how far the systems are cleaned before their bytes are searched.
        begun: called first in the transaction in which the run begins, and each time it is gone on with.
        registered: the plan as it is kept, where it was just read.
        asked: for a restriction, those who asked, by what they named themselves, where that is known.

    Raises:
        RefusedError: a plan for a day to come, another digest, a changed policy or map, reality drifted beyond the plan's
            tolerance, or another process at it.
        RunInterruptedError: a batch could not be done; the same call goes on from there.
    """
    if digest != plan.digest:
        raise refusals.another_digest(found=digest, expected=plan.digest)
    today = _refuse_future(plan, workspace, now or datetime.now(UTC))
    approved = _approved(registered or services.register_plan(plan), workspace, actor=actor)
    aftermath = Aftermath(plan, workspace.sources, today, cleaning)
    telling = _Telling(plan, workspace, asked)
    return carry_out(
        approved,
        telling.opening(_opening(plan, workspace)),
        start=lambda kept, size: services.start_run(kept, actor=actor, batch_size=size),
        begun=begun,
        tell=telling.tell,
        observer=observer,
        stop=stop,
        batch_size=batch_size,
        aftermath=aftermath,
    )


def apply_gathered(
    plan: EnginePlan,
    workspace: Workspace,
    *,
    observer: Observer = ignore,
    stop: threading.Event | None = None,
    batch_size: int = BATCH,
    begun: Begun = nothing,
) -> Run:
    """Carry out a gathered plan, each of whose plans was approved, to its end; again, go on or give the result back.

    Raises:
        RefusedError: one of its plans is not approved or begun elsewhere, the policy or a map changed, or reality
            drifted: nothing was touched then, and each of its plans is as it was.
        RunInterruptedError: a batch could not be done; the same call goes on from there.
    """
    today = _refuse_future(plan, workspace, datetime.now(UTC))
    kept = Plan(digest=plan.digest, organisation=plan.organisation, kind=plan.kind)
    if not giving_up.is_as_planned(plan, workspace):
        _give_up_changed(kept)
    return carry_out(
        kept,
        _opening(plan, workspace),
        start=lambda _, size: gathering.start(plan, batch_size=size),
        begun=begun,
        observer=observer,
        stop=stop,
        batch_size=batch_size,
        aftermath=Aftermath(plan, workspace.sources, today, Cleaning.LIGHT),
    )


def _approved(plan: Plan, workspace: Workspace, *, actor: str) -> Plan:
    try:
        return services.approve(
            plan,
            digest=plan.digest,
            actor=actor,
            policy_digest=workspace.policy.digest,
            map_digests=workspace.map_digests,
        )
    except RefusedError:
        _give_up_changed(plan)
        raise


class _Telling:
    """Has "may I?" know of a restriction, or of another address, as soon as its run begins: no answer is yes meanwhile."""

    def __init__(self, plan: EnginePlan, workspace: Workspace, asked: restrictions.People) -> None:
        self._plan, self._workspace, self._asked = plan, workspace, asked
        self._held: carried.Held = {}
        self._marked: dict[Identity, frozenset[str]] = {}

    def opening(self, open_work: OpenWork) -> OpenWork:
        """Read whom the plan is about just before it is opened: once it began, values may be set apart."""

        def read_and_open(resumed: bool, size: int) -> Work:
            if self._plan.kind in ("restriction", "rectification"):
                self._held = restrictions.whom(self._plan, self._workspace, self._asked)
            if not resumed and absent.came_back(self._workspace, self._plan):
                raise refusals.came_back()
            if self._plan.kind == "restriction":
                self._marked = restrictions.marked(self._plan, self._workspace)
            work = open_work(resumed, size)
            return Returning(work, self._plan, self._workspace) if self._plan.gone else work

        return read_and_open

    def tell(self, run: Run) -> None:
        """Tell it in the transaction in which the run begins, and never again: a key may be somebody else's since."""
        organisation, request = self._plan.organisation, self._plan.request
        if self._plan.kind == "rectification":
            following.follow(organisation, restrictions.renamed(self._plan, self._held))
            return
        before.found(organisation, self._marked, partial(restrictions.marked, self._plan, self._workspace))
        if request:
            carried.hold_for(organisation, request, self._held)
        elif self._held:
            carried.hold(organisation, run.key, self._held)


def _opening(plan: EnginePlan, workspace: Workspace) -> OpenWork:
    """How the plan is opened on its systems, the first time or again, with so many roots in a batch."""

    def open_work(resumed: bool, size: int) -> Work:
        try:
            return Execution(
                plan,
                workspace.policy,
                workspace.sources,
                resumed=resumed,
                batch_size=size,
                holding=_holding(plan),
                marking_key=replays.marking_key(plan.organisation),
                sample=SAMPLE,
            )
        except PlanRefused as refusal:
            raise refusals.drifted(refusal.text) from None

    return open_work


def _holding(plan: EnginePlan) -> Holding:
    """What keeps people from a plan: their own requests too, where it answers none. A replay does again what was done."""
    requests = plan.request or plan.gathers
    alone = plan.kind in ("retention", "erasure") and not requests
    return partial(holds.against_destruction if alone else holds.in_force, plan.organisation)


def _refuse_future(plan: EnginePlan, workspace: Workspace, now: datetime) -> date:
    """What falls due tomorrow is not due: a duty that ends tomorrow still holds today. Gives today."""
    today = now.astimezone(ZoneInfo(workspace.policy.document.organisation.time_zone)).date()
    if plan.as_of > today:
        raise refusals.future_day(plan.as_of, today=today)
    return today


def carry_out(
    plan: Plan,
    open_work: OpenWork,
    *,
    start: Start,
    begun: Begun = nothing,
    tell: Callable[[Run], None] = untold,
    observer: Observer = ignore,
    stop: threading.Event | None = None,
    batch_size: int = BATCH,
    aftermath: Aftermath | None = None,
) -> Run:
    """Carry out an approved plan to its end, resuming the run that was interrupted, if any.

    Blocks until the run is closed. A plan is carried out once: later calls give its run back.

    Raises:
        RefusedError: the plan is not approved, or another process is carrying it out.
        RunInterruptedError: a batch could not be done; the same call goes on from there.
        LedgerUnverifiableError: the stored ledger is not what was signed; nothing was touched.
    """
    with locks.only_one(f"plan-{plan.digest}", _home() / "locks") as mine:
        if not mine:
            raise refusals.already_running(plan.digest)
        known = services.run_of(plan)
        if known is not None and not known.open:
            services.forget_canaries(known.key)  # killed just before it did
            return known
        # Nothing is destroyed that could not be proved afterwards.
        restored = unread.verify(plan.organisation)
        size = batch_size if known is None else known.batch_size
        work = _opened(open_work, known, size)
        with evidence.one_transaction(plan.organisation):
            begun()  # requests are locked before plans, and both before the log, here as elsewhere
            run = start(plan, size)
            if known is None:
                tell(run)
        here = Attendance(run, work, observer, stop or threading.Event(), aftermath, fresh=known is None)
        with attending(run.key, here):
            _run_durably(run, fresh=known is None, restored=restored)
        if here.closed is not None:
            return here.closed
        with scoped(plan.organisation):
            return Run.objects.select_related("plan").get(pk=run.key)


def _opened(open_work: OpenWork, known: Run | None, size: int) -> Work:
    """Open the work of a run, which may have begun."""
    try:
        return open_work(known is not None and services.has_touched(known), size)
    except RefusedError:
        _give_up(known)
        raise


def _give_up(known: Run | None) -> None:
    """End a run that is refused, if it began and was interrupted before it did anything, under the lock of its plan.

    Nothing else would ever end it. What it was for can be planned anew.
    """
    if known is not None and known.open and not services.has_touched(known):
        giving_up.drop_waiting(known)
        services.finish_run(known.key, NothingDone())


def _give_up_changed(plan: Plan) -> None:
    """The same, where the policy or a map is another one now: also once it did something, as long as it is known what."""
    with locks.only_one(f"plan-{plan.digest}", _home() / "locks") as mine:
        known = services.run_of(plan) if mine else None
        if known is not None and known.open and not services.unsure(known):
            giving_up.drop_waiting(known)
            services.finish_run(known.key, NothingDone())
            services.forget_canaries(known.key)


def _run_durably(run: Run, *, fresh: bool, restored: bool) -> None:
    """Carry a run out, or go on with it; one that just began has no workflow yet.

    What another version of Garant began, before an upgrade, goes on at once as a new attempt, from its receipts. So does
    what began before Garant was put back: its files of durable execution may be newer than what was put back beside them,
    and say that it is done.
    """
    from dbos import DBOS

    name = _life(run) if restored else run.key
    with durability.launched(name):
        status = None if fresh else DBOS.get_workflow_status(f"{name}/{run.attempt}")
        if status is not None and status.status in _UNSUCCESSFUL:
            run = services.next_attempt(run)
        try:
            _attempt(run, name)
        except OtherVersionError:
            _attempt(services.next_attempt(run), name)


def _life(run: Run) -> str:
    """What durable execution knows a run by: another name since Garant was put back last."""
    return f"{run.key}/{unread.restored_at(run.plan.organisation):%Y%m%dT%H%M%S%f}"


def _attempt(run: Run, name: str) -> None:
    """Begin the workflow of an attempt, or wait for the one that launching has gone on with."""
    from dbos import DBOS, SetWorkflowID

    from garant.apps.promises.running import workflows

    with SetWorkflowID(f"{name}/{run.attempt}"):
        handle = DBOS.start_workflow(workflows.run_plan, run.key)
    handle.get_result(polling_interval_sec=durability.POLL_SECONDS)


def _home() -> Path:
    return Path(settings.GARANT_HOME)
