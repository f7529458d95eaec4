"""Pages of invitations: sent, sent again and withdrawn by who manages people; accepted by who was invited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts import invitations
from garant.apps.accounts.access import member
from garant.apps.accounts.forms import AcceptForm
from garant.apps.accounts.refusals import AccountRefusedError
from garant.apps.accounts.roles import May, first_page
from garant.site.words import said, say


@require_POST
@member(May.MANAGE_PEOPLE)
def resend(request: Any, key: str) -> HttpResponse:
    """Another link; shown where no letter takes it there."""
    try:
        sent = invitations.resend(request.organisation, key, actor=request.user.email)
    except AccountRefusedError:
        raise Http404 from None
    return shown(request, sent)


@require_POST
@member(May.MANAGE_PEOPLE)
def withdraw(request: Any, key: str) -> HttpResponse:
    """The link opens nothing any more."""
    try:
        invitations.withdraw(request.organisation, key, actor=request.user.email)
    except AccountRefusedError:
        raise Http404 from None
    messages.success(request, say("L’invitation est retirée.", "The invitation is withdrawn."))
    return redirect("organisations:people", request.organisation)


def shown(request: Any, sent: invitations.Sent) -> HttpResponse:
    """Where an invitation that was sent leads: to the list, by way of its link where somebody has to hand it over."""
    if sent.mailed:
        messages.success(request, say("L’invitation part par courriel.", "The invitation goes by e-mail."))
        return redirect("organisations:people", request.organisation)
    return render(request, "accounts/invited.html", {"link": sent.link})


@require_safe
@never_cache
def arrive(request: HttpRequest, key: str, secret: str) -> HttpResponse:
    """The link itself: its secret leaves the address at once. Looking uses nothing up: programs look at links too."""
    request.session[_kept(key)] = secret
    return redirect("invitation", key)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accept(request: Any, key: str) -> HttpResponse:
    """Accept: with a password of one's own, or signed in."""
    secret = request.session.get(_kept(key), "")
    try:
        invitation = invitations.opened(key, secret)
    except AccountRefusedError as refusal:
        return render(request, "accounts/invitation.html", {"over": said(refusal.text)}, status=404)
    mine = request.user.is_authenticated and request.user.email.lower() == invitation.email
    known = invitations.has_account(invitation)
    form = AcceptForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if request.method == "POST" and (mine or (not known and form.is_valid())):
        refusal = _accepted(request, key, secret, form, mine=mine)
        if refusal is None:
            page = reverse(first_page(invitation.role), args=[invitation.organisation_id])
            return redirect(_next(request, page, mine=mine))
        messages.error(request, said(refusal.text))
    context = {"invitation": invitation, "form": form, "mine": mine, "known": known}
    return render(request, "accounts/invitation.html", context)


def _accepted(
    request: Any, key: str, secret: str, form: AcceptForm, *, mine: bool
) -> AccountRefusedError | None:
    try:
        if mine:
            invitations.accept(key, secret, user=request.user)
        else:
            data = form.cleaned_data
            invitations.accept(key, secret, name=data["name"], password=data["password"])
    except AccountRefusedError as refusal:
        return refusal
    request.session.pop(_kept(key), None)
    return None


def _next(request: Any, page: str, *, mine: bool) -> str:
    if mine:
        return page
    words = say(
        "Votre compte est prêt : connectez-vous, puis ajoutez un second facteur.",
        "Your account is ready: sign in, then add a second factor.",
    )
    messages.success(request, words)
    return f"{reverse('account_login')}?next={page}"


def _kept(key: str) -> str:
    return f"invitation-{key}"
