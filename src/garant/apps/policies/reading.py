"""Versions, looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.db import connection

from garant.apps.organisations import services as organisations
from garant.apps.policies import refusals
from garant.apps.policies.documents import loaded_once
from garant.apps.policies.models import NoticeGiven, State, Version
from garant.policy import LoadedPolicy, Policy
from garant.policy.diff import Change, differences, weightiest
from garant.policy.document import Purpose
from garant.policy.periods import time_zone

_FIRST: Final = timedelta(hours=14)
"""Before Greenwich it is a new day on the first of the islands."""


def versions(organisation: str) -> list[Version]:
    """Every version, the latest first."""
    with organisations.scoped(organisation):
        return list(Version.objects.all())


def find(organisation: str, name: str) -> Version:
    """The version of this key or number. Raises RefusedError."""
    with organisations.scoped(organisation):
        found = Version.objects.filter(key=name).first() if name.isprintable() else None
        if found is None and name.isdecimal() and len(name) < 10:
            found = Version.objects.filter(number=int(name)).first()
    if found is None:
        raise refusals.unknown_version(name)
    return found


def published(organisation: str, on: date | None = None) -> Version | None:
    """The version in force on a day of the organisation's calendar, today unless said; none before the first."""
    return published_today(organisation)[1] if on is None else _published(organisation, on)


def published_today(organisation: str, **beside: Any) -> tuple[date, Version | None]:
    """The day it is where the organisation is, and the version in force then: asked together, with what other rooms
    have asked beside it; the version has the answers under the same names.

    Asked of the day that it is where the day begins first; that version is to come for the others, at most for hours.
    """
    now = datetime.now(UTC)
    version = _published(organisation, (now + _FIRST).date(), **beside)
    if version is None:
        return today(organisation), None
    day = now.astimezone(time_zone(version.zone)).date()
    begun = version.effective_on is not None and version.effective_on <= day
    return day, version if begun else _published(organisation, day, **beside)


def _published(organisation: str, day: date, **beside: Any) -> Any:
    with organisations.scoped(organisation):
        found = Version.objects.filter(state=State.PUBLISHED, effective_on__lte=day)
        with_zone = found.annotate(zone=organisations.zone_of("organisation"), **beside)
        return with_zone.order_by("-effective_on", "-published_at").first()


def in_force(organisation: str) -> LoadedPolicy | None:
    """The policy in force today, as the engine takes it; none before the first."""
    version = published(organisation)
    return loaded_once(version.document, f"v{version.number}") if version else None


def published_versions(organisation: str) -> list[Version]:
    """Every published version, those to come included, the last in force first."""
    with organisations.scoped(organisation):
        return list(Version.objects.filter(state=State.PUBLISHED).order_by("-effective_on", "-published_at"))


def begun(organisation: str) -> Iterator[Policy]:
    """What each published version says that has begun, the one in force first; read as they are asked for."""
    day = today(organisation)
    never = replaced(organisation)
    for one in published_versions(organisation):
        if (one.effective_on or day) <= day and one.key not in never:
            yield one.policy


def replaced(organisation: str) -> frozenset[str]:
    """The keys of those that never apply: before their day began, another one was published for it."""
    return frozenset(one.key for one in editions(organisation) if one.replaced)


def purpose_named(organisation: str, name: str) -> Purpose | None:
    """The purpose of a whole name, `activity/purpose`, as it was last in force; none where it never was."""
    activity, _, key = name.partition("/")
    known = (getattr(one.activities.get(activity), "purposes", {}).get(key) for one in begun(organisation))
    return next((one for one in known if one is not None), None)


def overtaken(organisation: str) -> list[tuple[Version, Version]]:
    """Versions to come, each with the one published after it that it will nevertheless replace on its day."""
    found, day = published_versions(organisation), today(organisation)
    lost: list[tuple[Version, Version]] = []
    for place, later in enumerate(found):
        replaced = place > 0 and found[place - 1].effective_on == later.effective_on
        if (later.effective_on or day) <= day or replaced:
            continue
        since = [one for one in found[place:] if _begins_before(one, later) and _published_after(one, later)]
        lost += [(later, since[0])] if since else []
    return lost


def _begins_before(one: Version, other: Version) -> bool:
    return (one.effective_on or date.min) < (other.effective_on or date.min)


def _published_after(one: Version, other: Version) -> bool:
    assert one.published_at is not None
    assert other.published_at is not None
    return one.published_at > other.published_at


def changes(old: Version | None, new: Version) -> list[Change]:
    """What changes from one version to another, what weighs most on people first; none where there was none."""
    return [] if old is None else weightiest(differences(old.policy, new.policy))


@dataclass(frozen=True, slots=True)
class Edition:
    """A published version without its text: what it is known by, and since when it holds."""

    organisation: str
    key: str
    number: int
    digest: str
    effective_on: date
    replaced: bool = False
    """Before its day began another one was published for it: it never applies."""


def editions(organisation: str, until: date | None = None, most: int | None = None) -> list[Edition]:
    """The published versions in force on `until` or before, the last in force first; one query, no text read.

    Without `until`, those to come as well; `most` bounds how many. Every public page asks this: the statement is
    written out, because building it anew would cost several times what asking it does.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EDITIONS, [organisation, until or date.max, most or _ALL])
        found: list[_Row] = [(*row[:3], _day(row[3]), _instant(row[4])) for row in cursor.fetchall()]
    after: list[_Row | None] = [None, *found]
    return [
        Edition(organisation, key, number, digest, day, replaced=_before_its_day(organisation, later, day))
        for later, (key, number, digest, day, _) in zip(after, found, strict=False)
    ]


_Row = tuple[str, int, str, date, datetime]


def _before_its_day(organisation: str, later: _Row | None, day: date) -> bool:
    """Whether the one published after a version is for the same day, and was so before that day began there."""
    if later is None or later[3] != day:
        return False
    zone = time_zone(organisations.organisation(organisation).time_zone)
    return later[4] <= datetime.combine(day, time(), zone)


_ALL: Final = 10_000
_EDITIONS: Final = """
    SELECT key, number, digest, effective_on, published_at FROM policies_version
    WHERE organisation = %s AND state = 'published' AND effective_on <= %s
    ORDER BY effective_on DESC, published_at DESC LIMIT %s
"""


def _day(value: date | str) -> date:
    """SQLite gives its dates as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: datetime | str) -> datetime:
    """SQLite gives its instants as text, without a zone."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def notices(version: Version) -> list[NoticeGiven]:
    """The notices given of what a version says now, in the order they were given; those whose day was corrected are not
    among them.
    """
    with organisations.scoped(version.organisation):
        given = NoticeGiven.objects.filter(version_id=version.key, digest=version.digest)
        return list(given.filter(corrected=None))


def today(organisation: str) -> date:
    """The day it is where the organisation is."""
    zone = time_zone(organisations.organisation(organisation).time_zone)
    return datetime.now(UTC).astimezone(zone).date()
