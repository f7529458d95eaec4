"""Who has come to be past their term since a plan was made: its run leaves them alone, and says how many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from garant.engine.course import Course
from garant.engine.document import Plan
from garant.engine.holds import Hold, held_terms, stand
from garant.engine.plan import choices, terms_of
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.port import RootKey

Place = tuple[str, str]
"""A system, and a root there."""


def come_since(
    plan: Plan,
    policy: LoadedPolicy,
    sources: Mapping[str, Source],
    courses: Sequence[Course],
    holds: Sequence[Hold],
) -> list[frozenset[RootKey]]:
    """Selection by selection, the roots that a plan made now for the same day would take and that no selection has.

    What they own, and what others share with them, stays until the next plan: nobody has approved that it goes. Asked
    where rows of the plan stay for other owners; elsewhere nothing depends on them. Nobody where the plan is no sweep.

    Raises:
        ConnectorError: a system did not answer.
    """
    taken: dict[Place, set[RootKey]] = defaultdict(set)
    for course in courses:
        taken[_place(course)].update(course.keys)
    shared = _shared(plan, courses)
    now: dict[tuple[str, str, str, str, bool], frozenset[RootKey]] = {}
    for system in dict.fromkeys(system for system, _ in shared):
        source = sources[system]
        with source.connector.snapshot() as snapshot:
            standing = stand(policy, source.data_map, snapshot, holds)
            terms = held_terms(terms_of(policy, plan.as_of), standing)
            for one in choices(terms, source, snapshot, standing):
                bound, mine = one.binding, taken[system, one.root]
                if (system, one.root) not in shared or mine.issuperset(
                    snapshot.find_due(one.question, []).keys
                ):
                    continue  # most often: what holds them, and whether anything is left of them, is not asked
                keys = frozenset(one.keys) - mine
                now[system, bound.rule, bound.role, bound.event, one.archive] = keys
    return [now.get(_question(course), frozenset()) for course in courses]


def _shared(plan: Plan, courses: Sequence[Course]) -> dict[Place, None]:
    """Where rows that a sweep would take stay for other owners."""
    if plan.kind != "retention":
        return {}
    sharing = [one for one in courses if any(action.shared for action in one.selection.actions)]
    return dict.fromkeys(_place(course) for course in sharing)


def _place(course: Course) -> Place:
    return course.selection.system, course.selection.root


def _question(course: Course) -> tuple[str, str, str, str, bool]:
    one = course.selection
    return one.system, one.rule or "", one.role or "", one.event or "", one.archive
