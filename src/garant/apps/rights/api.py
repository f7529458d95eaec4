"""Requests, for programs: a portal hands them over, a case system follows and answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May
from garant.apps.rights import services
from garant.apps.rights.api_shapes import (
    AnswerIn,
    ApproveIn,
    IdentityIn,
    NamesIn,
    PersonOut,
    ReasonIn,
    RequestIn,
    RequestOut,
    RequestsOut,
    StoryOut,
    TextsOut,
    WeighIn,
)
from garant.apps.rights.each.texts import hiding
from garant.apps.rights.services import Asked, Whom
from garant.apps.rights.words import Capacity, Channel, Method, Outcome, Right, State
from garant.apps.tokens.access import Needs, who
from garant.engine.planning.subject import NotSupported
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import ProblemError

router = Router(tags=["requests"])
_AT = "/{organisation}/requests"
_ONE = _AT + "/{request_number}"


@router.get(_AT, auth=Needs(May.SEE), response=RequestsOut, summary="Requests, the most pressing first")
def requests(
    request: HttpRequest,
    organisation: str,
    ended: Annotated[bool, Field(description="those that ended, the latest first")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Those that wait for something; those that ended where asked."""
    found = page(services.listing(organisation, ended=ended), lambda one: one.key, cursor, limit)
    return {**found, "items": [_out(one) for one in found["items"]]}


@router.post(_AT, auth=Needs(May.ANSWER), response={201: RequestOut}, summary="Hand a request over")
def receive(request: HttpRequest, organisation: str, body: RequestIn) -> Any:
    """The same again is the same request. A code goes to the person, unless the caller knows them."""
    clean = services.cleaned
    whom = Whom(
        name=clean("name", body.name),
        email=body.email,
        phone=clean("phone", body.phone),
        message=clean("message", body.message),
        about={kind: clean(kind, value) for kind, value in body.about.items()}
        if body.capacity != "self"
        else {},
        values=[one.written() for one in body.corrections],
        notes=_directives(body) if body.capacity == "self" and body.right == Right.POST_MORTEM else {},
    )
    asked = Asked(Right(body.right), whom, Channel.API, Capacity(body.capacity), body.purpose, body.language)
    actor = who(request).actor
    known = body.known and body.capacity == "self"
    taken = services.receive(organisation, asked, actor=actor if known else "person")
    if known and taken.request.state == State.IDENTITY:
        services.accept(organisation, taken.request.key, Method.KNOWN_CONTACT, vouched=True, actor=actor)
    return Status(201, _out(services.find(organisation, taken.request.key)))


def _directives(body: RequestIn) -> dict[str, Any]:
    said = {
        "wish": body.wish,
        "trusted_name": services.cleaned("name", body.trusted_name),
        "trusted_email": services.cleaned("email", body.trusted_email),
    }
    return {name: value for name, value in said.items() if value}


@router.get(_ONE, auth=Needs(May.SEE), response=StoryOut, summary="One request")
def one(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """Where it stands, what was found where, and what happened to it; never who asks."""
    found = _found(organisation, request_number)
    story = services.story(found)
    steps = [{"kind": step.kind, "at": step.at, "detail": step.detail} for step in story.steps]
    told = [
        {"recipient": one.recipient, "due": one.due_on, "answer": one.answer} for one in services.told(found)
    ]
    beside, _ = services.asked_beside(found)
    return {
        **_out(found),
        "searches": list(story.searches),
        "steps": steps,
        "recipients": told,
        "beside": [{"request": one.request, "right": one.right, "first": one.first} for one in beside],
    }


@router.get(_ONE + "/person", auth=Needs(May.SEE_PEOPLE), response=PersonOut, summary="Who asks")
def person(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """Until it is forgotten."""
    found = _found(organisation, request_number)
    whom = services.opened(found)
    if whom is None:
        raise _nothing()
    accounts.looked(organisation, who(request).user, "request", about=found.key, people=1)
    return whom


@router.get(_ONE + "/texts", auth=Needs(May.SEE_PEOPLE), response=TextsOut, summary="Free texts to read")
def texts(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """Before a package goes: other people may be named there, and a program does not know every name."""
    found = _found(organisation, request_number)
    whom = services.opened(found)
    if whom is None:
        raise _nothing()
    accounts.looked(organisation, who(request).user, "request", about=found.key, people=1)
    return {
        "read": bool(whom.notes.get("read")),
        "texts": hiding(whom.texts, whom.hidden),
        "more": bool(whom.notes.get("more")),
        "files": whom.files,
    }


@router.post(_ONE + "/texts", auth=Needs(May.ANSWER), response=RequestOut, summary="Say they were read")
def texts_read(request: HttpRequest, organisation: str, request_number: str, body: NamesIn) -> Any:
    """With the names of others found there: they are masked. The package is approved after that only."""
    names, actor = [services.cleaned("name", name) for name in body.names], who(request).actor
    return _after(
        organisation,
        request_number,
        lambda: services.texts_read(organisation, request_number, names, left_out=body.left_out, actor=actor),
    )


@router.post(_ONE + "/identify", auth=Needs(May.ANSWER), response=RequestOut, summary="Accept an identity")
def identify(request: HttpRequest, organisation: str, request_number: str, body: IdentityIn) -> Any:
    """The systems are looked at from here on."""
    method, actor = Method(body.method), who(request).actor
    return _after(
        organisation,
        request_number,
        lambda: services.accept(organisation, request_number, method, doubt=body.doubt, actor=actor),
    )


@router.post(_ONE + "/search", auth=Needs(May.ANSWER), response=RequestOut, summary="Search again")
def search(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """By the worker."""
    actor = who(request).actor
    return _after(
        organisation,
        request_number,
        lambda: services.search_again(organisation, request_number, actor=actor),
    )


@router.post(_ONE + "/plan", auth=Needs(May.ANSWER), response=RequestOut, summary="Make its plan again")
def plan(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """As things are now; somebody approves it."""
    actor = who(request).actor
    return _after(
        organisation, request_number, lambda: services.propose(organisation, request_number, actor=actor)
    )


@router.post(_ONE + "/approve", auth=Needs(May.APPROVE_PLAN), response=RequestOut, summary="Approve its plan")
def approve(
    request: HttpRequest, organisation: str, request_number: str, body: ApproveIn | None = None
) -> Any:
    """Or its package; carrying it out is asked for in the same breath. What is restricted is erased for a reason only."""
    actor, why = who(request).actor, _said(body.despite) if body is not None else ""
    return _after(
        organisation,
        request_number,
        lambda: services.approve(organisation, request_number, despite=why, actor=actor),
    )


@router.post(_ONE + "/wait", auth=Needs(May.ANSWER), response=RequestOut, summary="Ask the person something")
def wait(request: HttpRequest, organisation: str, request_number: str, body: ReasonIn) -> Any:
    """The clock stands until they answer."""
    said, actor = _said(body.reason), who(request).actor
    return _after(
        organisation, request_number, lambda: services.wait(organisation, request_number, said, actor=actor)
    )


@router.post(_ONE + "/resume", auth=Needs(May.ANSWER), response=RequestOut, summary="The person answered")
def resume(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """The clock goes on."""
    actor = who(request).actor
    return _after(
        organisation, request_number, lambda: services.resume(organisation, request_number, actor=actor)
    )


@router.post(_ONE + "/extend", auth=Needs(May.ANSWER), response=RequestOut, summary="Extend its time")
def extend(request: HttpRequest, organisation: str, request_number: str, body: ReasonIn) -> Any:
    """Within the first month, once; the person reads why."""
    said, actor = _said(body.reason), who(request).actor
    return _after(
        organisation, request_number, lambda: services.extend(organisation, request_number, said, actor=actor)
    )


@router.post(_ONE + "/weigh", auth=Needs(May.ANSWER), response=RequestOut, summary="Weigh an objection")
def weigh(request: HttpRequest, organisation: str, request_number: str, body: WeighIn) -> Any:
    """To a legitimate interest; marketing never is weighed."""
    said, actor = _said(body.reason), who(request).actor
    return _after(
        organisation,
        request_number,
        lambda: services.weigh(organisation, request_number, said, stops=body.stops, actor=actor),
    )


@router.post(_ONE + "/answer", auth=Needs(May.ANSWER), response=RequestOut, summary="Answer it")
def answer(request: HttpRequest, organisation: str, request_number: str, body: AnswerIn) -> Any:
    """The letter goes, and the days until Garant forgets the person begin."""
    actor, said = who(request).actor, _said(body.reason)
    outcome = Outcome(body.outcome)
    return _after(
        organisation,
        request_number,
        lambda: services.answer(
            organisation, request_number, outcome, ground=body.ground, reason=said, actor=actor
        ),
    )


@router.post(_ONE + "/withdraw", auth=Needs(May.ANSWER), response=RequestOut, summary="Take it back")
def withdraw(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """The person says so."""
    actor = who(request).actor
    return _after(
        organisation, request_number, lambda: services.withdraw(organisation, request_number, actor=actor)
    )


def _after(organisation: str, key: str, deed: Callable[[], object]) -> dict[str, Any]:
    _found(organisation, key)
    try:
        deed()
    except NotSupported as refusal:
        raise ProblemError(409, "not-supported", fr=refusal.text.fr, en=refusal.text.en) from None
    return _out(services.find(organisation, key))


def _out(one: Any) -> dict[str, Any]:
    today = services.today(one.organisation)
    late = one.open and not one.waiting and one.clock(today).left(today) < 0
    names = RequestOut.model_fields.keys() - {"late"}
    return {**{name: getattr(one, name) for name in names}, "late": late}


def _found(organisation: str, key: str) -> Any:
    try:
        return services.find(organisation, key)
    except services.RequestUnknownError:
        raise _nothing() from None


def _said(text: str) -> str:
    return services.cleaned("message", text)


def _nothing() -> ProblemError:
    return ProblemError(
        404, "not-found", fr="Aucune demande ne porte ce numéro.", en="No request has this number."
    )
