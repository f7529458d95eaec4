"""What may be published: the version in force, those before it, and those announced. Nothing is written here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.apps.policies.services import Edition
from garant.policy import Policy
from garant.policy.diff import Change, differences, weightiest
from garant.policy.periods import time_zone

_CANDIDATES = 2
"""Versions read to find the one in force: it is among the latest two, unless several were published for tomorrow."""


AGAIN: Final = 1.0
"""Seconds after which a process asks again what is in force."""

_MOST: Final = 10_000


class NothingPublishedError(LookupError):
    """No organisation of this key here, or none of its versions is published for that day or under that number."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was in force when last asked, and whether the state of promises was shown."""

    edition: Edition
    shows_state: bool
    zone: ZoneInfo
    day: date
    asked: float


_LATELY: Final[dict[str, _Known]] = {}


@dataclass(frozen=True, slots=True)
class Chapter:
    """A version in the history of a policy."""

    edition: Edition
    policy: Policy
    changes: tuple[Change, ...]
    """From the version that applied before it, the weightiest first; none for the first."""
    state: str
    """`past`, `in-force`, `to-come`, or `replaced` before it ever applied."""


def in_force(organisation: str) -> Edition:
    """The version in force today where the organisation is. Raises NothingPublishedError.

    Two small queries, asked again after a second: a version published for today is seen a second later at most, one
    published for another day at midnight there.
    """
    return _known(organisation).edition


def shows_state(organisation: str) -> bool:
    """Whether the organisation shows anyone the state of its promises. Raises NothingPublishedError."""
    return _known(organisation).shows_state


def _known(organisation: str) -> _Known:
    known = _LATELY.get(organisation)
    now = time.monotonic()
    if known is not None and now - known.asked < AGAIN and known.day == _day(known.zone):
        return known
    fresh = _asked(organisation, now)
    if len(_LATELY) >= _MOST:
        _LATELY.clear()
    _LATELY[organisation] = fresh
    return fresh


def forget() -> None:
    """Ask again at once."""
    _LATELY.clear()


def _asked(organisation: str, now: float) -> _Known:
    """The time zone too: a version that takes effect may say another."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    found = policies.editions(organisation, until=tomorrow, most=_CANDIDATES)
    if not found:
        raise NothingPublishedError(organisation)
    place = organisations.organisation(organisation)
    zone = time_zone(place.time_zone)
    today = _day(zone)
    begun = [edition for edition in found if edition.effective_on <= today]
    for edition in begun or policies.editions(organisation, until=today, most=1):
        return _Known(edition, place.shows_state, zone, today, now)
    raise NothingPublishedError(organisation)


def edition(organisation: str, number: int) -> Edition:
    """A published version by its number, be it past or to come. Raises NothingPublishedError."""
    for found in policies.editions(organisation):
        if found.number == number:
            return found
    raise NothingPublishedError(organisation)


def editions(organisation: str) -> list[Edition]:
    """Every published version, the last in force first. Raises NothingPublishedError where there is none."""
    found = policies.editions(organisation)
    if not found:
        raise NothingPublishedError(organisation)
    return found


def document(edition: Edition) -> Policy:
    """What a published version says."""
    return policies.find(edition.organisation, edition.key).policy


def today(organisation: str) -> date:
    """The day it is where the organisation is."""
    return policies.today(organisation)


def chapters(organisation: str) -> list[Chapter]:
    """The history of a policy, told version by version, the latest first. Raises NothingPublishedError."""
    found, now = editions(organisation), today(organisation)
    holding = next((each for each in found if each.effective_on <= now), None)
    said = [document(each) for each in found]
    told: list[Chapter] = []
    state = "to-come"
    for place, each in enumerate(found):
        earlier = range(place + 1, len(found))
        before = next((said[at] for at in earlier if not found[at].replaced), None)
        changes = tuple(weightiest(differences(before, said[place]))) if before is not None else ()
        if each is holding:
            state = "in-force"
        told.append(Chapter(each, said[place], changes, "replaced" if each.replaced else state))
        if each is holding:
            state = "past"
    return told


def publishing() -> list[tuple[str, Edition]]:
    """The name of each organisation that publishes something here, and what it has in force."""
    found: list[tuple[str, Edition]] = []
    for each in organisations.listing():
        try:
            found.append((each.name, in_force(each.key)))
        except NothingPublishedError:
            continue
    return found


def _day(zone: ZoneInfo) -> date:
    return datetime.now(zone).date()
