"""What a person sees: the rights, a short form, the page of the code, and their request. No cookie, no script.

Forged requests from other sites do no harm here: there is no session that they could ride on, and a form must carry
a token that this site signed within hours. Nothing on these pages depends on whether somebody is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from garant.apps.exchanges import services as exchanges
from garant.apps.notices import pages as notices
from garant.apps.notices import services as publishing
from garant.apps.rights import services
from garant.apps.rights.clock import rules_for
from garant.apps.rights.each.values import in_lines
from garant.apps.rights.forms.correcting import CorrectForm
from garant.apps.rights.forms.form import ReasonForm, fresh, token
from garant.apps.rights.forms.person import QuestionForm, ReceiverForm, RequestForm
from garant.apps.rights.services import Asked, Whom
from garant.apps.rights.views.naming import asked_as
from garant.apps.rights.views.writings import told_apart
from garant.apps.rights.words import (
    AWAITED,
    CONFIRMED,
    FOR_OTHERS,
    OF_PEOPLE,
    OUTCOMES,
    REPLIES,
    RIGHTS,
    TOLD,
    UNSAID,
    WISHES,
    Capacity,
    Outcome,
    Reply,
    Right,
    State,
    Wish,
)
from garant.ledger import LedgerError
from garant.policy import Policy
from garant.policy.text import Language, Text
from garant.publish.words import period
from garant.site.rates import Buckets, caller
from garant.site.words import said, say

FORMS: Final = "application/x-www-form-urlencoded"
"""What is read of what is sent: no file ever is."""

SENT: Final = Buckets(per_minute=6, burst=12)
"""Requests of one address."""
TRIED: Final = Buckets(per_minute=20, burst=30)
"""Codes and replies of one address."""

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """In the language of the address; where nothing is published, a page says so. Never kept, never indexed."""

    @wraps(view)
    def answered(request: HttpRequest, organisation: str, language: str, **kwargs: Any) -> HttpResponse:
        spoken = cast(Language, language)
        with translation.override(language):
            try:
                policy = _policy(publishing.in_force(organisation))
                response = view(request, Page(request, organisation, spoken, policy), **kwargs)
            except publishing.NothingPublishedError:
                response = HttpResponse(notices.nothing(spoken), status=404)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answered


@lru_cache(maxsize=64)
def _policy(edition: publishing.Edition) -> Policy:
    """What a published version says; it never changes."""
    return publishing.document(edition)


class Page:
    """What every page of these knows: whose it is, its language, the policy in force."""

    def __init__(self, request: HttpRequest, organisation: str, language: Language, policy: Policy) -> None:
        self.request = request
        self.organisation = organisation
        self.language: Language = language
        self.policy = policy

    @property
    def sent(self) -> bool:
        """Whether a form came, of the only kind that is read."""
        return self.request.method == "POST" and self.request.content_type == FORMS

    def genuine(self) -> bool:
        """Whether this site made the form, and a person filled it in: the field that nobody sees is empty."""
        sent = self.request.POST
        return fresh(self.organisation, sent.get("token", "")) and not sent.get("website")

    def render(self, template: str, status: int = 200, **names: Any) -> HttpResponse:
        """A page."""
        name = self.policy.organisation.trade_name or self.policy.organisation.name
        end = self.request.path_info.split(f"/{self.language}/", 1)[-1]
        whole = {
            "language": self.language,
            "other": "en" if self.language == "fr" else "fr",
            "organisation": self.organisation,
            "name": name,
            "policy": self.policy,
            "end": end,
            "token": token(self.organisation),
            **names,
        }
        return HttpResponse(render_to_string(f"requests/{template}.html", whole), status=status)

    def address(self, end: str = "") -> str:
        """Of one of these pages."""
        return f"/p/{self.organisation}/{self.language}/requests/{end}"

    def later(self, seconds: int) -> HttpResponse:
        """Too much from one address."""
        response = self.render("later", status=429, seconds=seconds)
        response.headers["Retry-After"] = str(seconds)
        return response


@require_safe
@public
def choose(_: HttpRequest, page: Page) -> HttpResponse:
    """The rights, each with what it gives."""
    law, promised = rules_for(publishing.today(page.organisation)).answer, page.policy.rights.deadline
    within = law if promised.exceeds(law) else promised
    return page.render("choose", rights=RIGHTS, within=period(within))


@require_http_methods(["GET", "HEAD", "POST"])
@public
def ask(request: HttpRequest, page: Page, right: Right) -> HttpResponse:
    """A short form; sent, it leads to the page of the code, whoever sent it."""
    wished = request.GET.get("for", "self")
    capacity = Capacity(wished) if wished in OF_PEOPLE else Capacity.SELF
    uses = services.purposes_for(page.policy, right)
    form = RequestForm(request.POST if page.sent else None, right=right, capacity=capacity, purposes=uses)
    if page.sent:
        wait = SENT.take(caller(request.META))
        if wait:
            return page.later(wait)
        if form.is_valid():
            if page.genuine():
                return _received(page, form, right, capacity)
            form.add_error(None, _stale())
    names = {
        "right": right,
        "asked": asked_as(right, capacity),
        "capacity": capacity,
        "capacities": OF_PEOPLE,
    }
    status = 422 if page.sent or request.method == "POST" else 200
    return page.render("ask", status=status, form=form, **names)


def _stale() -> str:
    return say(
        "Cette page est restée ouverte trop longtemps. Envoyez de nouveau.",
        "This page was open for too long. Send again.",
    )


def _received(page: Page, form: RequestForm, right: Right, capacity: Capacity) -> HttpResponse:
    said_: dict[str, str] = form.cleaned_data
    clean = {name: services.cleaned(name, value) for name, value in said_.items()}
    about = {
        kind: clean.get(f"about_{kind}", "")
        for kind in ("name", "email", "phone")
        if clean.get(f"about_{kind}")
    }
    whom = Whom(
        name=clean["name"],
        email=clean["email"],
        phone=clean.get("phone", ""),
        message=clean["message"],
        about=about if capacity != Capacity.SELF else {},
        notes={name: clean[name] for name in ("wish", "trusted_name", "trusted_email") if clean.get(name)},
    )
    asked = Asked(right, whom, capacity=capacity, purpose=clean.get("purpose", ""), language=page.language)
    try:
        taken = services.receive(page.organisation, asked)
    except LedgerError as refusal:
        form.add_error(None, said(refusal.text))
        names = {
            "right": right,
            "asked": asked_as(right, capacity),
            "capacity": capacity,
            "capacities": OF_PEOPLE,
        }
        return page.render("ask", status=422, form=form, **names)
    return HttpResponseRedirect(page.address(f"code/{taken.link}/"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def code(request: HttpRequest, page: Page, secret: str) -> HttpResponse:
    """The code: the same page for whoever opens it, the same words for every code that does not fit."""
    wrong = False
    if page.sent:
        wait = TRIED.take(caller(request.META))
        if wait:
            return page.later(wait)
        if "again" in request.POST:
            services.another_code(page.organisation, secret)
            return page.render("code", again=True)
        opened = services.enter_code(page.organisation, secret, request.POST.get("code", "")[:40])
        if opened is not None:
            return HttpResponseRedirect(page.address(f"mine/{opened}/"), status=303)
        wrong = True
    return page.render("code", status=422 if wrong else 200, wrong=wrong)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def told(request: HttpRequest, page: Page, secret: str) -> HttpResponse:
    """What a recipient did; the page names nobody."""
    found = services.told_behind(page.organisation, secret)
    if found is None:
        return page.render("gone", status=404)
    if page.sent:
        wait = TRIED.take(caller(request.META))
        if wait:
            return page.later(wait)
        if request.POST.get("answer") in list(Reply):
            services.reply(page.organisation, secret, Reply(request.POST["answer"]))
        return HttpResponseRedirect(page.address(f"told/{secret}/"), status=303)
    return page.render(
        "told", told=found, replies=REPLIES, answered=REPLIES[Reply(found.answer)] if found.answer else None
    )


@require_http_methods(["GET", "HEAD", "POST"])
@public
def directive(request: HttpRequest, page: Page, secret: str) -> HttpResponse:
    """One's own directives for after death: read again, or revoked."""
    if page.sent:
        wait = TRIED.take(caller(request.META))
        if wait:
            return page.later(wait)
        if "revoke" in request.POST and services.revoke_directives(page.organisation, secret):
            return page.render("revoked")
    found = services.directives_behind(page.organisation, secret)
    if found is None:
        return page.render("gone", status=404)
    return page.render("directive", directive=found, wish=WISHES[found.wish])


@require_http_methods(["GET", "HEAD", "POST"])
@public
def mine(request: HttpRequest, page: Page, secret: str) -> HttpResponse:
    """The person's own request: how it stands, what is awaited of them, and the way to take it back."""
    found = services.inside(page.organisation, secret)
    if found is None:
        return page.render("gone", status=404)
    whom = services.opened(found)
    form = CorrectForm(
        request.POST if "correct" in request.POST else None,
        now=whom.now if whom else (),
        wanted=whom.values if whom else (),
    )
    problem = ""
    if page.sent:
        wait = TRIED.take(caller(request.META))
        if wait:
            return page.later(wait)
        try:
            if _done(request, page, found, form):
                return HttpResponseRedirect(page.address(f"mine/{secret}/"), status=303)
        except LedgerError as refusal:
            problem = said(refusal.text)
    right, state, _, capacity, outcome = found.names()
    names: dict[str, Any] = {
        "asking": found,
        "whom": whom,
        "asked": asked_as(right, capacity),
        "state": _stands(found, whom),
        "for_other": state == State.IDENTITY and capacity in FOR_OTHERS,
        "outcome": OUTCOMES[Outcome(outcome)] if outcome else None,
        "correcting": right == Right.RECTIFICATION and state in (State.SEARCHING, State.PLANNED),
        "packaged": right in services.PACKAGES and services.handed(found),
        "copies": [
            (one, services.copy_said(one), whom.without.get(one.processor, "") if whom else "")
            for one in services.copies_of(found)
        ],
        "form": form,
        "searched": bool(whom and whom.now),
        "held": in_lines(whom.now) if whom else [],
        "corrections": in_lines(whom.values) if whom else [],
        **_transmission(page, found),
        **_question(page, found),
        "calling": services.number_to_call(found),
        "call_answered": services.call_answered(found),
        "reply": ReasonForm(fr="Votre réponse", en="Your answer", prefix="reply"),
        "more": ReasonForm(fr="Ce que vous voulez ajouter", en="What you want to add", prefix="more"),
        "written": told_apart(whom) if whom else [],
        "wish": WISHES[Wish(whom.notes["wish"])] if whom and whom.notes.get("wish") else None,
        "to_confirm": services.directives_seen(found) if services.awaits_a_yes(found) else "",
        "problem": problem,
        "tells_kept": bool(outcome) and services.tells_kept(found, Outcome(outcome)),
    }
    return page.render("mine", status=422 if problem else 200, **names)


def _stands(found: Any, whom: Whom | None) -> Text:
    """Where a request stands, as its person reads it: above all, whether they are waited for."""
    right, state, _, capacity, _ = found.names()
    if state == State.IDENTITY and capacity in FOR_OTHERS:
        return CONFIRMED
    if services.awaits_a_yes(found):
        return UNSAID
    if right == Right.RECTIFICATION and state == State.SEARCHING and whom and whom.now and not whom.values:
        return AWAITED
    return TOLD[state]


def _question(page: Page, found: Any) -> dict[str, Any]:
    """Where they declared more than their address: a question whose answer shows it is theirs. The same for everybody."""
    answers = services.answers_left(found)
    every = services.questions_offered(page.organisation) if answers is not None else {}
    return {
        "answers": answers if every else None,
        "question": QuestionForm(questions=every, auto_id="question-%s") if every and answers else None,
        "question_answered": services.question_answered(found),
    }


def _transmission(page: Page, found: Any) -> dict[str, Any]:
    """For a portability: to whom the data may go directly, and where they went."""
    right, state, _, capacity, _ = found.names()
    if right != Right.PORTABILITY or capacity != Capacity.SELF:
        return {}
    open_to_it = state in (State.SEARCHING, State.PLANNED) or (
        state == State.ANSWERED and services.handed(found)
    )
    went = exchanges.of_request(page.organisation, found.key)
    return {
        "to_receiver": ReceiverForm(receivers=exchanges.receivers(page.organisation)) if open_to_it else None,
        "transmissions": went,
        "went": any(one.state != "lost" for one in went),
    }


def _done(request: HttpRequest, page: Page, found: Any, form: CorrectForm) -> bool:
    """Do what the button says that was pressed; whether it is done, and the page may be shown anew."""
    sent = request.POST
    if "correct" in sent:
        if not form.is_valid():
            return False
        services.correct(page.organisation, found.key, form.wanted())
        return True
    act = next((act for name, act in _ACTS.items() if name in sent), None)
    if act is not None:
        act(page.organisation, found.key, sent)
    return True


def _answer_question(organisation: str, key: str, sent: Mapping[str, str]) -> None:
    text = services.cleaned("name", sent.get("answer", ""))
    services.answer_question(organisation, key, sent.get("question", ""), text)


def _transmit(organisation: str, key: str, sent: Mapping[str, str]) -> None:
    to = ReceiverForm(sent, receivers=exchanges.receivers(organisation))
    receiver, name, consents = to.said() if to.is_valid() else ("", "", False)
    services.choose_receiver(organisation, key, receiver, name, consents=consents)


def _message(sent: Mapping[str, str], name: str) -> str:
    return services.cleaned("message", sent.get(name, ""))


_ACTS: Final[dict[str, Callable[[str, str, Mapping[str, str]], object]]] = {
    "will": lambda organisation, key, sent: services.will(organisation, key, sent["will"][:100]),
    "withdraw": lambda organisation, key, _: services.withdraw(organisation, key),
    "again": lambda organisation, key, _: services.package_again(organisation, key),
    "more": lambda organisation, key, sent: services.add(organisation, key, _message(sent, "more-reason")),
    "reply": lambda organisation, key, sent: services.resume(
        organisation, key, _message(sent, "reply-reason"), actor="person"
    ),
    "dictated": lambda organisation, key, sent: services.enter_dictated(
        organisation, key, sent["dictated"][:40]
    ),
    "answer-question": _answer_question,
    "transmit": _transmit,
}
"""What a person's own page does: the name of a button, and what it asks for."""
