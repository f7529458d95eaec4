"""Execution: an approved plan opened on its systems; batch by batch, then asked about again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from garant.engine.document import Plan
from garant.engine.holds import Hold, Holding, Standing, held_terms, nothing_held, stand, under
from garant.engine.journal import Journal
from garant.engine.marks import ERASING, identifying
from garant.engine.running.aside import Aside
from garant.engine.running.course import Course, course_of
from garant.engine.running.lifting import waiting
from garant.engine.running.run import BATCH, BatchRef, Outcome, batches, block_summary, execute, summary
from garant.engine.running.since import come_since
from garant.engine.running.verify import Verification, verify
from garant.engine.terms import Source, Terms
from garant.engine.whose import same_people, whose
from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text
from garant.systems.changing import Counts, Marking
from garant.systems.finding import Found, RootKey
from garant.systems.guards import UNGUARDED
from garant.systems.port import Snapshot

_ROOTS = Text(fr="dossiers", en="roots")
_ROWS = Text(fr="lignes", en="rows")


class PlanRefused(Exception):
    """A plan cannot be run: the policy or a map has changed, or reality has drifted away.

    Says so in both languages.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did, as its receipt says; ``blocks`` is empty when nothing refused."""

    counts: Mapping[str, Any]
    blocks: Sequence[Mapping[str, Any]]
    recovered: bool


class Execution:
    """One plan on its way. Opening it asks each system once who is still due.

    Args:
        plan: the approved plan.
        policy: the policy, as loaded now.
        sources: the systems, by name, as mapped now.
        resumed: whether some batches have been carried out already; drift is judged only before
            the first one, since a half-done plan has moved reality itself. Who has been given a key meanwhile is left
            alone, and counts as left.
        batch_size: roots per transaction.
        holding: gives the holds in force. It is asked now, before each batch but the first, and once more before
            each batch commits: a hold placed since the plan was approved is obeyed, whenever it comes.
        sample: about how many of the values that go are told to the journal, to be searched for
            in the bytes afterwards.
        marking_key: marks the roots that are erased, so that a restored backup does not bring them back.

    Raises:
        PlanRefused: the policy or a map is not the one that was planned on, or reality has drifted
            beyond the plan's tolerance.
    """

    def __init__(
        self,
        plan: Plan,
        policy: LoadedPolicy,
        sources: Mapping[str, Source],
        *,
        resumed: bool = False,
        batch_size: int = BATCH,
        holding: Holding = nothing_held,
        sample: int = 0,
        marking_key: bytes | None = None,
    ) -> None:
        _same_sources(plan, policy, sources)
        _archives_there(plan, sources)
        self.plan = plan
        self._policy, self._sources = policy, sources
        self._holding, self._heeded = holding, tuple[Hold, ...]()
        self.terms = Terms(policy.document.retention, plan.zone, plan.as_of)
        self.courses = [course_of(plan, s, sources[s.system]) for s in plan.selections]
        if resumed:
            self._doubt()
        self._asides = {id(course): self._aside(course) for course in self.courses}
        self._recalled, self._under_way = (
            not resumed,
            self.courses[0] if self.courses and not resumed else None,
        )
        self._batches = {ref.key: ref for ref in batches(plan, batch_size)}
        self._heed(tuple(holding()), judging=not resumed)
        self._asked = True
        for course in self.courses:
            course.sample = 0 if course.selection.apart else -(-sample // max(1, len(self._batches)))
            course.marking = _marking(plan, course, marking_key)

    def batch_keys(self) -> list[str]:
        """The batches of the plan, in order; the same list every time."""
        return list(self._batches)

    def batch(self, key: str) -> BatchRef:
        """The slice that a batch key stands for."""
        return self._batches[key]

    def execute(self, key: str, journal: Journal) -> BatchResult:
        """Carry out one batch in one transaction of its system; safe to call again."""
        ref = self._batches[key]
        course = self.courses[ref.selection]
        outcome = self._execute(course, ref, journal)
        return BatchResult(summary(course, outcome), block_summary(outcome), outcome.recovered)

    def _execute(self, course: Course, ref: BatchRef, journal: Journal) -> Outcome:
        """Carry out one batch under the holds in force at its commit."""
        self._recall(journal, ref)
        aside = self._asides[id(course)]
        if course is not self._under_way:
            self._under_way = course
            aside.begin()
        while True:
            now = self._heeded if self._asked else tuple(self._holding())
            self._asked = False
            if now != self._heeded:
                self._recalled = False
                self._recall(journal, ref)  # the dates of those who have left may have gone with them
                self._heed(now)
            if aside.must_look:
                with course.source.connector.snapshot() as snapshot:
                    aside.look(self.terms, snapshot)
            try:
                return execute(course, ref, _Heeding(journal, self._holding, now))
            except _HoldsChanged:
                continue

    def _heed(self, holds: tuple[Hold, ...], *, judging: bool = False) -> None:
        """Find what these holds keep in every system, and look again at who is due; ``judging`` drift too."""
        terms = self.terms
        for name in dict.fromkeys(course.selection.system for course in self.courses):
            source = self._sources[name]
            with source.connector.snapshot() as snapshot:
                standing = stand(self._policy, source.data_map, snapshot, holds)
                self.terms = held_terms(terms, standing)
                here = [course for course in self.courses if course.selection.system == name]
                alone = not any(self._asides[id(course)].looks for course in here)
                found = {
                    id(course): self._look(course, standing, snapshot, judging and alone) for course in here
                }
                for course in reversed(here) if not alone else ():  # the last one's keys are there
                    self._asides[id(course)].begin(just_looked=True)
                    self._asides[id(course)].look(self.terms, snapshot)
                    if judging:
                        check_drift(self.plan, course, snapshot, found[id(course)])
        self._heeded = holds

    def _look(self, course: Course, standing: Standing, snapshot: Snapshot, judging: bool) -> Found:
        """Find who is still due by one selection, and judge its drift where nobody else matters to it."""
        course.heed(standing, self.plan.kind)
        found = course.look(self.terms, snapshot)
        if judging:
            check_drift(self.plan, course, snapshot, found)
        return found

    def _aside(self, course: Course) -> Aside:
        """Who leaves besides: in a sweep, by the selections that end or archive the same root of the same system."""
        place, sweep = (course.selection.system, course.selection.root), self.plan.kind == "retention"
        beside = [one for one in self.courses if (one.selection.system, one.selection.root) == place]
        return Aside(course, beside if sweep else [course], sweep)

    def _doubt(self) -> None:
        """Ask again whose a root is before something is done of it; what was done already may have emptied its row."""
        named: dict[tuple[str, str], set[RootKey]] = defaultdict(set)
        for course in self.courses:
            before = named[course.selection.system, course.selection.root]
            course.doubted = set(course.keys) - before
            before |= course.doubted

    def _recall(self, journal: Journal, now: BatchRef | None) -> None:
        """Know again who left before the run was interrupted: the batches before this one, or all, are done."""
        if self._recalled:
            return
        self._recalled = True
        for key, ref in self._batches.items():
            if now is not None and key == now.key:
                break
            course, skipped = self.courses[ref.selection], set(journal.skipped(key))
            course.left |= {one for one in course.keys[ref.start : ref.stop] if one not in skipped}

    def verify(self, journal: Journal) -> Verification:
        """Ask every system again what is left of the plan, the roots that were spared excepted."""
        spared: dict[int, set[RootKey]] = {}
        for key, ref in self._batches.items():
            spared.setdefault(ref.selection, set()).update(journal.skipped(key))
        for number, keys in spared.items():  # who has somebody's key since is left to be done
            spared[number] = keys - self.courses[number].another(list(keys))
        self._recall(journal, None)
        since = come_since(self.plan, self._policy, self._sources, self.courses, self._heeded)
        asides = [self._asides[id(course)] for course in self.courses]
        return verify(self.terms, self.courses, spared, asides, since)


class _HoldsChanged(Exception):
    """A hold was placed, or ended, while a batch was under way: it is rolled back and done again."""


@dataclass(frozen=True, slots=True)
class _Heeding:
    """The journal of a batch that commits only under the holds it was made for."""

    journal: Journal
    holding: Holding
    heeded: tuple[Hold, ...]

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        return self.journal.prepared(batch_key)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        if tuple(self.holding()) != self.heeded:
            raise _HoldsChanged
        self.journal.prepare(batch_key, counts)


def _marking(plan: Plan, course: Course, key: bytes | None) -> Marking | None:
    """How the roots of a selection that erases or archives them are marked."""
    if key is None or plan.kind not in ERASING or course.selection.shared:
        return None
    return Marking(key, identifying(course.source.data_map, course.selection.root))


def _same_sources(plan: Plan, policy: LoadedPolicy, sources: Mapping[str, Source]) -> None:
    if plan.policy_digest != policy.digest:
        raise PlanRefused(
            Text(
                fr="la politique a changé depuis le plan : refaites-le",
                en="the policy has changed since the plan was made: make a new plan",
            )
        )
    reached = {one.system for one in plan.selections}
    by_hand = {task.system for task in plan.tasks} - reached  # the tasks are in the plan, whole
    for system, digest in plan.map_digests.items():
        if system in by_hand:
            continue
        if system not in sources:
            raise PlanRefused(
                Text(
                    fr=f"{system} : le plan a besoin de ce système, et aucune carte ne le nomme",
                    en=f"{system}: the plan needs this system, and no data map names it",
                )
            )
        if sources[system].digest != digest:
            raise PlanRefused(
                Text(
                    fr=f"{system} : sa carte a changé depuis le plan : refaites-le",
                    en=f"{system}: its data map has changed since the plan was made: make a new plan",
                )
            )


def _archives_there(plan: Plan, sources: Mapping[str, Source]) -> None:
    for selection in plan.selections:
        if (selection.archive or selection.apart) and sources[selection.system].archive is None:
            raise PlanRefused(
                Text(
                    fr=f"{selection.system} : le plan archive des dossiers, et aucune archive n’est ouverte ici",
                    en=f"{selection.system}: the plan archives records, and no archive is open here",
                )
            )


def check_drift(plan: Plan, course: Course, snapshot: Snapshot, found: Found) -> Counts:
    """Refuse a plan from which reality has moved too far; asked where it has just been said who is due.

    Returns:
        The rows that each of the course's steps would change now.

    Raises:
        PlanRefused: more, or fewer, roots or rows than the plan tolerates; or a root that is somebody else's now.
    """
    planned = course.selection
    where = f"{planned.system}: {planned.rule or planned.root}"
    _same_people(course, snapshot, where)
    if course.lifting:
        counts, _ = waiting(course, course.keys, snapshot)
        _within(plan, planned.rows, counts.total, where, _ROWS)
        return counts
    _within(plan, planned.due, len(found.keys), where, _ROOTS)
    # Nobody who leaves by the plan is left out as an owner.
    change = course.looking(found.keys, found.held)
    counts = snapshot.count(change)
    rows = counts.total
    loose = replace(change, steps=under(change.steps, UNGUARDED))
    reality = snapshot.count(loose).total if change.guards else rows
    # A hold placed since is no drift: its rows are there, and stay. One that ended frees more
    # rows than were approved: that needs a new plan.
    _within(plan, planned.rows + planned.held, reality, where, _ROWS)
    if rows > planned.rows:
        _within(plan, planned.rows, rows, where, _ROWS)
    return counts


def _same_people(course: Course, snapshot: Snapshot, where: str) -> None:
    """What a person asked for is done to them: never to whoever has been given their key since."""
    planned = course.selection
    if planned.whose:
        now = whose(course.source.data_map, snapshot, planned.root, planned.root_keys())
        if not same_people(planned.whose, now):
            raise PlanRefused(
                Text(
                    fr=f"{where} : l’identité d’un dossier a changé depuis le plan (nom, adresse ou téléphone) ; "
                    "c’est peut-être quelqu’un d’autre : refaites-le",
                    en=f"{where}: the identity of a root has changed since the plan was made (name, e-mail or phone); "
                    "it may be somebody else: make a new plan",
                )
            )


def _within(plan: Plan, planned: int, now: int, where: str, what: Text) -> None:
    if abs(now - planned) > plan.tolerance * max(planned, 1):
        raise PlanRefused(
            Text(
                fr=f"{where} : {planned} {what.fr} dans le plan, {now} maintenant ; "
                f"le plan tolère {plan.tolerance:.1%} : refaites-le",
                en=f"{where}: {planned} {what.en} were planned, {now} are there now; "
                f"the plan tolerates {plan.tolerance:.1%}: make a new plan",
            )
        )
