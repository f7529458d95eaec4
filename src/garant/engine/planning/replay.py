"""Replay: after a backup was restored, erase again what had been erased, and nobody else.

What was erased is known by marks, keyed hashes of a root's key and of its row's identifying columns. Keys
are given again: a root whose key is marked and whose row is another's is reported, never touched. So is one who has
come back since of their own will: no backup from before an erasure has a fact that is dated after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from garant.engine.document import Plan, Selection
from garant.engine.holds import Hold, Standing, held_terms, stand, under
from garant.engine.planning.choosing import Choice
from garant.engine.planning.leaving import without_right
from garant.engine.planning.notes import LEFT_TO_OTHERS, unreached
from garant.engine.planning.plan import terms_of
from garant.engine.planning.requested import Held, Request, erasure_of, selection_of
from garant.engine.planning.steps import last_owner_steps
from garant.engine.planning.survey import Surveyor, first_disposition
from garant.engine.terms import Source, Terms
from garant.policy.loader import LoadedPolicy
from garant.systems.changing import Marked, Marking, Recheck
from garant.systems.finding import Found, RootKey
from garant.systems.model import DataMap
from garant.systems.port import Snapshot


@dataclass(frozen=True, slots=True)
class Kin:
    """Marks that were made alike: of one root of one system, by the same columns."""

    system: str
    root: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """One erasure of a root: by a rule, or by a request; its row as it was, what was left of it, and on which day."""

    rule: str | None
    before: str
    after: str | None
    on: date


class Suppressions(Protocol):
    """The list of what was erased, as the product keeps it."""

    def listed(self) -> Mapping[tuple[str, str], int]:
        """System and root → how many marked keys; of all of them."""
        ...

    def kinds(self, system: str) -> Sequence[Kin]:
        """The kinds of marks of one system."""
        ...

    def marks(self, kin: Kin) -> Sequence[str]:
        """Every marked key of a kind."""
        ...

    def erasures(self, kin: Kin, marks: Sequence[str]) -> Mapping[str, Sequence[Erased]]:
        """Mark → its erasures, for the marks that were found."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """Roots that a person must look at: Garant leaves them alone."""

    system: str
    root: str
    keys: tuple[RootKey, ...]


@dataclass(frozen=True, slots=True)
class Unlooked:
    """Erasures that no map leads to any more: nobody knows whether they came back."""

    system: str
    root: str
    marks: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What came back, and what is not sure.

    ``others``: the key is marked, and the row is another's, was not the same when the backup was made, or has something
    that is dated after the erasure.
    ``doubtful``: the row itself cannot tell a restored one from one that stayed, and something is left to do.
    """

    plan: Plan
    looked_for: int
    found: int
    others: tuple[Question, ...]
    doubtful: tuple[Question, ...]
    unlooked: tuple[Unlooked, ...] = ()

    @property
    def due(self) -> int:
        """Roots to erase again."""
        return sum(selection.due for selection in self.plan.selections)

    @property
    def clean(self) -> bool:
        """Whether nobody who was erased is there."""
        return not (self.due or self.others or self.doubtful or self.unlooked)


def plan_replay(
    policy: LoadedPolicy,
    sources: Mapping[str, Source],
    listed: Suppressions,
    key: bytes,
    *,
    as_of: date,
    holds: Sequence[Hold] = (),
    every: bool = True,
) -> Replay:
    """The plan that erases again what a restored backup brought back (art. 5(1)(e), 17 and 32 GDPR).

    Duties, seals and holds are obeyed as they are today.

    Args:
        listed: what was erased.
        key: the key of the marks, 32 bytes.
        every: the systems are all that there are: erasures in another one are told as not looked for.

    Raises:
        ConnectorError: a system did not answer, or has no longer the columns that marks were made of.
    """
    terms = terms_of(policy, as_of)
    returns = [_System(policy, terms, sources[name], holds).look(listed, key) for name in sorted(sources)]
    plan = Plan(
        kind="replay",
        organisation=policy.document.organisation.key,
        zone=terms.zone,
        as_of=as_of,
        policy_digest=policy.digest,
        map_digests={name: source.digest for name, source in sorted(sources.items())},
        tolerance=0,
        unreached=unreached(sources),
        selections=[selection for one in returns for selection in one.selections],
    )
    return Replay(
        plan,
        sum(one.looked_for for one in returns),
        sum(one.found for one in returns),
        tuple(question for one in returns for question in one.others),
        tuple(question for one in returns for question in one.doubtful),
        _unlooked(sources, listed, every=every),
    )


def _unlooked(sources: Mapping[str, Source], listed: Suppressions, *, every: bool) -> tuple[Unlooked, ...]:
    """Where the list says that something was erased, and no map has that system, or that root, by that name."""
    return tuple(
        Unlooked(system, root, marks)
        for (system, root), marks in sorted(listed.listed().items())
        if (root not in sources[system].data_map.roots if system in sources else every)
    )


@dataclass
class _Returned:
    """What one system answered."""

    looked_for: int = 0
    found: int = 0
    selections: list[Selection] = field(default_factory=list[Selection])
    others: list[Question] = field(default_factory=list[Question])
    doubtful: list[Question] = field(default_factory=list[Question])


_Sorted = dict[tuple[str, str | None], set[RootKey]]
"""(Root, rule or none) → keys."""


@dataclass
class _Piles:
    """The roots that were found, by what is to be done about them."""

    back: _Sorted = field(default_factory=lambda: defaultdict(set))
    left: _Sorted = field(default_factory=lambda: defaultdict(set))
    maybe: _Sorted = field(default_factory=lambda: defaultdict(set))
    others: _Sorted = field(default_factory=lambda: defaultdict(set))
    erased_on: dict[tuple[str, date], set[RootKey]] = field(default_factory=lambda: defaultdict(set))
    """Root and day → those that are back as they were before they were last erased on that day."""

    def sort(self, root: str, marked: Marked, erasures: Sequence[Erased]) -> None:
        """Back: the row is as it was before, and was not left so. Maybe: the row cannot tell.

        Left: the row is there as the erasure left it, which is not as it was; it may still own rows with others.
        """
        mine = [e for e in erasures if marked.now in (e.before, e.after)]
        back = [e for e in mine if marked.now == e.before != e.after]
        if back:
            # A person's own request is stronger than a rule: every declared duty holds, and no other.
            self.back[root, min((e.rule for e in back), key=lambda rule: rule or "")].add(marked.key)
            self.erased_on[root, max(e.on for e in back)].add(marked.key)
        elif mine:
            self.maybe[root, min((e.rule for e in mine), key=lambda rule: rule or "")].add(marked.key)
        else:
            self.others[root, None].add(marked.key)
        if not back and any(e.after != e.before for e in mine):
            self.left[root, None].add(marked.key)

    def set_apart(self, root: str, newer: AbstractSet[RootKey]) -> None:
        """These are not back: they came again after they had been erased."""
        for keys in [keys for (of, _), keys in self.back.items() if of == root]:
            keys.difference_update(newer)
        if newer:
            self.others[root, None] |= newer


@dataclass
class _System:
    policy: LoadedPolicy
    terms: Terms
    source: Source
    holds: Sequence[Hold]

    def look(self, listed: Suppressions, key: bytes) -> _Returned:
        """Find the marked roots that are there, and plan their erasure."""
        returned, piles = _Returned(), _Piles()
        roots = self.source.data_map.roots
        for kin in (one for one in listed.kinds(self.source.data_map.system) if one.root in roots):
            marks = listed.marks(kin)
            found = self.source.connector.match(kin.root, Marking(key, kin.columns), marks)
            erasures = listed.erasures(kin, [one.mark for one in found])
            returned.looked_for += len(marks)
            returned.found += len(found)
            for one in found:
                piles.sort(kin.root, one, erasures[one.mark])
        if piles.back or piles.maybe or piles.left:
            self._plan(piles, returned)
        returned.others = self._questions(piles.others)
        return returned

    def _plan(self, piles: _Piles, returned: _Returned) -> None:
        data_map = self.source.data_map
        with self.source.connector.snapshot() as snapshot:
            standing = stand(self.policy, data_map, snapshot, self.holds)
            terms = held_terms(self.terms, standing)
            doubtful: _Sorted = defaultdict(set)
            for (root, day), keys in piles.erased_on.items():
                piles.set_apart(root, self._newer(terms, snapshot, root, day, keys))
            for (root, rule), keys in _ordered(piles.back):
                returned.selections += self._again(terms, snapshot, standing, root, rule, keys)
            for (root, rule), keys in _ordered(piles.maybe):
                bound = [b for b in data_map.promises if b.rule == rule and _root(data_map, b.role) == root]
                for binding in bound:
                    one = Choice(terms, self.source, snapshot, binding, standing, only=keys).selection()
                    returned.selections += [one] if one.due else []
                if bound:  # left to others, as it was: nothing dates whom an erasure has let go
                    undated = without_right(terms, data_map, snapshot, root, sorted(keys, key=str), ())
                    piles.left[root, None].update(undated)
                else:
                    left = piles.left.get((root, None), set())
                    doubtful[root, None] |= self._left(terms, snapshot, standing, root, keys - left)
                    own = self._left(terms, snapshot, standing, root, keys & left, shared=False)
                    doubtful[root, None] |= own
            for (root, _), keys in _ordered(piles.left):
                returned.selections += self._together(terms, snapshot, standing, root, keys)
            returned.doubtful = self._questions(doubtful)

    def _newer(
        self, terms: Terms, snapshot: Snapshot, root: str, day: date, keys: AbstractSet[RootKey]
    ) -> AbstractSet[RootKey]:
        """Those who have something that is dated after they were erased: a backup from before does not have it."""
        questions = terms.later_questions(self.source.data_map, root, day)
        if not questions:
            return frozenset()
        found = snapshot.find_still(root, sorted(keys, key=str), Recheck(None, questions))
        return frozenset(key for key, bits in found.held.items() if bits)

    def _again(
        self,
        terms: Terms,
        snapshot: Snapshot,
        standing: Standing,
        root: str,
        rule: str | None,
        keys: AbstractSet[RootKey],
    ) -> list[Selection]:
        """The selection that erases them by the disposition of the rule, or of a request."""
        data_map = self.source.data_map
        names = [
            b.dispositions for b in data_map.promises if b.rule == rule and _root(data_map, b.role) == root
        ]
        name = names[0] if names else first_disposition(data_map.dispositions, root)
        return self._selection(
            terms, snapshot, standing, _guarded(erasure_of(data_map, root, name), standing), keys
        )

    def _together(
        self, terms: Terms, snapshot: Snapshot, standing: Standing, root: str, keys: AbstractSet[RootKey]
    ) -> list[Selection]:
        """What they still own together: who left first had left it to the others, who have left since."""
        data_map = self.source.data_map
        whole = erasure_of(data_map, root, first_disposition(data_map.dispositions, root))
        assert whole.disposition is not None
        steps = last_owner_steps(data_map, data_map.dispositions[whole.disposition], whole.duties)
        found = self._selection(
            terms, snapshot, standing, _guarded(replace(whole, steps=steps), standing), keys
        )
        return [one.model_copy(update={"shared": True, "notes": [LEFT_TO_OTHERS]}) for one in found]

    def _selection(
        self,
        terms: Terms,
        snapshot: Snapshot,
        standing: Standing,
        request: Request,
        keys: AbstractSet[RootKey],
    ) -> list[Selection]:
        ordered = sorted(keys, key=lambda key: (key, "") if isinstance(key, int) else (0, key))
        left = _unsettled(terms, self.source.data_map, snapshot, request, ordered)
        if not left:
            return []
        return [selection_of(terms, self.source, snapshot, request, left, Held(standing, "replay"))]

    def _left(
        self,
        terms: Terms,
        snapshot: Snapshot,
        standing: Standing,
        root: str,
        keys: AbstractSet[RootKey],
        *,
        shared: bool = True,
    ) -> set[RootKey]:
        """Those for which a request would still have something to do; with rows owned together or not."""
        data_map = self.source.data_map
        request = _guarded(
            erasure_of(data_map, root, first_disposition(data_map.dispositions, root)), standing
        )
        steps = [step for step in request.steps if shared or step.others != "none"]
        return set(_unsettled(terms, data_map, snapshot, replace(request, steps=steps), list(keys)))

    def _questions(self, piles: _Sorted) -> list[Question]:
        system = self.source.data_map.system
        return [
            Question(system, root, tuple(sorted(keys, key=str)))
            for (root, _), keys in _ordered(piles)
            if keys
        ]


def _guarded(request: Request, standing: Standing) -> Request:
    return replace(request, steps=under(request.steps, standing.guards))


def _unsettled(
    terms: Terms, data_map: DataMap, snapshot: Snapshot, request: Request, keys: Sequence[RootKey]
) -> list[RootKey]:
    """The roots for which something is left to do, in order."""
    found: Found = snapshot.find_held(request.root, keys, terms.duty_questions(data_map, request.duties))
    surveyor = Surveyor(snapshot, request.root, request.duties, request.steps)
    return surveyor.unsettled(found, data_map.roots[request.root].table)


def _root(data_map: DataMap, role: str) -> str:
    return data_map.roles[role].root


def _ordered(piles: _Sorted) -> list[tuple[tuple[str, str | None], set[RootKey]]]:
    return sorted(piles.items(), key=lambda item: (item[0][0], item[0][1] or ""))
