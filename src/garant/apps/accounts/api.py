"""Habilitations and invitations, for programs: who may do what, who is invited, who leaves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from garant.apps.accounts import invitations, services
from garant.apps.accounts.roles import May, Role
from garant.apps.accounts.services import Habilitation
from garant.apps.tokens.access import Needs, who
from garant.policy.text import Language
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import sought

router = Router(tags=["people"])
_PEOPLE, _INVITATIONS = "/{organisation}/people", "/{organisation}/invitations"

Email = Annotated[str, StringConstraints(max_length=254)]
Keys = Annotated[list[Annotated[str, StringConstraints(max_length=128)]], Field(max_length=200)]


class MemberOut(Schema):
    """A habilitation in force; no activity and no system named: all of them."""

    email: str
    name: str
    role: str
    activities: list[str]
    systems: list[str]
    clients: list[str]
    until: date | None
    reviewed_at: datetime
    trained_on: date | None
    confidentiality_signed_on: date | None


class PeopleOut(Schema):
    """A page of them."""

    items: list[MemberOut]
    next: str | None


class InvitationIn(Schema):
    """Whom to invite, to what."""

    email: Email
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    language: Language = "fr"
    role: Role = Role.STAFF
    activities: Keys = Field(default_factory=list[str], description="the activities covered; none for all")
    systems: Keys = Field(default_factory=list[str], description="the systems covered; none for all")
    clients: Keys = Field(
        default_factory=list[str], description="the clients for whom a client’s contact comes"
    )
    until: date | None = Field(default=None, description="its last day; an auditor’s has one")


class InvitedOut(Schema):
    """What became of it: the link, where no letter takes it there."""

    key: str
    mailed: bool
    link: str | None


class InvitationOut(Schema):
    """An invitation that nobody has accepted yet."""

    key: str
    email: str
    sent_at: datetime
    expires_at: datetime
    over: bool
    letter: str = Field(description="waiting, sent, lost or bounced; empty where there is none")


class InvitationsOut(Schema):
    """A page of them, the latest first."""

    items: list[InvitationOut]
    next: str | None


class LeavingIn(Schema):
    """Whose habilitation ends."""

    email: Email


@router.get(_PEOPLE, auth=Needs(May.MANAGE_PEOPLE), response=PeopleOut, summary="Who may do what")
def people(request: HttpRequest, organisation: str, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """The habilitations in force, by address."""
    found = page(services.members(organisation), lambda one: str(one.pk), cursor, limit)
    return {**found, "items": [_member(one) for one in found["items"]]}


@router.post(
    _PEOPLE + "/end", auth=Needs(May.MANAGE_PEOPLE), response={204: None}, summary="End a habilitation"
)
def end(request: HttpRequest, organisation: str, body: LeavingIn) -> Any:
    """At once. Somebody must be left to manage habilitations."""
    services.take(organisation, body.email, actor=who(request).actor)
    return Status(204, None)


@router.get(_INVITATIONS, auth=Needs(May.MANAGE_PEOPLE), response=InvitationsOut, summary="Who is invited")
def waiting(request: HttpRequest, organisation: str, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """And has not accepted yet."""
    return page(invitations.waiting(organisation), lambda one: one.key, cursor, limit)


@router.post(
    _INVITATIONS, auth=Needs(May.MANAGE_PEOPLE), response={201: InvitedOut}, summary="Invite somebody"
)
def invite(request: HttpRequest, organisation: str, body: InvitationIn) -> Any:
    """By a link that works once, for seven days; the habilitation begins when it is accepted."""
    wanted = Habilitation(body.role.value, body.until, body.activities, body.systems, body.clients)
    sent = invitations.invite(
        organisation, body.email, wanted, name=body.name, language=body.language, actor=who(request).actor
    )
    made = {"key": sent.key, "mailed": sent.mailed, "link": None if sent.mailed else sent.link}
    return Status(201, made)


@router.post(
    _INVITATIONS + "/{invitation}/withdraw",
    auth=Needs(May.MANAGE_PEOPLE),
    response={204: None},
    summary="Withdraw an invitation",
)
def withdraw(request: HttpRequest, organisation: str, invitation: str) -> Any:
    """Its link opens nothing any more."""
    with sought():
        invitations.withdraw(organisation, invitation, actor=who(request).actor)
    return Status(204, None)


def _member(one: Any) -> dict[str, Any]:
    own = {name: getattr(one, name) for name in MemberOut.model_fields if name not in ("email", "name")}
    return {**own, "email": one.user.email, "name": one.user.name}
