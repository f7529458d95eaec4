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


def come_since(
    plan: Plan,
    policy: LoadedPolicy,
    sources: Mapping[str, Source],
    courses: Sequence[Course],
    holds: Sequence[Hold],
) -> list[frozenset[RootKey]]:
    """Selection by selection, the roots that a plan made now for the same day would take and that no selection has.

    What they own, and what others share with them, stays until the next plan: nobody has approved that it goes. None
    where the plan is no sweep.

    Raises:
        ConnectorError: a system did not answer.
    """
    if plan.kind != "retention":
        return [frozenset()] * len(courses)
    taken: dict[tuple[str, str], set[RootKey]] = defaultdict(set)
    for course in courses:
        taken[course.selection.system, course.selection.root].update(course.keys)
    now: dict[tuple[str, str, str, str, bool], frozenset[RootKey]] = {}
    for system in dict.fromkeys(course.selection.system for course in courses):
        source = sources[system]
        with source.connector.snapshot() as snapshot:
            standing = stand(policy, source.data_map, snapshot, holds)
            terms = held_terms(terms_of(policy, plan.as_of), standing)
            for one in choices(terms, source, snapshot, standing):
                bound = one.binding
                place = (system, bound.rule, bound.role, bound.event, one.archive)
                now[place] = frozenset(one.keys) - taken[system, one.root]
    return [now[_place(course)] for course in courses]


def _place(course: Course) -> tuple[str, str, str, str, bool]:
    one = course.selection
    return one.system, one.rule or "", one.role or "", one.event or "", one.archive
