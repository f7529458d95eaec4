"""What each kind of job does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from garant.apps.backups import unread
from garant.apps.controls import services as controls
from garant.apps.exchanges import services as exchanges
from garant.apps.holds import services as holds
from garant.apps.jobs import running, services
from garant.apps.jobs.models import Job
from garant.apps.permissions import services as permissions
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.refusals import RunStoppedError
from garant.apps.promises.running.observers import Progress
from garant.apps.rights import services as rights
from garant.engine.planning.plan import plan_retention

SWEEPING: Final = frozenset({"retention", "replay"})
"""Kinds of plans after which every promise is looked at again."""
EVERY: Final = 0.5
"""Seconds between two reports of progress."""


class StoppedError(Exception):
    """Somebody asked the job to stop."""


def look(job: Job) -> dict[str, Any]:
    """Look at every promise of the organisation."""
    counts = controls.look(job.organisation, progress=_Reporter(job).words)
    permissions.look(job.organisation)
    permissions.enter_counts(job.organisation)
    return dict(counts)


def plan(job: Job) -> dict[str, Any]:
    """Make a plan of what is due today, and keep it for somebody to approve."""
    digest = propose_today(job.organisation, actor=job.asked_by, tell=_Reporter(job).words)
    return {"plan": digest}


def propose_today(organisation: str, *, actor: str, tell: Callable[[str], None] = lambda _: None) -> str:
    """Plan what is due today and keep the plan for somebody to approve; gives its digest."""
    with open_published(organisation) as workspace:
        zone = workspace.policy.document.organisation.time_zone
        made = plan_retention(
            workspace.policy,
            workspace.sources,
            as_of=datetime.now(ZoneInfo(zone)).date(),
            tolerance=0.01,
            holds=holds.against_destruction(organisation),
            manual=workspace.manual,
            progress=lambda system, rule: tell(f"{system} · {rule}"),
        )
    return decisions.propose(promises.anew(made), actor=actor).digest


def run(job: Job) -> dict[str, Any]:
    """Carry out a plan that was approved, with the others that wait and can go with it, or go on with its run."""
    reporter = _Reporter(job)
    watch = running.Watch(reporter.batch, reporter.stop)
    try:
        ended = running.run(job, watch)
    except RunStoppedError:
        raise StoppedError from None
    if (
        ended.run.plan.kind in SWEEPING
    ):  # a person's request changes no promise; the night looks at everything
        controls.look(job.organisation)
        permissions.look(job.organisation)
    return {"run": ended.key, "state": ended.state}


def consequences(job: Job) -> dict[str, Any]:
    """Count what a version of the policy would change on the systems, and keep it with the version."""
    asked, tell = job.arguments, _Reporter(job).words
    day = date.fromisoformat(asked["on"])
    policies.count_consequences(
        job.organisation, asked["version"], on=day, progress=lambda system, rule: tell(f"{system} · {rule}")
    )
    return {"version": asked["version"]}


def request_search(job: Job) -> dict[str, Any]:
    """Look for whoever made a request in every system; for an access or a portability, ask processors for their copies."""
    request = job.arguments["request"]
    found = rights.search(job.organisation, request, tell=_Reporter(job).words)
    waited = unread.waited(job.organisation, job.asked_at) is not None  # they may have been asked since
    asked = 0 if waited else exchanges.ask_for_copies(job.organisation, request)
    return {**found, "asked": asked} if asked else found


def request_package(job: Job) -> dict[str, Any]:
    """Make the package of an access or a portability and hand it over: to the person, or to whom they say."""
    request = job.arguments["request"]
    if (refusal := unread.waited(job.organisation, job.asked_at)) is not None:
        rights.put_off(job.organisation, request, unread.WAITED)
        raise refusal
    while True:
        chosen = rights.times_chosen(job.organisation, request)
        receiver = rights.receiver_of(job.organisation, request)
        made = (
            exchanges.prepare(job.organisation, request, receiver)
            if receiver
            else rights.pack(job.organisation, request)
        )
        if rights.times_chosen(job.organisation, request) == chosen:  # else they said somebody else meanwhile
            return made


def requests(job: Job) -> dict[str, Any]:
    """The night's work on requests: reminders, those dropped, those forgotten."""
    done = dict(rights.night(job.organisation))
    return {**done, "exchanges": exchanges.forget(job.organisation)}


KINDS: Final[dict[str, Callable[[Job], dict[str, Any]]]] = {
    "look": look,
    "plan": plan,
    "run": run,
    "consequences": consequences,
    "request-search": request_search,
    "request-package": request_package,
    "requests": requests,
}


class _Reporter:
    """Writes the progress down, at most twice a second, and hears whether to stop."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last = time.monotonic()
        self._rows = 0
        self.stop = threading.Event()

    def words(self, text: str) -> None:
        """What is being looked at."""
        self._tell({"words": text})

    def batch(self, progress: Progress) -> None:
        """One more batch has its receipt."""
        self._rows += progress.rows
        last = progress.done == progress.total > 1  # where there is one, the job ends at once
        self._tell({"done": progress.done, "total": progress.total, "rows": self._rows}, at_once=last)

    def _tell(self, progress: dict[str, Any], *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self._last < EVERY:
            return
        self._last = time.monotonic()
        if not services.report(self._job.organisation, self._job.key, progress):
            self.stop.set()
