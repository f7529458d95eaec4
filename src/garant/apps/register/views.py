"""Pages of the register: the list of its sheets, each sheet, and the files."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.policies import services as policies
from garant.apps.register import services
from garant.policy.text import Text
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
        "standing": _standing(request, version),
        "shown": shown,
        "others": policies.versions(request.organisation),
        "editable": _editable(request, version),
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
    return render(
        request,
        "register/sheet.html",
        {
            "version": version,
            "standing": _standing(request, version),
            "page": page,
            "editable": _editable(request, version),
            **_asked(request),
        },
    )


@require_safe
@member(May.SEE)
def download(request: Any, form: str) -> HttpResponse:
    """The register as a file: all sheets, so for those whose habilitation covers all of them."""
    version = _version(request)
    if version is None or form not in services.FORMS:
        raise Http404
    if request.membership.activities:
        raise PermissionDenied
    standing = services.standing(request.organisation, version)
    raw = services.file(version.policy, form, spoken(), standing.said)
    name = f"registre-{request.organisation}-{version.number}{standing.end}.{form}"
    return HttpResponse(
        raw,
        content_type=services.FORMS[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


KINDS: Final = {
    "changed": Text(fr="modifié", en="changed"),
    "added": Text(fr="ajouté", en="added"),
    "removed": Text(fr="retiré", en="removed"),
    "lost": Text(fr="non repris", en="not taken over"),
    "check": Text(fr="à vérifier", en="to check"),
    "complete": Text(fr="à compléter", en="to complete"),
}
"""What became of each thing in a register taken over."""


_NO_FILE: Final = Text(
    fr="Aucun fichier n’a été envoyé. Choisissez le classeur.",
    en="No file was sent. Choose the workbook.",
)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.EDIT_POLICY)
def take_over(request: Any) -> HttpResponse:
    """A draft from a workbook in the CNIL's template, and all there is to know about it."""
    taken, refused = None, None
    sent = request.FILES.get("file")
    if request.method == "POST" and sent is None:
        refused = _NO_FILE
    elif request.method == "POST":
        try:
            taken = services.take_over(request.organisation, sent.file, actor=request.user.email)
        except services.Refused as problem:
            refused = problem.text
        except services.RefusedError as problem:
            refused = problem.message
    notes = [(KINDS[one.kind], one) for one in taken.notes] if taken is not None else []
    context = {"taken": taken, "notes": notes, "refused": refused}
    return render(request, "register/import.html", context, status=422 if refused is not None else 200)


def _version(request: Any) -> policies.Version | None:
    try:
        return services.chosen(request.organisation, request.GET.get("version", ""))
    except services.RefusedError:
        raise Http404 from None


def _standing(request: Any, version: policies.Version | None) -> str:
    return "" if version is None else services.standing(request.organisation, version).state


def _editable(request: Any, version: policies.Version | None) -> bool:
    """Whether what is missing can be written at once: in a draft, by who may."""
    draft = version is not None and version.state == policies.State.DRAFT
    return draft and request.membership.may(May.EDIT_POLICY)


def _asked(request: HttpRequest) -> dict[str, str]:
    """What keeps a version chosen from page to page."""
    version = request.GET.get("version", "")
    return {"asked": version, "query": f"?version={version}" if version else ""}
