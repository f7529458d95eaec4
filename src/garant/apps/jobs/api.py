"""Jobs, for programs: what a worker does, how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from garant.apps.accounts.roles import May
from garant.apps.jobs import services
from garant.apps.tokens.access import Needs, who
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import ProblemError

router = Router(tags=["jobs"])
_AT = "/{organisation}/jobs"


class JobOut(Schema):
    """Something a worker does: follow it by its key."""

    key: str
    kind: str
    state: str
    progress: dict[str, Any]
    outcome: dict[str, Any]
    problem: dict[str, str]
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class JobsOut(Schema):
    """A page of jobs, the latest first."""

    items: list[JobOut]
    next: str | None


@router.get(_AT, auth=Needs(May.SEE), response=JobsOut, summary="Jobs, the latest first")
def jobs(request: HttpRequest, organisation: str, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """The thousand latest."""
    return page(services.recent(organisation, 1000), lambda one: one.key, cursor, limit)


@router.get(_AT + "/{job}", auth=Needs(May.SEE), response=JobOut, summary="One job")
def job(request: HttpRequest, organisation: str, job: str) -> Any:
    """How far it is, what came of it, or why it failed."""
    try:
        return services.find(organisation, job)
    except services.JobUnknownError:
        raise _nothing() from None


@router.post(_AT + "/{job}/stop", auth=Needs(May.RUN), response=JobOut, summary="Stop it")
def stop(request: HttpRequest, organisation: str, job: str) -> Any:
    """At once while it waits, else between two batches."""
    try:
        return services.stop(organisation, job, actor=who(request).actor)
    except services.JobUnknownError:
        raise _nothing() from None


def _nothing() -> ProblemError:
    return ProblemError(404, "not-found", fr="Aucun travail n’a cette clé.", en="No job has this key.")
