"""Whom a system is asked for, and what it answers: who is due, and which duties hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from garant.systems.model import EventSource, Role

RootKey = int | str
"""The key of a root in its system: an integer, a text, or a UUID in its text form."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A cut-off computed by Garant: the last calendar day that is due, and when it ended.

    ``day`` is in the organisation's time zone ``zone``; ``instant`` (aware) is the first moment
    after it.
    """

    day: date
    instant: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class DueQuestion:
    """Which roots have a role and a last event on or before the clock's day?

    And which have an event of ``sooner`` (a consent withdrawn …), on or before the day of
    ``sooner_clock``, that ends their retention without waiting?
    """

    root: str
    role: Role
    sources: Sequence[EventSource]
    clock: Clock
    sooner: Sequence[EventSource] = ()
    sooner_clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class DutyQuestion:
    """Which of the selected roots does a duty hold? Without clock, all who have the role.

    One that nothing dates is held, but for ``dated``.
    """

    number: int
    root: str
    role: Role
    sources: Sequence[EventSource] = ()
    clock: Clock | None = None
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Holders:
    """How many selected roots a duty holds, and the latest event it counts from."""

    number: int
    count: int
    latest: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """Answer to a :class:`DueQuestion`: counts of roots, and the selected keys.

    ``held`` gives, per key, the bits of the duties that hold it (bit ``n`` = duty ``n``);
    ``sooner`` counts the roots selected only because of an event that ends retention early.
    """

    population: int = 0
    undated: int = 0
    unreadable: int = 0
    sooner: int = 0
    oldest: date | None = None
    keys: Sequence[RootKey] = ()
    held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    holders: Sequence[Holders] = ()
