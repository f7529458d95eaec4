"""The plan of a request: proposed by the engine, approved by a person, asked of a job."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.organisations import services as organisations
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_planned, open_published
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import mapped_since
from garant.apps.rights import refusals
from garant.apps.rights.answering import packing
from garant.apps.rights.each import changes, packages
from garant.apps.rights.handling import beside, restricted
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import Whom, opened, seal
from garant.apps.rights.models import Request
from garant.apps.rights.receiving import directives
from garant.apps.rights.words import Right, State
from garant.apps.scoping import scoped
from garant.engine.document import Kind, Plan, read_plan
from garant.engine.planning.subject import NotSupported
from garant.policy.loader import LoadedPolicy

Step = tuple[str, Mapping[str, Any]]
"""The kind of a step, and what is said with it."""


def propose_where_it_can(request: Request) -> str | None:
    """Propose a plan where the right takes one and everything it needs is known; gives its digest.

    What a system cannot do is noted for whoever handles the request, who decides.
    """
    made = plan_where_it_can(request, None)
    return None if made is None else _put_down(request.organisation, request.key, made)


def plan_where_it_can(request: Request, policy: LoadedPolicy | None) -> Plan | NotSupported | None:
    """The plan of a request where the right takes one and everything it needs is known, or what a system cannot do.

    Args:
        request: as it is now.
        policy: the policy in force, where it was just read.

    Raises:
        ConnectorError: a system did not answer.
    """
    whom = opened(request)
    if (
        whom is None
        or _kind(request, whom) is None
        or (request.right == Right.RECTIFICATION and not whom.values)
    ):
        return None
    if request.right == Right.POST_MORTEM and not whom.notes.get("wish"):
        return None  # heirs: a person decides what the law gives them
    try:
        return _made(request, policy)
    except NotSupported as refusal:
        return refusal


def propose(organisation: str, key: str, *, actor: str) -> str:
    """Make the plan of a request as things are now, and keep it for somebody to approve; gives its digest.

    Where a run left something, what is left is planned: it waits for its own approval.

    Raises:
        RequestRefusedError: the right takes none, or not in this state.
        NotSupported: a system where the person is found cannot do what is asked.
        ConnectorError: a system did not answer.
    """
    return _proposed(organisation, key, _made(store.find(organisation, key), None), actor=actor)


def _made(request: Request, policy: LoadedPolicy | None) -> Plan:
    whom = opened(request)
    kind = None if whom is None else _kind(request, whom)
    if whom is None or kind is None:
        raise refusals.not_now(request.key, _state(request))
    if request.right == Right.RECTIFICATION and not whom.values:
        raise refusals.nothing_to_correct()
    identities = whom.identities(request.identified_by)
    with open_published(request.organisation, only=request.reach, policy=policy) as workspace:
        before = restricted.again(workspace, request, kind)
        return changes.plan_of(workspace, kind, identities, whom.values, before)


@store.moving(State.SEARCHING, State.PLANNED)
def _put_down(request: Request, made: Plan | NotSupported) -> str | None:
    return put_down(request, made)


def put_down(request: Request, made: Plan | NotSupported, after: Step | None = None) -> str | None:
    """Keep the plan for somebody to approve, and give its digest, or note what a system cannot do; in the transaction.

    Args:
        request: whose plan it is.
        made: the plan, or why there is none.
        after: the step that this one comes after, written with it.
    """
    if isinstance(made, NotSupported):
        steps = [*([after] if after else []), ("unable", made.text.model_dump())]
        store.note_each([(request, kind, detail) for kind, detail in steps], store.GARANT)
        return None
    return _propose(request, made, actor=store.GARANT, after=after)


@store.moving(State.SEARCHING, State.PLANNED, State.RUNNING)
def _proposed(request: Request, made: Plan, *, actor: str) -> str:
    if request.state == State.RUNNING and not left_something(request):
        raise refusals.not_now(request.key, _state(request))
    return _propose(request, made, actor=actor)


def left_something(request: Request) -> bool:
    """Whether its plan was carried out, and not to its end."""
    fate = fate_of(request.organisation, request.plan)
    return fate is not None and not fate.open and fate.state == "not-kept"


def _propose(request: Request, made: Plan, *, actor: str, after: Step | None = None) -> str:
    asked = made.model_copy(update={"request": request.key})
    digest = decisions.keep(promises.renewed(asked) if request.plan else asked, actor=actor)
    whom = opened(request)
    if whom is not None:
        whom.kept = changes.kept(made) if made.kind == "erasure" else []
        if made.kind == "erasure":
            restricted.remember(whom, made)
        seal(request, whom)
    if request.plan and request.plan != digest:
        promises.forget_plan(request.organisation, request.plan)  # nobody will carry it out
    request.plan = digest
    figures: dict[str, Any] = dict(changes.figures(made))
    store.move(request, State.PLANNED, actor, after=after, **figures)
    return digest


def approve(organisation: str, key: str, *, despite: str = "", actor: str) -> Request:
    """Approve the plan of a request, or the sending of a package, and ask for it; two who do it at once do it once.

    Args:
        organisation: whose the request is.
        key: its number.
        despite: for an erasure of what is restricted, why it is carried out all the same.
        actor: who approves.

    Raises:
        RequestRefusedError: nothing to approve, the same person proposed it where four eyes are asked for; or whoever is to
            be erased asked for a package that they have not got, or for a restriction, and nobody wrote why.
        RefusedError: the policy or a map changed since, or another system has one.
        ConnectorError: a system did not say whether somebody else who asked is known by the same records.
    """
    plan = _planned(organisation, key)
    if plan is None:
        request = store.find(organisation, key)
        if Right(request.right) in packages.PACKAGES:
            return packing.approve(organisation, key, actor=actor)
        raise refusals.not_now(key, _state(request))
    with open_planned(organisation, read_plan(plan.document).map_digests) as workspace:
        also = beside.sharing(workspace, organisation, key) if plan.kind == "erasure" else set[str]()
        return _approved(organisation, key, plan, workspace, also, despite, actor=actor)


def _planned(organisation: str, key: str) -> Any:
    """The plan of a request that waits for its approval, if there is one: the request and its plan are one question."""
    with scoped(organisation):
        waiting = Request.objects.filter(organisation=organisation, key=key, state=State.PLANNED)
        return decisions.first_of(organisation, waiting.values("plan"))


@store.moving(State.PLANNED)
def _approved(
    request: Request, plan: Any, workspace: Any, also: Collection[str], despite: str, *, actor: str
) -> Request:
    if request.plan != plan.digest:
        raise refusals.not_now(request.key, _state(request))
    if directives.hands_first(request):
        raise refusals.hand_first()
    if plan.made_by == actor and organisations.organisation(request.organisation).four_eyes:
        raise refusals.same_eyes()
    if workspace.besides and not request.reach:
        raise mapped_since(workspace.besides[0])
    if plan.kind == "erasure":
        beside.check(request, also, despite, actor=actor)
    promises.approve(
        plan,
        digest=plan.digest,
        actor=actor,
        policy_digest=workspace.policy.digest,
        map_digests=workspace.map_digests,
    )
    request.handler = actor
    store.move(request, State.APPROVED, actor)
    evidence.checkpoint(request.organisation)
    jobs.want(request.organisation, "run", {"plan": plan.digest}, actor=actor)
    return request


def _kind(request: Request, whom: Whom) -> Kind | None:
    """The plan that it takes, if any."""
    if directives.registers(request):
        return None
    return changes.kind_of(Right(request.right), whom.notes.get("wish", ""))


def _state(request: Request) -> Any:
    from garant.apps.rights.words import STATES

    return STATES[State(request.state)]
