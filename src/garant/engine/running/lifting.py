"""A restriction without a mark: values wait, sealed, in the archive, and come back when it is lifted (ADR 0079).

To set apart is an ordinary change whose rows are archived before. To put back goes from the records to the rows; a
batch that was interrupted is done again, since what is back already is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from garant.engine.journal import BatchJournal, read_counts, write_counts
from garant.engine.running.course import Course
from garant.systems.archiving import ApartRecord
from garant.systems.changing import Counts
from garant.systems.finding import RootKey
from garant.systems.port import Snapshot
from garant.systems.returns import Returns


def sealed(course: Course, keys: Sequence[RootKey]) -> list[ApartRecord]:
    """What is set apart of these roots."""
    archive = course.source.archive
    assert archive is not None
    return archive.sealed(course.selection.system, course.selection.root, set(keys))


def waiting(course: Course, keys: Sequence[RootKey], snapshot: Snapshot) -> tuple[Counts, set[RootKey]]:
    """Rows, step by step, in which something would come back now, and whose they are."""
    returns = snapshot.judge(sealed(course, keys))
    return _counts(course, returns), {one.root for one in returns.rows if one.back}


def lift(course: Course, keys: Sequence[RootKey], key: str, journal: BatchJournal) -> tuple[Counts, bool]:
    """Put back what is set apart of these roots, then destroy the records of which nothing is left apart.

    The others are for somebody to decide.

    Returns:
        The rows that came back, and whether they had before this attempt.

    Raises:
        Blocked: a constraint refuses; nothing was changed.
    """
    before, records = journal.prepared(key), sealed(course, keys)
    if not records:
        return (read_counts(before), True) if before else (Counts(tuple(0 for _ in course.steps)), False)
    earlier = read_counts(before) if before else None

    def prepare(returns: Returns) -> None:
        if earlier is None or any(_counts(course, returns).rows):
            journal.prepare(key, write_counts(_counts(course, returns), []))

    returns = course.source.connector.put_back(records, prepare)
    assert course.source.archive is not None
    course.source.archive.leave(returns.unfinished)
    course.source.archive.let_go(returns.whole)
    counts = _counts(course, returns)
    return (earlier, True) if earlier is not None and not counts.total else (counts, False)


def _counts(course: Course, returns: Returns) -> Counts:
    rows = returns.count()
    return Counts(tuple(rows[step.table] for step in course.steps))
