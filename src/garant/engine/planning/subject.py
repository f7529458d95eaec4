"""A person exercises a right: find every place, then a plan like any other (art. 15 to 18 GDPR)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from garant.engine.document import MARKING, Gone, Kind, Plan, Selection, Still, packed
from garant.engine.holds import Hold, held_terms, stand, under
from garant.engine.identities import roots_found, roots_of_many
from garant.engine.manual import Keeper, ManualSource, ManualTask, left_tasks, marking_tasks, request_tasks
from garant.engine.manual import digests as manual_digests
from garant.engine.planning.apart import left_notes
from garant.engine.planning.asked import NOTHING_WRONG, Rectification, check_kinds
from garant.engine.planning.asked import NotSupported as NotSupported
from garant.engine.planning.asked import reachable as reachable
from garant.engine.planning.notes import HELD_IN_PLACE, NO_PLACE, unreached
from garant.engine.planning.parts import not_added
from garant.engine.planning.plan import terms_of
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
    ALONE,
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
from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.changing import ChangeSet, Step
from garant.systems.finding import RootKey
from garant.systems.model import DataMap, Do, Relation
from garant.systems.paths import Path
from garant.systems.port import Snapshot


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Rows of one table that concern the person; ``visible`` ones are shown, never erased with them."""

    table: str
    rows: int
    relation: Relation
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One root by which a system knows the person."""

    system: str
    root: str
    keys: tuple[RootKey, ...]
    tables: tuple[TablePlace, ...]


def find_subject(sources: Mapping[str, Source], identities: Mapping[str, str]) -> list[Place]:
    """Every place where the person known by these identities has data, counted table by table.

    Args:
        sources: the systems to search.
        identities: kind (email, phone, number …) → value. Any of them is enough to be found.

    Raises:
        NotSupported: no system can search by one of these kinds.
        ConnectorError: a system did not answer.
    """
    check_kinds(sources, identities)
    found: list[Place] = []
    for name in sorted(sources):
        source = sources[name]
        with source.connector.snapshot() as snapshot:
            for root, keys in roots_found(source.data_map, snapshot, identities.items()).items():
                tables = _tables(source.data_map, snapshot, root, keys)
                found.append(Place(name, root, tuple(keys), tables))
    return found


def plan_subject(
    policy: LoadedPolicy,
    sources: Mapping[str, Source],
    identities: Mapping[str, str],
    kind: Kind,
    *,
    as_of: date,
    rectification: Rectification = NOTHING_WRONG,
    holds: Sequence[Hold] = (),
    manual: Mapping[str, ManualSource] | None = None,
    keeper: Keeper | None = None,
    restricting: Restricting = ALONE,
) -> Plan:
    """The plan of an erasure (art. 17), a rectification (art. 16) or a restriction (art. 18).

    An erasure obeys every duty of the maps, column by column: art. 17(3)(b) and (e) GDPR. The plan
    says what stays, why and until when. It tolerates no drift.

    Args:
        rectification: what is wrong, and what is right.
        holds: the holds in force. What they keep is neither erased (art. 17(3)(e)) nor corrected, which
            would overwrite it; it can be marked as restricted.
        manual: the systems worked by hand, by name: a person may be in any of them.
        keeper: for a restriction or its end, who sets apart what is in a system whose map has no mark.
        restricting: for a restriction or its end, what it was on before, and what others restrict: that stays so; for an
            erasure, the records that the plan before was about, which may be somebody else's where they are not found.

    Raises:
        NotSupported: no system where the person is found can do what is asked; where some can, the plan says of
            the others why nothing is done there.
    """
    return plan_subjects(
        policy,
        sources,
        [identities],
        kind,
        as_of=as_of,
        rectification=rectification,
        holds=holds,
        manual=manual,
        keeper=keeper,
        restricting=restricting,
    )


def plan_subjects(
    policy: LoadedPolicy,
    sources: Mapping[str, Source],
    people: Sequence[Mapping[str, str]],
    kind: Kind,
    *,
    as_of: date,
    rectification: Rectification = NOTHING_WRONG,
    holds: Sequence[Hold] = (),
    manual: Mapping[str, ManualSource] | None = None,
    keeper: Keeper | None = None,
    restricting: Restricting = ALONE,
) -> Plan:
    """The same for many people who ask at once: one plan, with one selection for each system and root.

    It takes as many statements as the plan of one. Each selection says who of ``people`` is known by which
    key (:meth:`~garant.engine.document.Selection.asked_by`).
    """
    if sources:
        check_kinds(sources, {kind: value for identities in people for kind, value in identities.items()})
    reasons = [(hold.key, hold.reason) for hold in holds]
    terms = terms_of(policy, as_of)
    beside = (
        restricting
        if kind in MARKING
        else replace(ALONE, places=restricting.places, nameless=restricting.nameless)
    )
    asking = _Asking(terms, kind, rectification, people, beside, by_hand=keeper is not None)
    for name in sorted(sources):
        with sources[name].connector.snapshot() as snapshot:
            standing = stand(policy, sources[name].data_map, snapshot, holds)
            asking.ask(name, sources[name], snapshot, Held(standing, kind))
    if asking.refused and len(asking.refused) == len(asking.selections):
        raise NotSupported(asking.refused[0])
    tasks = asking.tasks(manual or {}, reasons, keeper)
    return Plan(
        kind=kind,
        organisation=policy.document.organisation.key,
        zone=terms.zone,
        as_of=as_of,
        policy_digest=policy.digest,
        map_digests={
            **{name: source.digest for name, source in sorted(sources.items())},
            **manual_digests(manual or {}, tasks),
        },
        tolerance=0,
        unreached=unreached(sources),
        corrections=dict(rectification.corrections),
        replacements=list(rectification.replacements),
        additions=list(rectification.additions),
        people=len(people) if len(people) > 1 else 0,
        unknown=sorted(asking.unknown) if len(people) > 1 else [],
        still=asking.still,
        gone=asking.gone,
        selections=asking.selections,
        tasks=tasks,
    )


class _Asking:
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
            if not known:
                continue
            request = request_or_why(source, root, self._kind, self._rectification)
            if isinstance(request, Text):
                self._untouched(name, source.data_map, root, request, len(known))
                continue
            made = _selected(self._terms, source, snapshot, request, list(known), said)
            if request.apart and made.held:
                self._untouched(name, source.data_map, root, HELD_IN_PLACE, len(known))
                continue
            missed = not_added(source.data_map, request.steps, made.actions, self._rectification.additions)
            if NO_PLACE in missed and self._by_hand:
                self.unmarked[name] = source.data_map.label
            self._select(made, known, missed)

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


def _tables(
    data_map: DataMap, snapshot: Snapshot, root: str, keys: Sequence[RootKey]
) -> tuple[TablePlace, ...]:
    ways = reachable(data_map, root)
    steps = [_looking(table, found) for table, found in ways.items()]
    counts = snapshot.count(ChangeSet(root, keys, steps))
    return tuple(
        TablePlace(table, rows, _strongest(found), _categories(data_map, table))
        for (table, found), rows in zip(ways.items(), counts.rows, strict=True)
        if rows
    )


def _looking(table: str, ways: Sequence[Path]) -> Step:
    """A step that is only ever counted: every row that reaches the person."""
    return Step(table, Do.DELETE, tuple(ways))


def _strongest(ways: Sequence[Path]) -> Relation:
    order = [Relation.OWNED, Relation.CO_OWNED, Relation.VISIBLE]
    return min((path.relation for path in ways), key=order.index)


def _categories(data_map: DataMap, table: str) -> tuple[str, ...]:
    return tuple(sorted({column.category for column in data_map.tables[table].columns.values()}))
