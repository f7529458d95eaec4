"""Approved plans carried out by a job: alone, or those of many people's requests by one run.

A job that carries out somebody's request takes with it the requests whose jobs wait behind it. One that is refused
(somebody's data changed since their plan) is planned anew, and stops none of the others.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from garant.apps.backups import unread
from garant.apps.holds import services as holds
from garant.apps.jobs import services
from garant.apps.jobs.models import Job, JobState
from garant.apps.promises import decisions
from garant.apps.promises.opening.published import open_planned
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.recording.fates import Fate, fate_of, fate_of_plan, fate_of_run, fates_of
from garant.apps.promises.refusals import GivenUpError, RefusedError, drifted, given_up, still_restricted
from garant.apps.promises.running import execution, gathering, giving_up, locks
from garant.apps.promises.running.observers import Observer
from garant.apps.rights import services as rights
from garant.engine.document import Plan, UnreadablePlan, read_plan
from garant.engine.running.gathering import gather
from garant.policy.text import Text


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told of each batch, and who may stop between two."""

    observer: Observer
    stop: threading.Event


@dataclass(slots=True)
class _Begun:
    """Notes that plans of requests are being carried out, each time their run is begun or gone on with."""

    organisation: str
    digests: Sequence[str]
    here: bool = False
    """Whether it was, by this job: then nobody has noted its end before."""

    def __call__(self) -> None:
        rights.began(self.organisation, self.digests)
        self.here = True


def run(job: Job, watch: Watch) -> Fate:
    """Carry out the plan of a job, go on with its run, or give the result back.

    Raises:
        RefusedError: the plan is refused; a request's has been made anew, and waits to be approved.
        RunInterruptedError: a batch could not be done; the same job, or another of the same run, goes on from there.
    """
    with _turn(job.organisation):
        organisation, digest = job.organisation, job.arguments["plan"]
        plan = decisions.find(organisation, digest)
        begun = fate_of_plan(plan)
        if begun is not None and not begun.open:  # its document names nobody any more
            rights.ended(organisation, {digest: begun})  # killed just before it did
            return begun
        document = _read(plan)
        if begun is None and (refusal := unread.waited(organisation, job.asked_at)) is not None:
            _refused(job, digest, refusal)
            raise refusal
        with open_planned(organisation, document.map_digests) as workspace:
            gathered = gathering.open_plan(organisation, digest) if plan.gathered_in_id else None
            try:
                if gathered is not None:
                    ended = _carry_out(job, gathered, workspace, watch)
                elif document.request:
                    ended = _requests(job, plan, document, workspace, watch)
                else:
                    ended = _alone(job, plan, document, workspace, watch)
            except RefusedError:  # a run that began, and did nothing, has ended so
                members = [digest] if gathered is None else gathered.gathers
                rights.ended(organisation, fates_of(organisation, members))
                raise
    return ended[digest]


def _read(plan: decisions.Plan) -> Plan:
    """What a plan says. Raises RefusedError: it was given up after it was approved, and says no more whom it was about."""
    try:
        return read_plan(plan.document)
    except UnreadablePlan:
        raise given_up(plan.digest) from None


def _waiting(job: Job, digest: str) -> list[Plan]:
    """The plan of a job and those of the requests behind it that can be carried out with it; none where none waits."""
    asked = services.waiting_runs(job.organisation)
    if asked and (at := unread.restored_at(job.organisation)) is not None:
        asked = services.waiting_runs(job.organisation, since=at)
    others = rights.approved_plans(job.organisation, [*asked])
    if not others:
        return []
    wanted = [digest, *(other for other in others if other != digest)]
    return gathering.waiting_among(job.organisation, wanted)


@contextmanager
def _turn(organisation: str) -> Iterator[None]:
    """One job of an organisation at a time carries plans out: the next one then finds what the first has done."""
    while True:
        with locks.only_one(f"runs-{organisation}", Path(settings.GARANT_HOME) / "locks") as mine:
            if mine:
                yield
                return
        time.sleep(0.5)


def _requests(
    job: Job, plan: decisions.Plan, document: Plan, workspace: Workspace, watch: Watch
) -> Mapping[str, Fate]:
    """Carry out the plan of a request with those of the others that wait: what cannot go with it waits for its own job."""
    own: RefusedError | None = None
    ended: Mapping[str, Fate] = {}
    waiting = _waiting(job, document.digest)
    if len(waiting) > 1 and giving_up.is_as_planned(document, workspace):
        gathered = gather(waiting, workspace.policy, workspace.sources, holds.in_force(job.organisation))
        for one, refusal in gathered.refused:
            own = _refused(job, one.digest, drifted(refusal.text)) or own
        if gathered.plan is not None and len(gathered.plan.gathers) > 1:
            with suppress(
                GivenUpError
            ):  # one of them was, meanwhile: nothing began, and the others go by themselves
                ended = _carry_out(job, gathered.plan, workspace, watch)
    if own is None and document.digest not in ended:
        try:
            ended = _alone(job, plan, document, workspace, watch)
        except RefusedError as refusal:
            own = _refused(job, document.digest, refusal)
    if own is not None:
        raise own
    return ended


def _refused(job: Job, digest: str, refusal: RefusedError) -> RefusedError | None:
    """Have a request planned anew, and say why to the job that asked: this one, or the one that waits."""
    why = Text(fr=f"{refusal.message.fr} {refusal.mend.fr}", en=f"{refusal.message.en} {refusal.mend.en}")
    if fate_of(job.organisation, digest) is None:
        rights.overtaken(job.organisation, digest, why)
    if digest == job.arguments["plan"]:
        return refusal
    key = services.waiting_runs(job.organisation).get(digest)
    if key is not None:
        services.end_waiting(job.organisation, [key], JobState.FAILED, why=why)
    return None


def _alone(
    job: Job, plan: decisions.Plan, document: Plan, workspace: Workspace, watch: Watch
) -> Mapping[str, Fate]:
    """Carry out one plan, in the name of whoever asked for it."""
    digest = document.digest
    first = document.kind == "lifting" and fate_of_plan(plan) is None
    if (
        first
        and giving_up.is_as_planned(document, workspace)
        and rights.ends_what_others_restrict(workspace, document)
    ):
        raise still_restricted()
    begun = _Begun(job.organisation, [digest])
    run = execution.apply_plan(
        document,
        workspace,
        digest=digest,
        actor=job.asked_by,
        observer=watch.observer,
        stop=watch.stop,
        begun=begun,
        registered=plan,
    )
    ended = {digest: fate_of_run(run)}
    _ended(job, ended, first=begun.here)
    return ended


def _carry_out(job: Job, gathered: Plan, workspace: Workspace, watch: Watch) -> Mapping[str, Fate]:
    """Carry out a gathered plan, note the end of each of its requests, and close the jobs that asked for them."""
    begun = _Begun(job.organisation, gathered.gathers)
    execution.apply_gathered(
        gathered,
        workspace,
        observer=watch.observer,
        stop=watch.stop,
        begun=begun,
    )
    ended = fates_of(job.organisation, gathered.gathers)
    _ended(job, ended, first=begun.here)
    return ended


def _ended(job: Job, ended: Mapping[str, Fate], *, first: bool) -> None:
    """Note the end of each request, and close the jobs of those that went with this one."""
    rights.ended(job.organisation, ended, first=first)
    if len(ended) < 2:
        return
    others = services.waiting_runs(job.organisation)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for digest, fate in ended.items():
        if digest in others:
            alike[fate.key, fate.state].append(others[digest])
    for (run, state), keys in alike.items():
        services.end_waiting(job.organisation, keys, JobState.DONE, outcome={"run": run, "state": state})
