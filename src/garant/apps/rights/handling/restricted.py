"""Several requests that restrict the same data: these stay restricted until the last of them ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from garant.apps.promises.people import restrictions
from garant.apps.rights.each import lists
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import opened, seal
from garant.apps.rights.models import Request, Step
from garant.apps.rights.words import GRANTED, Right, State
from garant.apps.scoping import scoped
from garant.engine.document import Plan
from garant.engine.planning import restricted


def going_on(organisation: str) -> list[dict[str, str]]:
    """By what those are known whose restriction a request holds, or is about to, and not until today.

    What is about to be restricted is not let go of meanwhile, nor what a run restricted in part.
    """
    return list(_going_on(organisation).values())


def touched(workspace: Any, plan: Plan) -> bool:
    """Whether a plan that ends a restriction would let go of what another request restricts now; the plan of a
    request, of what a restriction without one holds too.

    Raises:
        ConnectorError: a system did not answer.
    """
    others = list(_going_on(plan.organisation, besides=plan.request).values())
    ends = [(one.system, one.root, key) for one in plan.selections for key in one.root_keys()]
    if plan.request and ends and restrictions.holding(plan.organisation)(ends):
        return True
    return bool(others and ends) and restricted.any_of_others(workspace.sources, others, ends)


def sharing(workspace: Any, request: Request, identities: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The other requests whose restriction goes on over what this one restricts: by what each knows its person.

    Raises:
        ConnectorError: a system did not answer.
    """
    others = _going_on(request.organisation, besides=request.key)
    found = restricted.sharing(workspace.sources, identities, list(others.values()))
    keys = list(others)
    return {keys[number]: others[keys[number]] for number in found}


def same_others(workspace: Any, request: Request) -> bool:
    """Whether the plan of its end was made beside the same requests. Raises as `sharing`."""
    whom = opened(request)
    now = sharing(workspace, request, whom.identities(request.identified_by)) if whom is not None else {}
    return set(now) == set(_planned_beside(request))


def end(request: Request) -> None:
    """Whoever asks whether the person's data may be used is no longer told of this restriction.

    Where another one goes on over the same data, they still are told no, and this is let go of when that one ends.
    In the caller's transaction.
    """
    whom = opened(request)
    if whom is None:
        return
    known = [*whom.identities(request.identified_by).items(), *((kind, value) for kind, value in whom.also)]
    beside = Request.objects.select_for_update().filter(key__in=_planned_beside(request), forget_on=None)
    heirs = [(one, theirs) for one in beside if (theirs := opened(one)) is not None]
    for other, theirs in heirs:
        theirs.also += [[kind, value] for kind, value in known if [kind, value] not in theirs.also]
        seal(other, theirs)
        other.save(update_fields=["sealed"])
    if not heirs:
        lists.restrict(request.organisation, known, on=False)


def _going_on(organisation: str, besides: str = "") -> dict[str, dict[str, str]]:
    """The requests, but one, whose restriction goes on, or begins, and whose end is not for today."""
    granted = Q(state=State.ANSWERED, outcome__in=GRANTED)
    later = Q(lift_on=None) | Q(lift_on__gt=store.today(organisation))
    with scoped(organisation):
        begun = Q(ended_at=None, key__in=Step.objects.filter(kind=State.RUNNING).values("request"))
        found = list(
            Request.objects.filter(
                granted | begun | Q(state=State.APPROVED), later, right=Right.RESTRICTION, forget_on=None
            ).exclude(key=besides)
        )
    known = {one.key: (opened(one), one.identified_by) for one in found}
    return {key: whom.identities(by) for key, (whom, by) in known.items() if whom is not None}


def in_persons(also: Sequence[Sequence[str]], besides: Mapping[str, str]) -> list[dict[str, str]]:
    """What those were known by who ended before, as people of whom each has one of a kind; none who is known already."""
    found: list[dict[str, str]] = []
    for kind, value in also:
        if besides.get(kind) == value:
            continue
        free = next((one for one in found if kind not in one), None)
        if free is None:
            free = {}
            found.append(free)
        free[kind] = value
    return found


def _planned_beside(request: Request) -> list[str]:
    """Beside whom the plan of its end was made."""
    with scoped(request.organisation):
        step = Step.objects.filter(request=request, kind="lift-planned").order_by("-at", "-pk").first()
    return list(step.detail.get("others", [])) if step is not None else []
