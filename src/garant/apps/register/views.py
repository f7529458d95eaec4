"""Pages of the register: the list of its sheets, each sheet, and the files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.policies import services as policies
from garant.apps.register import services
from garant.site.words import spoken


@require_safe
@member(May.SEE)
def index(request: Any) -> HttpResponse:
    """Every sheet with its score, what the register lacks, and the files to take away."""
    version = _version(request)
    shown = (
        services.whole(version.policy, spoken(), lambda key: request.membership.covers(activity=key))
        if version is not None
        else None
    )
    context = {
        "version": version,
        "shown": shown,
        "others": policies.versions(request.organisation),
        "forms": () if request.membership.activities else tuple(services.FORMS),
        **_asked(request),
    }
    return render(request, "register/index.html", context)


@require_safe
@member(May.SEE)
def sheet(request: Any, activity: str) -> HttpResponse:
    """One sheet, and what it lacks."""
    version = _version(request)
    page = services.sheet(version.policy, activity, spoken()) if version is not None else None
    if page is None or not request.membership.covers(activity=activity):
        raise Http404
    return render(request, "register/sheet.html", {"version": version, "page": page, **_asked(request)})


@require_safe
@member(May.SEE)
def download(request: Any, form: str) -> HttpResponse:
    """The register as a file: all sheets, so for those whose habilitation covers all of them."""
    version = _version(request)
    if version is None or form not in services.FORMS:
        raise Http404
    if request.membership.activities:
        raise PermissionDenied
    raw = services.file(version.policy, form, spoken())
    name = f"registre-{request.organisation}-{version.number}.{form}"
    return HttpResponse(
        raw,
        content_type=services.FORMS[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _version(request: Any) -> policies.Version | None:
    try:
        return services.chosen(request.organisation, request.GET.get("version", ""))
    except services.RefusedError:
        raise Http404 from None


def _asked(request: HttpRequest) -> dict[str, str]:
    """What keeps a version chosen from page to page."""
    version = request.GET.get("version", "")
    return {"asked": version, "query": f"?version={version}" if version else ""}
