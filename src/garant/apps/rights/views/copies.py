"""What processors hold, for staff: asked for, brought in, looked at, left out, or answered without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from garant.apps.accounts import services as accounts
from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.rights import services
from garant.apps.rights.forms.staff import AskCopyForm
from garant.apps.rights.views.doing import do, find
from garant.apps.rights.words import COPIES, CopyState, Right, State
from garant.ledger import LedgerError
from garant.site.words import say

_DONE: Final = (CopyState.RECEIVED, CopyState.NOTHING)


def shown(one: Any, whom: Any) -> dict[str, Any]:
    """What the page of a request shows of the copies of processors."""
    right, state, *_ = one.names()
    if right not in (Right.ACCESS, Right.PORTABILITY):
        return {}
    every = [
        {
            "one": each,
            "words": COPIES[CopyState(each.state)],
            "reason": whom.without.get(each.processor, "") if whom else "",
            "asked": each.state == CopyState.ASKED,
            "leaving": each.state in (CopyState.ASKED, CopyState.REFUSED),
            "done": each.state in _DONE,
            "files": [
                {"copy": file, "name": services.copy_shown(one, file)["name"]}
                for file in services.copy_files(each)
            ]
            if whom
            else [],
        }
        for each in services.copies_of(one)
    ]
    left = services.copies_to_ask(one.organisation, one.key) if state == State.SEARCHING else {}
    names = {key: holder.label for key, holder in left.items()}
    files = [file["copy"] for each in every for file in each["files"]]
    return {
        "copies": every,
        "copies_open": state == State.SEARCHING,
        "copies_files": files,
        "copies_unread": any(not file.decided for file in files),
        "asking_copy": AskCopyForm(processors=names, auto_id="copy-%s") if names else None,
        "unsaid": [holder.label for holder in left.values() if holder.own_copy is None],
    }


@require_POST
@member(May.ANSWER, whole=True)
def ask(request: Any, key: str) -> HttpResponse:
    """Ask one more processor for its copy."""
    one, sent = find(request, key), request.POST
    return do(
        request,
        one,
        lambda: services.ask_copy(
            one.organisation,
            one.key,
            sent.get("processor", ""),
            email=sent.get("email", "").strip(),
            actor=request.user.email,
        ),
    )


@require_POST
@member(May.ANSWER, whole=True)
def answer(request: Any, key: str, processor: str) -> HttpResponse:
    """What a processor sent or said, written down by staff."""
    one = find(request, key)
    deed = _ANSWERS.get(request.POST.get("answer", ""))
    if deed is None:
        raise Http404
    return do(request, one, lambda: deed(one, processor, request))


def _brought(one: Any, processor: str, request: Any) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise ValueError(say("Choisissez le fichier.", "Choose the file."))
    services.take_copy(
        one.organisation, one.key, processor, file.file, str(file.name), actor=request.user.email
    )


def _said(state: CopyState) -> Callable[[Any, str, Any], object]:
    return lambda one, processor, request: services.copy_answered(
        one.organisation, one.key, processor, state, actor=request.user.email
    )


_ANSWERS: Final[Mapping[str, Callable[[Any, str, Any], object]]] = {
    "file": _brought,
    "nothing": _said(CopyState.NOTHING),
    "refused": _said(CopyState.REFUSED),
}


@require_POST
@member(May.APPROVE_PLAN, whole=True)
def leave(request: Any, key: str, processor: str) -> HttpResponse:
    """Answer the person without a processor's copy: whoever approves what goes to them decides so."""
    one, reason = find(request, key), services.cleaned("message", request.POST.get("reason", ""))
    return do(
        request,
        one,
        lambda: services.leave_copy(one.organisation, one.key, processor, reason, actor=request.user.email),
    )


@require_POST
@member(May.ANSWER, whole=True)
def read(request: Any, key: str) -> HttpResponse:
    """Every file was looked at: which go, and which do not."""
    one, out = find(request, key), set(request.POST.getlist("out"))
    return do(
        request, one, lambda: services.copies_read(one.organisation, one.key, out, actor=request.user.email)
    )


@require_safe
@member(May.SEE_PEOPLE, whole=True)
def file(request: Any, key: str, copy: str) -> HttpResponseBase:
    """A file, for the machine of whoever looks at it: no browser shows it here."""
    one = find(request, key)
    try:
        accounts.looked(request.organisation, request.user, "request", about=one.key, people=1)
        name, pieces = services.look_at_copy(one.organisation, one.key, copy)
    except LedgerError:
        raise Http404 from None
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = str(content_disposition_header(True, name))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
