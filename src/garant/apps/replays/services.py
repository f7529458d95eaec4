"""The only way the suppression list is written and read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Max, Min

from garant.apps.evidence import services as evidence
from garant.apps.holds import services as holds
from garant.apps.organisations import services as organisations
from garant.apps.replays.entries import ReplayLooked, SuppressionForgotten
from garant.apps.replays.models import Suppressed
from garant.apps.scoping import for_organisation, scoped
from garant.engine.planning.replay import Erased, Kin, Question, Replay, plan_replay
from garant.engine.terms import Source
from garant.ledger.entries import Entry, Payload
from garant.policy.loader import LoadedPolicy

_FILED = ("garant", "suppression")
"""Under which the key of the marks is filed: it outlives a rotation of the installation's keys."""

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
    """Put erased roots on the list, in the caller's transaction: that of their receipt. Again changes nothing.

    A root that a later plan treats further is on the list in each state it was in.
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
        Suppressed.objects.bulk_create(rows, batch_size=ROWS, ignore_conflicts=True)
    return len(rows)


def look(policy: LoadedPolicy, sources: Mapping[str, Source], *, as_of: date, actor: str) -> Replay:
    """Look for what was erased, plan to erase it again, and say in the ledger that it was done, in numbers.

    Raises:
        ConnectorError: a system did not answer: nobody knows whether somebody came back.
    """
    found = search(policy, sources, as_of=as_of)
    entry = ReplayLooked(
        marks=found.looked_for,
        found=found.found,
        due=found.due,
        others=_number(found.others),
        doubtful=_number(found.doubtful),
    )
    _enter(policy.document.organisation.key, entry, actor)
    return found


def search(policy: LoadedPolicy, sources: Mapping[str, Source], *, as_of: date) -> Replay:
    """Look for what was erased, and plan to erase it again; nothing is written.

    Raises:
        ConnectorError: a system did not answer.
    """
    organisation = policy.document.organisation.key
    return plan_replay(
        policy,
        sources,
        _Listed(organisation),
        marking_key(organisation),
        as_of=as_of,
        holds=holds.in_force(organisation),
    )


@for_organisation
def forget(organisation: str, before: date, *, actor: str) -> int:
    """Forget the erasures before a day of the organisation's calendar, once no backup is that old.

    Returns how many marks went.
    """
    zone = ZoneInfo(organisations.organisation(organisation).time_zone)
    with transaction.atomic():
        old = Suppressed.objects.filter(at__lt=datetime.combine(before, time(), zone))
        gone, _ = old.delete()
        _enter(organisation, SuppressionForgotten(before=before, marks=gone), actor)
    return gone


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
            for mark, rule, before, after in some.values_list("mark", "rule", "before", "after"):
                found[mark].append(Erased(rule or None, before, after))
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
