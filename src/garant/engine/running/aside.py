"""A run looks aside: who leaves by the other promises on the same root, now and in the order of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from garant.engine.planning.leaving import NOBODY, Others, besides, carried_over, leaving, share, without
from garant.engine.running.course import Course
from garant.engine.terms import Terms
from garant.systems.changing import ChangeSet, Recheck
from garant.systems.finding import RootKey
from garant.systems.model import PromiseBinding
from garant.systems.port import Snapshot

FEW = 3
"""So many times the roots of a selection are few: that these leave is asked of all, rather than who of them owns its rows."""


@dataclass(eq=False)
class Aside:
    """Who leaves besides the roots of one selection, asked once and again before each of its batches."""

    course: Course
    beside: Sequence[Course]
    """The selections of the plan on the same root, in order; of a plan that is no sweep, this one alone."""
    sweep: bool = True
    _state: object = None
    _just_looked: bool = True
    """Whether every selection has just been asked about, and none has been carried out since."""
    _chosen: Others = NOBODY
    _settled: dict[int, Sequence[RootKey]] = field(default_factory=dict[int, Sequence[RootKey]])
    """By promise, roots past its term that no selection takes: nothing is left of them but what they share."""

    @property
    def looks(self) -> bool:
        """Whether rows may be shared with people who leave, or have left, otherwise than by this run of the selection."""
        if self.course.binding is None or not share(self.course.steps):
            return False
        return bool(self.course.left or self._promises())

    @property
    def must_look(self) -> bool:
        """Whether there is something to ask, now or again."""
        return self.looks and (self._state != self._now() or any(self._settled.values()))

    def begin(self, *, just_looked: bool = False) -> None:
        """Ask anew: some of those who have left by now may have come back."""
        self._state, self._just_looked = None, just_looked

    def look(self, terms: Terms, snapshot: Snapshot) -> None:
        """Ask who leaves besides: of other selections once, and of those for whom none has anything to do each time."""
        if not self.looks:
            return
        if self._state != self._now():
            self._state = self._now()
            taken = {key for one in self.beside for key in one.keys}
            few = len(taken) <= FEW * len(self.course.keys)
            known = (self._just_looked or few) and not self._some_settled
            owners = taken if known else self._owners(snapshot)
            self._chosen = self._by_selections(terms, snapshot, owners)
            rest = [key for key in owners if key not in taken] if self._some_settled else []
            self._settled = dict.fromkeys(range(len(self._promises())), rest)
        chosen, settled = self._chosen, self._still(terms, snapshot)
        held = self._besides(self._leaving(terms, snapshot, settled))
        others = Others([*held, *chosen.before], chosen.after, {**held, **chosen.held}, chosen.selected)
        if others != self.course.others:
            self.course.others = others
            self.course.name_leaving()

    def _now(self) -> object:
        """What may change during a run: who has been spared, and who had left before it."""
        return (True, *((len(one.now_due), len(one.left)) for one in self.beside))

    @property
    def _some_settled(self) -> bool:
        """Whether the plan found people past their term for whom no selection had anything to do."""
        return any(one.selection.settled or one.selection.on_hold for one in self.beside)

    def _owners(self, snapshot: Snapshot) -> set[RootKey]:
        """The owners for whom rows of this selection would stay: nobody else matters."""
        course = self.course
        mine = [key for key in course.keys if key in course.now_due or key in course.left]
        change = ChangeSet(course.selection.root, mine, course.steps, course.own_held)
        return snapshot.owners(change) if mine else set()

    def _promises(self) -> list[PromiseBinding]:
        """The promises whose whole term counts: where rows are archived, the selection's own too."""
        data_map, root, own = self.course.source.data_map, self.course.selection.root, self.course.binding
        archive = self.course.selection.archive
        bound = [one for one in data_map.promises if data_map.roles[one.role].root == root]
        return [one for one in bound if archive or one is not own] if self.sweep else []

    def _by_selections(self, terms: Terms, snapshot: Snapshot, owners: AbstractSet[RootKey]) -> Others:
        """Of the owners, those of the other selections; and those of this one who left before an interruption."""
        course, archive = self.course, self.course.selection.archive
        at = next(number for number, one in enumerate(self.beside) if one is course)
        sooner = [
            one
            for number, one in enumerate(self.beside)
            if (number < at and one.selection.archive == archive) or (archive and not one.selection.archive)
        ]
        later = [one for one in self.beside[at + 1 :] if one.selection.archive == archive]
        mine = {key for key in course.keys if key in course.now_due}
        matter = owners | mine
        before = {k: mask for one in [*sooner, course] for k, mask in self._of(terms, snapshot, one, matter)}
        after = {
            key: mask
            for one in later
            for key, mask in self._of(terms, snapshot, one, owners - mine)
            if key not in before
        }
        both = frozenset(before).intersection(course.keys)
        return Others(list(before), list(after), {**after, **before}, both)

    def _of(
        self, terms: Terms, snapshot: Snapshot, one: Course, matter: AbstractSet[RootKey]
    ) -> Iterable[tuple[RootKey, int]]:
        """Those who leave, or have left, by a selection, as far as they matter; of this one, those who have."""
        if one is self.course:
            keys = [key for key in one.keys if key in one.left]
        else:
            keys = [key for key in one.keys if key in matter and (key in one.now_due or key in one.left)]
        own = self.course.binding
        if self._just_looked and not one.left and own is not None:
            held = carried_over(one.own_held, one.duties, self.course.duties, keys, own)
        else:
            held = self._leaving(terms, snapshot, keys, selected=True)
        if one.selection.archive and one.binding is not None:
            held = without(held, self.course.duties, one.binding)
        else:
            held = self._besides(held)
        return held.items()

    def _besides(self, held: dict[RootKey, int]) -> dict[RootKey, int]:
        """Where rows are archived, no batch of those who are past their whole term does it for them."""
        return besides(held) if self.course.selection.archive else held

    def _leaving(
        self, terms: Terms, snapshot: Snapshot, keys: Sequence[RootKey], *, selected: bool = False
    ) -> dict[RootKey, int]:
        binding, data_map = self.course.binding, self.course.source.data_map
        assert binding is not None
        return leaving(terms, data_map, snapshot, binding, self.course.duties, keys, selected=selected)

    def _still(self, terms: Terms, snapshot: Snapshot) -> list[RootKey]:
        """The owners of no selection that are past the term of a promise, and still are."""
        data_map, root = self.course.source.data_map, self.course.selection.root
        for number, binding in enumerate(self._promises()):
            if known := self._settled[number]:
                question = terms.due_question(data_map, binding)
                self._settled[number] = snapshot.find_still(root, known, Recheck(question, [])).keys
        return list(dict.fromkeys(key for keys in self._settled.values() for key in keys))
