"""A person exercises a right: find every place, then a plan like any other (art. 15 to 18 GDPR)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from garant.engine.document import MARKING, Kind, Plan
from garant.engine.holds import Hold, stand, told_by_hand
from garant.engine.identities import roots_found
from garant.engine.manual import Keeper, ManualSource
from garant.engine.manual import digests as manual_digests
from garant.engine.planning.asked import NOTHING_WRONG, Rectification, check_kinds
from garant.engine.planning.asked import NotSupported as NotSupported
from garant.engine.planning.asked import reachable as reachable
from garant.engine.planning.asking import Asking
from garant.engine.planning.notes import unreached
from garant.engine.planning.plan import terms_of
from garant.engine.planning.requested import (
    Held,
)
from garant.engine.planning.restricted import (
    ALONE,
    Restricting,
)
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
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
    reasons = told_by_hand(holds)
    terms = terms_of(policy, as_of)
    beside = (
        restricting
        if kind in MARKING
        else replace(ALONE, places=restricting.places, nameless=restricting.nameless)
    )
    asking = Asking(terms, kind, rectification, people, beside, by_hand=keeper is not None)
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
