"""A job's page: how far it is, by itself, and what came of it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.jobs import services
from garant.apps.promises import decisions
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.sight import Sight


@require_safe
@member(May.SEE)
def jobs(request: Any) -> HttpResponse:
    """The latest jobs and their health."""
    return render(
        request,
        "jobs/list.html",
        {"jobs": [(one, services.KINDS[one.kind]) for one in services.recent(request.organisation)]},
    )


@require_safe
@member(May.SEE)
def job(request: Any, key: str) -> HttpResponse:
    """One job; the page asks again by itself until it has ended, and leads on to what it made."""
    try:
        found = services.find(request.organisation, key)
    except services.JobUnknownError:
        raise Http404 from None
    if not _seen(request, found):
        raise Http404
    target = _target(request.organisation, found)
    if request.htmx and target is not None:
        return HttpResponseClientRedirect(target)
    if target is not None:
        return redirect(target)
    template = "jobs/progress.html" if request.htmx else "jobs/job.html"
    kind, whole = services.KINDS[found.kind], _whole(request, found)
    return render(request, template, {"job": found, "kind": kind, "whole": whole})


@require_POST
@member(May.RUN)
def stop(request: Any, key: str) -> HttpResponse:
    """Ask a job to stop between two batches; what is about more than somebody's part is not theirs to stop."""
    try:
        found = services.find(request.organisation, key)
    except services.JobUnknownError:
        raise Http404 from None
    if not _seen(request, found):
        raise Http404
    if not _whole(request, found):
        raise PermissionDenied
    services.stop(request.organisation, key, actor=request.user.email)
    return redirect("jobs:job", request.organisation, key)


def _seen(request: Any, job: Any) -> bool:
    """Whether a job is theirs to follow: that of a plan, where they see something of the plan."""
    if not request.membership.narrow or "plan" not in job.arguments:
        return True
    try:
        plan = decisions.find(request.organisation, job.arguments["plan"])
    except RefusedError:
        return False
    return Sight(request.organisation, request.membership).any(plan)


def _whole(request: Any, job: Any) -> bool:
    """Whether a job is all theirs: that of a plan of which they see all, as they would to carry it out."""
    if not request.membership.narrow:
        return True
    if "plan" not in job.arguments:
        return False
    plan = decisions.find(request.organisation, job.arguments["plan"])
    return Sight(request.organisation, request.membership).whole(plan)


def _target(organisation: str, job: Any) -> str | None:
    """Where a job that ended well leads."""
    if job.state != "done":
        return None
    if job.kind == "plan":
        return reverse("plans:plan", args=[organisation, job.outcome["plan"]])
    if job.kind == "run":
        return reverse("plans:run", args=[organisation, job.outcome["run"]])
    if job.kind == "consequences":
        return reverse("policies:review", args=[organisation, job.arguments["number"]])
    return reverse("promises:dashboard", args=[organisation])
