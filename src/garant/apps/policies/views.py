"""Pages of the versions of a policy: the list, one version, what it changes, files in and out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.jobs import services as jobs
from garant.apps.policies import services
from garant.apps.policies.refusals import RefusedError
from garant.apps.policies.words import DONE, REPLACED, STATES, WEIGHTS
from garant.policy import Text, UnusableDocument
from garant.policy.places import Place
from garant.site.words import said


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.EDIT_POLICY, whole=True)
def versions(request: Any) -> HttpResponse:
    """Every version; and begin a new draft from one."""
    if request.method == "POST":
        return _begun(request)
    overtaken = services.overtaken(request.organisation)
    found, current = services.versions(request.organisation), services.published(request.organisation)
    never = services.replaced(request.organisation)
    rows = [(one, state_of(one, never), current is not None and one.key == current.key) for one in found]
    return render(request, "policies/versions.html", {"rows": rows, "overtaken": overtaken})


@require_safe
@member(May.SEE, whole=True)
def version(request: Any, number: int) -> HttpResponse:
    """One version: where it stands, its parts, and what may be done next."""
    found = find(request, number)
    current = services.published(request.organisation)
    context = {
        "version": found,
        "state": state_of(found, services.replaced(request.organisation)),
        "in_force": current is not None and found.key == current.key,
        "to_come": found.effective_on is not None
        and found.effective_on > services.today(request.organisation),
        "too_soon": services.too_soon(found),
        "parts": services.overview(found),
        "to_mend": [(message, where(request, number, place)) for place, message in services.to_mend(found)],
        "hanging": services.hanging(found),
        "mine": services.same_person(found.submitted_by, request.user.email),
    }
    return render(request, "policies/version.html", context)


@require_safe
@member(May.SEE, whole=True)
def review(request: Any, number: int) -> HttpResponse:
    """What a version changes, in plain words, and the decision."""
    found = find(request, number)
    named = request.GET.get("against", "")
    against = find(request, int(named)) if named.isdecimal() and len(named) < 10 else _before(found)
    changes = services.changes(against, found)
    told, first = services.announcements(found), services.earliest_day(found)
    context = {
        "version": found,
        "state": state_of(found, services.replaced(request.organisation)),
        "against": against,
        "standing": " ".join(services.standing(request.organisation)),
        "others": [one for one in services.versions(request.organisation) if one.key != found.key],
        "weights": [(words, [c for c in changes if c.weight == name]) for name, words in WEIGHTS.items()],
        "changes": changes,
        "announcements": () if found.published else told,
        "notices": services.notices(found),
        "first": first,
        "today": services.today(request.organisation),
        "hanging": services.hanging(found),
        "consequences": services.consequence_lines(found),
        "counting": jobs.latest_about(request.organisation, "consequences", version=found.key),
        "mine": services.same_person(found.submitted_by, request.user.email),
    }
    return render(request, "policies/review.html", context)


@require_safe
@member(May.SEE, whole=True)
def export(request: Any, number: int) -> HttpResponse:
    """The YAML files of a version, in a zip."""
    found = find(request, number)
    response = HttpResponse(services.export_zip(found), content_type="application/zip")
    name = f"{request.organisation}-{found.number}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.EDIT_POLICY, whole=True)
def import_files(request: Any) -> HttpResponse:
    """A draft from YAML files, or from a zip of them."""
    found: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            made = services.import_document(
                services.read_uploads(request.FILES.getlist("files")).document,
                actor=request.user.email,
                organisation=request.organisation,
            )
            return redirect("policies:version", request.organisation, made.number)
        except RefusedError as refusal:
            refuse(request, refusal)
        except UnusableDocument as problem:
            found = problem.diagnostics
    return render(request, "policies/import.html", {"found": found})


@require_POST
@member(May.SEE, whole=True)
def do(request: Any, number: int) -> HttpResponse:
    """One step of a version: submitted, approved, sent back, announced, published, given up."""
    found = find(request, number)
    named = request.POST.get("do", "")
    if named not in _STEPS:
        raise Http404
    needs, step, page = _STEPS[named]
    if not request.membership.may(needs):
        raise PermissionDenied
    try:
        step(request, found)
    except RefusedError as refusal:
        refuse(request, refusal)
    else:
        messages.success(request, said(DONE[named]))
        if named == "discard":
            return redirect("policies:versions", request.organisation)
    return redirect(page, request.organisation, number)


def _submit(request: Any, version: services.Version) -> None:
    services.submit(request.organisation, version.key, actor=request.user.email)


def _approve(request: Any, version: services.Version) -> None:
    digest, actor = request.POST.get("digest", ""), request.user.email
    against = request.POST["against"].split() if "against" in request.POST else None
    services.approve(request.organisation, version.key, digest=digest, actor=actor, against=against)


def _reject(request: Any, version: services.Version) -> None:
    reason = request.POST.get("reason", "")
    services.reject(request.organisation, version.key, reason=reason, actor=request.user.email)


def _withdraw(request: Any, version: services.Version) -> None:
    reason = request.POST.get("reason", "")
    services.withdraw(request.organisation, version.key, reason=reason, actor=request.user.email)


def _publish(request: Any, version: services.Version) -> None:
    services.publish(request.organisation, version.key, on=_named_day(request), actor=request.user.email)


def _notice(request: Any, version: services.Version) -> None:
    services.record_notice_given(
        request.organisation,
        version.key,
        channel=request.POST.get("channel", ""),
        on=_named_day(request),
        evidence=request.POST.get("evidence", ""),
        actor=request.user.email,
    )


def _correct_notice(request: Any, version: services.Version) -> None:
    named = request.POST.get("notice", "")
    notice = int(named) if named.isdecimal() and len(named) < 10 else 0
    on = _named_day(request)
    services.correct_notice(request.organisation, version.key, notice, on=on, actor=request.user.email)


def _unpublish(request: Any, version: services.Version) -> None:
    reason = request.POST.get("reason", "")
    services.unpublish(request.organisation, version.key, reason=reason, actor=request.user.email)


@require_POST
@member(May.PLAN, whole=True)
def count(request: Any, number: int) -> HttpResponse:
    """Ask a worker to count what the version would change on the systems; that takes as long as they do."""
    found = find(request, number)
    if found.published:
        refuse(request, services.published_for_good(found.number))
        return redirect("policies:review", request.organisation, number)
    try:  # nothing is changed by it: today, where no day is named
        day = _named_day(request) if request.POST.get("on") else services.today(request.organisation)
    except RefusedError as refusal:
        refuse(request, refusal)
        return redirect("policies:review", request.organisation, number)
    asked = {"version": found.key, "number": number, "on": day.isoformat()}
    job = jobs.ask(request.organisation, "consequences", asked, actor=request.user.email)
    return redirect("jobs:job", request.organisation, job.key)


def _discard(request: Any, version: services.Version) -> None:
    revision = request.POST.get("revision", "")
    seen = int(revision) if revision.isdecimal() and len(revision) < 10 else 0
    services.discard(request.organisation, version.key, actor=request.user.email, revision=seen)


Step = Callable[[Any, services.Version], None]

_STEPS: Final[dict[str, tuple[May, Step, str]]] = {
    "submit": (May.EDIT_POLICY, _submit, "policies:version"),
    "discard": (May.EDIT_POLICY, _discard, "policies:version"),
    "withdraw": (May.EDIT_POLICY, _withdraw, "policies:version"),
    "notice": (May.EDIT_POLICY, _notice, "policies:review"),
    "correct-notice": (May.EDIT_POLICY, _correct_notice, "policies:review"),
    "approve": (May.APPROVE_POLICY, _approve, "policies:review"),
    "reject": (May.APPROVE_POLICY, _reject, "policies:review"),
    "publish": (May.APPROVE_POLICY, _publish, "policies:review"),
    "unpublish": (May.APPROVE_POLICY, _unpublish, "policies:version"),
}


def state_of(version: services.Version, replaced: Collection[str]) -> Text:
    """Where a version stands, in words."""
    return REPLACED if version.key in replaced else STATES[version.state]


def find(request: Any, number: int) -> services.Version:
    """The version of an address."""
    try:
        return services.find(request.organisation, str(number))
    except RefusedError:
        raise Http404 from None


def where(request: Any, number: int, place: Place) -> str:
    """The address of the field that stands at a place of the document."""
    field = place[:-1] if place and isinstance(place[-1], int) else place
    section, *inside = (str(step) for step in field or ("organisation",))
    page = next((one for one in services.PAGES if one.section == section), services.PAGES[0])
    if not page.entries:
        way = reverse("policies:section", args=[request.organisation, number, page.key])
    elif inside:
        way = reverse("policies:entry", args=[request.organisation, number, page.key, inside.pop(0)])
    else:
        return reverse("policies:section", args=[request.organisation, number, page.key])
    return way + "#" + "--".join(("p", *inside))


def refuse(request: HttpRequest, refusal: RefusedError) -> None:
    """Say on the next page why it was refused, and what to do."""
    messages.error(request, f"{said(refusal.message)} {said(refusal.mend)}")


def _begun(request: Any) -> HttpResponse:
    try:
        base = request.POST.get("from", "")
        if base:
            made = services.new_draft(request.organisation, base, actor=request.user.email)
        else:
            made = services.begin_draft(request.organisation, actor=request.user.email)
    except RefusedError as refusal:
        refuse(request, refusal)
        return redirect("policies:versions", request.organisation)
    return redirect("policies:version", request.organisation, made.number)


def _before(version: services.Version) -> services.Version | None:
    """What a version is compared with unless said: the one in force or, of that one, the one before."""
    if version.published:
        never = services.replaced(version.organisation)
        known = services.published_versions(version.organisation)
        earlier = [one for one in known if one.key not in never and _began(one, version)]
        return earlier[0] if earlier else None
    return services.published(version.organisation)


def _began(one: services.Version, version: services.Version) -> bool:
    return (one.effective_on, one.published_at) < (version.effective_on, version.published_at)


def _named_day(request: Any) -> date:
    """The day of the form. One that cannot be read is no day: what is published for it would be so for good."""
    try:
        return date.fromisoformat(request.POST.get("on", "").strip())
    except ValueError:
        raise services.no_such_day() from None
