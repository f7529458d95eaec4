"""The only way jobs change. A job is a row written with what asked for it; the worker finds it there.

What a job does (a plan approved, a run, promises looked at) writes its own ledger entries in its own room; that somebody
stops one is an entry of this one, since it may be an erasure that a person awaits.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django_scopes import scopes_disabled

from garant.apps.evidence import services as evidence
from garant.apps.jobs.entries import JobStopped
from garant.apps.jobs.models import OPEN, Job, JobState
from garant.apps.scoping import scope_of, scoped
from garant.ledger import Entry
from garant.ledger.canonical import canonical_json
from garant.policy.text import Text

KINDS: dict[str, Text] = {
    "look": Text(fr="Regarder les promesses", en="Look at the promises"),
    "plan": Text(fr="Faire un plan", en="Make a plan"),
    "run": Text(fr="Exécuter un plan", en="Carry out a plan"),
    "consequences": Text(fr="Compter ce qu'une version changerait", en="Count what a version would change"),
    "request-search": Text(
        fr="Chercher une personne qui exerce ses droits", en="Look for a person who exercises their rights"
    ),
    "request-package": Text(fr="Préparer le paquet d'une personne", en="Prepare somebody's package"),
    "requests": Text(fr="Suivre les demandes", en="Follow the requests"),
}


class JobUnknownError(LookupError):
    """No job has this key in this organisation."""


def ask(organisation: str, kind: str, arguments: Mapping[str, Any] | None = None, *, actor: str) -> Job:
    """Ask for a job; the same one asked again while it has not ended is that one."""
    with evidence.joined(), scoped(organisation):
        made = want(organisation, kind, arguments, actor=actor)
        found = Job.objects.filter(wish=made.wish, state__in=OPEN).first()
        return found or made  # it ended at this instant


def want(organisation: str, kind: str, arguments: Mapping[str, Any] | None = None, *, actor: str) -> Job:
    """Ask for a job, once while it has not ended, without being told which it is: the one given may not be it."""
    wanted = dict(arguments or {})
    made = Job(
        key=f"j-{secrets.token_hex(6)}",
        organisation=organisation,
        kind=kind,
        arguments=wanted,
        asked_by=actor,
        asked_at=_now(),
        wish=sha256(canonical_json([kind, wanted])).hexdigest(),
    )
    with evidence.joined(), scoped(organisation):
        Job.objects.bulk_create([made], ignore_conflicts=True)
    return made


def find(organisation: str, key: str) -> Job:
    """The job of this key. Raises JobUnknownError."""
    with scoped(organisation):
        found = Job.objects.filter(key=key).first()
    if found is None:
        raise JobUnknownError(key)
    return found


def recent(organisation: str, number: int = 20) -> list[Job]:
    """The latest jobs."""
    with scoped(organisation):
        return list(Job.objects.all()[:number])


def open_job(organisation: str, kind: str, arguments: Mapping[str, Any] | None = None) -> Job | None:
    """The job of this kind that has not ended, if there is one."""
    with scoped(organisation):
        for one in Job.objects.filter(kind=kind, state__in=OPEN):
            if arguments is None or one.arguments == dict(arguments):
                return one
    return None


def last(organisation: str, kind: str) -> Job | None:
    """The latest job of a kind."""
    with scoped(organisation):
        return Job.objects.filter(kind=kind).first()


def latest_about(organisation: str, kind: str, **about: str) -> Job | None:
    """The latest job of a kind that was asked with these arguments."""
    with scoped(organisation):
        return Job.objects.filter(
            kind=kind, **{f"arguments__{name}": value for name, value in about.items()}
        ).first()


def stop(organisation: str, key: str, *, actor: str) -> Job:
    """Ask a job to stop: at once while it waits, else between two batches; the ledger has who asked.

    Again, or once it has ended, changes nothing. Raises JobUnknownError.
    """
    with transaction.atomic(), scoped(organisation):
        found = Job.objects.select_for_update().filter(key=key).first()
        if found is None:
            raise JobUnknownError(key)
        if found.stop_asked or not found.open:
            return found
        asked = JobStopped(job=key, work=found.kind, begun=found.state == JobState.RUNNING)
        evidence.append(organisation, [Entry(asked, _now(), evidence.person(organisation, actor))])
        if found.state == JobState.WAITING:
            found.state, found.ended_at = JobState.STOPPED, _now()
        found.stop_asked = True
        found.save(update_fields=["state", "stop_asked", "ended_at"])
    return found


def waiting() -> list[str]:
    """The keys of the jobs of every organisation that no worker has begun: for the worker, and keys alone."""
    with scopes_disabled():
        return list(Job.objects.filter(state__in=OPEN).order_by("asked_at").values_list("key", flat=True))


def is_open(key: str) -> bool:
    """Whether a job has not ended: for the worker, before it begins a process for it."""
    with scopes_disabled():
        return bool(Job.objects.filter(key=key, state__in=OPEN).exists())


def waiting_runs(organisation: str, since: datetime | None = None) -> dict[str, str]:
    """By the digest of its plan, the key of each run that was asked for, since an instant where one is named, and not
    begun; the first asked first."""
    with scoped(organisation):
        found = Job.objects.filter(kind="run", state=JobState.WAITING).order_by("asked_at")
        found = found if since is None else found.filter(asked_at__gte=since)
        return {one.arguments["plan"]: one.key for one in found}


def end_waiting(
    organisation: str,
    keys: Collection[str],
    state: JobState,
    *,
    outcome: Mapping[str, Any] | None = None,
    why: Text | None = None,
) -> None:
    """Close jobs that another one did, or tried, but those that somebody has begun meanwhile; as :func:`end` does."""
    with scoped(organisation):
        waiting = Job.objects.filter(key__in=keys, state=JobState.WAITING)
        waiting.update(**_end(state, outcome, why))


def oldest_waiting() -> datetime | None:
    """Since when the oldest job that no worker has begun waits, in any organisation: for the health of the worker."""
    with scopes_disabled():
        return (
            Job.objects.filter(state=JobState.WAITING)
            .order_by("asked_at")
            .values_list("asked_at", flat=True)
            .first()
        )


def begin(key: str) -> Job | None:
    """Say that a worker works on it; None where it has ended meanwhile."""
    with transaction.atomic(), scope_of(Job, "organisation", key=key):
        found = Job.objects.select_for_update().filter(key=key).first()
        if found is None or not found.open:
            return None
        found.state, found.started_at = JobState.RUNNING, found.started_at or _now()
        found.save(update_fields=["state", "started_at"])
        return found


def report(organisation: str, key: str, progress: Mapping[str, Any]) -> bool:
    """Say how far it is; gives whether it is to go on: whether nobody asked it to stop."""
    with scoped(organisation):
        job = Job.objects.filter(key=key)
        if job.filter(stop_asked=False).update(progress=dict(progress)):
            return True
        return not job.update(progress=dict(progress))  # one that is not there was stopped by nobody


def end(
    key: str, state: JobState, *, outcome: Mapping[str, Any] | None = None, why: Text | None = None
) -> None:
    """Close a job with its outcome, or with why it failed."""
    with scope_of(Job, "organisation", key=key):
        Job.objects.filter(key=key).update(**_end(state, outcome, why))


def give_up(key: str) -> None:
    """Close a job whose process never came to its end; one that has ended meanwhile stays as it is."""
    with scope_of(Job, "organisation", key=key):
        Job.objects.filter(key=key, state__in=OPEN).update(**_end(JobState.FAILED, None, _DIED))


_DIED = Text(
    fr="Son processus s’est arrêté à chaque essai avant d’avoir fini\u202f: la mémoire a pu manquer, ou la base de données. "
    "Voyez garant doctor, puis demandez-le de nouveau.",
    en="Its process stopped at each attempt before it had ended: memory may have run out, or the database been away. "
    "See garant doctor, then ask for it again.",
)


def _end(state: JobState, outcome: Mapping[str, Any] | None, why: Text | None) -> dict[str, Any]:
    problem = {"fr": why.fr, "en": why.en} if why is not None else {}
    return {"state": state, "outcome": dict(outcome or {}), "problem": problem, "ended_at": _now()}


def _now() -> datetime:
    return datetime.now(UTC)
