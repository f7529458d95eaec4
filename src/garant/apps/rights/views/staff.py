"""Requests, for staff: which wait, one of them whole, and each decision about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts import services as accounts
from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.jobs import services as jobs
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.promises.opening.naming import names_of
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import refusals, services
from garant.apps.rights.each.texts import hiding
from garant.apps.rights.each.values import in_lines, right_value
from garant.apps.rights.forms.correcting import CorrectForm
from garant.apps.rights.forms.form import ReasonForm
from garant.apps.rights.forms.staff import (
    ADDED,
    AnswerForm,
    ArrivalForm,
    IdentityForm,
    LiftForm,
    NamesForm,
    TellForm,
)
from garant.apps.rights.grounds import GROUNDS
from garant.apps.rights.views import copies
from garant.apps.rights.views.doing import do, find
from garant.apps.rights.views.naming import asked_as
from garant.apps.rights.views.standing import beside, standing
from garant.apps.rights.views.stepwords import in_words
from garant.apps.rights.views.writings import told_apart
from garant.apps.rights.words import (
    CHANNELS,
    METHODS,
    OUTCOMES,
    REPLIES,
    RIGHTS,
    STATES,
    TOLD_OF,
    WISHES,
    Capacity,
    Method,
    Outcome,
    Reply,
    Right,
    State,
    Wish,
)
from garant.ledger import LedgerError
from garant.policy.text import Text
from garant.site.words import Named, said


@require_safe
@member(May.SEE, whole=True)
def requests(request: Any) -> HttpResponse:
    """Those that wait, the most pressing first, and those that ended; by number, never by name."""
    today = services.today(request.organisation)
    waiting = services.listing(request.organisation)
    stands = standing(request.organisation, waiting)
    added = services.added_to(request.organisation, [one.key for one in waiting])
    ended = services.listing(request.organisation, ended=True)
    refused = services.refused_since(request.organisation, [one.key for one in ended])
    names = {
        "open": [{**_line(one, today, stands[one.key]), "added": one.key in added} for one in waiting],
        "ended": [
            {**_line(one, today, STATES[State(one.state)]), "refused": one.key in refused} for one in ended
        ],
    }
    return render(request, "rights/list.html", names)


def _line(one: Any, today: Any, state: Text) -> dict[str, Any]:
    right, _, channel, _, outcome = one.names()
    left = one.clock(today).left(today)
    return {
        "one": one,
        "right": RIGHTS[right].name,
        "state": state,
        "channel": CHANNELS[channel],
        "outcome": OUTCOMES[outcome] if outcome else None,
        "left": left,
        "late": -left,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.ANSWER, whole=True)
def new(request: Any) -> HttpResponse:
    """A letter or a call, written down."""
    form = ArrivalForm(request.POST or None, purposes=_purposes(request.organisation))
    if request.method == "POST" and form.is_valid():
        try:
            taken = services.receive(request.organisation, form.asked(), actor=request.user.email)
        except LedgerError as refusal:
            form.add_error(None, said(refusal.text))
        else:
            if taken.again:
                messages.info(request, said(ADDED))
            return redirect("requests:request", request.organisation, taken.request.key)
    return render(request, "rights/new.html", {"form": form})


def _purposes(organisation: str) -> Mapping[str, Text]:
    version = policies.published(organisation)
    return {} if version is None else services.purposes(version.policy)


def _use(one: Any) -> Text | None:
    """What use a request is about, as it was last named where the policy has it no more."""
    known = _purposes(one.organisation).get(one.purpose) if one.purpose else None
    once = policies.purpose_named(one.organisation, one.purpose) if one.purpose and known is None else None
    return known or (once.label if once is not None else None)


@require_safe
@member(May.SEE_PEOPLE, whole=True)
def request_page(request: Any, key: str) -> HttpResponse:
    """One request: who asks, its time, what was found, its plan, and what can be decided now."""
    one = find(request, key)
    accounts.looked(request.organisation, request.user, "request", about=one.key, people=1)
    today = services.today(request.organisation)
    story, whom = services.story(one), services.opened(one)
    held = [{**each, "right": right_value(whom.values, each)} for each in whom.now] if whom else []
    names = {
        **_line(one, today, standing(request.organisation, [one])[one.key]),
        "whom": whom,
        "held": in_lines(held),
        "written": told_apart(whom) if whom else [],
        "steps": [(step, in_words(step)) for step in story.steps],
        "searches": _in_words(request.organisation, story.searches),
        "asked": asked_as(Right(one.right), Capacity(one.capacity)),
        "capacity": TOLD_OF[Capacity(one.capacity)],
        "wish": WISHES[Wish(whom.notes["wish"])] if whom and whom.notes.get("wish") else None,
        "method": METHODS[Method(one.identified_by)] if one.identified_by else None,
        "ground": GROUNDS.get(one.ground),
        "purpose": _use(one),
        "clock": one.clock(today),
        "today": today,
        "plan": _plan(one),
        "run": fate_of(request.organisation, one.plan),
        "jobs": _jobs(one),
        "letters": services.sent(one),
        **_told(one),
        **copies.shown(one, whom),
        **_choices(one, story, whom),
        **beside(one),
        "corrections": in_lines(whom.values) if whom else [],
    }
    return render(request, "rights/request.html", names)


def _in_words(organisation: str, searches: Any) -> list[tuple[Any, list[tuple[Named, int]]]]:
    """What each system held, its tables by what they are called."""
    words = names_of(organisation)
    return [
        (one, [(words.table(one.system, table["table"]), table["rows"]) for table in one.tables])
        for one in searches
    ]


def _told(one: Any) -> dict[str, Any]:
    """Who was told, who can still be, and what each answered."""
    already = services.told(one)
    known = services.recipients(one.organisation)
    left = {key: one.label for key, one in known.items() if key not in {told.recipient for told in already}}
    ran = one.state in (State.RUNNING, State.ANSWERED) and one.outcome != Outcome.REFUSED
    may = ran and one.right in services.TOLD_OF and not one.forgotten_at and left
    return {
        "told": [(told, REPLIES[Reply(told.answer)] if told.answer else None) for told in already],
        "telling": TellForm(recipients=left, auto_id="tell-%s") if may else None,
    }


def _choices(one: Any, story: Any, whom: Any) -> dict[str, Any]:
    """The forms of what can be decided in this state."""
    right, state, _, capacity, _ = one.names()
    if one.restricting:
        return _ending(one)
    if not one.open:
        return {}
    searched = any(step.kind == "searched" for step in story.steps)
    early = state in (State.IDENTITY, State.SEARCHING, State.PLANNED)
    looking = state in (State.SEARCHING, State.PLANNED)
    judged = looking and right == Right.OBJECTION and bool(one.purpose)
    unsure = state == State.IDENTITY or (looking and one.identified_by == Method.CODE)
    return {
        "identify": IdentityForm(capacity=capacity, auto_id="identify-%s") if unsure else None,
        "to_call": services.number_to_call(one),
        "searching": looking,
        "repacking": right in services.PACKAGES and state == State.RUNNING,
        "packing": right in services.PACKAGES and state == State.SEARCHING and searched,
        "reading": NamesForm(initial={"names": "\n".join(whom.hidden)}, auto_id="read-%s")
        if whom and (whom.texts or whom.files) and looking
        else None,
        "texts": hiding(whom.texts, whom.hidden) if whom and whom.texts and looking else [],
        "texts_more": bool(whom and whom.notes.get("more")),
        "files": whom.files if whom and looking else [],
        "texts_read": bool(whom and whom.notes.get("read")),
        "planning": ((looking and searched) or (state == State.RUNNING and services.left_something(one)))
        and (right in services.KINDS or right == Right.POST_MORTEM),
        "entrusting": looking and searched and right == Right.POST_MORTEM,
        "correct": CorrectForm(now=whom.now, wanted=whom.values, staff=True, auto_id="correct-%s")
        if whom and looking and right == Right.RECTIFICATION
        else None,
        "weighing": ReasonForm(fr="Ce qui a été pesé", en="What was weighed", auto_id="weigh-%s")
        if judged
        else None,
        "asking": ReasonForm(fr="Question à la personne", en="Question to the person", auto_id="wait-%s")
        if early and not one.waiting
        else None,
        "resuming": one.waiting,
        "extending": ReasonForm(
            fr="Pourquoi il faut plus de temps", en="Why more time is needed", auto_id="extend-%s"
        )
        if not one.extended
        else None,
        "answering": AnswerForm(right=right, capacity=capacity, auto_id="answer-%s")
        if state != State.APPROVED
        else None,
        "withdrawing": early,
    }


def _ending(one: Any) -> dict[str, Any]:
    """Of a restriction: its end to be told, its plan, its run, and whoever refused by hand."""
    words = {"fr": "Pourquoi ne plus le demander", "en": "Why it is not asked again"}
    return {
        "lifting": LiftForm(auto_id="lift-%s") if one.lift_on is None else None,
        "lift_plan": one.lift_plan,
        "lift_run": fate_of(one.organisation, one.lift_plan),
        "leaving": ReasonForm(**words, auto_id="leave-%s") if services.lift_may_be_left(one) else None,
    }


def _plan(one: Any) -> Any:
    if not one.plan:
        return None
    try:
        kept = decisions.find(one.organisation, one.plan)
    except RefusedError:
        return None
    return kept


def _jobs(one: Any) -> list[Any]:
    found = [jobs.open_job(one.organisation, "request-search", {"request": one.key})]
    found.append(jobs.open_job(one.organisation, "request-package", {"request": one.key}))
    if one.plan:
        found.append(jobs.open_job(one.organisation, "run", {"plan": one.plan}))
    return [job for job in found if job is not None]


@require_POST
@member(May.APPROVE_PLAN, whole=True)
def approve(request: Any, key: str) -> HttpResponse:
    """Approve the plan of a request; carrying it out is asked for in the same breath."""
    one = find(request, key)
    actor, why = request.user.email, _reason(request.POST)
    if one.restricting:
        return do(request, one, lambda: services.approve_lift(one.organisation, one.key, actor=actor))
    return do(request, one, lambda: services.approve(one.organisation, one.key, despite=why, actor=actor))


@require_POST
@member(May.ANSWER, whole=True)
def handle(request: Any, key: str, deed: str) -> HttpResponse:
    """One decision about a request."""
    one = find(request, key)
    if deed == "answer" and "preview" in request.POST:
        return _previewed(request, one)
    if deed not in DEEDS:
        raise Http404
    return do(request, one, lambda: DEEDS[deed](one, request.POST, request.user.email))


@require_POST
@member(May.ANSWER, whole=True)
def call(request: Any, key: str) -> HttpResponse:
    """The code to be read to whoever answers the telephone that the person gave: shown this once."""
    one = find(request, key)
    try:
        digits = services.dictate_code(one.organisation, one.key, actor=request.user.email)
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
        return redirect("requests:request", one.organisation, one.key)
    whom = services.opened(one)
    accounts.looked(request.organisation, request.user, "request", about=one.key, people=1)
    names = {"one": one, "whom": whom, "digits": digits, "minutes": services.CALL_MINUTES}
    return render(request, "rights/call.html", names)


def _previewed(request: Any, one: Any) -> HttpResponse:
    """The letter of an answer as it would go; it goes with the second button."""
    sent = request.POST
    try:
        letter = services.preview(
            one.organisation,
            one.key,
            _outcome(sent),
            ground=sent.get("ground", ""),
            reason=services.cleaned("message", sent.get("reason", "")),
        )
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
        return redirect("requests:request", one.organisation, one.key)
    shown = {name: sent.get(name, "") for name in ("outcome", "ground", "reason")}
    accounts.looked(request.organisation, request.user, "request", about=one.key, people=1)
    return render(request, "rights/preview.html", {"one": one, "letter": letter, "sent": shown})


def _identify(one: Any, sent: Any, actor: str) -> object:
    if not sent.get("method"):
        raise refusals.no_method()
    return services.accept(
        one.organisation, one.key, Method(sent["method"]), doubt=sent.get("doubt", ""), actor=actor
    )


def _correct(one: Any, sent: Any, actor: str) -> object:
    whom = services.opened(one)
    form = CorrectForm(sent, now=whom.now if whom else (), staff=True)
    if not form.is_valid():
        raise ValueError(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return services.correct(one.organisation, one.key, form.wanted(), actor=actor)


def _outcome(sent: Any) -> Outcome:
    """What was chosen. Raises RequestRefusedError: nothing was."""
    if not sent.get("outcome"):
        raise refusals.no_outcome()
    return Outcome(sent["outcome"])


def _answer(one: Any, sent: Any, actor: str) -> object:
    return services.answer(
        one.organisation,
        one.key,
        _outcome(sent),
        ground=sent.get("ground", ""),
        reason=services.cleaned("message", sent.get("reason", "")),
        actor=actor,
    )


def _lift(one: Any, sent: Any, actor: str) -> object:
    form = LiftForm(sent)
    if not form.is_valid():
        raise ValueError(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return services.tell_lift(one.organisation, one.key, _reason(sent), form.cleaned_data["on"], actor=actor)


def _reason(sent: Any) -> str:
    return services.cleaned("message", sent.get("reason", ""))


DEEDS: Final[Mapping[str, Callable[[Any, Any, str], object]]] = {
    "identify": _identify,
    "search": lambda one, _, actor: services.search_again(one.organisation, one.key, actor=actor),
    "plan": lambda one, _, actor: services.propose(one.organisation, one.key, actor=actor),
    "wait": lambda one, sent, actor: services.wait(one.organisation, one.key, _reason(sent), actor=actor),
    "resume": lambda one, _, actor: services.resume(one.organisation, one.key, actor=actor),
    "extend": lambda one, sent, actor: services.extend(one.organisation, one.key, _reason(sent), actor=actor),
    "weigh": lambda one, sent, actor: services.weigh(
        one.organisation, one.key, _reason(sent), stops=sent.get("stops") == "yes", actor=actor
    ),
    "correct": _correct,
    "lift": _lift,
    "leave-lift": lambda one, sent, actor: services.leave_lift(
        one.organisation, one.key, _reason(sent), actor=actor
    ),
    "pack": lambda one, _, actor: services.retry_package(one.organisation, one.key, actor=actor),
    "read": lambda one, sent, actor: services.texts_read(
        one.organisation,
        one.key,
        [services.cleaned("name", name) for name in sent.get("names", "").splitlines()],
        left_out={int(each) for each in sent.getlist("out") if each.isdecimal()},
        actor=actor,
    ),
    "entrust": lambda one, _, actor: services.entrust(one.organisation, one.key, actor=actor),
    "tell": lambda one, sent, actor: services.tell_recipient(
        one.organisation, one.key, sent.get("recipient", ""), sent.get("email", ""), actor=actor
    ),
    "answer": _answer,
    "withdraw": lambda one, _, actor: services.withdraw(one.organisation, one.key, actor=actor),
}
