"""A selection on its way through a run: its steps, its duties, who is still due, and who leaves besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from garant.engine.document import MARKING, Kind, Plan, Selection
from garant.engine.holds import Standing, under
from garant.engine.planning.apart import putting_back
from garant.engine.planning.leaving import NOBODY, Others, dated
from garant.engine.planning.steps import (
    apart_steps,
    duties_of,
    last_owner_steps,
    rectification_steps,
    restriction_steps,
    steps_of,
)
from garant.engine.running.archiving import Archiving, archiving_of
from garant.engine.terms import Source, Terms
from garant.engine.whose import whose
from garant.systems.changing import BESIDES, LATER, ChangeSet, Counts, Marking, Recheck, Step, bits_of
from garant.systems.finding import Found, RootKey
from garant.systems.model import Duty, PromiseBinding
from garant.systems.port import Snapshot


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
    others: Others = NOBODY
    """Who leaves besides, and is no owner for whom a shared row would stay."""
    held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    own_held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    later: bool = False
    """Whether some of those who leave do so by a later selection."""
    besides: bool = False
    """Whether a duty holds some of those who leave, and no batch of this selection is about them."""
    sample: int = 0
    archiving: Archiving | None = None
    marking: Marking | None = None
    lifting: bool = False
    """Whether what was set apart is put back: by rows of the archive, not by the steps."""
    left: frozenset[RootKey] = frozenset()
    """Roots that left before the run was interrupted: their dates may have gone with them."""
    doubted: set[RootKey] = field(default_factory=set[RootKey])
    """Roots of which nothing was done before the run was interrupted: their keys may be somebody else's since."""
    strangers: set[RootKey] = field(default_factory=set[RootKey])
    """Those of them that are: they are left alone."""

    @property
    def untouched(self) -> frozenset[str]:
        """The tables in which the plan found nothing to do."""
        actions = self.selection.actions
        return frozenset(one.table for one in actions) - {
            one.table for one in actions if one.deleted or one.treated
        }

    def of(self, selection: Selection) -> Course:
        """The same course for other roots: those of a selection of the same root, disposed of alike."""
        return Course(selection, self.source, self.duties, self.steps, selection.root_keys())

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
            keys if keys == self.departing else self.departing,  # nobody is named twice
            in_order=True,
            recheck=recheck,
            sample=self.sample,
            unsampled=self.untouched,
            marking=self.marking,
            gone=self.others.selected,
            later=self.later,
            besides=self.besides,
            apart=self.selection.apart,
        )

    def looking(self, keys: Sequence[RootKey], held: Mapping[RootKey, int]) -> ChangeSet:
        """The steps over all these keys at once, to be counted."""
        return self.others.with_keys(self.selection.root, keys, self.steps, held)

    def spare(self, roots: Sequence[RootKey]) -> None:
        """Count these roots no more among those who leave: they took up contact during the run."""
        if roots:
            self.now_due -= set(roots)
            self.name_leaving()

    def leave_strangers(self, keys: Sequence[RootKey]) -> None:
        """Leave alone those of the roots, if the run stood still before they were reached, whose key somebody else has."""
        doubted = [key for key in keys if key in self.doubted] if self.doubted else []
        self.doubted.difference_update(doubted)
        found = self.another(doubted)
        if found:
            self.strangers |= found
            self.spare(list(found))

    def another(self, keys: Sequence[RootKey]) -> set[RootKey]:
        """Those of the roots that are somebody else's than when they were planned, where the plan says whose they are."""
        if not keys or not self.selection.whose:
            return set()
        was = dict(zip(self.keys, self.selection.whose, strict=True))
        with self.source.connector.snapshot() as snapshot:
            now = whose(self.source.data_map, snapshot, self.selection.root, keys)
        return {key for key, is_ in zip(keys, now, strict=True) if is_ and is_ != was[key]}

    def heed(self, standing: Standing, kind: Kind) -> None:
        """Leave as it is what holds keep from now on."""
        self.steps = under(self.steps, standing.guards_for(kind, apart=self.selection.apart))

    def keep(self, batch: str) -> int:
        """Keep the records of a batch whose system has committed; how many there are."""
        return self.archiving.keep(batch) if self.archiving else 0

    def drop(self, batch: str) -> None:
        """Drop the records of a batch whose system has changed nothing."""
        if self.archiving:
            self.archiving.drop(batch)

    def marked(self, counts: Counts) -> dict[str, Any]:
        """The marks of the erased roots, as the journal keeps them until the receipt; of those archived, whose they were."""
        if self.marking is None:
            return {}
        marks = [[mark.mark, mark.before, mark.after] for mark in counts.marks]
        name = "were" if self.selection.archive else "marks"
        return {name: marks, "marked_by": list(self.marking.columns)}

    def look(self, terms: Terms, snapshot: Snapshot) -> Found:
        """Ask again who is due and what holds them; only roots of the plan will ever be touched."""
        self.recheck = self._questions(terms)
        found = snapshot.find_still(self.selection.root, self.keys, self.recheck)
        self.now_due, self.own_held = set(found.keys) - self.strangers, found.held
        self.name_leaving()
        return found

    @property
    def binding(self) -> PromiseBinding | None:
        """The promise that the selection carries out; none for a person's request."""
        names = (self.selection.rule, self.selection.role, self.selection.event)
        mine = [b for b in self.source.data_map.promises if (b.rule, b.role, b.event) == names]
        return mine[0] if mine else None

    def name_leaving(self) -> None:
        """Say anew who leaves, and what holds them, in the order in which they go."""
        others, mine = self.others, [key for key in self.keys if key in self.now_due]
        self.departing, self.held, self.later, self.besides = mine, self.own_held, False, False
        if others.before or others.after:
            gone = set(others.before)
            after = [key for key in others.after if key not in self.now_due]
            self.departing = [*others.before, *(key for key in mine if key not in gone), *after]
            again = {key: others.held[key] for key in others.selected}
            waiting = {key: LATER | others.held[key] for key in after}
            self.held = {**others.held, **self.own_held, **again, **waiting}
            self.later, self.besides = bool(after), bool(bits_of(self.held.values()) & BESIDES)

    def _questions(self, terms: Terms) -> Recheck:
        data_map, binding, archive = self.source.data_map, self.binding, self.selection.archive
        due = terms.due_question(data_map, binding, archive=archive) if binding else None
        asked = [question for question in dated(terms, data_map, self.duties) if question.dated]
        return Recheck(due, terms.duty_questions(data_map, self.duties), asked if binding else ())


def course_of(plan: Plan, selection: Selection, source: Source) -> Course:
    """Rebuild a selection's steps from the map; its digest is in the plan, so they are the approved ones."""
    data_map, root = source.data_map, selection.root
    duties = duties_of(data_map, root, besides=(selection.rule, selection.event))
    keys = selection.root_keys()
    if plan.kind == "rectification":
        right = rectification_steps(data_map, root, plan.corrections, plan.replacements, plan.additions)
        return Course(selection, source, [], right, keys)
    if selection.apart:
        lifting = plan.kind == "lifting"
        steps = putting_back(selection.actions) if lifting else apart_steps(data_map, root)
        archiving = archiving_of(plan, selection, source)
        return Course(selection, source, [], steps, keys, archiving=archiving, lifting=lifting)
    if plan.kind in MARKING:
        lifted = plan.kind == "lifting"
        steps = restriction_steps(data_map, root, lifted=lifted, besides=selection.stays)
        return Course(selection, source, [], steps, keys)
    if selection.disposition is None:  # somebody is there of whom nothing is done, and the plan says why
        return Course(selection, source, [], [], keys)
    steps_for = last_owner_steps if selection.shared else steps_of
    steps = steps_for(data_map, data_map.dispositions[selection.disposition], duties)
    return Course(selection, source, duties, steps, keys, archiving=archiving_of(plan, selection, source))
