"""Run: exactly the approved plan, in bounded batches, each in one transaction, counted once.

The order of a batch is: statements in a transaction on the system → their counts made durable in
the journal → commit of the system → receipt. A crash before the commit leaves the system as it
was; a crash after it leaves counts without a receipt, and the system itself is asked which of the
two happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from garant.engine.document import Plan, Selection
from garant.engine.holds import under
from garant.engine.journal import BatchJournal, read_counts, write_counts
from garant.engine.planning.survey import describe
from garant.engine.running.archiving import require_kept
from garant.engine.running.course import Course
from garant.engine.running.lifting import lift
from garant.engine.running.regiven import NOBODY, Regiven, Remembering, regiven
from garant.systems.changing import ChangeSet, Counts
from garant.systems.finding import RootKey
from garant.systems.guards import UNGUARDED
from garant.systems.model import Do
from garant.systems.port import Blocked, Blocker

BATCH = 10_000
"""Roots per transaction, at most, unless said."""

BATCH_ROWS = 50_000
"""Rows that a transaction is to change, about, where the plan has counted them: locks are held meanwhile."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one batch did. ``rows`` per step; ``skipped`` roots were no longer due; ``held`` rows stay for a hold;
    ``archived`` records are in the archive.
    """

    rows: tuple[int, ...]
    roots: int
    files: int = 0
    skipped: tuple[RootKey, ...] = ()
    blocked: tuple[tuple[RootKey, tuple[Blocker, ...]], ...] = ()
    recovered: bool = False
    held: int = 0
    archived: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            tuple(a + b for a, b in zip(self.rows, other.rows, strict=True)),
            self.roots + other.roots,
            self.files + other.files,
            self.skipped + other.skipped,
            self.blocked + other.blocked,
            self.recovered or other.recovered,
            self.held + other.held,
            self.archived + other.archived,
        )


@dataclass(frozen=True, slots=True)
class BatchRef:
    """A slice of one selection's frozen keys; ``key`` is unique in the plan: ``001/0007``."""

    key: str
    selection: int
    start: int
    stop: int


def batches(plan: Plan, size: int = BATCH) -> list[BatchRef]:
    """Cut the plan into batches of at most ``size`` roots and about BATCH_ROWS rows; the same list every time."""
    return [
        BatchRef(f"{number + 1:03d}/{part + 1:04d}", number, start, min(start + roots, selection.due))
        for number, selection in enumerate(plan.selections)
        for roots in [_roots_of(selection, size)]
        for part, start in enumerate(range(0, selection.due, roots))
    ]


def _roots_of(selection: Selection, size: int) -> int:
    """How many roots of this selection make a batch."""
    return max(1, min(size, BATCH_ROWS * selection.due // max(selection.rows, 1)))


def execute(course: Course, ref: BatchRef, journal: BatchJournal) -> Outcome:
    """Carry out one batch; safe to call again after a crash, whenever it happened.

    Raises:
        Interrupted: the system was locked or lost; nothing was changed, call again.
    """
    return _carry_out(course, course.keys[ref.start : ref.stop], ref.key, journal)


def _carry_out(course: Course, keys: Sequence[RootKey], key: str, journal: BatchJournal) -> Outcome:
    before = journal.prepared(key)
    if before is not None and before.get("halved"):
        return _halves(course, keys, key, journal)
    if course.lifting:
        return _lift(course, keys, key, journal)
    since = NOBODY if before is None or _lost(course, before) else regiven(course, keys, before)
    if before is not None and _committed(course, keys, before, since):
        return _outcome(course, key, len(keys), read_counts(before), before["skipped"], recovered=True)
    if before is not None and _uncertain(course, keys, before, since):
        course.keep(key)
    if before is not None and since.marks and before.get("marks"):
        journal = Remembering(journal, key, since.marks, before["marked_by"])
    course.leave_strangers(keys)
    change = course.change(keys)
    skipped = [k for k in keys if k not in course.now_due]
    try:
        counts = _apply(course, change, key, journal, skipped)
    except Blocked as refusal:
        course.drop(key)
        if len(change.keys) > 1:
            journal.prepare(key, {**write_counts(Counts(()), ()), "halved": True})
            return _halves(course, keys, key, journal)
        if journal.prepared(key) is not None:  # refused at the commit itself: nothing was done after all
            journal.prepare(key, write_counts(Counts(()), skipped))
        blocked = ((change.keys[0], refusal.blockers),)
        return Outcome(tuple(0 for _ in change.steps), 0, skipped=tuple(skipped), blocked=blocked)
    course.spare(counts.spared)
    return _outcome(course, key, len(keys), counts, [*skipped, *counts.spared], recovered=False)


def _lift(course: Course, keys: Sequence[RootKey], key: str, journal: BatchJournal) -> Outcome:
    """Put back what was set apart of these roots; a value that somebody else has taken meanwhile blocks its root alone."""
    try:
        counts, recovered = lift(course, keys, key, journal)
    except Blocked as refusal:
        if len(keys) > 1:
            journal.prepare(key, {**write_counts(Counts(()), ()), "halved": True})
            return _halves(course, keys, key, journal)
        return Outcome(tuple(0 for _ in course.steps), 0, blocked=((keys[0], refusal.blockers),))
    return Outcome(counts.rows, len(keys), recovered=recovered)


def _apply(
    course: Course, change: ChangeSet, key: str, journal: BatchJournal, skipped: Sequence[RootKey]
) -> Counts:
    """Change the system in one transaction: prepared before its end and, where asked, archived before its start."""

    def prepare(counts: Counts) -> None:
        journal.prepare(key, {**write_counts(counts, [*skipped, *counts.spared]), **course.marked(counts)})

    if course.archiving is None:
        return course.source.connector.apply(change, prepare)
    with course.archiving.archivist(key) as archivist:

        def prepare_kept(counts: Counts) -> None:
            require_kept(archivist, change.steps, counts)
            prepare(counts)

        return course.source.connector.apply(replace(change, archivist=archivist), prepare_kept)


def _halves(course: Course, keys: Sequence[RootKey], key: str, journal: BatchJournal) -> Outcome:
    """Do each half by itself, down to the roots that a constraint really blocks."""
    course.drop(key)
    middle = (len(keys) + 1) // 2
    first = _carry_out(course, keys[:middle], _half(key, 0), journal)
    return first + _carry_out(course, keys[middle:], _half(key, 1), journal)


def _half(key: str, side: int) -> str:
    return f"{key}{'ab'[side]}"


def _outcome(
    course: Course, key: str, roots: int, counts: Counts, skipped: Sequence[RootKey], *, recovered: bool
) -> Outcome:
    """What a batch did, once its system has committed: its records are kept before any file goes."""
    archived = course.keep(key)
    files = course.source.connector.release_files(counts.files) if counts.files else 0
    return Outcome(
        counts.rows,
        roots - len(skipped),
        files,
        tuple(skipped),
        recovered=recovered,
        held=counts.held,
        archived=archived,
    )


def _committed(course: Course, keys: Sequence[RootKey], before: Mapping[str, Any], since: Regiven) -> bool:
    """Did the system commit what was prepared?

    Its rows tell: if the transaction was lost, the steps find about as many rows as then; if it was kept, none, or
    the few that are newer. Holds are left out of the question, and what they kept then is taken off: one may have
    come, or ended, in between. A system that remembers a lost transaction is believed; one that remembers a kept one
    is not against its rows, for a server that crashed gives the number of a transaction it has lost to another. The rows
    of whoever has been given a key since tell nothing: the others are asked; where there are none, the system alone.
    """
    prepared = read_counts(before)
    known, total = _remembered(course, prepared), prepared.total
    if known is False:
        return False
    if since.keys:
        concerned = len(set(keys).difference(before["skipped"]))
        keys = [key for key in keys if key not in since.keys]
        total = total * (concerned - len(since.keys)) // concerned
        if not total:
            return known is True
    twice = _left(course, keys, before) * 2
    return twice < total or (known is True and twice == total)


def _uncertain(course: Course, keys: Sequence[RootKey], before: Mapping[str, Any], since: Regiven) -> bool:
    """Whether some of the rows that were prepared, and taken for lost with their transaction, are not there, or another's.

    What the archive has of them may then be all that there is: it is kept, twice rather than not at all.
    """
    prepared = read_counts(before)
    if course.archiving is None or _remembered(course, prepared) is False:
        return False
    return bool(since.keys) or _left(course, keys, before) < prepared.total


def _lost(course: Course, before: Mapping[str, Any]) -> bool:
    """Whether the system itself says that nothing was done."""
    return _remembered(course, read_counts(before)) is False


def _remembered(course: Course, prepared: Counts) -> bool | None:
    """What the system itself says became of the transaction."""
    return course.source.connector.committed(prepared.transaction) if prepared.transaction else None


def _left(course: Course, keys: Sequence[RootKey], before: Mapping[str, Any]) -> int:
    """Rows that the steps would still change, for the roots that were prepared."""
    skipped = set(before["skipped"])
    concerned = [key for key in keys if key not in skipped]
    with course.source.connector.snapshot() as snapshot:
        left = snapshot.count(course.change_by(concerned, under(course.steps, UNGUARDED))).total
    return left - read_counts(before).held


def summary(course: Course, outcome: Outcome) -> dict[str, Any]:
    """An outcome in words for a receipt: numbers by table; no key, no value."""
    tables: dict[str, dict[str, Any]] = {}
    for step, rows in zip(course.steps, outcome.rows, strict=True):
        entry = tables.setdefault(step.table, {"deleted": 0, "treated": 0, "columns": {}})
        entry["deleted" if step.do is Do.DELETE else "treated"] += rows
        entry["columns"] |= {name: describe(how) for name, how in step.columns.items()}
    return {
        "system": course.selection.system,
        "rule": course.selection.rule,
        "roots": outcome.roots,
        "skipped": len(outcome.skipped),
        "files": outcome.files,
        "held": outcome.held,
        "archived": outcome.archived,
        "tables": tables,
    }


def block_summary(outcome: Outcome) -> list[dict[str, Any]]:
    """What blocked, grouped by constraint: how many roots, in which table, refused by what."""
    groups: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for blocker in (blocker for _key, blockers in outcome.blocked for blocker in blockers):
        known = (blocker.table, blocker.constraint, blocker.referring_table)
        names = dict(zip(("table", "constraint", "referring_table"), known, strict=True))
        group = groups.setdefault(known, {**names, "roots": 0, "rows": 0})
        group["roots"] += 1
        group["rows"] += blocker.rows or 0
    return list(groups.values())
