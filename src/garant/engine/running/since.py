"""Who has come to be past their term since a plan was made: its run leaves them alone, and says how many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from garant.engine.document import Plan
from garant.engine.holds import Hold, held_terms, stand
from garant.engine.planning.choosing import Choice
from garant.engine.planning.plan import choices, terms_of
from garant.engine.running.course import Course
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.finding import RootKey
from garant.systems.port import Snapshot

Place = tuple[str, str]
"""A system, and a root there."""

Question = tuple[str, str, str, str, bool]
"""A system, and what a choice there is about: its rule, role and event, and whether it archives."""


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
    now: dict[Question, frozenset[RootKey]] = {}
    for system in dict.fromkeys(system for system, _ in shared):
        source = sources[system]
        with source.connector.snapshot() as snapshot:
            standing = stand(policy, source.data_map, snapshot, holds)
            terms = held_terms(terms_of(policy, plan.as_of), standing)
            made = list(choices(terms, source, snapshot, standing))
            for root in (root for name, root in shared if name == system):
                now |= _come(snapshot, [one for one in made if one.root == root], taken[system, root])
    return [now.get(_question(course), frozenset()) for course in courses]


def _come(
    snapshot: Snapshot, made: Sequence[Choice], taken: set[RootKey]
) -> dict[Question, frozenset[RootKey]]:
    """Whom each choice on a root would take besides those taken.

    First, in one question, whether anybody else is past any term: most often nobody is. A key that is a text may be
    written otherwise where an event names it, so that such roots are asked choice by choice.
    """
    data_map, root = made[0].data_map, made[0].root
    if data_map.roots[root].type == "integer":
        past = snapshot.find_past([one.question for one in made])
        if taken.issuperset(past):
            return {}
        if all(isinstance(key, int) for key in past):
            for one in made:
                one.past = past
    found: dict[Question, frozenset[RootKey]] = {}
    for one in made:
        if not taken.issuperset(one.every.keys):  # what is left of them is asked of few choices
            key = (data_map.system, one.binding.rule, one.binding.role, one.binding.event, one.archive)
            found[key] = frozenset(one.keys) - taken
    return found


def _shared(plan: Plan, courses: Sequence[Course]) -> dict[Place, None]:
    """Where rows that a sweep would take stay for other owners."""
    if plan.kind != "retention":
        return {}
    sharing = [one for one in courses if any(action.shared for action in one.selection.actions)]
    return dict.fromkeys(_place(course) for course in sharing)


def _place(course: Course) -> Place:
    return course.selection.system, course.selection.root


def _question(course: Course) -> Question:
    one = course.selection
    return one.system, one.rule or "", one.role or "", one.event or "", one.archive
