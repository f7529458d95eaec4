"""What every service of the room does: one transaction, one entry, one instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar, cast

from garant.apps.evidence import services as evidence
from garant.apps.promises.models import Plan
from garant.ledger.entries import Entry, Payload

P = ParamSpec("P")
R = TypeVar("R")


def in_one_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction, or part of the one that it is called in, which fails with it; keep its types."""
    return cast("Callable[P, R]", evidence.joined()(function))


def enter(plan: Plan, payload: Payload, key: str, *, actor: str = "garant", first: bool = False) -> None:
    """Append one entry to the organisation's ledger, once; roles stand for people there."""
    evidence.append(plan.organisation, [Entry(payload, now(), actor, key)], first=first)


def now() -> datetime:
    return datetime.now(UTC)
