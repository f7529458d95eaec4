"""May I? for programs: asked before somebody's data are used, and told what people decide."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from garant.apps.accounts.roles import May
from garant.apps.permissions import services
from garant.apps.permissions.people import mapping
from garant.apps.tokens.access import Needs, who
from garant.site.words import said

router = Router(tags=["permissions"])
_AT = "/{organisation}"

Word = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00]*$")]
Subject = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")], Word],
    Field(
        min_length=1,
        max_length=20,
        description="by what the person is known: `email`, `phone`, `row` (`SYSTEM/ROOT/KEY`) or another identity",
    ),
]


class AskIn(Schema):
    """Whose data, for what, and which."""

    subject: Subject
    purpose: Word = Field(description="`activity/purpose`, or the purpose alone where one activity has it")
    data: list[Word] = Field(
        default_factory=list[str],
        max_length=100,
        description="data categories; all those of the purpose if none",
    )


class AnswerOut(Schema):
    """Yes or no, because of what."""

    allowed: bool
    code: str
    because: str
    source: str


class ConsentIn(Schema):
    """What somebody decided."""

    subject: Subject
    purpose: Word
    given: bool = Field(description="given; false: withdrawn")


class RestrictionIn(Schema):
    """Whose data are stored and no more, or as before."""

    subject: Subject
    restricted: bool


class AskedOut(Schema):
    """How many times a purpose was asked about in a day, by answer."""

    day: date
    purpose: str
    code: str
    number: int


@router.post(_AT + "/may", auth=Needs(May.ASK), response=AnswerOut, summary="May this person's data be used?")
def may(request: HttpRequest, organisation: str, body: AskIn) -> Any:
    """Computed from the policy, consents, objections, restrictions and terms; anything unknown is a no."""
    answer = services.may(organisation, mapping(body.subject), body.purpose, body.data)
    return {
        "allowed": answer.allowed,
        "code": answer.code,
        "because": said(answer.because),
        "source": answer.source,
    }


@router.post(_AT + "/consents", auth=Needs(May.TELL), response={204: None}, summary="Record a consent")
def consent(request: HttpRequest, organisation: str, body: ConsentIn) -> Any:
    """Given or withdrawn; the last word counts."""
    services.consent(
        organisation, mapping(body.subject), body.purpose, given=body.given, actor=who(request).actor
    )
    return Status(204, None)


@router.post(_AT + "/restrictions", auth=Needs(May.TELL), response={204: None}, summary="Restrict, or lift")
def restrict(request: HttpRequest, organisation: str, body: RestrictionIn) -> Any:
    """A request or a plan that restricts the same person goes on until it ends; rows of systems are changed by a plan."""
    services.restrict(organisation, mapping(body.subject), on=body.restricted, actor=who(request).actor)
    return Status(204, None)


@router.get(_AT + "/may/counts", auth=Needs(May.SEE), response=list[AskedOut], summary="What was asked")
def counts(request: HttpRequest, organisation: str) -> Any:
    """By day, purpose and answer, the latest first; the thousand latest."""
    return services.counts(organisation)
