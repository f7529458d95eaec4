"""The dashboard of promises, one promise and its history, the public page of their state."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.controls import charts, services
from garant.apps.jobs import services as jobs
from garant.apps.organisations import services as organisations
from garant.apps.promises import decisions
from garant.apps.promises.opening.naming import names_of
from garant.apps.promises.sight import Sight
from garant.site.rooms import ROOMS
from garant.site.words import said


@require_safe
@member(May.SEE)
def dashboard(request: Any) -> HttpResponse:
    """Every promise, article by article."""
    board = services.board(request.organisation, request.membership)
    plan = decisions.waiting(request.organisation)
    if plan is not None and not Sight(request.organisation, request.membership).any(plan):
        plan = None
    return render(
        request,
        "controls/dashboard.html",
        {
            "board": board,
            "job": jobs.open_job(request.organisation, "look"),
            "plan": plan,
        },
    )


@require_POST
@member(May.PLAN)
def look(request: Any) -> HttpResponse:
    """Ask for a look at every promise, now."""
    job = jobs.ask(request.organisation, "look", actor=request.user.email)
    return redirect("jobs:job", request.organisation, job.key)


@require_safe
@member(May.SEE)
def promise(request: Any, key: str) -> HttpResponse:
    """One promise: how it stands, on what that rests, what mends it, how it stood before."""
    one = services.standing(request.organisation, key, request.membership)
    if one is None:
        raise Http404
    readings = services.history(request.organisation, key)
    words = names_of(request.organisation)
    chart = charts.history(readings, said(one.label)) if readings else ""
    return render(
        request,
        "controls/promise.html",
        {
            "one": one,
            "readings": readings[::-1],
            "chart": chart,
            "mend": _mend(request, one),
            "systems": [words.system(name) for name in one.evidence.get("systems", ())],
        },
    )


@require_safe
def public(request: HttpRequest, organisation: str, language: str) -> HttpResponse:
    """The state of an organisation's promises, for anyone, where it chose to show it."""
    try:
        company = organisations.organisation(organisation)
    except organisations.OrganisationUnknownError:
        raise Http404 from None
    if not company.shows_state or language not in ("fr", "en"):
        raise Http404
    with translation.override(language):
        board = services.board(organisation)
        response = render(
            request, "controls/public.html", {"board": board, "shown": company, "language": language}
        )
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Content-Language"] = language
    return response


def _mend(request: Any, one: Any) -> dict[str, str] | None:
    """The operation that mends a promise, where there is one, and the address of its page, where it is open to them."""
    if one.mend is None:
        return None
    page = one.mend["page"]
    if request.membership.narrow and page in {room.page for room in ROOMS if room.whole}:
        return None
    try:
        url = reverse(page) if page == "home" else reverse(page, args=[request.organisation])
    except NoReverseMatch:
        return None
    return {"label": said(one.mend["label"]), "url": url}
