"""The settings of an organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.organisations import services
from garant.apps.organisations.forms import SettingsForm
from garant.site.words import say


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.CONFIGURE)
def settings(request: Any) -> HttpResponse:
    """Who approves, what is public, when the look of the night is; changed by an administrator."""
    company = request.company
    form = SettingsForm(
        request.POST or None,
        initial={
            "four_eyes": company.four_eyes,
            "shows_state": company.shows_state,
            "look_hour": company.look_hour,
            "proposes": company.proposes,
        },
    )
    if request.method == "POST" and form.is_valid():
        wanted = services.Settings(**form.cleaned_data)
        services.configure(request.organisation, wanted, actor=request.user.email)
        messages.success(request, say("C’est enregistré.", "It is saved."))
        return redirect("settings:organisation", request.organisation)
    return render(request, "organisations/settings.html", {"form": form})
