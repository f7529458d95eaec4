"""Who leaves besides: on a row they share with those of a selection, no owners for whom it would stay.

An owner keeps a shared row only by a right to be there. Whoever is past the term of one promise, and is kept
by no other, has none: whichever promise, or nothing at all any more, takes what is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from garant.engine.planning.steps import duty_of
from garant.engine.terms import Terms
from garant.systems.changing import BESIDES, LATER, ChangeSet, Recheck, Step, bits_of
from garant.systems.finding import DutyQuestion, RootKey
from garant.systems.model import DataMap, Duty, PromiseBinding
from garant.systems.port import Snapshot


@dataclass(frozen=True, slots=True)
class Others:
    """Those who have left before the roots of a selection, those who leave after them, and what holds them here.

    A row that goes waits for the last of its owners; what is treated does not. ``selected``: those of ``before`` whom
    the selection takes too.
    """

    before: Sequence[RootKey] = ()
    after: Sequence[RootKey] = ()
    held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    selected: frozenset[RootKey] = frozenset()

    def with_keys(
        self, root: str, keys: Sequence[RootKey], steps: Sequence[Step], held: Mapping[RootKey, int]
    ) -> ChangeSet:
        """The steps over these keys, to be looked at, where the others leave too."""
        departing, whole, later, besides = (), held, False, False
        if self.before or self.after:
            mine = set(keys)
            before, after = ([k for k in some if k not in mine] for some in (self.before, self.after))
            departing = [*before, *keys, *after] if before or after else ()
            waiting = {key: LATER | self.held[key] for key in after}
            whole, later = {**self.held, **held, **waiting}, bool(after)
            besides = waits(whole, before)
        return ChangeSet(root, keys, steps, whole, departing, in_order=later, later=later, besides=besides)


NOBODY = Others()
"""Nobody leaves besides."""


def waits(held: Mapping[RootKey, int], before: Sequence[RootKey]) -> bool:
    """Whether something holds some of those who left before, and no batch of a selection is about them."""
    return bool(bits_of(held.values()) & BESIDES) and any(held.get(key, 0) & BESIDES for key in before)


def share(steps: Iterable[Step]) -> bool:
    """Whether rows may have several owners."""
    return any(step.others != "any" for step in steps)


def leaving(
    terms: Terms,
    data_map: DataMap,
    snapshot: Snapshot,
    binding: PromiseBinding,
    duties: Sequence[Duty],
    keys: Sequence[RootKey],
    *,
    selected: bool = False,
) -> dict[RootKey, int]:
    """Those of the keys whom a promise itself does not keep, with the duties of its selection that hold them.

    Args:
        keys: roots past the term of another promise.
        selected: they were selected by it, and some have left: whom nothing dates any more has not come back.
    """
    if not keys:
        return {}
    every = [*duties, duty_of(data_map, binding)]
    questions = dated(terms, data_map, every) if selected else terms.duty_questions(data_map, every)
    found = snapshot.find_still(data_map.roles[binding.role].root, keys, Recheck(None, questions))
    kept = 1 << len(duties)
    masks = {key: found.held.get(key, 0) for key in found.keys}
    return {key: mask for key, mask in masks.items() if not mask & kept}


def cards(data_map: DataMap, root: str, steps: Sequence[Step]) -> list[Step]:
    """Of the steps, what becomes of the roots' own rows where others own these too."""
    table = data_map.roots[root].table
    return [step for step in steps if step.table == table and step.others == "none"]


def besides(held: Mapping[RootKey, int]) -> dict[RootKey, int]:
    """What holds roots that leave by no batch of a selection: where it keeps rows, those of the batches empty them."""
    return {key: mask | BESIDES if mask else 0 for key, mask in held.items()}


def dated(terms: Terms, data_map: DataMap, duties: Sequence[Duty]) -> list[DutyQuestion]:
    """What holds roots that have been selected: a promise only by a date, since theirs may have gone with them."""
    promised = {(promise.rule, promise.role) for promise in data_map.promises}
    return [
        replace(question, dated=(duty.rule, duty.role) in promised)
        for duty, question in zip(duties, terms.duty_questions(data_map, duties), strict=True)
    ]


def carried_over(
    held: Mapping[RootKey, int],
    known: Sequence[Duty],
    duties: Sequence[Duty],
    keys: Sequence[RootKey],
    binding: PromiseBinding,
) -> dict[RootKey, int]:
    """The same as :func:`leaving` of roots that a selection with ``known`` duties takes, from what holds them there.

    A duty that is not among those has the rule and the event by which they leave: its term is over for them.
    """
    same = [
        (1 << number, sum(1 << place for place, one in enumerate(duties) if one == duty))
        for number, duty in enumerate(known)
    ]
    own = [(duty.rule, duty.role) == (binding.rule, binding.role) for duty in known]
    kept = sum(1 << number for number, mine in enumerate(own) if mine)
    masks = {key: held.get(key, 0) for key in keys}
    carried = {
        mask: sum(there for here, there in same if mask & here)
        for mask in set(masks.values())  # of many roots, there are few
        if not mask & kept
    }
    return {key: carried[mask] for key, mask in masks.items() if mask in carried}


def without(
    held: Mapping[RootKey, int], duties: Sequence[Duty], binding: PromiseBinding
) -> dict[RootKey, int]:
    """What holds roots, but for the promise by which they leave for the archive: its term is not over for them."""
    own = sum(
        1 << number
        for number, duty in enumerate(duties)
        if not duty.seal and (duty.rule, duty.event) == (binding.rule, binding.event)
    )
    return {key: mask & ~own for key, mask in held.items()}


def promised(data_map: DataMap, duties: Sequence[Duty]) -> int:
    """The bits of the duties that are other promises."""
    return sum(1 << number for number, duty in enumerate(duties) if duty not in data_map.duties)


def left_to_undated(
    terms: Terms,
    data_map: DataMap,
    snapshot: Snapshot,
    duties: Sequence[Duty],
    change: ChangeSet,
    since: AbstractSet[RootKey] = frozenset(),
) -> list[tuple[Step, int]]:
    """The steps over roots' own rows that wait for people alone whom promises concern and nothing dates; how many rows.

    No right of theirs is known but what a declared duty keeps, and no term will ever reach them. Those who came past
    their terms ``since`` the plan was made are dated: the next plan takes them.
    """
    leave = change.departing or change.keys
    # Whom another promise keeps because it does not date them has no known right either.
    gone = {key for key in leave if not change.held.get(key, 0) & promised(data_map, duties)}
    owners = list(snapshot.owners(change).difference(gone, since))
    undated = besides(without_right(terms, data_map, snapshot, change.root, owners, duties))
    if not undated:
        return []
    departing = [*undated, *(key for key in leave if key not in undated)]
    held = {**change.held, **undated}
    anyway = snapshot.count(change).rows
    rows = snapshot.count(replace(change, departing=departing, held=held, besides=True)).rows
    waiting = zip(change.steps, rows, anyway, strict=True)
    return [(step, count - sooner) for step, count, sooner in waiting if count > sooner]


def without_right(
    terms: Terms,
    data_map: DataMap,
    snapshot: Snapshot,
    root: str,
    keys: Sequence[RootKey],
    duties: Sequence[Duty],
) -> dict[RootKey, int]:
    """Those of the keys whom promises concern and nothing dates within a term, with the ``duties`` that hold them.

    Whoever is held by a declared duty that is none of these stays by right.
    """
    if not keys:
        return {}
    bound = [promise for promise in data_map.promises if data_map.roles[promise.role].root == root]
    declared = [duty for duty in data_map.duties if duty.root == root]
    members = [
        DutyQuestion(number, root, data_map.roles[promise.role]) for number, promise in enumerate(bound)
    ]
    asked = terms.duty_questions(data_map, [*declared, *(duty_of(data_map, promise) for promise in bound)])
    rights = [
        replace(question, number=len(bound) + number, dated=number >= len(declared))
        for number, question in enumerate(asked)
    ]
    found = snapshot.find_still(root, keys, Recheck(None, [*members, *rights]))
    places = {
        1 << len(bound) + number: 1 << duties.index(duty)
        for number, duty in enumerate(declared)
        if duty in duties
    }
    concerned, partial = (1 << len(bound)) - 1, sum(places)
    return {
        key: sum(place for bit, place in places.items() if mask & bit)
        for key, mask in found.held.items()
        if mask & concerned and not mask & ~(concerned | partial)
    }
