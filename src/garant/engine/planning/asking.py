"""What the systems answer about the people who ask: what is done in each place, or why nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain

from garant.engine.document import MARKING, Gone, Kind, Selection, Still, packed
from garant.engine.holds import held_terms, under
from garant.engine.identities import roots_of_many
from garant.engine.manual import Keeper, ManualSource, ManualTask, left_tasks, marking_tasks, request_tasks
from garant.engine.planning.apart import left_notes
from garant.engine.planning.asked import Rectification
from garant.engine.planning.marked import (
    AS_BEFORE,
    MARKED_ALREADY,
    MARKED_BY_WHOM,
    UNRESTRICTED,
    by_what_stays,
    found_marked,
)
from garant.engine.planning.notes import HELD_IN_PLACE, NO_PLACE
from garant.engine.planning.parts import not_added
from garant.engine.planning.requested import (
    Held,
    Request,
    put_back_of,
    request_of,
    request_or_why,
    selection_of,
    untouched,
)
from garant.engine.planning.restricted import (
    GONE,
    HELD_ON,
    NAMELESS,
    NO_LONGER,
    STILL,
    Restricting,
    alike,
    roots_of_others,
    with_places,
)
from garant.engine.terms import Source, Terms
from garant.policy.text import Text
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.finding import RootKey
from garant.systems.model import DataMap
from garant.systems.port import Snapshot


class Asking:
    """What the systems answer about those who ask, one system after another."""

    def __init__(
        self,
        terms: Terms,
        kind: Kind,
        rectification: Rectification,
        people: Sequence[Mapping[str, str]],
        restricting: Restricting,
        *,
        by_hand: bool,
    ) -> None:
        self._terms, self._rectification, self._people, self._by_hand = terms, rectification, people, by_hand
        self._kind: Kind = kind
        self._restricting = restricting
        self.still: list[Still] = []
        self.gone: list[Gone] = []
        self._left: dict[int, Text] = {}
        """Of the people, those of whom something is left to another restriction, and to which."""
        self.selections: list[Selection] = []
        self.refused: list[Text] = []
        self.unmarked: dict[str, Text] = {}
        """Systems without a mark, or without a place for what is added, where a person is asked to do it by hand."""
        self.left: dict[str, tuple[Text, list[Text]]] = {}
        """Systems in which something that was set apart does not come back by itself, and what."""
        self.unknown = set(range(len(people)))

    def ask(self, name: str, source: Source, snapshot: Snapshot, said: Held) -> None:
        """Find them all in one system, and say what is done in each place, or why nothing is."""
        identities = [one.items() for one in self._people]
        others = roots_of_others(source.data_map, snapshot, self._restricting.others)
        asked, strange = with_places(
            name, roots_of_many(source.data_map, snapshot, identities), self._restricting.places
        )
        why = self._restricting.otherwise if self._kind in MARKING else NO_LONGER
        self.selections += [untouched(source.data_map, root, why, 1) for root in strange]
        self._nameless(name, source, snapshot, said)
        lost = [one for one in self._restricting.gone if one.system == name and self._kind == "lifting"]
        self.gone += lost
        self.selections += [untouched(source.data_map, x.root, GONE, len(x.restrictions)) for x in lost]
        for root, found in asked.items():
            self.unknown.difference_update(*found.values())
            known = self._ended(source.data_map, root, found, others.get(root, set()))
            if self._kind == "lifting":
                known = self._put_back(name, source, snapshot, root, known)
            for stays, some in self._by_what_stays(source.data_map, root, known).items():
                self._choose(source, snapshot, root, some, said, sorted(stays))

    def _by_what_stays(
        self, data_map: DataMap, root: str, known: Mapping[RootKey, list[int]]
    ) -> Mapping[frozenset[str], Mapping[RootKey, list[int]]]:
        """The roots, by the columns of a mark that they had before a restriction, and that its end leaves."""
        if self._kind != "lifting":
            return {frozenset(): known} if known else {}
        name = data_map.system
        meant = self._restricting.restricted([(name, root, key) for key in known])
        free = [key for key in known if (name, root, key) not in meant]
        if free:
            self.selections.append(untouched(data_map, root, UNRESTRICTED, len(free)))
        before = {key: columns for (_, _, key), columns in self._restricting.stays(list(meant)).items()}
        return by_what_stays({key: known[key] for key in known if key not in free}, before)

    def _choose(
        self,
        source: Source,
        snapshot: Snapshot,
        root: str,
        known: Mapping[RootKey, list[int]],
        said: Held,
        stays: list[str],
    ) -> None:
        """Say what is done to some roots, or why nothing is."""
        data_map, name = source.data_map, source.data_map.system
        request = request_or_why(source, root, self._kind, self._rectification, stays)
        if isinstance(request, Text):
            self._untouched(name, data_map, root, request, len(known))
            return
        made = _selected(self._terms, source, snapshot, request, list(known), said)
        if request.apart and made.held:
            self._untouched(name, data_map, root, HELD_IN_PLACE, len(known))
            return
        notes = not_added(data_map, request.steps, made.actions, self._rectification.additions)
        if NO_PLACE in notes and self._by_hand:
            self.unmarked[name] = data_map.label
        if stays:
            notes = [*notes, AS_BEFORE]
        elif self._kind == "restriction" and self._marked_by_whom(source, root, known):
            notes = [*notes, MARKED_BY_WHOM]
        elif self._kind == "restriction" and not made.rows:
            notes = [*notes, MARKED_ALREADY]
        self._select(made.model_copy(update={"stays": stays}), known, notes)

    def _marked_by_whom(self, source: Source, root: str, known: Mapping[RootKey, list[int]]) -> bool:
        """Whether a root has the mark, and it is not known here whether a restriction put it there."""
        places = self._restricting.forgotten([(source.data_map.system, root, key) for key in known])
        return bool(places and found_marked(source, root, [key for _, _, key in places]))

    def _nameless(self, name: str, source: Source, snapshot: Snapshot, said: Held) -> None:
        """Tell of what no name leads to and the plan before was about, where it left something to erase."""
        for _, root, key in (place for place in self._restricting.nameless if place[0] == name):
            request = request_of(source, root, self._kind, self._rectification)
            made = _selected(self._terms, source, snapshot, request, [key], said)
            if made.rows or made.held:
                self.selections.append(untouched(source.data_map, root, NAMELESS, 1))

    def _select(self, made: Selection, known: Mapping[RootKey, Sequence[int]], notes: Sequence[Text]) -> None:
        asked = _who_asked(list(known.values())) if len(self._people) > 1 else ""
        told = {"notes": [*made.notes, *notes], "asked": asked}
        self.selections.append(made.model_copy(update=told))

    def _ended(
        self, data_map: DataMap, root: str, known: Mapping[RootKey, list[int]], others: AbstractSet[RootKey]
    ) -> Mapping[RootKey, list[int]]:
        """Those of the roots that no other restriction concerns; the plan says how many others there are."""
        held = self._restricting.holding([(data_map.system, root, key) for key in known])
        why_held = {key: why for (_, _, key), why in held.items()} | dict.fromkeys(others, STILL)
        for why in (STILL, HELD_ON):
            left = [key for key in known if why_held.get(key) == why]
            if left:
                self._left |= {
                    person: why for key in left for person in known[key] if person not in self._left
                }
                self.still.append(Still(system=data_map.system, root=root, keys=packed(left)))
                self.selections.append(untouched(data_map, root, why, len(left)))
        return {key: people for key, people in known.items() if key not in why_held}

    def tasks(
        self,
        manual: Mapping[str, ManualSource],
        reasons: Sequence[tuple[str, str]],
        keeper: Keeper | None,
    ) -> list[ManualTask]:
        """What is asked of persons about each of the people, once the systems have answered."""
        found = [
            task
            for number, one in enumerate([*self._people, *self._restricting.before])
            for task in self._asked_by_hand(number, one, request_tasks(self._kind, one, manual, reasons))
        ]
        if keeper is None:
            return found
        marked = (marking_tasks(self._kind, self.unmarked, one, keeper) for one in self._people)
        return [*found, *chain.from_iterable(marked), *left_tasks(self.left, keeper)]

    def _asked_by_hand(
        self, number: int, one: Mapping[str, str], tasks: Sequence[ManualTask]
    ) -> list[ManualTask]:
        """What is asked of persons about one of the people; nothing is put back that another restriction is on."""
        if self._kind != "lifting":
            return list(tasks)
        why = (
            STILL
            if alike(one, self._restricting.others)
            else self._left.get(min(number, len(self._people) - 1))
        )
        held = [
            why
            or next(
                iter(self._restricting.holding([(task.system, *pair) for pair in one.items()]).values()), None
            )
            for task in tasks
        ]
        return [
            task if reason is None else task.model_copy(update={"look_for": reason, "still": True})
            for task, reason in zip(tasks, held, strict=True)
        ]

    def _put_back(
        self,
        name: str,
        source: Source,
        snapshot: Snapshot,
        root: str,
        known: Mapping[RootKey, list[int]],
    ) -> Mapping[RootKey, list[int]]:
        """Plan that what is set apart comes back, and give those of whom nothing is: they were marked, or done by hand."""
        records = source.archive.sealed(name, root, known.keys()) if source.archive is not None else []
        mine = {key: known[key] for key in known if key in {record.key for record in records}}
        if mine:
            returns = snapshot.judge(records)
            made = put_back_of(source, snapshot, root, list(mine), returns)
            self._select(made, mine, list(left_notes(returns)))
            if returns.left:
                self.left[name] = (source.data_map.label, list(left_notes(returns)))
        return {key: people for key, people in known.items() if key not in mine}

    def _untouched(self, name: str, data_map: DataMap, root: str, why: Text, records: int) -> None:
        self.selections.append(untouched(data_map, root, why, records))
        if name != ARCHIVE and self._by_hand and (self._kind in MARKING or self._rectification.additions):
            self.unmarked[name] = data_map.label
        elif name != ARCHIVE:
            self.refused.append(why)


def _selected(
    terms: Terms, source: Source, snapshot: Snapshot, request: Request, keys: list[RootKey], said: Held
) -> Selection:
    """What is done to these roots, with the holds that are in force."""
    guards = said.standing.guards_for(said.kind, apart=request.apart)
    guarded = replace(request, steps=under(request.steps, guards))
    return selection_of(held_terms(terms, said.standing), source, snapshot, guarded, keys, said)


def _who_asked(people: Sequence[Sequence[int]]) -> str:
    """For each key the people known by it, packed as pairs of positions."""
    return packed([number for key, known in enumerate(people) for one in known for number in (one, key)])
