"""How the backups stand: those made, the last drill, what is missing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.backups.standing import standing


@require_safe
@member(May.SEE)
def backups(request: Any) -> HttpResponse:
    """From the ledger of the organisation: a backup is of the whole installation."""
    return render(request, "backups/list.html", {"standing": standing(request.organisation)})
