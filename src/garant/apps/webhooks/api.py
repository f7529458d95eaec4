"""Webhooks, for programs: who is told of what, and what they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from garant.apps.accounts.roles import May
from garant.apps.tokens.access import Needs, who
from garant.apps.webhooks import services
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import sought

router = Router(tags=["webhooks"])
_AT = "/{organisation}/webhooks"

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.*-]{1,80}$")]


class WebhookOut(Schema):
    """An address that is told of entries."""

    key: str
    url: str
    kinds: list[str]
    failures: int
    created_at: datetime


class MadeOut(WebhookOut):
    """The same, with the secret of its signatures, which is shown once."""

    secret: str


class WebhooksOut(Schema):
    """A page of them."""

    items: list[WebhookOut]
    next: str | None


class WebhookIn(Schema):
    """Whom to tell of what."""

    url: Annotated[str, StringConstraints(max_length=500)] = Field(
        description="https://…, reachable from outside"
    )
    kinds: list[Kind] = Field(
        default_factory=list[str],
        max_length=50,
        description="kinds of ledger entries; `run.*` for some, none for all",
    )


class DeliveryOut(Schema):
    """One entry told."""

    key: str
    index: int
    kind: str
    state: str
    attempts: int
    status: int | None
    written_at: datetime


class DeliveriesOut(Schema):
    """A page of them, the latest first."""

    items: list[DeliveryOut]
    next: str | None


@router.get(_AT, auth=Needs(May.MANAGE_SYSTEMS), response=WebhooksOut, summary="Who is told")
def webhooks(request: HttpRequest, organisation: str, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """In the order they were made."""
    return page(services.listing(organisation), lambda one: one.key, cursor, limit)


@router.post(_AT, auth=Needs(May.MANAGE_SYSTEMS), response={201: MadeOut}, summary="Tell an address")
def add(request: HttpRequest, organisation: str, body: WebhookIn) -> Any:
    """Of entries from now on, signed as Standard Webhooks are."""
    made, secret = services.add(organisation, body.url, body.kinds, actor=who(request).actor)
    known = {name: getattr(made, name) for name in WebhookOut.model_fields}
    return Status(201, {**known, "secret": secret})


@router.post(
    _AT + "/{webhook}/end", auth=Needs(May.MANAGE_SYSTEMS), response={204: None}, summary="Tell it no more"
)
def end(request: HttpRequest, organisation: str, webhook: str) -> Any:
    """What waits is not told either."""
    with sought():
        services.end(organisation, webhook, actor=who(request).actor)
    return Status(204, None)


@router.get(
    _AT + "/{webhook}/deliveries",
    auth=Needs(May.MANAGE_SYSTEMS),
    response=DeliveriesOut,
    summary="What it was told",
)
def deliveries(
    request: HttpRequest, organisation: str, webhook: str, cursor: Cursor = None, limit: Limit = 50
) -> Any:
    """The thousand latest messages: taken, waiting, or lost after the last attempt."""
    with sought():
        found = services.deliveries(organisation, webhook)
    return page(found, lambda one: one.key, cursor, limit)
