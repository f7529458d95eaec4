"""What else was asked for about whom an erasure erases, and that it would take from them: a package, a restriction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from garant.apps.permissions import carried
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import restrictions
from garant.apps.rights import refusals
from garant.apps.rights.each import packages
from garant.apps.rights.entries import RequestDespite
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import Whom, opened, opened_each, seal
from garant.apps.rights.models import Request, Step
from garant.apps.rights.words import GRANTED, Capacity, Right, State
from garant.apps.scoping import scoped
from garant.engine.holds import Hold
from garant.engine.planning import restricted

TERMINAL: Final = "terminal"
"""What stands for the number of a request, where a terminal restricts."""
_AWAITED: Final = (State.SEARCHING, State.APPROVED, State.RUNNING)
_UNDER_WAY: Final = (State.SEARCHING, State.PLANNED, State.APPROVED, State.RUNNING)
_RESTRICTED: Final = (
    "RGPD, art. 18\u202f: la personne a demandé la limitation, rien n’est effacé avant sa fin. / "
    "GDPR, art. 18: the person asked for a restriction, nothing is erased before it ends."
)
_WAITS: Final = (
    "RGPD, art. 15 et 20\u202f: la personne attend ses données, rien n’est effacé avant. / "
    "GDPR, art. 15 and 20: the person waits for their data, nothing is erased before."
)
_OWN: Final = (Capacity.SELF, Capacity.AGENT, Capacity.PARENT)
"""Who asks in a living person's name."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A request of whoever would be erased, shown to be theirs; or what a terminal restricts.

    Args:
        request: its number, or `TERMINAL`.
        right: a package, or a restriction.
        first: whether the same person asked for it before, on an earlier day than for their erasure: that is their last word.
    """

    request: str
    right: Right
    first: bool = False

    @property
    def package(self) -> bool:
        """Whether a package is waited for, in which what is erased would not be; else it is a restriction."""
        return self.right in packages.PACKAGES


def erases(request: Request) -> bool:
    """Whether its plan erases: the person's own, or what directives and heirs ask for."""
    return request.right in (Right.ERASURE, Right.POST_MORTEM)


def of(request: Request, also: Collection[str] = ()) -> list[Beside]:
    """What else was asked for about whom an erasure erases: under a name that both have, or over a record that both are about.

    Args:
        request: the erasure.
        also: the numbers of those that systems know to be about the same records.
    """
    return of_each(request.organisation, [request], also).get(request.key, [])


def of_each(
    organisation: str, requests: Iterable[Request], also: Collection[str] = ()
) -> dict[str, list[Beside]]:
    """The same of several erasures: each with something, by its number."""
    every, marked = _asked(organisation), carried.anything(organisation)
    if not every and not marked:
        return {}
    erased = [(one, whom) for one in requests if erases(one) and (whom := opened(one)) is not None]
    alone = _by_terminal(organisation, [whom for _, whom in erased]) if marked else set[restricted.Place]()
    found: dict[str, list[Beside]] = {}
    for one, whom in erased:
        mine = [
            Beside(other.key, Right(other.right), _first(other, theirs, one, whom))
            for other, theirs in every
            if other.key != one.key
            and not _apart(one, other)
            and (other.key in also or _alike(other, theirs, one, whom))
        ]
        if not alone.isdisjoint(_places(whom)):
            mine.append(Beside(TERMINAL, Right.RESTRICTION))
        if mine:
            found[one.key] = mine
    return found


def sharing(workspace: Workspace, organisation: str, key: str) -> set[str]:
    """The numbers of those requests whose person a system knows by a record that an erasure is about, whatever each is named.

    Raises:
        ConnectorError: a system did not answer.
    """
    every = _asked(organisation)
    request = store.find(organisation, key) if every else None
    whom = opened(request) if request is not None else None
    if request is None or whom is None:
        return set()
    others = [theirs.identities(other.identified_by) for other, theirs in every]
    mine = whom.identities(request.identified_by)
    return {every[number][0].key for number in restricted.sharing(workspace.sources, mine, others)}


def check(request: Request, also: Collection[str], despite: str, *, actor: str) -> None:
    """Before an erasure is approved: nothing stands in its way, or somebody writes why it is carried out all the same.

    In the caller's transaction.

    Args:
        request: the erasure.
        also: as `of`.
        despite: why it is carried out although the data are restricted; kept sealed with the request.
        actor: who says so.

    Raises:
        RequestRefusedError: a package is waited for, or the data are restricted and nobody wrote why they are erased.
    """
    found = of(request, also)
    for one in found:
        if one.package:
            raise refusals.package_first(one.request)
    against = _against(found, _overruled(request)) if found else []
    if not against:
        return
    if not despite.strip():
        raise refusals.restricted_first(*_named(against))
    whom = opened(request)
    if whom is not None:
        whom.notes["despite"] = despite.strip()
        seal(request, whom)
    store.note(request, "despite", actor, requests=against)
    numbers = [one for one in against if one != TERMINAL]
    entry = RequestDespite(request=request.key, restrictions=numbers, terminal=TERMINAL in against)
    store.enter(request.organisation, actor, entry)


def came_since(organisation: str, keys: Sequence[str]) -> dict[str, list[Beside]]:
    """Of erasures about to begin, by number, what was asked for since they were approved and stands in their way."""
    with scoped(organisation):
        rows = Request.objects.filter(key__in=keys, right__in=(Right.ERASURE, Right.POST_MORTEM))
        every = of_each(organisation, rows)
        overruled = {one.key: _overruled(one) for one in rows if one.key in every} if every else {}
    return {
        key: blocking
        for key, found in every.items()
        if (blocking := [one for one in found if one.package or _against([one], overruled[key])])
    }


def shown(request: Request) -> tuple[list[Beside], bool]:
    """For the page of an erasure that waits for its approval: what was asked for besides, and whether it takes a reason."""
    found = of(request) if erases(request) and request.state == State.PLANNED else []
    needed = bool(found) and bool(_against(found, _overruled(request)))
    return found, needed and not any(one.package for one in found)


def keeping(organisation: str) -> tuple[Hold, ...]:
    """Whom their own requests keep from a sweep, and from a terminal: their data are restricted, or go into a package first."""
    return tuple(
        Hold(
            one.key,
            organisation,
            _RESTRICTED if one.right == Right.RESTRICTION else _WAITS,
            identities=tuple(whom.identities(one.identified_by).items()),
            places=tuple(sorted(_places(whom), key=str)),
            systems=tuple(one.reach),
            asked=True,
        )
        for one, whom in _asked(organisation)
    )


def _asked(organisation: str) -> list[tuple[Request, Whom]]:
    """The packages that are waited for, and the restrictions that are asked for, begin, or go on until a day that is told."""
    under_way = Q(state__in=_UNDER_WAY) | Q(state=State.ANSWERED, outcome__in=GRANTED)
    restricts = Q(right=Right.RESTRICTION, forget_on=None) & under_way
    waits = Q(right__in=packages.PACKAGES, state__in=_AWAITED)
    with scoped(organisation):
        found = Request.objects.filter(waits | restricts, organisation=organisation)
        every = list(found.order_by("received_at", "key"))
        today = store.today(organisation) if any(one.lift_on for one in every) else None
        going_on = [one for one in every if today is None or one.lift_on is None or one.lift_on > today]
        return opened_each(organisation, going_on)


def _alike(other: Request, theirs: Whom, one: Request, whom: Whom) -> bool:
    return _known_alike(other, theirs, one, whom) or not _places(theirs).isdisjoint(_places(whom))


def _known_alike(other: Request, theirs: Whom, one: Request, whom: Whom) -> bool:
    mine = set(whom.identities(one.identified_by).items())
    return not mine.isdisjoint(theirs.identities(other.identified_by).items())


def _first(other: Request, theirs: Whom, one: Request, whom: Whom) -> bool:
    """Whether the person, who asked for a restriction, has asked for their erasure on a later day, themselves."""
    own = one.right == Right.ERASURE and (one.capacity in _OWN or one.capacity == other.capacity)
    return own and one.received_on > other.received_on and _known_alike(other, theirs, one, whom)


def _apart(one: Request, other: Request) -> bool:
    """Whether each is about other systems than the other."""
    return bool(one.reach and other.reach) and not {*one.reach} & {*other.reach}


def _places(whom: Whom) -> frozenset[restricted.Place]:
    return frozenset((system, root, key) for system, root, key in whom.places)


def _by_terminal(organisation: str, every: Iterable[Whom]) -> set[restricted.Place]:
    """Of the records of some erasures, those that a restriction without a request holds."""
    asked = sorted({place for whom in every for place in _places(whom)}, key=str)
    return set(restrictions.holding(organisation)(asked)) if asked else set()


def _against(found: Sequence[Beside], overruled: Collection[str]) -> list[str]:
    """The restrictions in the way: not those that the person's own erasure came after, nor those decided about."""
    return [
        one.request for one in found if not one.package and not one.first and one.request not in overruled
    ]


def _overruled(request: Request) -> set[str]:
    """The restrictions of which somebody wrote why the person is erased all the same."""
    with scoped(request.organisation):
        steps = Step.objects.filter(request=request, kind="despite").values_list("detail", flat=True)
        return {number for detail in steps for number in detail["requests"]}


def _named(against: Sequence[str]) -> tuple[list[str], bool]:
    return [one for one in against if one != TERMINAL], TERMINAL in against
