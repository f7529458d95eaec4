"""Run: exactly the approved plan, in bounded batches, each in one transaction, counted once.

The order of a batch is: statements in a transaction on the system → their counts made durable in
the journal → commit of the system → receipt. A crash before the commit leaves the system as it
was; a crash after it leaves counts without a receipt, and the system itself is asked which of the
two happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from garant.engine.archiving import Archiving, archiving_of, require_kept
from garant.engine.document import MARKING, Kind, Plan, Selection
from garant.engine.holds import Standing, under
from garant.engine.journal import BatchJournal, read_counts, write_counts
from garant.engine.steps import (
    duties_of,
    last_owner_steps,
    rectification_steps,
    restriction_steps,
    steps_of,
)
from garant.engine.survey import describe
from garant.engine.terms import Source, Terms
from garant.systems.guards import UNGUARDED
from garant.systems.model import Do, Duty
from garant.systems.port import (
    Blocked,
    Blocker,
    ChangeSet,
    Counts,
    DueQuestion,
    DutyQuestion,
    Found,
    Marking,
    Recheck,
    RootKey,
    Snapshot,
    Step,
)

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


@dataclass
class Course:
    """One selection on its way: its steps, its duties, and who is still due now."""

    selection: Selection
    source: Source
    duties: list[Duty]
    steps: list[Step]
    keys: list[RootKey]
    recheck: Recheck | None = None
    now_due: set[RootKey] = field(default_factory=set[RootKey])
    departing: list[RootKey] = field(default_factory=list[RootKey])
    past: Found = field(default_factory=lambda: Found(0))
    """Where the selection archives: who is past the whole term, and is no owner for whom a shared row would stay."""
    held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    _own_held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    sample: int = 0
    archiving: Archiving | None = None
    marking: Marking | None = None
    ending: Sequence[Course] = ()
    """Where the selection archives: the one of the same promise and plan for who is past the whole term."""

    def change(self, keys: Iterable[RootKey]) -> ChangeSet:
        """The steps over those of the keys that are still due, with what holds them now."""
        due = [key for key in keys if key in self.now_due]
        return self.change_by(due, self.steps)

    def change_by(self, keys: Sequence[RootKey], steps: Sequence[Step]) -> ChangeSet:
        """These steps over these keys, as a part of the whole selection that leaves."""
        root, recheck = self.selection.root, self.recheck
        return ChangeSet(
            root,
            keys,
            steps,
            self.held,
            self.departing,
            in_order=True,
            recheck=recheck,
            sample=self.sample,
            marking=self.marking,
        )

    def looking(self, keys: Sequence[RootKey], held: Mapping[RootKey, int]) -> ChangeSet:
        """The steps over all these keys at once, to be counted."""
        mine = set(keys) if self.past.keys else set[RootKey]()
        besides = [key for key in self.past.keys if key not in mine]
        departing = [*besides, *keys] if besides else ()
        return ChangeSet(self.selection.root, keys, self.steps, {**self.past.held, **held}, departing)

    def spare(self, roots: Sequence[RootKey]) -> None:
        """Count these roots no more among those who leave: they took up contact during the run."""
        if roots:
            self.now_due -= set(roots)
            self._leave(replace(self.past, keys=[key for key in self.past.keys if key not in roots]))

    def ends_for(self, other: Course) -> bool:
        """Whether this selection ends those of a promise that the other one archives."""
        mine, its = self.selection, other.selection
        same = (mine.system, mine.rule, mine.role, mine.event) == (its.system, its.rule, its.role, its.event)
        return same and its.archive and not mine.archive

    def heed(self, standing: Standing, kind: Kind) -> None:
        """Leave as it is what holds keep from now on."""
        self.steps = under(self.steps, standing.guards_for(kind))

    def keep(self, batch: str) -> int:
        """Keep the records of a batch whose system has committed; how many there are."""
        return self.archiving.keep(batch) if self.archiving else 0

    def drop(self, batch: str) -> None:
        """Drop the records of a batch whose system has changed nothing."""
        if self.archiving:
            self.archiving.drop(batch)

    def marked(self, counts: Counts) -> dict[str, Any]:
        """The marks of the erased roots, as the journal keeps them until the receipt."""
        if self.marking is None:
            return {}
        marks = [[mark.mark, mark.before, mark.after] for mark in counts.marks]
        return {"marks": marks, "marked_by": list(self.marking.columns)}

    def look(self, terms: Terms, snapshot: Snapshot) -> Found:
        """Ask again who is due and what holds them; only roots of the plan will ever be touched."""
        due, duties = self._questions(terms)
        self.recheck = Recheck(due, duties)
        found = snapshot.find_still(self.selection.root, self.keys, self.recheck)
        self.now_due, self._own_held = set(found.keys), found.held
        self._leave(self._past(terms, snapshot))
        return found

    @property
    def looks_aside(self) -> bool:
        """Whether rows that are archived may be shared with people who are past the whole term."""
        return self.archiving is not None and any(step.others != "any" for step in self.steps)

    def look_aside(self, terms: Terms, snapshot: Snapshot) -> None:
        """Ask again who is past the whole term: some may have come back since."""
        past = self._past(terms, snapshot)
        if (past.keys, past.held) != (self.past.keys, self.past.held):
            self._leave(past)

    def _past(self, terms: Terms, snapshot: Snapshot) -> Found:
        if not self.looks_aside:
            return self.past
        data_map = self.source.data_map
        mine = [b for b in data_map.promises if self._is_mine(b.rule, b.role, b.event)]
        duties = terms.duty_questions(data_map, self.duties)
        past = snapshot.find_due(terms.due_question(data_map, mine[0]), duties)
        # The dates of those who have just been erased may have gone with their rows.
        known, held = set(past.keys), dict(past.held)
        gone = [key for one in self.ending for key in one.keys if key in one.now_due and key not in known]
        held |= {key: one.held[key] for one in self.ending for key in gone if key in one.held}
        return replace(past, keys=[*past.keys, *gone], held=held)

    def _leave(self, past: Found) -> None:
        """Say anew who leaves, and what holds them: those past the whole term go before the others."""
        before = [key for key in past.keys if key not in self.now_due]
        self.past, self.held = past, {**past.held, **self._own_held}
        self.departing = [*before, *(key for key in self.keys if key in self.now_due)]

    def _questions(self, terms: Terms) -> tuple[DueQuestion | None, list[DutyQuestion]]:
        data_map = self.source.data_map
        mine = [b for b in data_map.promises if self._is_mine(b.rule, b.role, b.event)]
        archive = self.selection.archive
        due = terms.due_question(data_map, mine[0], archive=archive) if mine else None
        return due, terms.duty_questions(data_map, self.duties)

    def _is_mine(self, *names: str) -> bool:
        return names == (self.selection.rule, self.selection.role, self.selection.event)


def course_of(plan: Plan, selection: Selection, source: Source) -> Course:
    """Rebuild a selection's steps from the map; its digest is in the plan, so they are the approved ones."""
    data_map, root = source.data_map, selection.root
    duties = duties_of(data_map, root, besides=(selection.rule, selection.event))
    keys = selection.root_keys()
    if plan.kind == "rectification":
        right = rectification_steps(data_map, root, plan.corrections, plan.replacements)
        return Course(selection, source, [], right, keys)
    if plan.kind in MARKING:
        steps = restriction_steps(data_map, root, lifted=plan.kind == "lifting")
        return Course(selection, source, [], steps, keys)
    assert selection.disposition is not None
    steps_for = last_owner_steps if selection.shared else steps_of
    steps = steps_for(data_map, data_map.dispositions[selection.disposition], duties)
    return Course(selection, source, duties, steps, keys, archiving=archiving_of(plan, selection, source))


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
    if before is not None and _committed(course, keys, before):
        return _outcome(course, key, len(keys), read_counts(before), before["skipped"], recovered=True)
    if before is not None and _uncertain(course, keys, before):
        course.keep(key)
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


def _committed(course: Course, keys: Sequence[RootKey], before: Mapping[str, Any]) -> bool:
    """Did the system commit what was prepared?

    Where the system does not remember, its rows tell: if the transaction was lost, the steps find
    about as many rows as then; if it was kept, none, or the few that are newer. Holds are left out of the
    question, and what they kept then is taken off: one may have come, or ended, in between.
    """
    prepared = read_counts(before)
    known = _remembered(course, prepared)
    return _left(course, keys, before) * 2 < prepared.total if known is None else known


def _uncertain(course: Course, keys: Sequence[RootKey], before: Mapping[str, Any]) -> bool:
    """Whether some of the rows that were prepared, and taken for lost with their transaction, are not there.

    What the archive has of them may then be all that there is: it is kept, twice rather than not at all.
    """
    prepared = read_counts(before)
    if course.archiving is None or _remembered(course, prepared) is not None:
        return False
    return _left(course, keys, before) < prepared.total


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
