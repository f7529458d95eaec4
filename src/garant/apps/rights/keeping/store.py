"""Requests found, locked and moved: what every service of the room does, in one place."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Max, Q

from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.rights import refusals
from garant.apps.rights.clock import KEPT_AFTER
from garant.apps.rights.entries import RequestCopiesDestroyed, RequestMoved
from garant.apps.rights.keeping import files
from garant.apps.rights.models import Request, Search, Step
from garant.apps.rights.words import FINAL, GRANTED, STATES, Outcome, Right, State
from garant.apps.scoping import scoped
from garant.ledger.entries import Entry, Payload
from garant.policy.periods import expiry

P = ParamSpec("P")
R = TypeVar("R")

GARANT: Final = "garant"
PERSON: Final = "person"
"""Who did something, where it is not one of the staff."""

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none of them is taken for another when it is read aloud."""


ROWS: Final = 100
"""Rows written by one statement."""

ESCALATE: Final = 2
"""Days before the deadline from which the officer is told, whoever handles the request."""


def number() -> str:
    """A new number, that a person can read aloud: R-7K3M-9QXD."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"R-{drawn[:4]}-{drawn[4:]}"


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def today(organisation: str) -> date:
    """The day it is where the organisation is."""
    return day(organisation, now())


def day(organisation: str, at: datetime) -> date:
    """The day that an instant is there."""
    return at.astimezone(ZoneInfo(organisations.organisation(organisation).time_zone)).date()


def find(organisation: str, key: str) -> Request:
    """The request of this number. Raises RequestUnknownError."""
    with scoped(organisation):
        found = Request.objects.filter(organisation=organisation, key=key).first()
    if found is None:
        raise refusals.unknown(key)
    return found


def listing(organisation: str, *, ended: bool = False) -> list[Request]:
    """Those that wait for something, the most pressing first; with ``ended``, those that ended, the last first."""
    with scoped(organisation):
        found = Request.objects.filter(organisation=organisation)
        if ended:
            return list(found.filter(state__in=FINAL).order_by("-ended_at", "key")[:500])
        return list(found.exclude(state__in=FINAL))


def looked_at(organisation: str, keys: Sequence[str]) -> set[str]:
    """Those of these requests for which the systems have been looked at."""
    if not keys:
        return set()
    with scoped(organisation):
        return set(
            Step.objects.filter(request__in=keys, kind="searched").values_list("request_id", flat=True)
        )


def refused_since(organisation: str, keys: Sequence[str]) -> set[str]:
    """Those of these requests of which somebody refused something by hand after the person had their answer."""
    with scoped(organisation):
        found = Step.objects.filter(request__in=keys, kind="refused-since")
        return set(found.values_list("request_id", flat=True))


def added_to(organisation: str, keys: Sequence[str]) -> set[str]:
    """Those of these requests to which something was added since staff last did anything about them."""
    if not keys:
        return set()
    theirs, staffs = Q(kind="added"), ~Q(by__in=(GARANT, PERSON))
    with scoped(organisation):
        rows = Step.objects.filter(theirs | staffs, request__in=keys).order_by()
        last = rows.values("request_id").annotate(
            added=Max("id", filter=theirs), done=Max("id", filter=staffs)
        )
        return {one["request_id"] for one in last if (one["added"] or 0) > (one["done"] or 0)}


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a request."""

    steps: Sequence[Step]
    searches: Sequence[Search]


def story(request: Request) -> Story:
    """What happened to it, and what was found where."""
    with scoped(request.organisation):
        return Story(list(Step.objects.filter(request=request)), Search.last(request))


def moving(
    *states: State,
) -> Callable[[Callable[Concatenate[Request, P], R]], Callable[Concatenate[str, str, P], R]]:
    """Make a service lock the request it is given by organisation and number, in one transaction.

    It raises RequestRefusedError where the request is in none of these states: two people who do the same at once
    do it once.
    """

    def decorate(
        service: Callable[Concatenate[Request, P], R],
    ) -> Callable[Concatenate[str, str, P], R]:
        @wraps(service)
        def within(organisation: str, key: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with evidence.one_transaction(organisation):
                found = Request.objects.select_for_update().filter(organisation=organisation, key=key).first()
                if found is None:
                    raise refusals.unknown(key)
                if states and State(found.state) not in states:
                    raise refusals.not_now(key, STATES[State(found.state)])
                return service(found, *args, **kwargs)

        return within

    return decorate


def move(
    request: Request,
    state: State,
    actor: str,
    *more: Payload,
    after: tuple[str, Mapping[str, Any]] | None = None,
    **detail: Any,
) -> None:
    """Put a request into a state: its row, its step (and the one that it comes after) and its ledger entries; the
    caller's transaction holds all."""
    request.state = state
    request.save()
    steps = [after] if after is not None else []
    note_each([(request, kind, found) for kind, found in [*steps, (state.value, detail)]], actor)
    moved = RequestMoved(request=request.key, state=state.value, plan=request.plan or None)
    enter(request.organisation, actor, *more, moved)


def move_all(
    organisation: str, plans: Sequence[str], before: State, after: State, actor: str
) -> Sequence[str]:
    """Put the requests of some plans from one state into another at once, and give their numbers; the caller's
    transaction holds all."""
    moved = _moved(organisation, plans, before, after)
    at = now()
    Step.objects.bulk_create(
        [Step(request_id=key, kind=after.value, detail={}, at=at, by=actor) for key, _ in moved],
        batch_size=ROWS,
    )
    if moved:
        enter(
            organisation,
            actor,
            *(RequestMoved(request=key, state=after.value, plan=plan) for key, plan in moved),
        )
    return [key for key, _ in moved]


def _moved(organisation: str, plans: Sequence[str], before: State, after: State) -> list[tuple[str, str]]:
    """The numbers of the requests that were put from one state into another, with their plans."""
    if not plans:
        return []
    marks = ", ".join("%s" for _ in plans)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE rights_request SET state = %s WHERE organisation = %s AND state = %s AND plan IN ({marks}) "  # noqa: S608 - marks alone
            "RETURNING key, plan",
            [after.value, organisation, before.value, *plans],
        )
        return sorted((str(key), str(plan)) for key, plan in cursor.fetchall())


def note_each(steps: Sequence[tuple[Request, str, Mapping[str, Any]]], actor: str) -> None:
    """Remember a step of each of many requests."""
    at = now()
    Step.objects.bulk_create(
        [Step(request=one, kind=kind, detail=dict(detail), at=at, by=actor) for one, kind, detail in steps],
        batch_size=ROWS,
    )


def note(request: Request, kind: str, actor: str, **detail: Any) -> None:
    """Remember a step."""
    Step.objects.create(request=request, kind=kind, detail=detail, at=now(), by=actor)


def note_all(request: Request, steps: Sequence[tuple[str, str]]) -> None:
    """Remember several steps of one instant, each with who did it."""
    at = now()
    Step.objects.bulk_create([Step(request=request, kind=kind, at=at, by=by) for kind, by in steps])


def finish(request: Request, state: State, outcome: Outcome, actor: str, *more: Payload) -> None:
    """End a request: nothing is done any more, and the days until it is forgotten begin; there are none where it
    came to nothing."""
    at = now()
    request.outcome, request.ended_at, request.mark = outcome, at, None
    on = today(request.organisation)
    request.forget_on = _forgotten(request, outcome, on)
    if request.forget_on is None and outcome not in GRANTED:
        request.lift_on = on
    if request.paused_on is not None:
        request.waited += max(0, (on - request.paused_on).days)
        request.paused_on = None
    move(request, state, actor, *more, outcome=outcome.value)
    if outcome not in GRANTED:  # a package is made again from them, where one was
        destroy_copies(request)
    evidence.checkpoint(request.organisation)


def destroy_copies(request: Request) -> None:
    """Destroy what processors handed over for it; the caller's transaction holds it."""
    gone = files.destroy(request)
    if gone:
        enter(request.organisation, GARANT, RequestCopiesDestroyed(request=request.key, files=gone))


def _forgotten(request: Request, outcome: Outcome, on: date) -> date | None:
    """At once where it came to nothing; never while a restriction goes on that has to be lifted one day: one that was
    granted, or whose run began, whatever became of it."""
    if request.right == Right.RESTRICTION and request.plan and (outcome in GRANTED or _begun(request)):
        return None
    if outcome in (Outcome.WITHDRAWN, Outcome.ABANDONED):
        return on
    return expiry(on, KEPT_AFTER)


def _begun(request: Request) -> bool:
    """Whether a plan of it was carried out, in part at least."""
    return Step.objects.filter(request=request, kind=State.RUNNING).exists()


def enter(organisation: str, actor: str, *payloads: Payload, keys: Mapping[int, str] | None = None) -> None:
    """Write entries to the ledger; staff stands there under a pseudonym, the person and Garant under their roles."""
    staff = None if actor in (GARANT, PERSON) else actor
    at = now()
    evidence.append(
        organisation,
        [
            Entry(payload, at, actor if staff is None else PERSON, (keys or {}).get(place))
            for place, payload in enumerate(payloads)
        ],
        staff=staff,
    )
