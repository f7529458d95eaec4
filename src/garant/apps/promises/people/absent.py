"""What a lifting finds no more by the address that it names: records known otherwise now, or gone from their system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from garant.apps.permissions import carried, people
from garant.apps.permissions.people import Identity
from garant.apps.promises.models import Run
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.scoping import scoped
from garant.engine.document import Gone, Plan
from garant.engine.identities import roots_found
from garant.engine.known import known_by
from garant.engine.planning.restricted import Place
from garant.engine.terms import Source
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.finding import RootKey

_AT_ONCE = 1000
"""Keys hashed together."""

Root = tuple[str, str]
"""A system, and a root of its map."""
Marks = Mapping[str, frozenset[bytes]]
"""Restriction (`RUN/NUMBER`) → all the marks that it holds."""


@dataclass(frozen=True, slots=True)
class Absent:
    """What the restrictions under some addresses are on, whatever the records are named now."""

    places: dict[Place, bool] = field(default_factory=dict[Place, bool])
    """The records that are there, and whether each is known to be whose it was."""
    gone: list[Gone] = field(default_factory=list[Gone])
    """The restrictions whose record is no longer there."""
    unread: list[str] = field(default_factory=list[str])
    """Systems that were not looked into: what was restricted there goes on."""


def look(workspace: Workspace, organisation: str, asked: Iterable[Identity]) -> Absent:
    """Find again the records of all that plans restrict under these addresses and numbers.

    Those that the names lead to are left to the plan. Another is found by the keyed hash of where it is, which is all that
    is kept of it: the keys of the roots of its kind are read as a stream, once. It is known to be whose it was by an
    address or a number that is held with it, or where it has none any more, by which it could be named.

    Raises:
        ConnectorError: a system did not answer; nothing counts as gone.
    """
    found, names = Absent(), list(asked)
    restricted = _by_root(organisation, carried.held_under(organisation, names))
    for (system, root), every in sorted(restricted.items()):
        source = workspace.sources.get(system)
        if source is None or root not in source.data_map.roots:
            found.unread.append(system)
            continue
        named = _named(organisation, source, root, names)
        held = {holder: marks for holder, marks in every.items() if named.isdisjoint(marks)}
        there = _there(organisation, source, root, held) if held else {}
        known = known_by(source, root, list(there))
        for key in there:
            found.places[system, root, key] = _is_known(organisation, (system, root, key), known[key])
        gone = sorted(set(held).difference(*there.values()))
        if gone:
            found.gone.append(Gone(system=system, root=root, restrictions=gone))
    return found


def came_back(workspace: Workspace, plan: Plan) -> dict[Root, int]:
    """By system and root, how many records that were gone when a plan was made are there.

    Raises:
        ConnectorError: a system did not answer.
    """
    found: dict[Root, int] = {}
    for one in plan.gone:
        held = carried.of_holders(plan.organisation, one.restrictions)
        there = _there(plan.organisation, workspace.sources[one.system], one.root, held)
        if there:
            found[one.system, one.root] = len(there)
    return found


def _named(organisation: str, source: Source, root: str, names: Sequence[Identity]) -> set[bytes]:
    """The records that names lead to, as they are held."""
    with source.connector.snapshot() as snapshot:
        keys = roots_found(source.data_map, snapshot, names).get(root, [])
    rows = [people.row(source.data_map.system, root, key) for key in keys]
    return set(people.marks(organisation, people.readable(rows)))


def _is_known(organisation: str, place: Place, named: Sequence[Identity]) -> bool:
    """Whether a record is named by something that is held because of it, or by nothing at all."""
    marks = people.marks(organisation, people.readable(named))
    held = carried.held_under(organisation, [people.row(*place)])
    return not marks or any(not one.isdisjoint(marks) for one in held.values())


def _by_root(organisation: str, held: Marks) -> dict[Root, dict[str, frozenset[bytes]]]:
    """The restrictions, by where the record of each is; without those that a person sees to by hand."""
    documents = _documents(organisation, {holder.rpartition("/")[0] for holder in held})
    found: dict[Root, dict[str, frozenset[bytes]]] = defaultdict(dict)
    for holder, marks in held.items():
        run, _, number = holder.rpartition("/")
        place = _place(documents.get(run, []), int(number))
        if place is not None:
            found[place][holder] = marks
    return found


def _documents(organisation: str, runs: set[str]) -> dict[str, list[tuple[Root, int]]]:
    """Of each run, the roots that its plan was about, and how many: that stays once whose they were is forgotten."""
    with scoped(organisation):
        plans = Run.objects.filter(key__in=runs).values_list("key", "plan__document")
        return {
            run: [((one["system"], one["root"]), one["due"]) for one in document["selections"]]
            for run, document in plans
        }


def _place(selections: Iterable[tuple[Root, int]], number: int) -> Root | None:
    """Where the record of that number is; nowhere, where it is what a person was asked about, which come last."""
    for root, due in selections:
        if root[0] == ARCHIVE:
            continue
        if number < due:
            return root
        number -= due
    return None


def _there(organisation: str, source: Source, root: str, held: Marks) -> dict[RootKey, set[str]]:
    """The records that are there, and what restricts each."""
    holders: dict[bytes, set[str]] = defaultdict(set)
    for holder, marks in held.items():
        for mark in marks:
            holders[mark].add(holder)
    found: dict[RootKey, set[str]] = {}
    with source.connector.snapshot() as snapshot:
        for keys in _parts(snapshot.roots(root)):
            rows = [people.row(source.data_map.system, root, key) for key in keys]
            marked = people.marks(organisation, people.one_form(rows))
            found |= {key: holders[mark] for key, mark in zip(keys, marked, strict=True) if mark in holders}
    return found


def _parts(keys: Iterator[RootKey]) -> Iterator[list[RootKey]]:
    while some := list(islice(keys, _AT_ONCE)):
        yield some
