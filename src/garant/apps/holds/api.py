"""Holds, for programs: what stops destruction, placed, prolonged and ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints, model_validator

from garant.apps.accounts.roles import May
from garant.apps.holds import services
from garant.apps.policies import services as policies
from garant.apps.promises.refusals import RefusedError
from garant.apps.tokens.access import Needs, who
from garant.policy.loader import parse_policy
from garant.policy.text import Text
from garant.site.paging import Cursor, Limit, page

router = Router(tags=["holds"])
_AT = "/{organisation}/holds"

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


class HoldOut(Schema):
    """A hold; never whom it is about."""

    key: str
    on: str
    activity: str
    owner: str
    reason: str
    until: date | None
    review: date | None
    placed_at: datetime
    ended_at: datetime | None


class HoldsOut(Schema):
    """A page of holds, in the order they were placed."""

    items: list[HoldOut]
    next: str | None


class HoldIn(Schema):
    """A hold on an activity. On a person or on rows, it is placed where systems are: `garant hold place`."""

    owner: Words = Field(description="who answers for it")
    reason: Words
    activity: Words = Field(description="key of an activity of the policy in force")
    until: date | None = Field(default=None, description="its last day")
    review: date | None = Field(
        default=None, description="the day by which it is reviewed, where it has no last day"
    )


class EndIn(Schema):
    """Another end: a last day, or a day of review."""

    until: date | None = None
    review: date | None = None

    @model_validator(mode="after")
    def _one(self) -> EndIn:
        if (self.until is None) == (self.review is None):
            raise ValueError("one of until and review, not both")
        return self


@router.get(_AT, auth=Needs(May.SEE), response=HoldsOut, summary="Holds in the order they were placed")
def holds(
    request: HttpRequest,
    organisation: str,
    ended: Annotated[bool, Field(description="those that are over too")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Those in force; all of them where asked."""
    return page(services.listing(organisation, ended=ended), lambda one: one.key, cursor, limit)


@router.post(_AT, auth=Needs(May.HOLD), response={201: HoldOut}, summary="Place a hold on an activity")
def place(request: HttpRequest, organisation: str, body: HoldIn) -> Any:
    """Nothing of the activity is destroyed while it is in force."""
    version = policies.published(organisation)
    if version is None:
        raise _nothing_published()
    asked = services.Asked(
        owner=body.owner, reason=body.reason, until=body.until, review=body.review, activity=body.activity
    )
    made, _ = services.place(parse_policy(version.document), {}, asked, actor=who(request).actor)
    return Status(201, made)


@router.post(_AT + "/{hold}/prolong", auth=Needs(May.HOLD), response=HoldOut, summary="Give it another end")
def prolong(request: HttpRequest, organisation: str, hold: str, body: EndIn) -> Any:
    """A hold in force."""
    return services.prolong(
        organisation, hold, until=body.until, review=body.review, actor=who(request).actor
    )


@router.post(_AT + "/{hold}/end", auth=Needs(May.HOLD), response=HoldOut, summary="End it")
def end(request: HttpRequest, organisation: str, hold: str) -> Any:
    """What it kept follows the ordinary rules from the next plan on."""
    return services.end(organisation, hold, actor=who(request).actor)


def _nothing_published() -> RefusedError:
    return RefusedError(
        Text(
            fr="Aucune politique n’est publiée\u202f: ses activités ne sont pas connues.",
            en="No policy is published: its activities are not known.",
        ),
        Text(fr="Publiez-en une.", en="Publish one."),
    )
