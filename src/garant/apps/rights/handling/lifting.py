"""The end of a restriction: told before (GDPR art. 18(3)), planned on its day, approved, carried out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.organisations import services as organisations
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import restrictions
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import refusals
from garant.apps.rights.clock import KEPT_AFTER
from garant.apps.rights.each import changes
from garant.apps.rights.entries import RequestLifted, RequestLiftTold
from garant.apps.rights.handling import restricted
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import opened
from garant.apps.rights.models import Request
from garant.apps.rights.words import FINAL, GRANTED, STATES, State
from garant.apps.scoping import for_organisation
from garant.engine.document import Plan
from garant.engine.planning.restricted import Restricting
from garant.engine.planning.subject import NotSupported
from garant.policy.diagnostics import UnusableDocument
from garant.policy.periods import expiry
from garant.systems.port import ConnectorError


@store.moving(State.ANSWERED)
def tell(request: Request, reason: str, on: date, *, actor: str) -> Request:
    """Tell the person that the restriction of their data ends, from which day, and why.

    Raises:
        RequestRefusedError: nothing is restricted, no reason, or a day that is not to come.
    """
    if not request.restricting or request.outcome not in GRANTED:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not reason.strip():
        raise refusals.no_reason()
    if on <= store.today(request.organisation):
        raise refusals.told_before()
    request.lift_on = on
    request.save(update_fields=["lift_on"])
    store.note(request, "lift-told", actor, on=on.isoformat())
    store.enter(request.organisation, actor, RequestLiftTold(request=request.key, on=on))
    letters.write(request, "lifted", reasons=(reason.strip(),), until=on)
    evidence.checkpoint(request.organisation)
    return request


@for_organisation
def propose_due(organisation: str, today: date) -> int:
    """Propose the plans of the restrictions whose last day has come; how many."""
    due = Request.objects.filter(organisation=organisation, lift_on__lte=today, lift_plan="", forget_on=None)
    return sum(_try(organisation, key) for key in list(due.values_list("key", flat=True)))


def _try(organisation: str, key: str) -> int:
    """A system that does not answer tonight is asked tomorrow; the rest of the night goes on."""
    try:
        return _propose(organisation, key)
    except (RefusedError, ConnectorError, NotSupported, UnusableDocument, OSError):
        return 0


def _propose(organisation: str, key: str) -> int:
    request = store.find(organisation, key)
    whom = opened(request)
    if whom is None:
        return 0
    identities = whom.identities(request.identified_by)
    with open_published(organisation) as workspace:
        others = restricted.sharing(workspace, request, identities)
        made = _plan(workspace, request, others)
    return _proposed(organisation, key, made, list(others))


def _plan(workspace: Workspace, request: Request, others: Mapping[str, Mapping[str, str]]) -> Plan:
    """The plan of its end beside others; of whom ended before over the same data, too, where a person looks."""
    whom = opened(request)
    identities = {} if whom is None else whom.identities(request.identified_by)
    return changes.plan_of(
        workspace,
        "lifting",
        identities,
        restricting=Restricting(
            others=list(others.values()),
            holding=restricted.holding(request.organisation, request.key),
            before=[] if whom is None else restricted.in_persons(whom.also, identities),
            places=restricted.known_again(workspace, request),
            stays=restrictions.staying(request.organisation),
        ),
    )


@store.moving(*FINAL)
def _proposed(request: Request, made: Any, others: list[str]) -> int:
    asked = made.model_copy(update={"request": request.key})
    request.lift_plan = decisions.propose(promises.renewed(asked), actor=store.GARANT).digest
    request.save(update_fields=["lift_plan"])
    store.note(request, "lift-planned", store.GARANT, others=others)
    return 1


def approve(organisation: str, key: str, *, actor: str) -> Request:
    """Approve that a restriction is lifted, and ask for it.

    Raises:
        RequestRefusedError: nothing to approve, or others restrict the same data since, or no longer do: it is planned anew.
        RefusedError: the policy or a map changed since.
    """
    request = store.find(organisation, key)
    if not request.restricting or not request.lift_plan:
        raise refusals.not_now(key, STATES[State(request.state)])
    document = decisions.document(organisation, request.lift_plan)
    with open_published(organisation, only=sorted(document.map_digests)) as workspace:
        if _as_planned(workspace, request, document):
            return _approved(organisation, key, workspace, actor=actor)
    _propose(organisation, key)
    raise refusals.planned_anew()


def _as_planned(workspace: Workspace, request: Request, document: Plan) -> bool:
    """Whether the plan of its end was made beside what restricts the same data now."""
    if not restricted.same_others(workspace, request):
        return False
    whom = opened(request)
    identities = {} if whom is None else whom.identities(request.identified_by)
    now = _plan(workspace, request, restricted.sharing(workspace, request, identities))
    return now.still == document.still and [t.still for t in now.tasks] == [t.still for t in document.tasks]


@store.moving(*FINAL)
def _approved(request: Request, workspace: Any, *, actor: str) -> Request:
    plan = decisions.find(request.organisation, request.lift_plan)
    if organisations.organisation(request.organisation).four_eyes and plan.made_by == actor:
        raise refusals.same_eyes()
    promises.approve(
        plan,
        digest=plan.digest,
        actor=actor,
        policy_digest=workspace.policy.digest,
        map_digests=workspace.map_digests,
    )
    jobs.want(request.organisation, "run", {"plan": plan.digest}, actor=actor)
    return request


def undone(request: Request) -> None:
    """Something was left: the restriction goes on, and its end is planned again tonight. In its transaction."""
    store.note(request, "lift-failed", store.GARANT)
    request.lift_plan = ""
    request.save(update_fields=["lift_plan"])


def ended(request: Request) -> None:
    """The run ended well: the mark is off, and the days until the person is forgotten begin. In its transaction."""
    restricted.end(request)
    request.forget_on = expiry(store.today(request.organisation), KEPT_AFTER)
    request.save(update_fields=["forget_on"])
    store.note(request, "lifted", store.GARANT)
    store.enter(
        request.organisation, store.GARANT, RequestLifted(request=request.key, plan=request.lift_plan)
    )
