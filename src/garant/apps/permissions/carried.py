"""Restrictions that plans carry out in the systems: held record by record, until these are lifted, or the request ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from garant.apps.evidence import services as evidence
from garant.apps.permissions import before, knowing, people
from garant.apps.permissions.entries import RestrictionGone, RestrictionLifted, RestrictionRecorded
from garant.apps.permissions.models import CARRIED, REQUESTED, Fact
from garant.apps.permissions.people import Identity
from garant.apps.scoping import scoped
from garant.ledger.entries import Entry

T = TypeVar("T")

_ROWS: Final = 5000
"""Marks written in one statement."""
_ASKED: Final = 500
"""Marks asked about, and holders ended, in one statement; commitments in one entry."""

Held = Mapping[Identity, Sequence[Identity]]
"""Each record that a plan is about, as an identity, and all else by which whoever it is of may be named."""


def hold(organisation: str, run: str, held: Held) -> None:
    """Whoever asks about these people is told no, as long as a record of theirs is held; again changes nothing.

    In the caller's transaction: that in which the run begins, so that no answer is yes once something is restricted.
    """
    with evidence.joined(), scoped(organisation):
        facts: list[Fact] = []
        for number, (record, known) in enumerate(held.items()):
            facts += _facts(organisation, CARRIED, f"{run}/{number}", [record, *known])
        Fact.objects.bulk_create(facts, batch_size=_ROWS, ignore_conflicts=True)
        _enter(organisation, RestrictionRecorded, f"{run}/restricted", list(held))


def hold_for(organisation: str, request: str, held: Held) -> None:
    """The same, of what the plan of a request restricts: it ends with the request. Again changes nothing.

    The ledger says it of the person, as the request names them.
    """
    with scoped(organisation):
        every = [one for record, known in held.items() for one in (record, *known)]
        facts = _facts(organisation, REQUESTED, request, every)
        Fact.objects.bulk_create(facts, batch_size=_ROWS, ignore_conflicts=True)


def hand_over(organisation: str, request: str, heirs: Sequence[str]) -> None:
    """A request ends: what it held is held by those that restrict the same data on, or forgotten. In its transaction."""
    with scoped(organisation):
        mine = Fact.objects.filter(kind=REQUESTED, purpose=request)
        marks = [bytes(mark) for mark in mine.values_list("mark", flat=True)]
        facts = [_fact(organisation, REQUESTED, heir, mark) for heir in heirs for mark in marks]
        Fact.objects.bulk_create(facts, batch_size=_ROWS, ignore_conflicts=True)
        mine.delete()
        before.forget(organisation, marks)


def held_for(organisation: str, request: str, identities: Iterable[Identity]) -> bool:
    """Whether one of these is among what a request restricts."""
    marks = people.marks(organisation, people.readable(identities))
    with scoped(organisation):
        return Fact.objects.filter(kind=REQUESTED, purpose=request, mark__in=marks).exists()


def held_under(organisation: str, identities: Iterable[Identity]) -> dict[str, frozenset[bytes]]:
    """The restrictions that plans hold under one of these, each by its run and number, and all the marks that each holds."""
    marks = people.marks(organisation, people.readable(identities))
    with scoped(organisation):
        holders = _holders(marks)
    return of_holders(organisation, holders)


def of_holders(organisation: str, holders: Iterable[str]) -> dict[str, frozenset[bytes]]:
    """All the marks that each of these restrictions holds."""
    found: dict[str, set[bytes]] = defaultdict(set)
    with scoped(organisation):
        carried = Fact.objects.filter(organisation=organisation, kind=CARRIED)
        for some in _parts(sorted(set(holders))):
            for holder, mark in carried.filter(purpose__in=some).values_list("purpose", "mark"):
                found[holder].add(bytes(mark))
    return {holder: frozenset(marks) for holder, marks in found.items()}


def let_go(organisation: str, run: str, records: Iterable[Identity], gone: Sequence[str] = ()) -> None:
    """These records are no longer restricted by any plan: what plans held because of them is forgotten.

    What is held because of another record goes on, and so does what a request holds, or a program told.
    In the caller's transaction: that in which the run of the lifting ends.

    Args:
        organisation: whose they are.
        run: of the lifting.
        records: as identities.
        gone: the restrictions that end because their record is no longer in its system.
    """
    ended = list(records)
    marks = people.marks(organisation, people.readable(ended))
    with evidence.joined(), scoped(organisation):
        holders = _holders(marks)
        held = of_holders(organisation, [*holders, *gone])
        for some in _parts(sorted({*holders, *gone})):
            Fact.objects.filter(organisation=organisation, kind=CARRIED, purpose__in=some).delete()
        before.forget(organisation, (mark for every in held.values() for mark in every))
        if holders:
            _enter(organisation, RestrictionLifted, f"{run}/lifted", ended)
        entries = [
            Entry(RestrictionGone(restrictions=list(some)), datetime.now(UTC), "garant", f"{run}/gone/{part}")
            for part, some in enumerate(_parts(gone), start=1)
        ]
        if entries:
            evidence.append(organisation, entries)


def anything(organisation: str) -> bool:
    """Whether any plan restricts anybody, beside any request."""
    with scoped(organisation):
        return Fact.objects.filter(organisation=organisation, kind=CARRIED).exists()


def holds(organisation: str, records: Sequence[Identity]) -> set[Identity]:
    """Those of the records that a plan holds."""
    marked = {m: one for one in records for m in people.marks(organisation, people.readable([one]))}
    with scoped(organisation):
        carried = Fact.objects.filter(organisation=organisation, kind=CARRIED)
        found = {
            bytes(mark)
            for some in _parts(list(marked))
            for mark in carried.filter(mark__in=some).values_list("mark", flat=True)
        }
    return {record for mark, record in marked.items() if mark in found}


def still(organisation: str, held: Held) -> bool:
    """Whether something restricts any of these people yet, whoever holds it."""
    every = (people.readable([record, *known]) for record, known in held.items())
    return any(knowing.restricted(organisation, one) for one in every if one)


def _holders(marks: Sequence[bytes]) -> list[str]:
    """The restrictions of plans that hold one of these marks; in the organisation's scope."""
    carried = Fact.objects.filter(kind=CARRIED)
    return [
        holder
        for some in _parts(marks)
        for holder in carried.filter(mark__in=some).values_list("purpose", flat=True)
    ]


def _facts(organisation: str, kind: str, holder: str, identities: Iterable[Identity]) -> list[Fact]:
    every = people.marks(organisation, people.readable(identities))
    return [_fact(organisation, kind, holder, mark) for mark in dict.fromkeys(every)]


def _fact(organisation: str, kind: str, holder: str, mark: bytes) -> Fact:
    return Fact(
        organisation=organisation,
        mark=mark,
        kind=kind,
        purpose=holder,
        said=True,
        at=datetime.now(UTC),
    )


def _enter(
    organisation: str, kind: type[RestrictionRecorded | RestrictionLifted], key: str, records: list[Identity]
) -> None:
    about = [kind.kind, key]
    entries: list[Entry] = []
    for part, some in enumerate(_parts(records), start=1):
        whose = [("identity", *one) for one in some]
        committed = evidence.subject_commitments(organisation, whose, about)
        entries.append(Entry(kind(people=committed), datetime.now(UTC), "garant", f"{key}/{part}"))
    evidence.append(organisation, entries)


def _parts(every: Sequence[T]) -> list[Sequence[T]]:
    return [every[start : start + _ASKED] for start in range(0, len(every), _ASKED)]
