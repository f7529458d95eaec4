"""Requests that a controller hands over to its processor (GDPR art. 28(3)(e)): taken at its word, told how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from garant.apps.rights.grounds import GROUNDS
from garant.apps.rights.keeping.sealing import opened, seal
from garant.apps.rights.models import Request, Search
from garant.apps.rights.receiving import identity, intake
from garant.apps.rights.words import Capacity, Channel, Method
from garant.apps.scoping import for_organisation


@dataclass(frozen=True, slots=True)
class Brief:
    """How a request stands, in keys and days."""

    state: str
    outcome: str
    due: date
    forgotten: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What a controller is told of a request besides: where the results are, why something was refused, what stays."""

    rows: int
    results: str
    digest: str
    """SHA-256 of the results, in hexadecimal."""
    question: str
    reason: str
    ground: dict[str, str]
    kept: list[dict[str, Any]]


@for_organisation
def receive_for(organisation: str, asked: intake.Asked, wish: str, *, actor: str) -> Request:
    """Write down what a controller asks for one of its people; whom it is about, the controller has made sure of.

    Raises:
        RequestRefusedError: no such purpose.
    """
    assert (asked.channel, asked.capacity) == (Channel.OPENDSR, Capacity.CONTROLLER)
    if wish:
        asked.whom.notes["wish"] = wish
    with transaction.atomic():
        taken = intake.receive(organisation, asked, actor=actor)
        if not taken.again:
            return identity.accept(organisation, taken.request.key, Method.CONTROLLER, actor=actor)
        if asked.whom.values:
            request = Request.objects.select_for_update().get(key=taken.request.key)
            whom = opened(request)
            if whom is not None:
                whom.values = asked.whom.values
                seal(request, whom)
                request.save(update_fields=["sealed"])
        return taken.request


@for_organisation
def briefs(organisation: str, keys: Iterable[str]) -> Mapping[str, Brief]:
    """How requests stand, by their numbers, in one look."""
    rows = Request.objects.filter(organisation=organisation, key__in=list(keys)).order_by()
    return {
        one.key: Brief(one.state, one.outcome, one.due_on, one.forgotten_at is not None)
        for one in rows.only("key", "state", "outcome", "due_on", "forgotten_at")
    }


@for_organisation
def account(organisation: str, key: str) -> Account:
    """What a controller is told of a request that it handed over."""
    request = Request.objects.get(organisation=organisation, key=key)
    rows = sum(one.rows for one in Search.last(request))
    whom, ground = opened(request), GROUNDS.get(request.ground)
    said = {} if whom is None else whom.notes
    return Account(
        rows=rows,
        results=said.get("results", ""),
        digest=said.get("results_sha256", ""),
        question=said.get("question", "") if request.waiting else "",
        reason=said.get("answer", ""),
        ground={} if ground is None else {"key": request.ground, **ground.words.model_dump()},
        kept=[] if whom is None else whom.kept,
    )
