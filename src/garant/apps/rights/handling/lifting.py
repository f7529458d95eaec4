"""The end of a restriction: told before (GDPR art. 18(3)), planned on its day, approved, carried out.

What programs reach is let go of as soon as their part is verified. It is over once whoever sees to the rest by hand has
answered; where they refuse, they alone are asked again, until it is done or somebody says why not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.organisations import services as organisations
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_planned, open_published
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import restrictions
from garant.apps.promises.recording.fates import Fate, fate_of
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import refusals
from garant.apps.rights.clock import KEPT_AFTER
from garant.apps.rights.each import changes
from garant.apps.rights.entries import RequestLifted, RequestLiftTold
from garant.apps.rights.handling import restricted
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import opened, seal
from garant.apps.rights.models import Request, Step
from garant.apps.rights.words import FINAL, GRANTED, STATES, State
from garant.apps.scoping import for_organisation, scoped
from garant.apps.tasks import services as tasks
from garant.engine.document import Plan, read_plan
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
    made = changes.plan_of(
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
    systems = refused_in(request)
    if systems is None:
        return made
    asked = [task for task in made.tasks if task.system in systems]
    return made.model_copy(update={"selections": [], "still": [], "tasks": asked})


@store.moving(*FINAL)
def _proposed(request: Request, made: Any, others: list[str]) -> int:
    asked, before = made.model_copy(update={"request": request.key}), request.lift_plan
    request.lift_plan = decisions.propose(promises.renewed(asked), actor=store.GARANT).digest
    request.save(update_fields=["lift_plan"])
    if before not in ("", request.lift_plan):
        promises.forget_plan(request.organisation, before)  # nobody will carry it out
    store.note(request, "lift-planned", store.GARANT, others=others)
    return 1


def approve(organisation: str, key: str, *, actor: str) -> Request:
    """Approve that a restriction is lifted, and ask for it.

    Raises:
        RequestRefusedError: nothing to approve; or the policy or a map changed since, or others restrict the same data, or no
            longer do: it is planned anew.
    """
    request = store.find(organisation, key)
    if not request.restricting or not request.lift_plan or fate_of(organisation, request.lift_plan):
        raise refusals.not_now(key, STATES[State(request.state)])
    plan = decisions.find(organisation, request.lift_plan)
    document = read_plan(plan.document)
    with open_planned(organisation, document.map_digests) as workspace:
        alike = promises.changed(plan, workspace.policy.digest, workspace.map_digests) is None
        alike = alike and not workspace.besides
        if alike and _as_planned(workspace, request, document):
            return _approved(organisation, key, workspace, actor=actor)
    _propose(organisation, key)
    raise refusals.planned_anew() if alike else refusals.planned_on_the_new()


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


def ran(request: Request, fate: Fate) -> None:
    """What the run of its plan came to: over, waiting for somebody's answer, or to be planned again. In the transaction."""
    waited = [one.get("plan") for one in _details(request, "lift-waiting")]
    if fate.state != promises.RunState.NOT_KEPT:
        restricted.end(request, again=bool(waited))
    if fate.state == promises.RunState.KEPT:
        _over(request, request.lift_plan)
    elif fate.state == promises.RunState.NOT_KEPT:
        _again(request, fate, by_hand=request.lift_plan in waited)
    elif request.lift_plan not in waited:
        store.note(request, "lift-waiting", store.GARANT, plan=request.lift_plan)


def overtaken(organisation: str, digest: str) -> None:
    """Its plan was refused before it did anything: another is made tonight, and this one names nobody any more.

    In the caller's transaction.
    """
    if Request.objects.filter(organisation=organisation, lift_plan=digest).update(lift_plan=""):
        promises.forget_plan(organisation, digest)


def _again(request: Request, fate: Fate, *, by_hand: bool) -> None:
    """Something was left: its end is planned again tonight, of those who refused where all the rest is done."""
    refused = sorted({t.statement["system"] for t in tasks.of_run(fate.key) if t.state in tasks.NOT_KEPT})
    systems = refused if by_hand else refused_in(request)
    detail: dict[str, Any] = {} if systems is None else {"systems": systems}
    store.note(request, "lift-failed", store.GARANT, plan=request.lift_plan, **detail)
    request.lift_plan = ""
    request.save(update_fields=["lift_plan"])


def refused_in(request: Request) -> list[str] | None:
    """The systems in which somebody refused, or did in part, and which are all that is left of its end; else None."""
    failed = _details(request, "lift-failed")
    return failed[-1].get("systems") if failed else None


def may_be_left(request: Request) -> bool:
    """Whether somebody refused by hand, is all that is left of its end, and is not being asked again."""
    asked = request.lift_plan and fate_of(request.organisation, request.lift_plan)
    return request.restricting and not asked and bool(refused_in(request))


@store.moving(*FINAL)
def leave(request: Request, reason: str, *, actor: str) -> Request:
    """Somebody decides, for a reason, that whoever refused by hand is not asked again: the restriction is over.

    Raises:
        RequestRefusedError: nobody refused, they are being asked again, or no reason.
    """
    whom = opened(request)
    if whom is None or not may_be_left(request):
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not reason.strip():
        raise refusals.no_reason()
    whom.notes["lift_left"] = reason.strip()
    seal(request, whom)
    request.save(update_fields=["sealed"])
    store.note(request, "lift-left", actor)
    plan = _details(request, "lift-failed")[-1]["plan"]
    if request.lift_plan:
        promises.forget_plan(request.organisation, request.lift_plan)
    _over(request, plan, actor=actor, left=refused_in(request) or [])
    evidence.checkpoint(request.organisation)
    return request


def _over(request: Request, plan: str, *, actor: str = store.GARANT, left: Sequence[str] = ()) -> None:
    """It is over: the days until the person is forgotten begin. In the transaction."""
    request.forget_on = expiry(store.today(request.organisation), KEPT_AFTER)
    request.save(update_fields=["forget_on"])
    store.note(request, "lifted", actor)
    entry = RequestLifted(request=request.key, plan=plan, left=list(left))
    store.enter(request.organisation, actor, entry)


def _details(request: Request, kind: str) -> list[Any]:
    """What was said with each of its steps of a kind, the first first."""
    with scoped(request.organisation):
        steps = Step.objects.filter(request=request, kind=kind).order_by("at", "pk")
        return list(steps.values_list("detail", flat=True))
