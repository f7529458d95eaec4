"""Pages of the editor: a part of the policy, one of its entries, and what is wrong as one types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.policies import services
from garant.apps.policies.refusals import RefusedError
from garant.apps.policies.services import Edited, Sent, Spot
from garant.apps.policies.views import find, refuse, where
from garant.site.words import say, spoken


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.EDIT_POLICY, whole=True)
def section(request: Any, number: int, section: str) -> HttpResponse:
    """A part: its form, or the list of its entries and the way to a new one."""
    spot = _spot(request, number, section, "")
    if not spot.page.entries:
        return _page(request, spot)
    if request.method == "POST":
        label = request.POST.get("label", "").strip()
        if label:
            key = services.key_for(spot, label, spoken())
            way = reverse("policies:entry", args=[request.organisation, number, section, key])
            query = urlencode({"label": label, "tag": request.POST.get("tag", "")})
            return redirect(f"{way}?{query}")
        messages.error(request, say("Donnez-lui un nom.", "Give it a name."))
    context = {**_around(spot), "part": services.listed(spot.version, spot.page)}
    return render(request, "policies/section.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.EDIT_POLICY, whole=True)
def entry(request: Any, number: int, section: str, key: str) -> HttpResponse:
    """One entry of a part."""
    spot = _spot(request, number, section, key)
    if not spot.page.entries:
        raise Http404
    return _page(request, spot)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.EDIT_POLICY, whole=True)
def delete(request: Any, number: int, section: str, key: str = "") -> HttpResponse:
    """Ask before a part goes, and say who refers to it."""
    spot = _spot(request, number, section, key)
    if not services.may_go(spot):
        raise Http404
    if request.method == "POST":
        try:
            services.delete_page(
                spot,
                revision=_revision(request),
                actor=request.user.email,
                everywhere=request.POST.get("do") == "everywhere",
            )
        except RefusedError as refusal:
            refuse(request, refusal)
        else:
            messages.success(request, say("C'est retiré du brouillon.", "It is out of the draft."))
        if not spot.page.entries:
            return redirect("policies:version", request.organisation, number)
        return redirect("policies:section", request.organisation, number, section)
    named = [(one, where(request, number, one.place)) for one in services.who_mentions(spot)]
    context = {**_around(spot), "mentions": named}
    return render(request, "policies/delete.html", context)


def _page(request: Any, spot: Spot) -> HttpResponse:
    """The form of a part or an entry: shown, changed by its buttons, checked as one types, saved."""
    sent = Sent({name: request.POST.getlist(name) for name in request.POST})
    do = request.POST.get("do", "") if request.method == "POST" else None
    if do is None:
        edited = services.open_page(
            spot, label=request.GET.get("label", ""), tag=request.GET.get("tag", ""), language=spoken()
        )
        if edited is None:
            raise Http404
        return _shown(request, edited)
    if do.partition(":")[0] == "save":
        return _saved(request, spot, sent, do)
    try:
        edited = services.change_page(spot, sent, do, spoken())
    except services.Refused:
        raise Http404 from None
    if do == "check" and request.htmx:
        return render(request, "policies/found.html", {"edited": edited})
    return _shown(request, edited, unsaved=True)


def _saved(request: Any, spot: Spot, sent: Sent, do: str) -> HttpResponse:
    """Saved; in the place of what somebody saved meanwhile, where the button names just that."""
    _, instead, mark = do.partition(":")
    seen = mark if instead else request.POST.get("seen", "")
    try:
        edited = services.save_page(
            spot, sent, revision=_revision(request), actor=request.user.email, seen=seen
        )
    except RefusedError as refusal:
        refuse(request, refusal)
        return _shown(request, services.change_page(spot, sent, "", spoken()), unsaved=True)
    if edited.saved is None:
        messages.error(
            request,
            say(
                "Rien n'est enregistré encore : voyez ce qui manque, à côté des champs.",
                "Nothing is saved yet: see what is missing, beside the fields.",
            ),
        )
        return _shown(request, edited, unsaved=True)
    messages.success(request, say("C'est enregistré dans le brouillon.", "It is saved in the draft."))
    return redirect(request.path)


def _shown(request: Any, edited: Edited, *, unsaved: bool = False) -> HttpResponse:
    spot = edited.spot
    editable = spot.version.state == "draft" and request.membership.may(May.EDIT_POLICY)
    named = [(one, where(request, spot.version.number, one.place)) for one in edited.mentions]
    sent = request.method == "POST"
    revision = _revision(request) if sent else spot.version.revision
    seen = request.POST.get("seen", "") if sent else spot.seen
    context = {
        **_around(spot),
        "mentions": named,
        "edited": edited,
        "unsaved": unsaved or edited.new,
        "editable": editable,
        "revision": revision,
        "seen": seen,
        "overtaken": editable and revision != spot.version.revision and seen != spot.seen,
    }
    return render(request, "policies/page.html", context)


def _around(spot: Spot) -> dict[str, Any]:
    return {"spot": spot, "version": spot.version, "page": spot.page, "heading": services.heading(spot)}


def _spot(request: Any, number: int, section: str, key: str) -> Spot:
    page = services.page_of(section)
    if page is None:
        raise Http404
    return Spot(find(request, number), page, key)


def _revision(request: Any) -> int:
    written = request.POST.get("revision", "")
    return int(written) if written.isdecimal() and len(written) < 10 else 0
