"""The plan of a request: proposed by the engine, approved by a person, asked of a job."""

from __future__ import annotations

from typing import Any

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.organisations import services as organisations
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.published import open_published
from garant.apps.rights import directives, packing, refusals, store
from garant.apps.rights.each import changes, packages
from garant.apps.rights.models import Request
from garant.apps.rights.sealing import Whom, opened, seal
from garant.apps.rights.words import Right, State
from garant.engine.document import Kind, Plan
from garant.engine.subject import NotSupported


def propose_where_it_can(organisation: str, key: str) -> str | None:
    """Propose a plan where the right takes one and everything it needs is known; gives its digest.

    What a system cannot do is noted for whoever handles the request, who decides.
    """
    request = store.find(organisation, key)
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
        return propose(organisation, key, actor=store.GARANT)
    except NotSupported as refusal:
        _unable(organisation, key, refusal)
        return None


def propose(organisation: str, key: str, *, actor: str) -> str:
    """Make the plan of a request as things are now, and keep it for somebody to approve; gives its digest.

    Raises:
        RequestRefusedError: the right takes none, or not in this state.
        NotSupported: a system where the person is found cannot do what is asked.
        ConnectorError: a system did not answer.
    """
    request = store.find(organisation, key)
    whom = opened(request)
    kind = None if whom is None else _kind(request, whom)
    if whom is None or kind is None:
        raise refusals.not_now(key, _state(request))
    if request.right == Right.RECTIFICATION and not whom.values:
        raise refusals.nothing_to_correct()
    identities = whom.identities(request.identified_by)
    with open_published(organisation, only=request.reach) as workspace:
        made = changes.plan_of(workspace, kind, identities, whom.values)
    return _proposed(organisation, key, made, actor=actor)


@store.moving(State.SEARCHING, State.PLANNED)
def _proposed(request: Request, made: Plan, *, actor: str) -> str:
    kept = decisions.propose(made.model_copy(update={"request": request.key}), actor=actor)
    whom = opened(request)
    if whom is not None:
        whom.kept = changes.kept(made) if made.kind == "erasure" else []
        seal(request, whom)
    if request.plan and request.plan != kept.digest:
        promises.forget_plan(request.organisation, request.plan)  # nobody will carry it out
    request.plan = kept.digest
    store.move(request, State.PLANNED, actor, **changes.figures(made))
    return kept.digest


@store.moving(State.SEARCHING, State.PLANNED)
def _unable(request: Request, refusal: NotSupported) -> None:
    store.note(request, "unable", store.GARANT, **refusal.text.model_dump())


def approve(organisation: str, key: str, *, actor: str) -> Request:
    """Approve the plan of a request, or the sending of a package, and ask for it; two who do it at once do it once.

    Raises:
        RequestRefusedError: nothing to approve, or the same person proposed it where four eyes are asked for.
        RefusedError: the policy or a map changed since.
    """
    request = store.find(organisation, key)
    if Right(request.right) in packages.PACKAGES:
        return packing.approve(organisation, key, actor=actor)
    if request.state != State.PLANNED:
        raise refusals.not_now(key, _state(request))
    document = decisions.document(organisation, request.plan)
    with open_published(organisation, only=sorted(document.map_digests)) as workspace:
        return _approved(organisation, key, request.plan, workspace, actor=actor)


@store.moving(State.PLANNED)
def _approved(request: Request, digest: str, workspace: Any, *, actor: str) -> Request:
    if request.plan != digest:
        raise refusals.not_now(request.key, _state(request))
    if directives.hands_first(request):
        raise refusals.hand_first()
    plan = decisions.find(request.organisation, digest)
    if organisations.organisation(request.organisation).four_eyes and plan.made_by == actor:
        raise refusals.same_eyes()
    decisions.approve(
        request.organisation,
        digest,
        actor=actor,
        policy_digest=workspace.policy.digest,
        map_digests=workspace.map_digests,
    )
    request.handler = actor
    store.move(request, State.APPROVED, actor)
    evidence.checkpoint(request.organisation)
    jobs.ask(request.organisation, "run", {"plan": digest}, actor=actor)
    return request


def _kind(request: Request, whom: Whom) -> Kind | None:
    """The plan that it takes, if any."""
    if directives.registers(request):
        return None
    return changes.kind_of(Right(request.right), whom.notes.get("wish", ""))


def _state(request: Request) -> Any:
    from garant.apps.rights.words import STATES

    return STATES[State(request.state)]
