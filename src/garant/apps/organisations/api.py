"""Organisations, for programs: those that the token opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

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


@router.get("", auth=Needs(May.SEE), response=list[OrganisationOut], summary="The organisations of the token")
def organisations(request: HttpRequest) -> list[Any]:
    """A token opens one organisation."""
    return [services.organisation(who(request).organisation)]


@router.get("/{organisation}", auth=Needs(May.SEE), response=OrganisationOut, summary="One organisation")
def organisation(request: HttpRequest, organisation: str) -> Any:
    """Its name, time zone, and whether a second person approves."""
    return services.organisation(organisation)
