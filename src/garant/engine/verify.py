"""Verify: ask the systems again. Zero left, or what is left, where, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from typing import Any

from garant.engine.run import Course
from garant.engine.terms import Terms
from garant.systems.port import ChangeSet, Recheck, RootKey, Snapshot


@dataclass(frozen=True, slots=True)
class Left:
    """Rows of one table that the plan should have changed and that are still there."""

    table: str
    do: str
    rows: int


@dataclass(frozen=True, slots=True)
class SelectionCheck:
    """One selection, asked again: ``overdue`` roots of the plan still have something left to do.

    ``held`` rows are there because a hold keeps them.
    """

    system: str
    rule: str | None
    planned: int
    overdue: int
    no_longer_due: int
    left: tuple[Left, ...]
    held: int = 0


@dataclass(frozen=True, slots=True)
class Verification:
    """The answers of all the systems."""

    selections: tuple[SelectionCheck, ...]

    @property
    def verified(self) -> bool:
        """Whether nothing that was to go is left."""
        return all(not check.left for check in self.selections)

    @property
    def details(self) -> dict[str, Any]:
        """The verification as plain data, for a receipt."""
        return {"selections": [asdict(check) for check in self.selections]}


def verify(
    terms: Terms, courses: Sequence[Course], spared: Mapping[int, AbstractSet[RootKey]]
) -> Verification:
    """Count, over the plan's own roots, what every step would still change.

    ``spared`` are, per selection, the roots that took up contact again between plan and run: they
    were left alone. A root whose own row has gone is asked about like the others: what hung on it
    must not stay behind.
    """
    return Verification(
        tuple(_check(terms, course, spared.get(number, set())) for number, course in enumerate(courses))
    )


def _check(terms: Terms, course: Course, spared: AbstractSet[RootKey]) -> SelectionCheck:
    selection = course.selection
    asked = [key for key in course.keys if key not in spared]
    with course.source.connector.snapshot() as snapshot:
        duties = terms.duty_questions(course.source.data_map, course.duties)
        found = snapshot.find_still(selection.root, asked, Recheck(None, duties))
        if course.looks_aside:
            course.look_aside(terms, snapshot)
        change = course.looking(asked, found.held)
        rows = snapshot.count(change).rows
        overdue = snapshot.unsettled(change) if any(rows) else set[RootKey]()
        held = _held(snapshot, change)
    left = tuple(
        Left(step.table, step.do.value, count)
        for step, count in zip(course.steps, rows, strict=True)
        if count
    )
    return SelectionCheck(
        selection.system, selection.rule, selection.due, len(overdue), len(spared), left, held
    )


def _held(snapshot: Snapshot, change: ChangeSet) -> int:
    """Rows that would be left to do but for a hold."""
    if not change.guards:
        return 0
    return snapshot.count(replace(change, steps=[replace(s, on_hold=True) for s in change.steps])).total
