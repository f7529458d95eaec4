"""How an organisation stands with its requests: what its dashboard shows, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from garant.apps.rights.models import Request
from garant.apps.rights.words import FINAL, State
from garant.apps.scoping import for_organisation

YEAR: Final = timedelta(days=366)
"""How far back the dashboard looks."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one right, or of all: requests open, those of them late, and those answered: how many, how many late."""

    open: int = 0
    late: int = 0
    answered: int = 0
    answered_late: int = 0
    oldest_late: date | None = None


@for_organisation
def standings(organisation: str, today: date) -> Mapping[str, Standing]:
    """How each right stands, by requests of a year; rights that nobody exercised are not there."""
    found: dict[str, Standing] = {}
    rows = Request.objects.filter(organisation=organisation, received_on__gt=today - YEAR).order_by()
    for one in rows.only("right", "state", "due_on", "paused_on", "ended_at", "waited", "received_on"):
        before = found.get(one.right, Standing())
        found[one.right] = _with(before, one, today)
    return found


def _with(before: Standing, one: Request, today: date) -> Standing:
    if one.state not in FINAL:
        late = not one.waiting and one.due_on < today
        oldest = min(filter(None, (before.oldest_late, one.due_on if late else None)), default=None)
        return Standing(before.open + 1, before.late + late, before.answered, before.answered_late, oldest)
    if one.state != State.ANSWERED or one.ended_at is None:
        return before
    late = one.ended_at.date() > one.due_on
    return Standing(
        before.open, before.late, before.answered + 1, before.answered_late + late, before.oldest_late
    )
