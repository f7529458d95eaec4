"""What marks of restriction found in the systems as they would have made it: kept until the last that restricts lets go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef

from garant.apps.permissions import people
from garant.apps.permissions.models import BEFORE, CARRIED, REQUESTED, Fact
from garant.apps.permissions.people import Identity
from garant.apps.scoping import scoped

_ASKED = 500
"""Records asked about in one statement."""

Marked = Mapping[Identity, frozenset[str]]
"""Some records, and the columns of the mark that each has so already."""


def found(organisation: str, marked: Marked, look_again: Callable[[], Marked]) -> None:
    """Write down the columns that some records had so, where nothing restricts these yet; again changes nothing.

    Before it is written who restricts them, in the caller's transaction: that in which the run begins. What restricts them
    already has put its mark there, and knows what was there before. What restricted them when they were looked at may have
    ended since, and taken its mark off: of whom nothing restricts now, the systems are asked once more.
    """
    by_mark = {mark: one for one in marked for mark in _marks(organisation, one)}
    with scoped(organisation):
        held = {
            bytes(mark)
            for some in _parts(list(by_mark))
            for mark in Fact.objects.filter(kind__in=(CARRIED, REQUESTED), mark__in=some).values_list(
                "mark", flat=True
            )
        }
        free = {mark: one for mark, one in by_mark.items() if mark not in held}
        now = look_again() if free else {}
        facts = [
            Fact(
                organisation=organisation,
                mark=mark,
                kind=BEFORE,
                purpose=column,
                said=True,
                at=datetime.now(UTC),
            )
            for mark, one in free.items()
            for column in sorted(marked[one] & now.get(one, frozenset[str]()))
        ]
        Fact.objects.bulk_create(facts, ignore_conflicts=True)


def of(organisation: str, records: Sequence[Identity]) -> dict[Identity, frozenset[str]]:
    """The columns that each record had so before anything restricted it; those that had none are left out."""
    named = {mark: one for one in records for mark in _marks(organisation, one)}
    known: dict[Identity, set[str]] = defaultdict(set)
    with scoped(organisation):
        for some in _parts(list(named)):
            facts = Fact.objects.filter(kind=BEFORE, mark__in=some)
            for mark, column in facts.values_list("mark", "purpose"):
                known[named[bytes(mark)]].add(column)
    return {record: frozenset(columns) for record, columns in known.items()}


def forget(organisation: str, marks: Iterable[bytes]) -> None:
    """Forget it of those records, among these, that nothing restricts any more. In the caller's transaction."""
    with scoped(organisation):
        holders = Fact.objects.filter(
            organisation=OuterRef("organisation"), mark=OuterRef("mark"), kind__in=(CARRIED, REQUESTED)
        )
        for some in _parts(sorted(set(marks))):
            Fact.objects.filter(~Exists(holders), kind=BEFORE, mark__in=some).delete()


def _marks(organisation: str, record: Identity) -> list[bytes]:
    return people.marks(organisation, people.readable([record]))


def _parts(marks: list[bytes]) -> list[list[bytes]]:
    return [marks[start : start + _ASKED] for start in range(0, len(marks), _ASKED)]
