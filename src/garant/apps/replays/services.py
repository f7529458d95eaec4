"""The only way the suppression list is written and read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Max, Min

from garant.apps.evidence import services as evidence
from garant.apps.holds import services as holds
from garant.apps.organisations import services as organisations
from garant.apps.replays import refusals
from garant.apps.replays.entries import ReplayLooked, SuppressionForgotten
from garant.apps.replays.models import Suppressed
from garant.apps.scoping import for_organisation, scoped
from garant.engine.planning.replay import Erased, Kin, Question, Replay, plan_replay
from garant.engine.terms import Source
from garant.ledger.entries import Entry, Payload
from garant.policy.loader import LoadedPolicy
from garant.policy.periods import latest_due, start_of_day, time_zone
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.model import DataMap

_FILED = ("garant", "suppression")
"""Under which the key of the marks is filed: it outlives a rotation of the installation's keys."""

_ONCE = ["organisation", "system", "root", "mark", "before", "rule"]
_LAST = ["after", "run", "at"]
"""What is of the last erasure of a root that was in that state."""

ROWS = 500
"""Rows in one statement of Garant's own database."""

Marks = Iterable[tuple[str, str, str | None]]
"""Mark of the key, fingerprint before, fingerprint after."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Where and why roots were erased."""

    organisation: str
    kin: Kin
    rule: str | None
    run: str


def marking_key(organisation: str) -> bytes:
    """The key of the marks of an organisation, made when first asked for."""
    return evidence.subject_key(organisation, _FILED)


def remember(erasure: Erasure, marks: Marks) -> int:
    """Put erased roots on the list, in the caller's transaction: that of their receipt. Again, only the day is another.

    A root that a later plan treats further is on the list in each state it was in. One that was erased, came again as it
    was, and was erased again counts from the last time.
    """
    now = datetime.now(UTC)
    rows = [
        Suppressed(
            organisation=erasure.organisation,
            system=erasure.kin.system,
            root=erasure.kin.root,
            columns=",".join(erasure.kin.columns),
            mark=mark,
            before=before,
            after=after,
            rule=erasure.rule or "",
            run=erasure.run,
            at=now,
        )
        for mark, before, after in marks
    ]
    with scoped(erasure.organisation):
        Suppressed.objects.bulk_create(
            rows, batch_size=ROWS, update_conflicts=True, unique_fields=_ONCE, update_fields=_LAST
        )
    return len(rows)


def look(
    policy: LoadedPolicy, sources: Mapping[str, Source], *, as_of: date, actor: str, every: bool = True
) -> Replay:
    """Look for what was erased, plan to erase it again, and say in the ledger that it was done, in numbers.

    ``every``: these systems are all that there are.

    Raises:
        ConnectorError: a system did not answer: nobody knows whether somebody came back.
    """
    found = search(policy, sources, as_of=as_of, every=every)
    entry = ReplayLooked(
        marks=found.looked_for,
        found=found.found,
        due=found.due,
        others=_number(found.others),
        doubtful=_number(found.doubtful),
        unlooked=sum(one.marks for one in found.unlooked),
    )
    _enter(policy.document.organisation.key, entry, actor)
    return found


def search(
    policy: LoadedPolicy, sources: Mapping[str, Source], *, as_of: date, every: bool = False
) -> Replay:
    """Look for what was erased, and plan to erase it again; nothing is written.

    Raises:
        ConnectorError: a system did not answer.
    """
    organisation = policy.document.organisation.key
    return plan_replay(
        policy,
        sources,
        _Listed(organisation, time_zone(policy.document.organisation.time_zone)),
        marking_key(organisation),
        as_of=as_of,
        holds=holds.in_force(organisation),
        every=every,
    )


@for_organisation
def forget(
    organisation: str,
    before: date,
    *,
    actor: str,
    maps: Iterable[DataMap] = (),
    systems: Sequence[str] = (),
) -> int:
    """Forget the erasures before a day of the organisation's calendar, once no backup is that old.

    Args:
        organisation: whose list it is.
        before: erasures of that day stay.
        actor: who.
        maps: of the systems, which say how long their copies keep what is erased.
        systems: those whose erasures are forgotten; none for all.

    Returns how many marks went.

    Raises:
        RefusedError: the day has not come yet, or a copy is declared that keeps for longer.
    """
    place = organisations.organisation(organisation)
    zone = time_zone(place.time_zone)
    today = datetime.now(zone).date()
    if before > today:
        raise refusals.day_to_come(before, today=today)
    for data_map in maps:
        if not systems or data_map.system in systems:
            _refuse_kept(data_map, before, today)
    old = Suppressed.objects.filter(at__lt=start_of_day(before, place.time_zone))
    gone = 0
    with transaction.atomic():
        for system in systems or [None]:
            marks, _ = (old if system is None else old.filter(system=system)).delete()
            _enter(organisation, SuppressionForgotten(before=before, marks=marks, system=system), actor)
            gone += marks
    return gone


def _refuse_kept(data_map: DataMap, before: date, today: date) -> None:
    for copy in data_map.copies:
        if copy.kept is None:
            continue
        until = latest_due(today, copy.kept) + timedelta(days=1)
        if before > until:
            raise refusals.copy_keeps(data_map.system, copy.label, copy.kept, until=until)


def length(organisation: str, *, since: datetime | None = None) -> int:
    """How many marks the list of an organisation has; or has had put on it since an instant."""
    with scoped(organisation):
        return Suppressed.objects.filter(**({"at__gte": since} if since else {})).count()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many marks the list has of a system, and between which instants they were put on it."""

    system: str
    marks: int
    first: datetime
    last: datetime


def counted(organisation: str) -> list[Counted]:
    """The list in numbers, system by system."""
    with scoped(organisation):
        rows = Suppressed.objects.values("system").annotate(
            marks=Count("id"), first=Min("at"), last=Max("at")
        )
        return [Counted(**row) for row in rows.order_by("system")]


@dataclass(frozen=True, slots=True)
class _Listed:
    """The list, as the engine asks for it: marks by the million, details of those found only."""

    organisation: str
    zone: ZoneInfo

    def listed(self) -> Mapping[tuple[str, str], int]:
        with scoped(self.organisation):
            rows = Suppressed.objects.exclude(
                system=ARCHIVE
            )  # no file, nothing in it: it is a system where it has one
        counted = rows.values_list("system", "root").annotate(marks=Count("mark", distinct=True))
        return {(system, root): marks for system, root, marks in counted.order_by("system", "root")}

    def kinds(self, system: str) -> Sequence[Kin]:
        with scoped(self.organisation):
            found = Suppressed.objects.filter(system=system)
        made = found.order_by("root", "columns").values_list("root", "columns").distinct()
        return [Kin(system, root, tuple(filter(None, columns.split(",")))) for root, columns in made]

    def marks(self, kin: Kin) -> Sequence[str]:
        return list(self._of(kin).order_by("mark").values_list("mark", flat=True).distinct().iterator())

    def erasures(self, kin: Kin, marks: Sequence[str]) -> Mapping[str, Sequence[Erased]]:
        found: dict[str, list[Erased]] = defaultdict(list)
        for start in range(0, len(marks), ROWS):
            some = self._of(kin).filter(mark__in=marks[start : start + ROWS])
            for mark, rule, before, after, at in some.values_list("mark", "rule", "before", "after", "at"):
                found[mark].append(Erased(rule or None, before, after, at.astimezone(self.zone).date()))
        return found

    def _of(self, kin: Kin) -> Any:
        with scoped(self.organisation):
            return Suppressed.objects.filter(system=kin.system, root=kin.root, columns=",".join(kin.columns))


def _number(questions: Sequence[Question]) -> int:
    return sum(len(question.keys) for question in questions)


def _enter(organisation: str, payload: Payload, actor: str) -> None:
    with transaction.atomic():
        who = evidence.person(organisation, actor)
        evidence.append(organisation, [Entry(payload, datetime.now(UTC), who)])
        evidence.checkpoint(organisation)
