"""What every template may name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from garant.apps.accounts.roles import May
from garant.site.rooms import ROOMS
from garant.site.words import spoken


def site(request: HttpRequest) -> dict[str, Any]:
    """The language of the page, what the person may do in the organisation of the page, and its menu."""
    held = getattr(request, "membership", None)
    return {
        "language": spoken(),
        "organisation": getattr(request, "organisation", None),
        "company": getattr(request, "company", None),
        "membership": held,
        "may": {} if held is None else {one.name.lower(): held.may(one) for one in May},
        "rooms": [] if held is None else _menu(request, held),
    }


def _menu(request: HttpRequest, held: Any) -> list[dict[str, Any]]:
    match = request.resolver_match
    here = match.namespace if match is not None else ""
    return [
        {
            "url": reverse(room.page, args=[held.organisation_id]),
            "label": room.label,
            "here": here in room.namespaces,
        }
        for room in ROOMS
        if held.may(room.needs) and not (room.whole and held.narrow)
    ]
