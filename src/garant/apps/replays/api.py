"""The lists of keyed hashes, for programs: how long they are, never what is on them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from garant.apps.accounts.roles import May
from garant.apps.oppositions import services as oppositions
from garant.apps.replays import services
from garant.apps.tokens.access import Needs

router = Router(tags=["lists"])


class SuppressionOut(Schema):
    """The suppression list: what was erased, and would be erased again after a restored backup."""

    marks: int


class OppositionsOut(Schema):
    """The opposition list: addresses and numbers that may not be written to."""

    purposes: dict[str, int]


@router.get(
    "/{organisation}/suppression-list",
    auth=Needs(May.SEE),
    response=SuppressionOut,
    summary="How long the suppression list is",
)
def suppression(request: HttpRequest, organisation: str) -> Any:
    """Marks of erased roots, by number alone."""
    return {"marks": services.length(organisation)}


@router.get(
    "/{organisation}/opposition-list",
    auth=Needs(May.SEE),
    response=OppositionsOut,
    summary="How many oppose each purpose",
)
def opposition(request: HttpRequest, organisation: str) -> Any:
    """Under no name: all direct marketing."""
    return {"purposes": oppositions.counted(organisation)}
