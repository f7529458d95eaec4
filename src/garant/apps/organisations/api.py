"""Organisations, for programs: those that the token opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from garant.apps.accounts.roles import May
from garant.apps.organisations import services
from garant.apps.tokens.access import Needs, who

router = Router(tags=["organisations"])


class OrganisationOut(Schema):
    """A company whose policy Garant keeps."""

    key: str
    name: str
    time_zone: str
    created_at: datetime
    four_eyes: bool
    shows_state: bool
    look_hour: int
    proposes: bool


class SettingsIn(Schema):
    """What changes; what is not said stays."""

    four_eyes: bool | None = Field(default=None, description="whether a second person approves plans")
    shows_state: bool | None = Field(
        default=None, description="whether the state of the promises is a public page"
    )
    look_hour: int | None = Field(
        default=None, ge=0, le=23, description="the hour of its own day at which its promises are looked at"
    )
    proposes: bool | None = Field(
        default=None, description="whether each night proposes a plan; none runs unless somebody approved it"
    )


@router.get("", auth=Needs(May.SEE), response=list[OrganisationOut], summary="The organisations of the token")
def organisations(request: HttpRequest) -> list[Any]:
    """A token opens one organisation."""
    return [services.organisation(who(request).organisation)]


@router.get("/{organisation}", auth=Needs(May.SEE), response=OrganisationOut, summary="One organisation")
def organisation(request: HttpRequest, organisation: str) -> Any:
    """Its name, its time zone and its settings."""
    return services.organisation(organisation)


@router.patch(
    "/{organisation}/settings",
    auth=Needs(May.CONFIGURE),
    response=OrganisationOut,
    summary="Change its settings",
)
def configure(request: HttpRequest, organisation: str, body: SettingsIn) -> Any:
    """Who approves, what is public, when the look of the night is."""
    wanted = services.Settings(**body.model_dump())
    return services.configure(organisation, wanted, actor=who(request).actor)
