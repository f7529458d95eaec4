"""What a record's page does beyond showing: the whole of it as a file, and the end of what a lifted restriction left."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.archives import opening, services
from garant.apps.archives.forms import ReasonForm, ReleaseForm
from garant.apps.organisations import services as organisations
from garant.apps.promises.refusals import RefusedError
from garant.ledger import LedgerError
from garant.site.words import say
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.reading import unpack
from garant.systems.archive.store import ArchiveStore
from garant.systems.port import ConnectorError


@require_POST
@member(May.SEE_PEOPLE, whole=True)
def files(request: Any, record: str) -> HttpResponse | FileResponse:
    """The record as a ZIP, rows and files: a consultation like any other, in the ledger before a byte of it goes."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, say("Dites pourquoi, en une phrase.", "Say why, in a sentence."))
        return redirect("archives:record", request.organisation, record)
    try:
        store = _store(request)
        services.consult(
            request.organisation,
            store,
            record,
            actor=request.user.email,
            reason=form.cleaned_data["reason"],
            today=opening.today(request),
        )
        whole = _unpacked(store, record)
    except (RefusedError, LedgerError, ConnectorError) as problem:
        return _refused(request, record, problem)
    return FileResponse(
        whole, as_attachment=True, filename=f"archive-{record[:8]}.zip", content_type="application/zip"
    )


@require_POST
@member(May.APPROVE_PLAN, whole=True)
def release(request: Any, record: str) -> HttpResponse:
    """Destroy what a lifted restriction left, once two people have seen it and one of them says what was decided."""
    if not request.membership.may(May.SEE_PEOPLE):
        raise PermissionDenied
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        words = "Écrivez ce qui a été décidé, et cochez la case : rien n'est détruit sans cela."
        messages.error(
            request, say(words, "Write what was decided, and tick the box: nothing is destroyed without it.")
        )
        return redirect("archives:record", request.organisation, record)
    try:
        services.release(
            request.organisation,
            RecordArchive(_store(request)),
            record,
            actor=request.user.email,
            reason=form.cleaned_data["decision"],
            today=opening.today(request),
            seen_by_two=organisations.organisation(request.organisation).four_eyes,
        )
    except (RefusedError, LedgerError, ConnectorError) as problem:
        return _refused(request, record, problem)
    words = "Ces valeurs sont détruites, leur clé d'abord. La décision est au registre des preuves."
    messages.success(
        request, say(words, "These values are destroyed, their key first. The decision is in the ledger.")
    )
    return redirect("archives:list", request.organisation)


def _store(request: Any) -> ArchiveStore:
    store = opening.opened(request.organisation)
    if store is None:
        raise Http404
    return store


def _unpacked(store: ArchiveStore, record: str) -> IO[bytes]:
    """The whole record, read to its end before any of it is given; in a file that has no name."""
    whole = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        unpack(store.content(record), whole)
    except BaseException:
        whole.close()
        raise
    whole.seek(0)
    return whole


def _refused(request: Any, record: str, problem: Exception) -> HttpResponse:
    entitled = opening.entitled(request)
    told = {"record": record, "entitled": entitled, "problem": opening.words(problem)}
    status = 409 if entitled else 403
    return render(request, "archives/record.html", told, status=status)
