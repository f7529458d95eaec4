"""Of a batch that may have been committed before its process died: whose keys somebody else has since.

Their rows are no sign that the batch was lost, and what it wrote down of who had these keys before must not be lost with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from garant.engine.journal import BatchJournal
from garant.engine.running.course import Course
from garant.systems.finding import RootKey

Written = Sequence[str | None]
"""A mark as the journal has it: of the key, of the row before, of what was left of it."""


@dataclass(frozen=True, slots=True)
class Regiven:
    """Roots that are neither as a batch found them nor as it would have left them, without those that it left alone; and
    what it, or an attempt before it, wrote down of them all.
    """

    keys: frozenset[RootKey] = frozenset()
    marks: tuple[Written, ...] = ()


NOBODY = Regiven()


def regiven(course: Course, keys: Sequence[RootKey], before: Mapping[str, Any]) -> Regiven:
    """Whose keys are somebody else's than when a batch prepared this; nobody where it marked none.

    Raises:
        ConnectorError: the system did not answer.
    """
    written: Sequence[Written] = before.get("marks") or before.get("were") or ()
    if course.marking is None or not written:
        return NOBODY
    known: dict[str, list[Written]] = defaultdict(list)
    for one in written:
        known[str(one[0])].append(one)
    found = course.source.connector.match(course.selection.root, course.marking, list(known), keys)
    given = [one for one in found if not any(one.now in (was, left) for _, was, left in known[one.mark])]
    return Regiven(
        frozenset(one.key for one in given).difference(before["skipped"]),
        tuple(mark for one in given for mark in known[one.mark]),
    )


@dataclass(frozen=True, slots=True)
class Remembering:
    """The journal of a batch that is done again: it goes on saying what an earlier attempt may have erased."""

    journal: BatchJournal
    batch: str
    marks: Sequence[Written]
    columns: Sequence[str]

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        return self.journal.prepared(batch_key)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        if batch_key == self.batch:
            marks = [*map(list, self.marks), *counts.get("marks", ())]
            counts = {**counts, "marks": marks, "marked_by": list(self.columns)}
        self.journal.prepare(batch_key, counts)
