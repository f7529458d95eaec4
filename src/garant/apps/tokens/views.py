"""Access tokens of programs: made by whom they act for, shown once, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.tokens import services
from garant.apps.tokens.forms import TokenForm
from garant.apps.tokens.refusals import TokenRefusedError
from garant.site.words import said, say


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.PLAN)
def tokens(request: Any) -> HttpResponse:
    """One's own tokens, all of them for who manages people; and make one, whose text is shown this once."""
    form = TokenForm(request.POST or None, membership=request.membership)
    shown = _issued(request, form) if request.method == "POST" and form.is_valid() else None
    if shown is not None:
        form = TokenForm(membership=request.membership)
    found = services.listing(request.organisation, of=_whose(request))
    rows = [{"one": one, "in_force": services.in_force(one)} for one in found]
    return render(request, "tokens/list.html", {"rows": rows, "form": form, "shown": shown})


@require_POST
@member(May.PLAN)
def revoke(request: Any, key: str) -> HttpResponse:
    """Revoke a token: one's own, or anybody's for who manages people."""
    try:
        services.revoke(request.organisation, key, of=_whose(request), actor=request.user.email)
    except TokenRefusedError:
        raise Http404 from None
    messages.success(
        request, say("Jeton révoqué : il n’ouvre plus rien.", "Token revoked: it opens nothing any more.")
    )
    return redirect("tokens:list", request.organisation)


def _whose(request: Any) -> Any:
    """Whose tokens the person sees and ends: their own; None, everybody's."""
    return None if request.membership.may(May.MANAGE_PEOPLE) else request.user


def _issued(request: Any, form: TokenForm) -> str | None:
    data = form.cleaned_data
    try:
        _, text = services.issue(
            request.organisation,
            request.user,
            data["name"],
            data["scopes"],
            until=data["until"],
            actor=request.user.email,
        )
    except TokenRefusedError as refusal:
        messages.error(request, said(refusal.text))
        return None
    return text
