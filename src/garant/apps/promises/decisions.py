"""Plans that wait for somebody's decision: proposed, read, approved by a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet

from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.promises import refusals, services
from garant.apps.promises.models import Batch, BatchState, Plan, Run, RunState
from garant.apps.promises.recording.fates import ends_of, fate_of
from garant.apps.promises.sight import Sight
from garant.apps.scoping import scoped
from garant.engine.document import Kind, UnreadablePlan, read_plan, read_told
from garant.engine.document import Plan as EnginePlan


@dataclass(frozen=True, slots=True)
class Line:
    """A plan in a list: its numbers, who made it, what became of it."""

    digest: str
    kind: Kind
    as_of: str
    registered_at: datetime
    made_by: str
    approved_by: str
    run: str | None
    state: str | None
    people: int
    rows: int
    partial: bool = False
    """Whether it has other parts, which whoever asked does not see."""


def propose(plan: EnginePlan, *, actor: str) -> Plan:
    """Keep a plan for somebody to approve, with who made it."""
    with evidence.joined(), scoped(plan.organisation):
        kept = services.register_plan(plan, made_by=actor)
        if not kept.made_by:
            kept.made_by = actor
            kept.save(update_fields=["made_by"])
    return kept


def keep(plan: EnginePlan, *, actor: str) -> str:
    """Keep the plan of a request for somebody to approve, once, and give its digest; whoever made it first made it."""
    with evidence.joined(), scoped(plan.organisation):
        services.keep_plan(plan, made_by=actor)
    return plan.digest


def find(organisation: str, digest: str) -> Plan:
    """The plan of this digest, or of one that begins so.

    Raises:
        RefusedError: there is none, or several.
    """
    with scoped(organisation):
        found = (
            list(Plan.objects.select_related("run").filter(digest__startswith=digest)[:2])
            if len(digest) >= services.RUN_DIGITS
            else []
        )
    if len(found) != 1:
        raise refusals.unknown_plan(digest)
    return found[0]


def first_of(organisation: str, digests: QuerySet[Any, Any]) -> Plan | None:
    """The first plan of those whose digests a question gives, asked with that question; None where there is none."""
    with scoped(organisation):
        return Plan.objects.filter(digest__in=digests).first()


def approved(organisation: str, digests: Sequence[str], since: datetime | None = None) -> list[str]:
    """Those of these plans that somebody approved, since an instant where one is named."""
    with scoped(organisation):
        found = Plan.objects.filter(digest__in=digests).exclude(approved_at=None)
        found = found if since is None else found.filter(approved_at__gte=since)
        return list(found.values_list("digest", flat=True))


def document(organisation: str, digest: str) -> EnginePlan:
    """What a plan says.

    Raises:
        RefusedError: there is no such plan.
    """
    return read_plan(find(organisation, digest).document)


def told(plan: Plan) -> EnginePlan:
    """What a plan says, to be shown; what it said, without whom it was about, once it is carried out or given up."""
    try:
        return read_plan(plan.document)
    except UnreadablePlan:
        return read_told(plan.document)


def approve(
    organisation: str, digest: str, *, actor: str, policy_digest: str, map_digests: Mapping[str, str]
) -> Plan:
    """Approve a plan, by somebody else than who made it where the organisation says so.

    Raises:
        RefusedError: it answers somebody's request, and is approved with it; the same person made it; or the policy or a
            map changed since.
    """
    plan = find(organisation, digest)
    if request := plan.document.get("request"):
        raise refusals.of_a_request(request)
    if organisations.organisation(organisation).four_eyes and plan.made_by == actor:
        raise refusals.same_eyes()
    return services.approve(
        plan, digest=plan.digest, actor=actor, policy_digest=policy_digest, map_digests=map_digests
    )


def listing(organisation: str, number: int = 50, *, sight: Sight | None = None) -> list[Line]:
    """The latest plans, in numbers; of them, what somebody sees where they are named. No document is read."""
    with scoped(organisation):
        plans = list(Plan.objects.defer("document").order_by("-registered_at")[:number])
        ends = ends_of(organisation, plans)
    return [_line(plan, ends.get(plan.digest), sight) for plan in plans if sight is None or sight.any(plan)]


def waiting(organisation: str) -> Plan | None:
    """The latest plan, without what it says, where nobody has approved it yet; None where somebody has."""
    with scoped(organisation):
        last = Plan.objects.filter(kind="retention").defer("document").order_by("-registered_at").first()
    return last if last is not None and not last.approved else None


def run_of(organisation: str, digest: str) -> Run | None:
    """The run that carries a plan out, alone or with others, if it began."""
    fate = fate_of(organisation, digest)
    return fate.run if fate is not None else None


def runs(organisation: str, number: int = 50) -> list[Run]:
    """The latest runs."""
    with scoped(organisation):
        return list(
            Run.objects.select_related("plan").defer("plan__document").order_by("-started_at")[:number]
        )


@dataclass(frozen=True, slots=True)
class Carried:
    """A rule carried out by a run that was verified: which, when it ended, by what policy (its digest)."""

    rule: str
    run: str
    at: datetime
    policy: str


def carried_out(organisation: str, rules: Sequence[str], number: int = 50) -> list[Carried]:
    """The latest runs, verified, that carried some rules out, once for each rule; without what it was done to."""
    with scoped(organisation):
        rows = Batch.objects.filter(
            run__state=RunState.KEPT, state=BatchState.APPLIED, receipt__rule__in=list(rules)
        )
        by = "run__plan__document__policy_digest"
        found = rows.values_list("receipt__rule", "run_id", "run__finished_at", by).distinct()
        latest = sorted(found, key=lambda one: one[2], reverse=True)[:number]
    return [Carried(*one) for one in latest]


@dataclass(frozen=True, slots=True)
class Receipts:
    """What a rule came to in a run: records and rows, and the keys of its entries in the ledger, in order."""

    records: int
    rows: int
    keys: tuple[str, ...]


def receipts_of(organisation: str, run: str, rule: str) -> Receipts:
    """The receipts of one rule in a run, and of no other."""
    with scoped(organisation):
        found = [
            one
            for one in Batch.objects.filter(run_id=run, receipt__rule=rule).defer("prepared", "canaries")
            if one.receipt is not None
        ]
    return Receipts(
        sum(one.receipt["roots"] for one in found if one.receipt),
        sum(one.rows for one in found),
        tuple(f"{run}/{one.key}" for one in found),
    )


def run(organisation: str, key: str) -> Run:
    """The run of this key.

    Raises:
        RefusedError: there is none.
    """
    with scoped(organisation):
        found = Run.objects.select_related("plan").filter(key=key).first()
    if found is None:
        raise refusals.unknown_run(key)
    return found


def _line(plan: Plan, end: tuple[str, str] | None, sight: Sight | None) -> Line:
    parts = plan.summary["parts"] if sight is None else sight.parts(plan)
    return Line(
        digest=plan.digest,
        kind=cast("Kind", plan.kind),
        as_of=plan.summary["as_of"],
        registered_at=plan.registered_at,
        made_by=plan.made_by,
        approved_by=plan.approved_by,
        run=end[0] if end else None,
        state=end[1] if end else None,
        people=sum(one["due"] for one in parts),
        rows=sum(one["rows"] for one in parts),
        partial=len(parts) < len(plan.summary["parts"]),
    )
