"""Verify: ask the systems again. Zero left, or what is left, where, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from typing import Any

from garant.engine.planning.leaving import cards, dated, left_to_undated, promised
from garant.engine.running.aside import Aside
from garant.engine.running.course import Course
from garant.engine.running.lifting import waiting
from garant.engine.terms import Terms
from garant.systems.changing import ChangeSet, Recheck
from garant.systems.finding import RootKey
from garant.systems.guards import RowGuard
from garant.systems.port import Snapshot


@dataclass(frozen=True, slots=True)
class Left:
    """Rows of one table that the plan should have changed and that are still there.

    ``undated``: they stay for owners alone whom nothing dates, so that no term will ever reach them.
    """

    table: str
    do: str
    rows: int
    undated: bool = False


@dataclass(frozen=True, slots=True)
class SelectionCheck:
    """One selection, asked again: ``overdue`` roots of the plan still have something left to do.

    ``held`` rows are there because a hold keeps them. ``since``: roots past the term that no selection of the plan
    has, because they came to be so after it was made; the next plan takes them.
    """

    system: str
    rule: str | None
    planned: int
    overdue: int
    no_longer_due: int
    left: tuple[Left, ...]
    held: int = 0
    since: int = 0


@dataclass(frozen=True, slots=True)
class Verification:
    """The answers of all the systems."""

    selections: tuple[SelectionCheck, ...]
    unsettled: tuple[frozenset[RootKey], ...] = ()
    """Selection by selection, the roots for which something is left: never part of a receipt."""

    @property
    def verified(self) -> bool:
        """Whether nothing that was to go is left."""
        return all(not check.left for check in self.selections)

    @property
    def details(self) -> dict[str, Any]:
        """The verification as plain data, for a receipt."""
        return {"selections": [asdict(check) for check in self.selections]}


def verify(
    terms: Terms,
    courses: Sequence[Course],
    spared: Mapping[int, AbstractSet[RootKey]],
    asides: Sequence[Aside],
    since: Sequence[AbstractSet[RootKey]],
) -> Verification:
    """Count, over the plan's own roots, what every step would still change.

    ``spared`` are, per selection, the roots that took up contact again between plan and run: they
    were left alone. A root whose own row has gone is asked about like the others: what hung on it
    must not stay behind. ``since`` are those who came past their term after the plan was made.
    """
    waiting: dict[tuple[str, str], set[RootKey]] = defaultdict(set)
    for course, come in zip(courses, since, strict=True):
        waiting[course.selection.system, course.selection.root].update(come)
    checked: list[tuple[SelectionCheck, AbstractSet[RootKey]]] = []
    for number, (course, aside, come) in enumerate(zip(courses, asides, since, strict=True)):
        wait = waiting[course.selection.system, course.selection.root]
        check, unsettled = _check(terms, course, spared.get(number, set()), aside, wait)
        checked.append((replace(check, since=len(come)), unsettled))
    return Verification(
        tuple(check for check, _ in checked), tuple(frozenset(unsettled) for _, unsettled in checked)
    )


def _check(
    terms: Terms,
    course: Course,
    spared: AbstractSet[RootKey],
    aside: Aside,
    waiting: AbstractSet[RootKey],
) -> tuple[SelectionCheck, AbstractSet[RootKey]]:
    selection = course.selection
    asked = [key for key in course.keys if key not in spared]
    with course.source.connector.snapshot() as snapshot:
        duties = dated(terms, course.source.data_map, course.duties)
        found = snapshot.find_still(selection.root, asked, Recheck(None, duties))
        parted = set(course.others.before).difference(*(one.keys for one in aside.beside))
        aside.look(terms, snapshot)
        change = course.looking(asked, found.held)
        rows, overdue = _still(course, snapshot, change)
        held = _held(snapshot, change)
        undated = _left_to_undated(terms, course, snapshot, change, spared, waiting, parted)
    left = tuple(
        Left(step.table, step.do.value, count)
        for step, count in zip(course.steps, rows, strict=True)
        if count
    )
    check = SelectionCheck(
        selection.system,
        selection.rule,
        selection.due,
        len(overdue),
        len(spared),
        (*left, *undated),
        held,
    )
    return check, overdue


def _still(
    course: Course, snapshot: Snapshot, change: ChangeSet
) -> tuple[Sequence[int], AbstractSet[RootKey]]:
    """Rows, step by step, that are still to be changed, and the roots for which there are some."""
    if course.lifting:
        counts, roots = waiting(course, change.keys, snapshot)
        return counts.rows, roots
    rows = snapshot.count(change).rows
    return rows, snapshot.unsettled(change) if any(rows) else set[RootKey]()


def _held(snapshot: Snapshot, change: ChangeSet) -> int:
    """Rows that would be left to do but for a hold."""
    if not change.guards:
        return 0
    return snapshot.count(replace(change, steps=[replace(s, on_hold=True) for s in change.steps])).total


def _left_to_undated(
    terms: Terms,
    course: Course,
    snapshot: Snapshot,
    change: ChangeSet,
    spared: AbstractSet[RootKey],
    waiting: AbstractSet[RootKey],
    parted: AbstractSet[RootKey],
) -> Sequence[Left]:
    """Roots' own rows that people past their term own too, and that stay for people alone whom nothing dates.

    Those for whom the plan found nothing to do are asked about too: that may be why; those of them who had ``parted``
    even where the run took their own row. Those ``waiting`` for the next plan keep what they own until then.
    """
    data_map, root, binding = course.source.data_map, course.selection.root, course.binding
    own = cards(data_map, root, change.steps)
    if binding is None or not own:
        return ()
    question = terms.due_question(data_map, binding, archive=course.selection.archive)
    past = snapshot.find_due(question, terms.duty_questions(data_map, course.duties))
    mine = set(change.keys)
    others = promised(data_map, course.duties)  # whom another promise keeps is not past their term
    left_out = mine | spared | waiting | {key for key, duties in past.held.items() if duties & others}
    besides = [key for key in past.keys if key not in left_out]
    besides += _lost(snapshot, data_map.roots[root].table, parted - left_out - set(besides))
    held = {key: past.held[key] for key in besides if key in past.held}
    change = course.others.with_keys(root, [*change.keys, *besides], own, {**held, **change.held})
    found = left_to_undated(terms, data_map, snapshot, course.duties, change, waiting)
    return [Left(step.table, step.do.value, rows, undated=True) for step, rows in found]


def _lost(snapshot: Snapshot, table: str, keys: AbstractSet[RootKey]) -> list[RootKey]:
    """Those of the keys that no row of their table has any more."""
    there = snapshot.present(RowGuard(table, frozenset(map(str, keys)))) if keys else frozenset[str]()
    return sorted((key for key in keys if str(key) not in there), key=str)
