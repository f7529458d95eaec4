"""Requests, for programs: a portal hands them over, a case system follows and answers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints, model_validator

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May
from garant.apps.rights import services
from garant.apps.rights.each.texts import hiding
from garant.apps.rights.services import Asked, Whom
from garant.apps.rights.words import Capacity, Channel, Method, Outcome, Right, check_correction
from garant.apps.tokens.access import Needs, who
from garant.engine.subject import NotSupported
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import ProblemError

router = Router(tags=["requests"])
_AT = "/{organisation}/requests"
_ONE = _AT + "/{request_number}"

Line = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]
RightName = Literal[
    "access", "rectification", "erasure", "objection", "restriction", "portability", "post-mortem", "consent",
    "human-review",
]  # fmt: skip


class RequestOut(Schema):
    """A request; never who asks."""

    key: str = Field(description="the number that the person quotes")
    right: str
    purpose: str
    channel: str
    capacity: str
    language: str
    state: str
    outcome: str
    ground: str
    received_on: date
    due_on: date
    late: bool
    waiting: bool = Field(description="whether the person is waited for: the clock stands")
    extended: bool
    identified_by: str
    plan: str
    ended_at: datetime | None
    forget_on: date | None
    forgotten_at: datetime | None


class RequestsOut(Schema):
    """A page of requests, the most pressing first."""

    items: list[RequestOut]
    next: str | None


class SearchOut(Schema):
    """What one system holds about the person, in numbers."""

    system: str
    places: int
    rows: int
    tables: list[dict[str, Any]]
    problem: dict[str, str]
    at: datetime


class StoryOut(RequestOut):
    """A request, what was found where, and what happened to it."""

    searches: list[SearchOut]
    steps: list[dict[str, Any]]
    recipients: list[dict[str, Any]]


class PersonOut(Schema):
    """Who asks, and what they wrote; each look is an entry of the ledger."""

    name: str
    email: str
    phone: str
    about: dict[str, str]
    message: str
    values: list[dict[str, str]]


class CorrectionIn(Schema):
    """One value that is wrong, and the right one. An address is written on four lines or more (street, postcode, town,
    country code or nothing), a name in parts on two (given name, family name)."""

    kind: Literal["name", "email", "phone", "names", "address"]
    was: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")] = Field(
        default="", description="the value that is wrong; only cells that hold it change"
    )
    becomes: Line
    every: bool = Field(
        default=False, description="replace every value of the kind, whatever it is, instead of one"
    )

    added: bool = Field(
        default=False, description="the value is missing: it goes where there is an empty place for it"
    )

    @model_validator(mode="after")
    def _one_way(self) -> CorrectionIn:
        check_correction(self.kind, self.was, self.becomes, every=self.every, added=self.added)
        return self

    def written(self) -> dict[str, str]:
        """As a request holds it."""
        return services.as_held(self.kind, self.was, self.becomes, added=self.added)


class TextsOut(Schema):
    """The free texts of a package to come, others masked where they are known."""

    read: bool
    texts: list[dict[str, Any]]
    files: list[dict[str, Any]] = Field(
        description="the files that rows name; those that are `out` do not go"
    )


class NamesIn(Schema):
    """The names of other people that somebody found in the texts."""

    names: list[Line] = Field(default_factory=list[str], max_length=200)
    left_out: list[int] = Field(
        default_factory=list[int],
        max_length=10_000,
        description="positions, from 0, of the files that concern other people and do not go",
    )


class RequestIn(Schema):
    """A request that a program hands over."""

    right: RightName
    name: Line
    email: Line
    phone: Line = ""
    message: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    capacity: Literal["self", "agent", "parent", "heir"] = "self"
    about: dict[Literal["name", "email", "phone"], Line] = Field(
        default_factory=dict, description="for somebody else: that person"
    )
    corrections: list[CorrectionIn] = Field(
        default_factory=list[CorrectionIn],
        max_length=40,
        description="for a rectification: what is wrong, and right",
    )
    purpose: Line = Field(default="", description="`activity/purpose`; none for all direct marketing")
    language: Literal["fr", "en"] = "fr"
    known: bool = Field(
        default=False,
        description="the caller knows the person already, by an account that is theirs: no code is asked for",
    )


class ReasonIn(Schema):
    """Words that the person will read."""

    reason: Words


class WeighIn(ReasonIn):
    """An objection weighed, in writing."""

    stops: bool = Field(description="whether the use stops")


class IdentityIn(Schema):
    """By what somebody showed who they are."""

    method: Literal["known-contact", "question", "mandate", "document"]
    doubt: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = Field(
        default="", description="for a document: the reasonable doubt"
    )


class AnswerIn(Schema):
    """The answer."""

    outcome: Literal["fully", "partly", "refused"]
    ground: Line = Field(default="", description="of what is refused, from the closed list")
    reason: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = ""


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
    )
    asked = Asked(Right(body.right), whom, Channel.API, Capacity(body.capacity), body.purpose, body.language)
    actor = who(request).actor
    taken = services.receive(organisation, asked, actor=actor if body.known else "person")
    if body.known and not taken.again:
        services.accept(organisation, taken.request.key, Method.KNOWN_CONTACT, actor=actor)
    return Status(201, _out(services.find(organisation, taken.request.key)))


@router.get(_ONE, auth=Needs(May.SEE), response=StoryOut, summary="One request")
def one(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """Where it stands, what was found where, and what happened to it; never who asks."""
    found = _found(organisation, request_number)
    story = services.story(found)
    steps = [{"kind": step.kind, "at": step.at, "detail": step.detail} for step in story.steps]
    told = [
        {"recipient": one.recipient, "due": one.due_on, "answer": one.answer} for one in services.told(found)
    ]
    return {**_out(found), "searches": list(story.searches), "steps": steps, "recipients": told}


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
def approve(request: HttpRequest, organisation: str, request_number: str) -> Any:
    """Or its package; carrying it out is asked for in the same breath."""
    actor = who(request).actor
    return _after(
        organisation, request_number, lambda: services.approve(organisation, request_number, actor=actor)
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
