"""Pages of a client's contact."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.clients import services
from garant.apps.evidence import services as evidence
from garant.site.words import spoken


@require_safe
@member(May.SEE_CLIENT)
def home(request: Any) -> HttpResponse:
    """What is done for the clients that the person comes for."""
    done = services.activities(request.organisation, request.membership.clients, spoken())
    return render(request, "clients/home.html", {"done": done})


@require_safe
@member(May.SEE_CLIENT)
def activity(request: Any, activity: str) -> HttpResponse:
    """One activity: its sheet and sub-processors, its promises, and the proof of what was carried out."""
    done = services.activities(request.organisation, request.membership.clients, spoken())
    one = next((each for each in done if each.key == activity), None)
    if one is None:
        raise Http404
    return render(
        request, "clients/activity.html", {"one": one, "keys": evidence.verifier_keys(request.organisation)}
    )


@require_safe
@member(May.SEE_CLIENT)
def proof(request: Any, run: str, rule: str) -> HttpResponse:
    """The proofs that a rule was carried out, and of what was the client's own: each verifies by itself, offline."""
    made = services.proofs(request.organisation, request.membership.clients, run, rule)
    if not made:
        raise Http404
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in made:
            archive.writestr(f"{one.record.kind}-{one.index}.json", one.to_json())
    name = f'attachment; filename="proof-{run}-{rule}.zip"'
    return HttpResponse(
        packed.getvalue(), content_type="application/zip", headers={"Content-Disposition": name}
    )
