"""Promises and systems, for programs: how each promise stands, whether each system answers and fits its map."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from garant.apps.accounts.roles import May
from garant.apps.controls import services, systems
from garant.apps.jobs import services as jobs
from garant.apps.jobs.api import JobOut
from garant.apps.tokens.access import Needs, who
from garant.site.problems import ProblemError

router = Router(tags=["promises and systems"])
_PROMISES, _SYSTEMS = "/{organisation}/promises", "/{organisation}/systems"


class PromiseOut(Schema):
    """One promise of the policy in force, as of the last look; texts in both languages."""

    promise: str
    article: int
    label: dict[str, str]
    state: str
    why: dict[str, str]
    measure: int | None
    evidence: dict[str, Any]
    since: datetime
    looked_at: datetime


class BoardOut(Schema):
    """Every promise, in the order of the notice."""

    counts: dict[str, int]
    looked_at: datetime | None
    stale: bool = Field(description="nobody has looked for two days: the states may be others now")
    promises: list[PromiseOut]


class ReadingOut(Schema):
    """How a promise stood on a day."""

    day: date
    state: str
    measure: int | None


class FindingOut(Schema):
    """What does not fit between a map and its system."""

    code: str
    severity: str
    message: dict[str, str]
    mend: dict[str, str]


class SystemOut(Schema):
    """A system, as its map describes it, or why that cannot be used; its connection is named by a variable, never shown."""

    name: str
    label: dict[str, str]
    by_hand: bool
    connected: bool
    tables: int
    columns: int
    digest: str
    problems: list[FindingOut]


class TestedOut(Schema):
    """Whether a system answers, and where its catalogue left its map."""

    reached: bool
    problem: dict[str, str] | None
    findings: list[FindingOut]


@router.get(_PROMISES, auth=Needs(May.SEE), response=BoardOut, summary="Every promise, and how it stands")
def promises(request: HttpRequest, organisation: str) -> Any:
    """Kept, broken or unproven, as of the last look."""
    board = services.board(organisation)
    rows = [one for _, _, standings in board.articles for one in standings]
    return {
        "counts": dict(board.counts),
        "looked_at": board.looked_at,
        "stale": board.stale,
        "promises": rows,
    }


@router.post(_PROMISES + "/look", auth=Needs(May.PLAN), response={202: JobOut}, summary="Look again")
def look(request: HttpRequest, organisation: str) -> Any:
    """At every promise: a job. It changes nothing on the systems."""
    return Status(202, jobs.ask(organisation, "look", actor=who(request).actor))


@router.get(_PROMISES + "/{promise}", auth=Needs(May.SEE), response=PromiseOut, summary="One promise")
def promise(request: HttpRequest, organisation: str, promise: str) -> Any:
    """How it stands, since when, and on what that rests."""
    return services.standing(organisation, promise) or _refuse()


@router.get(
    _PROMISES + "/{promise}/history", auth=Needs(May.SEE), response=list[ReadingOut], summary="Its history"
)
def history(
    request: HttpRequest,
    organisation: str,
    promise: str,
    days: Annotated[int, Field(ge=1, le=3650, description="days at most, the latest")] = 365,
) -> Any:
    """Day by day, the oldest first."""
    return services.history(organisation, promise, days)


@router.get(_SYSTEMS, auth=Needs(May.SEE), response=list[SystemOut], summary="Systems")
def listed(request: HttpRequest, organisation: str) -> Any:
    """Those whose maps are here; nothing is asked of them."""
    return [_system(one) for one in systems.mapped(organisation)]


@router.post(
    _SYSTEMS + "/{system}/test", auth=Needs(May.MANAGE_SYSTEMS), response=TestedOut, summary="Test a system"
)
def test(request: HttpRequest, organisation: str, system: str) -> Any:
    """Reach it and hold its map against its catalogue. Nothing is written, and no row is read."""
    found = systems.test(organisation, system) or _refuse()
    return {
        "reached": found.reached,
        "problem": found.problem.model_dump() if found.problem else None,
        "findings": [_finding(one) for one in found.findings],
    }


def _system(one: Any) -> dict[str, Any]:
    known = {name: getattr(one, name) for name in ("name", "by_hand", "tables", "columns", "digest")}
    return {
        **known,
        "label": one.label.model_dump(),
        "connected": one.set,
        "problems": [_finding(found) for found in one.problems],
    }


def _finding(one: Any) -> dict[str, Any]:
    said = {"message": one.message.model_dump(), "mend": one.mend.model_dump()}
    return {"code": one.code, "severity": one.severity, **said}


def _refuse() -> Any:
    raise ProblemError(404, "not-found", fr="Rien ne porte ce nom.", en="Nothing has this name.")
