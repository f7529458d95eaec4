"""Pages of the systems: connection test, drift of the catalogue against the map."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.controls import systems
from garant.apps.promises.opening.published import maps_folder


@require_safe
@member(May.SEE)
def listing(request: Any) -> HttpResponse:
    """Every system, as its map describes it."""
    return render(request, "systems/list.html", _page(request))


@require_POST
@member(May.MANAGE_SYSTEMS)
def test(request: Any, name: str) -> HttpResponse:
    """Reach a system and hold its map against its catalogue."""
    covered = request.membership.covers(system=name)
    tested = systems.test(request.organisation, name) if covered else None
    if tested is None:
        raise Http404
    return render(request, "systems/list.html", {**_page(request), "tested": tested, "name": name})


def _page(request: Any) -> dict[str, Any]:
    mapped = systems.mapped(request.organisation)
    found = [one for one in mapped if request.membership.covers(system=one.name)]
    return {"systems": found, "folder": maps_folder(request.organisation)}
