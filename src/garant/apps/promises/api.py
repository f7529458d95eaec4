"""Plans and runs, for programs: asked for, read in numbers, approved, carried out, certified."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import StringConstraints

from garant.apps.accounts.roles import May
from garant.apps.jobs import services as jobs
from garant.apps.jobs.api import JobOut
from garant.apps.promises import certificates, decisions, refusals
from garant.apps.promises.opening.published import open_published
from garant.apps.tokens.access import Needs, who
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import sought

router = Router(tags=["plans and runs"])
_PLANS, _RUNS = "/{organisation}/plans", "/{organisation}/runs"
_LATEST = 1000
"""Plans, and runs, that are listed: the latest."""


class SelectedOut(Schema):
    """What one promise, or one request, selects in one system: numbers, never whom."""

    system: str
    rule: str | None
    cutoff: date | None
    archive: bool
    due: int
    rows: int


class PlanLineOut(Schema):
    """A plan in a list."""

    digest: str
    kind: str
    as_of: date
    registered_at: datetime
    approved: bool
    run: str | None
    state: str | None
    people: int
    rows: int


class PlansOut(Schema):
    """A page of plans, the latest first."""

    items: list[PlanLineOut]
    next: str | None


class PlanOut(Schema):
    """A plan in numbers; its digest is what is approved."""

    digest: str
    kind: str
    as_of: date
    registered_at: datetime
    approved: bool
    policy: str
    maps: dict[str, str]
    selections: list[SelectedOut]


class RunOut(Schema):
    """The execution of a plan, and what the systems answered when asked again."""

    key: str
    plan: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    verification: dict[str, Any] | None


class RunsOut(Schema):
    """A page of runs, the latest first."""

    items: list[RunOut]
    next: str | None


class DigestIn(Schema):
    """What exactly is approved."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@router.get(_PLANS, auth=Needs(May.SEE), response=PlansOut, summary="Plans, the latest first")
def plans(request: HttpRequest, organisation: str, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """What would be done, and what became of it; the thousand latest."""
    found = page(decisions.listing(organisation, _LATEST), lambda one: one.digest, cursor, limit)
    return {**found, "items": [_line(one) for one in found["items"]]}


@router.post(_PLANS, auth=Needs(May.PLAN), response={202: JobOut}, summary="Ask for a plan")
def make(request: HttpRequest, organisation: str) -> Any:
    """Of what is due today under the policy in force: a job, whose outcome names the plan. It changes nothing."""
    return Status(202, jobs.ask(organisation, "plan", actor=who(request).actor))


@router.get(_PLANS + "/{digest}", auth=Needs(May.SEE), response=PlanOut, summary="One plan, in numbers")
def plan(request: HttpRequest, organisation: str, digest: str) -> Any:
    """By its digest, or by sixteen digits of it."""
    with sought():
        found = decisions.find(organisation, digest)
    document = found.document
    return {
        "digest": found.digest,
        "kind": found.kind,
        "as_of": document["as_of"],
        "registered_at": found.registered_at,
        "approved": found.approved,
        "policy": document["policy_digest"],
        "maps": document["map_digests"],
        "selections": [_selected(one) for one in document["selections"]],
    }


@router.post(
    _PLANS + "/{digest}/approve", auth=Needs(May.APPROVE_PLAN), response=PlanOut, summary="Approve it"
)
def approve(request: HttpRequest, organisation: str, digest: str, body: DigestIn) -> Any:
    """Exactly this plan, by somebody else than who asked for it where the organisation says so."""
    with sought():
        found = decisions.find(organisation, digest)
    if body.digest != found.digest:
        raise refusals.another_digest(found=body.digest, expected=found.digest)
    with open_published(organisation, only=sorted(found.document["map_digests"])) as workspace:
        decisions.approve(
            organisation,
            found.digest,
            actor=who(request).actor,
            policy_digest=workspace.policy.digest,
            map_digests=workspace.map_digests,
        )
    return plan(request, organisation, found.digest)


@router.post(_PLANS + "/{digest}/run", auth=Needs(May.RUN), response={202: JobOut}, summary="Carry it out")
def start(request: HttpRequest, organisation: str, digest: str) -> Any:
    """Or go on with its run: a job. Refused before somebody approved it."""
    with sought():
        found = decisions.find(organisation, digest)
    if not found.approved:
        raise refusals.not_approved(found.digest)
    return Status(202, jobs.ask(organisation, "run", {"plan": found.digest}, actor=who(request).actor))


@router.get(_RUNS, auth=Needs(May.SEE), response=RunsOut, summary="Runs, the latest first")
def runs(request: HttpRequest, organisation: str, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """The thousand latest."""
    found = page(decisions.runs(organisation, _LATEST), lambda one: one.key, cursor, limit)
    return {**found, "items": [_run(one) for one in found["items"]]}


@router.get(_RUNS + "/{run}", auth=Needs(May.SEE), response=RunOut, summary="One run")
def run(request: HttpRequest, organisation: str, run: str) -> Any:
    """Where it stands, and what its verification found."""
    with sought():
        return _run(decisions.run(organisation, run))


@router.get(
    _RUNS + "/{run}/certificate", auth=Needs(May.SEE), response=dict[str, Any], summary="Its certificate"
)
def certificate(request: HttpRequest, organisation: str, run: str) -> Any:
    """Its receipts, and the proof that they are in the ledger; once it has ended."""
    with sought():
        decisions.run(organisation, run)
    return certificates.certificate(organisation, run)


def _line(one: Any) -> dict[str, Any]:
    known = {name: getattr(one, name) for name in PlanLineOut.model_fields if name != "approved"}
    return {**known, "approved": bool(one.approved_by)}


def _selected(one: dict[str, Any]) -> dict[str, Any]:
    rows = sum(action["deleted"] + action["treated"] for action in one["actions"])
    known = {name: one[name] for name in ("system", "rule", "cutoff", "due")}
    return {**known, "archive": one.get("archive", False), "rows": rows}


def _run(one: Any) -> dict[str, Any]:
    known = {name: getattr(one, name) for name in RunOut.model_fields if name != "plan"}
    return {**known, "plan": one.plan_id}
