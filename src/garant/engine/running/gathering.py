"""Gather: the approved plans of many people's requests, carried out as one.

A run of each opens every system, asks again and searches its bytes once for each person. Gathered, all of that is done
once. Nothing is decided here: each plan is first asked about alone, as its own run would, and the gathered plan selects
exactly their roots. What they share is counted once in it, and nothing goes by it that goes by none of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from garant.engine.document import Plan, Selection
from garant.engine.holds import Hold, held_terms, stand, under
from garant.engine.planning.plan import terms_of
from garant.engine.planning.requested import Held, Request, erasure_of, selection_of
from garant.engine.running.course import Course, course_of
from garant.engine.running.execution import PlanRefused, check_drift
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.changing import ChangeSet, Counts, Step
from garant.systems.finding import RootKey
from garant.systems.model import Do
from garant.systems.port import Snapshot

Place = tuple[str, str, str | None]
"""A system, a root of its map, and what is done to it."""

Rows = Counter[tuple[Place, int]]
"""How many rows each step changes: a step is known by its position among those of a place."""


def place_of(selection: Selection) -> Place:
    """Where a selection of a request is, and what it does there."""
    return selection.system, selection.root, selection.disposition


def gatherable(plan: Plan) -> bool:
    """Whether a plan can be carried out with others: an erasure, exactly as counted, that asks no person anything."""
    return plan.kind == "erasure" and not plan.tasks and not plan.tolerance and not plan.gathers


def apart(plans: Sequence[Plan]) -> list[Plan]:
    """Of these plans, in their order, those that can be gathered with the first: made from the same policy and maps on
    the same day, about roots of their own alone. The others are for another time.
    """
    chosen: list[Plan] = []
    taken: set[tuple[Place, RootKey]] = set()
    for plan in plans:
        roots = {(place_of(one), key) for one in plan.selections for key in one.root_keys()}
        if gatherable(plan) and not roots & taken and (not chosen or _frame(plan) == _frame(chosen[0])):
            chosen.append(plan)
            taken |= roots
    return chosen


def _frame(plan: Plan) -> dict[str, Any]:
    """What plans must have in common to be carried out together."""
    return plan.model_dump(include={"organisation", "zone", "as_of", "policy_digest", "map_digests"})


@dataclass(slots=True)
class Gathered:
    """The plan that carries some of them out; which are refused as they would be alone, and which wait."""

    plan: Plan | None = None
    refused: list[tuple[Plan, PlanRefused]] = field(default_factory=list[tuple[Plan, PlanRefused]])
    later: list[Plan] = field(default_factory=list[Plan])
    """Those by which, together, something would go that was to stay for one of the others."""


def gather(
    plans: Sequence[Plan], policy: LoadedPolicy, sources: Mapping[str, Source], holds: Sequence[Hold] = ()
) -> Gathered:
    """Make the plan that carries out as many of these as can go together. It changes nothing.

    Args:
        plans: approved ones that :func:`apart` gave.
        policy: the policy they were made from.
        sources: the systems, by name, mapped as they were.
        holds: those in force now.

    Raises:
        ConnectorError: a system did not answer.
    """
    gathered = Gathered()
    with ExitStack() as stack:
        systems = {one.system for plan in plans for one in plan.selections}
        asked = {
            name: _System(
                policy,
                plans[0],
                sources[name],
                stack.enter_context(sources[name].connector.snapshot()),
                holds,
            )
            for name in sorted(systems)
        }
        able: list[tuple[Plan, Rows]] = []
        for plan in plans:
            try:
                able.append((plan, _alone(plan, asked)))
            except PlanRefused as refusal:
                gathered.refused.append((plan, refusal))
        while able:
            waiting = _besides(able, asked)
            if not waiting:
                gathered.plan = _together([plan for plan, _ in able], asked)
                break
            gathered.later += [plan for plan, _ in able if plan.digest in waiting]
            able = [(plan, rows) for plan, rows in able if plan.digest not in waiting]
    return gathered


def _alone(plan: Plan, systems: Mapping[str, _System]) -> Rows:
    """The rows that each step of a plan would change now, by itself. Raises PlanRefused as its own run would."""
    found = Rows()
    for selection in plan.selections:
        counts = systems[selection.system].alone(plan, selection)
        found.update({(place_of(selection), number): rows for number, rows in enumerate(counts.rows)})
    return found


def _besides(able: Sequence[tuple[Plan, Rows]], systems: Mapping[str, _System]) -> set[str]:
    """The digests of the plans to leave for later, so that nothing goes that goes by none of them."""
    alone = sum((rows for _, rows in able), Rows())
    whose = {
        (place_of(one), key): plan.digest
        for plan, _ in able
        for one in plan.selections
        for key in one.root_keys()
    }
    return {
        whose[place, key]
        for place, keys in _places([plan for plan, _ in able]).items()
        for key in systems[place[0]].besides(place, keys, alone)
    }


def _together(plans: Sequence[Plan], systems: Mapping[str, _System]) -> Plan:
    """The plan of them all, as the systems count it now."""
    first = plans[0]
    return Plan(
        kind=first.kind,
        tolerance=0,
        unreached=first.unreached,
        gathers=[plan.digest for plan in plans],
        selections=[systems[place[0]].together(place, keys) for place, keys in _places(plans).items()],
        **_frame(first),
    )


def _places(plans: Sequence[Plan]) -> dict[Place, list[RootKey]]:
    """Every place, in order, with all the roots there."""
    found: dict[Place, list[RootKey]] = defaultdict(list)
    for plan in plans:
        for selection in plan.selections:
            found[place_of(selection)] += selection.root_keys()
    return {place: found[place] for place in sorted(found, key=str)}


class _System:
    """One system, asked about each plan alone and about several at once, at one instant."""

    def __init__(
        self, policy: LoadedPolicy, plan: Plan, source: Source, snapshot: Snapshot, holds: Sequence[Hold]
    ) -> None:
        standing = stand(policy, source.data_map, snapshot, holds)
        self._source, self._snapshot = source, snapshot
        self._terms = held_terms(terms_of(policy, plan.as_of), standing)
        self._held = Held(standing, plan.kind)
        self._courses: dict[tuple[Place, bool], Course] = {}

    def alone(self, plan: Plan, selection: Selection) -> Counts:
        """What each step of a selection would change now."""
        place = place_of(selection), selection.shared
        if place not in self._courses:
            self._courses[place] = course_of(plan, selection, self._source)
            self._courses[place].heed(self._held.standing, plan.kind)
        # The same for everybody: what is built to ask them about one is asked about the next.
        course = self._courses[place].of(selection)
        return check_drift(plan, course, self._snapshot, course.look(self._terms, self._snapshot))

    def together(self, place: Place, keys: Sequence[RootKey]) -> Selection:
        """All of these roots, counted, with what stays, why, and until when."""
        return selection_of(self._terms, self._source, self._snapshot, self._request(place), keys, self._held)

    def besides(self, place: Place, keys: Sequence[RootKey], alone: Rows) -> set[RootKey]:
        """Of these roots, those to leave out: a row that stays, for each of them, because of the others would go.

        A row that goes with its last owner is counted by that owner alone: together, exactly as many must go as for
        each of them. One owner left out keeps the row.
        """
        request = self._request(place)
        last = {
            number: step
            for number, step in enumerate(request.steps)
            if step.do is Do.DELETE and step.others == "none"
        }
        duties = self._terms.duty_questions(self._source.data_map, request.duties)
        held = self._snapshot.find_held(request.root, keys, duties).held if last else dict[RootKey, int]()
        left: set[RootKey] = set()
        for number, step in last.items():
            change = ChangeSet(request.root, keys, [step], held)
            if self._snapshot.count(change).total != alone[place, number]:
                out = self._one_of_each(step, self._snapshot.unsettled(change), left)
                left |= out - left or set(keys[1:])  # for whatever reason: then each for itself
        return left

    def _one_of_each(
        self, step: Step, roots: AbstractSet[RootKey], left: AbstractSet[RootKey]
    ) -> set[RootKey]:
        """One owner of each row that several of these roots own, unless one is left out already."""
        key = self._source.data_map.tables[step.table].key or ""
        owners: dict[Any, list[RootKey]] = defaultdict(list)
        for root in sorted(roots, key=str):
            for (row,) in self._snapshot.read(step.table, [key], step.paths, [root]).rows:
                owners[row].append(root)
        out = set(left)
        for several in owners.values():
            if len(several) > 1 and out.isdisjoint(several):
                out.add(several[-1])
        return out

    def _request(self, place: Place) -> Request:
        _, root, disposition = place
        asked = erasure_of(self._source.data_map, root, disposition)
        return replace(asked, steps=under(asked.steps, self._held.standing.guards_for(self._held.kind)))


def done_whole(
    plan: Plan, gathered: Plan, unsettled: Sequence[frozenset[RootKey]], left: Sequence[int]
) -> bool:
    """Whether nothing of a plan is left, by what the systems answered when they were asked about the gathered one.

    Args:
        plan: one of those that were gathered, as it was approved.
        gathered: the plan that was carried out.
        unsettled: of each selection of it, the roots for which something is left.
        left: of each selection of it, the rows left: where no root answers for them, everybody does.
    """
    where = {place_of(one): number for number, one in enumerate(gathered.selections)}
    for selection in plan.selections:
        number = where[place_of(selection)]
        mine = unsettled[number].intersection(selection.root_keys())
        if mine or (left[number] and not unsettled[number]):
            return False
    return True
