"""Several requests that restrict the same data: these stay restricted until the last of them ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from garant.apps.backups import unread
from garant.apps.permissions import carried
from garant.apps.promises import decisions
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import restrictions
from garant.apps.rights.each import lists
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import Whom, opened, seal
from garant.apps.rights.models import Request, Step
from garant.apps.rights.words import GRANTED, Right, State
from garant.apps.scoping import scoped
from garant.engine.document import Kind, Plan
from garant.engine.known import known_by
from garant.engine.planning import restricted
from garant.engine.planning.restricted import ALONE, STILL, Holding, Known, Place, Restricting, no_place
from garant.policy.text import Text
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.finding import RootKey


@dataclass(frozen=True, slots=True)
class _Other:
    """A request whose restriction goes on: by what it knows its person, and the records that it restricted."""

    known: dict[str, str]
    places: frozenset[Place]


def going_on(organisation: str) -> list[dict[str, str]]:
    """By what those are known whose restriction a request holds, or is about to, and not until today.

    What is about to be restricted is not let go of meanwhile, nor what a run restricted in part.
    """
    return [one.known for one in _going_on(organisation).values()]


def holding(organisation: str, request: str = "") -> Holding:
    """Of some records, those that another request restricts, whatever they are named now; and, beside the end of a
    request, those that a restriction without one holds.
    """
    places = _places(_going_on(organisation, besides=request).values())
    alone = restrictions.holding(organisation)

    def held(asked: Sequence[Place]) -> Mapping[Place, Text]:
        known = dict.fromkeys(places.intersection(asked), STILL)
        return {**(alone(asked) if request else {}), **known}

    return held


def forgotten(organisation: str, mine: AbstractSet[Place] = frozenset()) -> Known:
    """Of some records, those that a restriction of which a restored Garant knows nothing any more may be on: not those that
    another one is known to be on, nor one's own."""
    if unread.restored_at(organisation) is None:
        return no_place
    known, alone = mine | _places(_going_on(organisation).values()), restrictions.holding(organisation)

    def unexplained(asked: Sequence[Place]) -> set[Place]:
        return set(asked) - known - set(alone(asked))

    return unexplained


def begin(request: Request) -> None:
    """Its run begins: whatever those records are named later, its end finds them. In the caller's transaction."""
    whom = opened(request)
    if whom is None:
        return
    remember(whom, decisions.document(request.organisation, request.plan))
    seal(request, whom)
    request.save(update_fields=["sealed"])


def remember(whom: Whom, plan: Plan) -> None:
    """Which records a plan is about; the caller seals it."""
    places = {(one.system, one.root, key) for one in plan.selections for key in one.root_keys()}
    whom.places += [[*place] for place in sorted(places - _of(whom), key=str)]


def known_again(workspace: Workspace, request: Request) -> dict[Place, bool]:
    """The records that a request restricted and that are there, and whether each is known to be whose it was.

    A record is known again by an address or a number that it had then, or that a correction gave it since.

    Raises:
        ConnectorError: a system did not answer.
    """
    return {
        (system, root, key): carried.held_for(request.organisation, request.key, known)
        for (system, root), keys in _by_root(workspace, opened(request)).items()
        for key, known in known_by(workspace.sources[system], root, keys).items()
        if known
    }


def again(workspace: Workspace, request: Request, kind: Kind) -> Restricting:
    """What earlier plans of a request were about, whatever these records are named now, for another plan of its kind.

    Of an erasure somebody has to look at those that it does not find: their address is another one than then, or they have none.

    Raises:
        ConnectorError: a system did not answer.
    """
    if kind == "restriction":
        mine = _of(opened(request))
        return Restricting(
            places=known_again(workspace, request), forgotten=forgotten(request.organisation, mine)
        )
    if kind != "erasure":
        return ALONE
    found = {
        (system, root, key): known
        for (system, root), keys in _by_root(workspace, opened(request)).items()
        if system != ARCHIVE
        for key, known in known_by(workspace.sources[system], root, keys).items()
    }
    named = {place: False for place, known in found.items() if known}
    return Restricting(places=named, nameless=[place for place in found if place not in named])


def _by_root(workspace: Workspace, whom: Whom | None) -> dict[tuple[str, str], list[RootKey]]:
    """The records that a request restricted, in the systems that are there."""
    found: dict[tuple[str, str], list[RootKey]] = defaultdict(list)
    for system, root, key in sorted(_of(whom), key=str):
        source = workspace.sources.get(system)
        if source is not None and root in source.data_map.roots:
            found[system, root].append(key)
    return found


def touched(workspace: Any, plan: Plan) -> bool:
    """Whether a plan that ends a restriction would let go of what another request restricts now; the plan of a
    request, of what a restriction without one holds too.

    Raises:
        ConnectorError: a system did not answer.
    """
    ends = [(one.system, one.root, key) for one in plan.selections for key in one.root_keys()]
    if ends and holding(plan.organisation, plan.request)(ends):
        return True
    others = [one.known for one in _going_on(plan.organisation, besides=plan.request).values()]
    return bool(others and ends) and restricted.any_of_others(workspace.sources, others, ends)


def sharing(workspace: Any, request: Request, identities: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The other requests whose restriction goes on over what this one restricts: by what each knows its person.

    Raises:
        ConnectorError: a system did not answer.
    """
    others, mine = _going_on(request.organisation, besides=request.key), _of(opened(request))
    found = set(restricted.sharing(workspace.sources, identities, [one.known for one in others.values()]))
    return {
        key: one.known
        for number, (key, one) in enumerate(others.items())
        if number in found or not mine.isdisjoint(one.places)
    }


def same_others(workspace: Any, request: Request) -> bool:
    """Whether the plan of its end was made beside the same requests. Raises as `sharing`."""
    whom = opened(request)
    now = sharing(workspace, request, whom.identities(request.identified_by)) if whom is not None else {}
    return set(now) == set(_planned_beside(request))


def end(request: Request, *, again: bool = False) -> None:
    """Whoever asks whether the person's data may be used is no longer told of this restriction.

    Where another one goes on over the same data, they still are told no, and this is let go of when that one ends.
    In the caller's transaction. ``again``: it was done before, and what restricts these people since is not its own.
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
    carried.hand_over(request.organisation, request.key, [one.key for one, _ in heirs])
    if not heirs and not again:
        lists.restrict(request.organisation, known, on=False)


def _going_on(organisation: str, besides: str = "") -> dict[str, _Other]:
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
    return {
        key: _Other(whom.identities(by), _of(whom)) for key, (whom, by) in known.items() if whom is not None
    }


def _of(whom: Whom | None) -> frozenset[Place]:
    """The records that the runs of a request were about."""
    return frozenset((system, root, key) for system, root, key in ([] if whom is None else whom.places))


def _places(others: Iterable[_Other]) -> frozenset[Place]:
    return frozenset(place for one in others for place in one.places)


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
