"""The ledger in words: entries, their proofs, the last checkpoint, the whole of it for an inspection."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.evidence import services
from garant.ledger.entries import KINDS

PAGE = 50


@require_safe
@member(May.SEE, whole=True)
def ledger(request: Any) -> HttpResponse:
    """The latest entries, in words."""
    kind = request.GET.get("kind") or None
    before = request.GET.get("before", "")
    place = int(before) if before.isdecimal() and len(before) < 16 else None
    found = services.latest(request.organisation, kind=kind, before=place, number=PAGE + 1)
    size, note = services.head(request.organisation)
    rows = [
        {
            "index": index,
            "record": record,
            "title": KINDS[record.kind].title if record.kind in KINDS else record.kind,
        }
        for index, record in found[:PAGE]
    ]
    return render(
        request,
        "evidence/ledger.html",
        {
            "rows": rows,
            "size": size,
            "note": note,
            "kind": kind,
            "kinds": [(name, payload.title) for name, payload in sorted(KINDS.items())],
            "further": found[PAGE - 1][0] if len(found) > PAGE else None,
            "keys": services.verifier_keys(request.organisation),
        },
    )


@require_safe
@member(May.SEE, whole=True)
def proof(request: Any, index: int) -> HttpResponse:
    """The proof that an entry is in the ledger, as a file that verifies by itself."""
    try:
        made = services.prove(request.organisation, index=index)
    except services.EntryMissingError:
        raise Http404 from None
    name = f'attachment; filename="proof-{index}.json"'
    return HttpResponse(
        made.to_json(), content_type="application/json", headers={"Content-Disposition": name}
    )


@require_safe
@member(May.EXPORT, whole=True)
def export(request: Any) -> FileResponse:
    """The whole ledger as one signed archive, which `garant ledger verify` checks offline."""
    with tempfile.TemporaryDirectory(prefix="garant-") as folder:
        path = Path(folder) / f"ledger-{request.organisation}.zip"
        services.export(request.organisation, path)
        opened = path.open("rb")  # goes on after the folder is gone, and leaves nothing behind
    return FileResponse(opened, as_attachment=True, filename=path.name)


@require_safe
def checkpoint(request: HttpRequest, organisation: str) -> HttpResponse:
    """The last signed checkpoint, for witnesses (C2SP tlog-checkpoint): it says a size and a hash, nothing else."""
    try:
        _, note = services.head(organisation)
    except services.LogMissingError:
        raise Http404 from None
    if not note:
        raise Http404
    return HttpResponse(
        note, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=60"}
    )
