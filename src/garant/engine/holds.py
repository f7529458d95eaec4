"""Holds: reasons that stop destruction, as plain values, and what each keeps in one system.

A hold (litigation, an inspection, an inquiry) is on a person, an activity or rows. It beats every
destruction: a retention sweep, the person's own request (art. 17(3)(e) GDPR), a replay after a restored
backup. It stops neither an export nor the mark of a restriction (art. 18(1)(c) is its own companion); a
correction waits, because it would overwrite what the hold keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal

from garant.engine.document import MARKING, HeldFor, Kind
from garant.engine.identities import roots_found
from garant.engine.terms import Terms
from garant.policy.loader import LoadedPolicy
from garant.systems.changing import ChangeSet, Step
from garant.systems.finding import DutyQuestion, RootKey
from garant.systems.guards import UNGUARDED, Guards, RootGuard, RowGuard
from garant.systems.model import DataMap
from garant.systems.port import Snapshot

Subject = Literal["person", "activity", "rows"]


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Rows of one table, by the texts of their keys."""

    system: str
    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold in force: whose, why, and until when.

    ``until`` is its last day; without one, it lasts until ended and is to be reviewed by ``review``
    (days of the organisation's calendar).
    """

    key: str
    owner: str
    reason: str
    until: date | None = None
    review: date | None = None
    identities: tuple[tuple[str, str], ...] = ()
    activity: str | None = None
    rows: tuple[HeldRows, ...] = ()
    places: tuple[tuple[str, str, RootKey], ...] = ()
    """Of a person, the records that they were known by when it was placed (system, root, key), whatever these are named now."""
    systems: tuple[str, ...] = ()
    """The systems in which it keeps whom it is on; none for all."""
    asked: bool = False
    """Whether a request of whom it is on keeps them: who works a system by hand is told of it by the request alone."""

    @property
    def on(self) -> Subject:
        """What it is on."""
        if self.activity is not None:
            return "activity"
        return "rows" if self.rows else "person"


Holding = Callable[[], Sequence[Hold]]
"""Gives the holds in force at this moment; asked when planning, and again before each batch commits."""


def nothing_held() -> Sequence[Hold]:
    """No hold."""
    return ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The holds of the moment, as one system sees them.

    ``people``: hold → root → keys that its identities lead to there, or led to when it was placed.
    """

    holds: Sequence[Hold] = ()
    guards: Guards = UNGUARDED
    people: Mapping[str, Mapping[str, frozenset[RootKey]]] = field(
        default_factory=dict[str, Mapping[str, frozenset[RootKey]]]
    )
    rules: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    on_values: Guards = UNGUARDED
    """What the holds keep, those aside that restrictions are."""

    @property
    def held_rules(self) -> frozenset[str]:
        """The retention rules whose activities are on hold."""
        return frozenset[str]().union(*self.rules.values())

    def guards_for(self, kind: Kind, *, apart: bool = False) -> Guards:
        """What the plan of this kind must leave as it is: a mark destroys nothing.

        ``apart``: a restriction replaces values, which a hold keeps where they are; it is in nobody's way but its own.
        """
        if kind == "restriction" and apart:
            return self.on_values
        return UNGUARDED if kind in MARKING else self.guards


RESTRICTED: Final = "restriction:art-18"
"""The key of the hold that a restriction is, where it set values apart; no other hold can be called so."""


def _restricted(policy: LoadedPolicy) -> Hold:
    """What a plan says of it."""
    return Hold(
        RESTRICTED,
        policy.document.organisation.key,
        "RGPD, art. 18 : valeurs mises à part ; levez d’abord la limitation. / "
        "GDPR, art. 18: values set apart; lift the restriction first.",
    )


def rules_of(policy: LoadedPolicy, activity: str) -> frozenset[str]:
    """The retention rules that belong to an activity; a rule that names none belongs to all."""
    rules = policy.document.retention.items()
    return frozenset(key for key, rule in rules if not rule.activities or activity in rule.activities)


def stand(policy: LoadedPolicy, data_map: DataMap, snapshot: Snapshot, holds: Sequence[Hold]) -> Standing:
    """Find what each hold keeps in one system, now: a person may appear there later than the hold.

    Where values are set apart by a restriction, nothing is destroyed or overwritten until these are back.
    """
    apart = {root: keys for root, keys in snapshot.apart().items() if root in data_map.roots}
    holds = [*holds, _restricted(policy)] if apart else holds
    people: dict[str, Mapping[str, frozenset[RootKey]]] = {
        hold.key: _known(data_map, snapshot, hold) for hold in holds if hold.on == "person"
    }
    if apart:
        people[RESTRICTED] = apart
    rules = {hold.key: rules_of(policy, hold.activity) for hold in holds if hold.activity is not None}
    others = (*_members(data_map, rules),)
    rows = tuple(_rows(data_map, holds))
    guards = Guards((*_people(people), *others), rows)
    if not apart:
        return Standing(holds, guards, people, rules, guards)
    placed = {key: found for key, found in people.items() if key != RESTRICTED}
    return Standing(holds, guards, people, rules, Guards((*_people(placed), *others), rows))


def _known(data_map: DataMap, snapshot: Snapshot, hold: Hold) -> dict[str, frozenset[RootKey]]:
    """Root → the records of a person on hold: by what they are named, and those that were theirs then."""
    if hold.systems and data_map.system not in hold.systems:
        return {}
    found = {root: frozenset(keys) for root, keys in roots_found(data_map, snapshot, hold.identities).items()}
    for system, root, key in hold.places:
        if system == data_map.system and root in data_map.roots:
            found[root] = found.get(root, frozenset()) | {key}
    return found


def _people(people: Mapping[str, Mapping[str, frozenset[RootKey]]]) -> list[RootGuard]:
    """One guard for each root, whatever the number of holds."""
    keys: dict[str, frozenset[RootKey]] = {}
    for found in people.values():
        for root, some in found.items():
            keys[root] = keys.get(root, frozenset()) | some
    return [RootGuard(root, held) for root, held in sorted(keys.items())]


def _members(data_map: DataMap, rules: Mapping[str, frozenset[str]]) -> list[RootGuard]:
    """One guard for each role that a rule of a held activity selects."""
    held = frozenset[str]().union(*rules.values())
    roles = dict.fromkeys(promise.role for promise in data_map.promises if promise.rule in held)
    return [RootGuard(data_map.roles[r].root, role=data_map.roles[r], visible=False) for r in roles]


def _rows(data_map: DataMap, holds: Sequence[Hold]) -> list[RowGuard]:
    keys: dict[str, frozenset[str]] = {}
    for rows in (rows for hold in holds for rows in hold.rows):
        if rows.system == data_map.system and rows.table in data_map.tables:
            keys[rows.table] = keys.get(rows.table, frozenset()) | frozenset(rows.keys)
    return [RowGuard(table, some) for table, some in sorted(keys.items())]


def speak(
    standing: Standing, data_map: DataMap, snapshot: Snapshot, change: ChangeSet, kind: Kind = "erasure"
) -> list[HeldFor]:
    """The holds that keep one of the roots of a change, or a row that it would have changed.

    In words for a plan: whose hold it is, why, until when, and how many of the roots it holds.
    """
    if not standing.holds or kind in MARKING:
        return []
    touched = snapshot.on_hold(change) if change.guards else dict[str, set[RootKey]]()
    said: list[HeldFor] = []
    for hold in standing.holds:
        roots = _roots(standing, data_map, snapshot, change, hold)
        if roots or _touches(standing, data_map, snapshot, change, touched, hold):
            said.append(
                HeldFor(
                    hold=hold.key,
                    owner=hold.owner,
                    reason=hold.reason,
                    until=hold.until,
                    review=hold.review,
                    roots=roots,
                )
            )
    return said


def _roots(standing: Standing, data_map: DataMap, snapshot: Snapshot, change: ChangeSet, hold: Hold) -> int:
    """How many of the change's roots a hold is on."""
    if hold.on == "person":
        mine = standing.people[hold.key].get(change.root, frozenset[RootKey]())
        return sum(key in mine for key in change.keys)
    asked = _questions(data_map, change.root, standing.rules.get(hold.key, frozenset[str]()))
    return len(snapshot.find_held(change.root, change.keys, asked).held) if asked else 0


def _questions(data_map: DataMap, root: str, rules: frozenset[str]) -> list[DutyQuestion]:
    """Who is selected by a rule of the held activity, or kept by one of its duties."""
    roles = [promise.role for promise in data_map.promises if promise.rule in rules]
    roles += [duty.role for duty in data_map.duties if duty.rule in rules]
    mine = [role for role in dict.fromkeys(roles) if data_map.roles[role].root == root]
    return [DutyQuestion(number, root, data_map.roles[role]) for number, role in enumerate(mine)]


def _touches(
    standing: Standing,
    data_map: DataMap,
    snapshot: Snapshot,
    change: ChangeSet,
    touched: Mapping[str, set[RootKey]],
    hold: Hold,
) -> bool:
    """Whether a hold keeps a row of somebody it is not on: a shared one, or one that hangs on it."""
    if hold.on == "person":
        people = standing.people[hold.key]
        return any(keys & touched.get(root, set[RootKey]()) for root, keys in people.items())
    rules = {hold.key: standing.rules[hold.key]} if hold.on == "activity" else {}
    own = Guards(tuple(_members(data_map, rules)), tuple(_rows(data_map, [hold])))
    steps = [replace(step, guards=own, on_hold=True) for step in change.steps]
    return bool(own) and snapshot.count(replace(change, steps=steps)).total > 0


def told_by_hand(holds: Sequence[Hold]) -> list[tuple[str, str]]:
    """Of which holds whoever works a system by hand is told: key and reason."""
    return [(hold.key, hold.reason) for hold in holds if not hold.asked]


def missing(snapshot: Snapshot, rows: HeldRows) -> list[str]:
    """The keys of a hold to be placed that no row of the system has now: it would keep nothing, in silence.

    Rows in the intermediate archive have left their table; a hold on the person or the activity keeps those.
    """
    there = snapshot.present(RowGuard(rows.table, frozenset(rows.keys)))
    return [key for key in rows.keys if key not in there]


def held_terms(terms: Terms, standing: Standing) -> Terms:
    """The terms under which a duty of a held activity has no end."""
    return replace(terms, held=standing.held_rules)


def under(steps: Sequence[Step], guards: Guards) -> list[Step]:
    """The steps, leaving as they are the rows that holds keep."""
    return [replace(step, guards=guards) for step in steps]
