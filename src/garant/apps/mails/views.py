"""The mailbox and the letters, for staff: what people wrote, and how the organisation's letters open and close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts import services as accounts
from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.mails import inbox, mailbox, services
from garant.apps.mails.forms import FrameForm
from garant.apps.mails.refusals import MailRefusedError
from garant.apps.policies import services as policies
from garant.apps.rights import services as rights
from garant.apps.rights.forms.staff import ADDED, ArrivalForm
from garant.ledger import LedgerError
from garant.policy.text import Text
from garant.publish.letters import KINDS, Frame, FrameRefusedError, LetterFacts, write
from garant.site.words import said, say, spoken


@require_safe
@member(May.SEE)
def listing(request: Any) -> HttpResponse:
    """The messages that wait: the day alone, until somebody opens one."""
    names: dict[str, Any] = {"drafts": inbox.drafts(request.organisation)}
    if (failing := mailbox.failing(request.organisation)) is not None:
        names |= {"failing_since": failing[0], "why": said(failing[1])}
    return render(request, "mails/list.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.ANSWER)
def arrival(request: Any, key: str) -> HttpResponse:
    """One message, and the request that it may become."""
    try:
        draft = inbox.draft(request.organisation, key)
    except MailRefusedError as unknown:
        raise Http404 from unknown
    accounts.looked(request.organisation, request.user, "arrival", about=key, people=1)
    first = {
        "channel": "mail",
        "on": draft.on.isoformat(),
        "name": draft.name,
        "email": draft.sender,
        "message": draft.text,
        "language": spoken(),
    }
    form = ArrivalForm(request.POST or None, purposes=_purposes(request.organisation), initial=first)
    if request.method == "POST" and form.is_valid():
        number = _made(request, key, form)
        if number is not None:
            return redirect("requests:request", request.organisation, number)
    return render(request, "mails/arrival.html", {"draft": draft, "form": form})


def _made(request: Any, key: str, form: ArrivalForm) -> str | None:
    def receive() -> str:
        taken = rights.receive(request.organisation, form.asked(), actor=request.user.email)
        if taken.again:
            messages.info(request, said(ADDED))
        return str(taken.request.key)

    try:
        return inbox.make(request.organisation, key, receive, actor=request.user.email)
    except LedgerError as refusal:
        form.add_error(None, said(refusal.text))
        return None


@require_POST
@member(May.ANSWER)
def dismiss(request: Any, key: str) -> HttpResponse:
    """It asks for nothing that the law gives."""
    try:
        inbox.dismiss(request.organisation, key, actor=request.user.email)
    except MailRefusedError as unknown:
        raise Http404 from unknown
    messages.success(
        request, say("Le message est écarté et détruit.", "The message is put aside and destroyed.")
    )
    return redirect("mails:list", request.organisation)


def _purposes(organisation: str) -> dict[str, Text]:
    version = policies.published(organisation)
    return {} if version is None else rights.purposes(version.policy)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.ANSWER)
def letters(request: Any) -> HttpResponse:
    """The sentences that open and close the letters, and each letter as it would be."""
    kept = services.frame(request.organisation)
    form = FrameForm(request.POST or None, initial=FrameForm.written(kept))
    shown = kept
    if request.method == "POST" and form.is_valid():
        shown = form.frame()
        if (refused := _framed(request, shown)) is None:
            if "preview" not in request.POST:
                return redirect("mails:letters", request.organisation)
        else:
            form.add_error(None, said(refused))
            shown = kept
    kind = request.GET.get("kind") or request.POST.get("kind") or "acknowledged"
    names = {
        "form": form,
        "kinds": [(key, said(one.title)) for key, one in KINDS.items() if one.framed],
        "kind": kind if kind in KINDS else "acknowledged",
    }
    names["letters"] = [_sample(request, names["kind"], language, shown) for language in ("fr", "en")]
    return render(request, "mails/letters.html", names)


def _framed(request: Any, frame: Frame) -> Text | None:
    """Keep the sentences, or only look at them where a preview is asked for; why not, where they are none."""
    try:
        services.check_frame(frame)
        if "preview" not in request.POST:
            services.set_frame(request.organisation, frame, actor=request.user.email)
    except FrameRefusedError as refused:
        return refused.text
    return None


def _sample(request: Any, kind: str, language: Any, frame: Frame) -> Any:
    """A letter about nobody."""
    today = policies.today(request.organisation)
    facts = LetterFacts.model_validate(
        {
            "organisation": request.company.name,
            "number": "R-0000",
            "right": "erasure",
            "received": today,
            "due": today + timedelta(days=30),
            "was_due": today + timedelta(days=20),
            "until": today + timedelta(days=7),
            "link": "https://example.org/",
            "reasons": ("…",),
            "awaited": (Text(fr="…", en="…"),),
            "purposes": (Text(fr="…", en="…"),),
            "recipients": ("…",),
            "ground": {"words": Text(fr="…", en="…"), "source": Text(fr="…", en="…")},
        }
    )
    return write(kind, facts, language, frame=frame)
