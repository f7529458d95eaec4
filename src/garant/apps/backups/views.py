"""How the backups stand: those made, the last drill, what is missing; and, after a restore, what was forgotten."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.backups import reading, refusals, unread
from garant.apps.backups.standing import standing
from garant.apps.mails import holding
from garant.apps.promises.refusals import RefusedError
from garant.ledger.entries import KINDS
from garant.publish.letters import KINDS as LETTERS
from garant.site.words import plural, said, say

LARGEST: Final = 512 * 1024**2
"""Bytes of an export at most."""


@require_safe
@member(May.SEE)
def backups(request: Any) -> HttpResponse:
    """From the ledger of the organisation: a backup is of the whole installation."""
    found = {
        "standing": standing(request.organisation),
        "restored": unread.waiting(request.organisation),
        "held": bool(holding.held(request.organisation)),
    }
    return render(request, "backups/list.html", found)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.APPROVE_PLAN, whole=True)
def restored(request: Any) -> HttpResponse:
    """After a restore: an export kept elsewhere is held against the ledger, for somebody to read."""
    context: dict[str, Any] = {"keys": request.POST.get("keys", "")}
    if request.method == "POST":
        try:
            compared = _compared(request)
            context |= {"compared": compared, "token": reading.shown(request.organisation, compared)}
            context["kinds"] = [(_title(kind), number) for kind, number in compared.found.kinds.items()]
        except RefusedError as refusal:
            context["refusal"] = refusal
    context["restored"] = unread.waiting(request.organisation)
    return render(request, "backups/restored.html", context)


@require_POST
@member(May.APPROVE_PLAN, whole=True)
def read(request: Any) -> HttpResponse:
    """Somebody attests that they read it, or answers for there being no export."""
    actor, token = request.user.email, request.POST.get("token", "")
    try:
        if token:
            reading.attest(request.organisation, token, actor=actor)
        elif request.POST.get("without"):
            reading.answer_for(request.organisation, actor=actor)
        else:
            return redirect("backups:restored", request.organisation)
    except RefusedError as refusal:
        messages.error(request, f"{said(refusal.message)} {said(refusal.mend)}")
        return redirect("backups:restored", request.organisation)
    words = "C’est au registre\u202f: vous répondez de cette lecture. Les exécutions reprennent."
    messages.success(request, say(words, "It is in the ledger: you answer for this reading. Runs go on."))
    return redirect("backups:list", request.organisation)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.APPROVE_PLAN, whole=True)
def letters(request: Any) -> HttpResponse:
    """The letters that waited in the backup: somebody decides which of them go."""
    organisation = request.organisation
    if request.method == "POST":
        try:
            gone, kept = reading.let_letters_go(
                organisation, set(request.POST.getlist("letter")), actor=request.user.email
            )
        except RefusedError as refusal:
            messages.error(request, f"{said(refusal.message)} {said(refusal.mend)}")
        else:
            going = plural(gone, ("lettre part", "lettres partent"), ("letter goes", "letters go"))
            staying = plural(kept, ("ne part pas", "ne partent pas"), ("does not", "do not"))
            messages.success(request, f"{going}, {staying}.")
        return redirect("backups:letters", organisation)
    rows = [
        (one, LETTERS[one.kind].title if one.kind in LETTERS else None) for one in holding.held(organisation)
    ]
    return render(
        request, "backups/letters.html", {"letters": rows, "restored": unread.waiting(organisation)}
    )


def _title(kind: str) -> Any:
    """A kind of entry in words; one that this Garant does not know, by its name."""
    return KINDS[kind].title if kind in KINDS else kind


def _compared(request: Any) -> reading.Compared:
    file = request.FILES.get("export")
    if file is None or file.size > LARGEST:
        raise refusals.no_export()
    with TemporaryDirectory(prefix="garant-export-") as folder:
        path = Path(folder) / "export.zip"
        with path.open("xb") as written:
            for piece in file.chunks():
                written.write(piece)
        return reading.compare(request.organisation, path, request.POST.get("keys", "").split())
