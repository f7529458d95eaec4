"""Webhooks: who is told of what enters the ledger, and what they were told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.webhooks import services
from garant.apps.webhooks.forms import WebhookForm
from garant.apps.webhooks.refusals import WebhookRefusedError
from garant.site.words import said, say

SHOWN = 100
"""Messages that the page of a webhook shows: the latest."""


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.MANAGE_SYSTEMS, whole=True)
def webhooks(request: Any) -> HttpResponse:
    """The addresses that are told; and tell one more, whose secret is shown this once."""
    form = WebhookForm(request.POST or None)
    shown = _added(request, form) if request.method == "POST" and form.is_valid() else None
    if shown is not None:
        form = WebhookForm()
    found = services.listing(request.organisation)
    silent = services.silent(request.organisation)
    context = {"webhooks": found, "silent": silent, "form": form, "shown": shown}
    return render(request, "webhooks/list.html", context)


@require_safe
@member(May.MANAGE_SYSTEMS, whole=True)
def webhook(request: Any, key: str) -> HttpResponse:
    """One address, and the latest that it was told."""
    one = next((one for one in services.listing(request.organisation) if one.key == key), None)
    if one is None:
        raise Http404
    told = services.deliveries(request.organisation, key)[:SHOWN]
    return render(request, "webhooks/webhook.html", {"one": one, "told": told})


@require_POST
@member(May.MANAGE_SYSTEMS, whole=True)
def end(request: Any, key: str) -> HttpResponse:
    """Tell an address no more."""
    try:
        services.end(request.organisation, key, actor=request.user.email)
    except WebhookRefusedError:
        raise Http404 from None
    messages.success(request, say("Cette adresse n’est plus prévenue.", "This address is told no more."))
    return redirect("webhooks:list", request.organisation)


def _added(request: Any, form: WebhookForm) -> str | None:
    data = form.cleaned_data
    try:
        _, secret = services.add(request.organisation, data["url"], data["kinds"], actor=request.user.email)
    except WebhookRefusedError as refusal:
        form.add_error("url", said(refusal.text))
        return None
    return secret
