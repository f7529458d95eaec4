"""A run looks aside: who leaves by the other promises on the same root, now and in the order of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from garant.engine.course import Course
from garant.engine.leaving import Others, leaving, share, without
from garant.engine.terms import Terms
from garant.systems.model import PromiseBinding
from garant.systems.port import Recheck, RootKey, Snapshot


@dataclass(eq=False)
class Aside:
    """Who leaves besides the roots of one selection, asked once and again before each of its batches."""

    course: Course
    beside: Sequence[Course]
    """The selections of the plan on the same root, in order; of a plan that is no sweep, this one alone."""
    sweep: bool = True
    _settled: dict[int, Sequence[RootKey]] | None = None
    """By promise, roots past its term that no selection takes: nothing is left of them but what they share."""
    _selected: tuple[object, Others] | None = field(default=None)

    @property
    def looks(self) -> bool:
        """Whether rows may be shared with people who leave, or have left, otherwise than by this run of the selection."""
        if self.course.binding is None or not share(self.course.steps):
            return False
        return bool(self.course.left or self._promises())

    def forget(self) -> None:
        """Ask everything anew."""
        self._settled, self._selected = None, None

    def begin(self) -> None:
        """Ask anew of those who have left by now: some may have come back."""
        self._selected = None

    def look(self, terms: Terms, snapshot: Snapshot) -> None:
        """Ask who leaves besides: of those of other selections once, of the settled ones each time."""
        if not self.looks:
            return
        known = tuple((len(one.now_due), len(one.left)) for one in self.beside if one is not self.course)
        state = (known, len(self.course.left))
        if self._selected is None or self._selected[0] != state:
            self._selected = state, self._by_selections(terms, snapshot)
        chosen = self._selected[1]
        mine = {*self.course.keys, *chosen.before, *chosen.after}
        settled = [key for key in self._still(terms, snapshot) if key not in mine]
        held = self._leaving(terms, snapshot, settled)
        others = Others([*held, *chosen.before], chosen.after, {**held, **chosen.held}, chosen.selected)
        if others != self.course.others:
            self.course.others = others
            self.course.name_leaving()

    def _promises(self) -> list[PromiseBinding]:
        """The promises whose whole term counts: where rows are archived, the selection's own too."""
        data_map, root, own = self.course.source.data_map, self.course.selection.root, self.course.binding
        archive = self.course.selection.archive
        bound = [one for one in data_map.promises if data_map.roles[one.role].root == root]
        return [one for one in bound if archive or one is not own] if self.sweep else []

    def _by_selections(self, terms: Terms, snapshot: Snapshot) -> Others:
        """Those of the other selections, and those of this one who left before the run was interrupted."""
        course, archive = self.course, self.course.selection.archive
        at = next(number for number, one in enumerate(self.beside) if one is course)
        sooner = [
            one
            for number, one in enumerate(self.beside)
            if (number < at and one.selection.archive == archive) or (archive and not one.selection.archive)
        ]
        later = [one for one in self.beside[at + 1 :] if one.selection.archive == archive]
        now = course.now_due
        before = {key: mask for one in [*sooner, course] for key, mask in self._of(terms, snapshot, one)}
        after = {
            key: mask
            for one in later
            for key, mask in self._of(terms, snapshot, one)
            if key not in before and key not in now
        }
        both = frozenset(before).intersection(course.keys)
        return Others(list(before), list(after), {**after, **before}, both)

    def _of(self, terms: Terms, snapshot: Snapshot, one: Course) -> Iterable[tuple[RootKey, int]]:
        """Those who leave, or have left, by a selection; of this one, those who have."""
        now = set[RootKey]() if one is self.course else one.now_due
        keys = [key for key in one.keys if key in now or key in one.left]
        held = self._leaving(terms, snapshot, keys, selected=True)
        if one.selection.archive and one.binding is not None:
            held = without(held, self.course.duties, one.binding)
        return held.items()

    def _leaving(
        self, terms: Terms, snapshot: Snapshot, keys: Sequence[RootKey], *, selected: bool = False
    ) -> dict[RootKey, int]:
        binding, data_map = self.course.binding, self.course.source.data_map
        assert binding is not None
        return leaving(terms, data_map, snapshot, binding, self.course.duties, keys, selected=selected)

    def _still(self, terms: Terms, snapshot: Snapshot) -> dict[RootKey, None]:
        """The settled ones: found among everybody the first time, then asked about alone."""
        data_map, root = self.course.source.data_map, self.course.selection.root
        found: dict[int, Sequence[RootKey]] = {}
        for number, binding in enumerate(self._promises()):
            question = terms.due_question(data_map, binding)
            if self._settled is None:
                taken = {key for one in self.beside if one.binding is binding for key in one.keys}
                past = snapshot.find_due(question, []).keys
                found[number] = [key for key in past if key not in taken]
            elif known := self._settled[number]:
                found[number] = snapshot.find_still(root, known, Recheck(question, [])).keys
            else:
                found[number] = known
        self._settled = found
        return dict.fromkeys(key for keys in found.values() for key in keys)
