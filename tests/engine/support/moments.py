"""Dated facts as databases really hold them, each with the one day it means, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

GARBAGE: tuple[Any, ...] = (
    "", "garbage", "2020", "12:00", "now", "31/12/2019", "2019-02-30", "2019-13-01", "2459000.5",
    "2019-06-31 10:00:00", "2019-06-01 25:00:00", "2019-02-30T10:00:00Z", "Z", "2019-06-01 12:00:00+99:00",
    20190101, 1546300800, 2459000.5, b"2019-01-01", "20190101",
)  # fmt: skip
FAR = (date(1, 1, 1), date(1970, 1, 1), date(9999, 12, 31), date(2000, 2, 29), date(2100, 1, 1))
EDGES = (time(0, 0), time(23, 59, 59), time(0, 0, 1), time(12, 0), time(2, 30), time(1, 59, 59))


@dataclass(frozen=True)
class Fact:
    """What a cell says: the day in the organisation's calendar, unreadable, or nothing at all."""

    stored: Any
    day: date | None
    readable: bool = True

    @property
    def said(self) -> bool:
        return self.stored is not None


def day_near(chance: Random, cutoff: date) -> date:
    """A day on, just before or just after the cut-off; sometimes a far one."""
    if chance.random() < 0.15:
        return chance.choice(FAR)
    return cutoff + timedelta(days=chance.choice((0, 0, 1, 1, -1, 2, -2, 30, -30, -400, 400)))


def date_fact(chance: Random, cutoff: date, backend: str) -> Fact:
    """A calendar day: a date, or SQLite's text, right or wrong; MariaDB has a date that is none."""
    if chance.random() < 0.15:
        return Fact(None, None)
    if backend == "sqlite" and chance.random() < 0.12:
        return Fact(chance.choice(GARBAGE), None, readable=False)
    if backend == "mariadb" and chance.random() < 0.05:
        return Fact("0000-00-00", None, readable=False)
    day = day_near(chance, cutoff)
    if backend != "sqlite":
        return Fact(day, day)
    return Fact(day.isoformat() + chance.choice(("", "", " 00:00:00", "T23:59:59")), day)


def instant_fact(
    chance: Random, cutoff: date, backend: str, aware: bool, place: str, organisation: str
) -> Fact:
    """A moment around midnight: naive in the system's zone ``place``, or aware."""
    if chance.random() < 0.15:
        return Fact(None, None)
    if backend == "sqlite" and chance.random() < 0.12:
        return Fact(chance.choice(GARBAGE), None, readable=False)
    wall = datetime.combine(day_near(chance, cutoff), chance.choice(EDGES))
    if aware:
        return _aware(chance, wall, backend, organisation)
    stored = wall if backend != "sqlite" else _written(chance, wall)
    return Fact(stored, _day(wall.replace(tzinfo=ZoneInfo(place)), organisation))


def _aware(chance: Random, wall: datetime, backend: str, organisation: str) -> Fact:
    """The wall time is the organisation's, so that the edges of its days are met exactly."""
    if wall.year in (1, 9999):
        wall = wall.replace(year=2000 if wall.year == 1 else 9000, month=6, day=1)
    if backend == "mariadb" and not 1970 < wall.year < 2038:  # the years of its TIMESTAMP
        wall = wall.replace(year=1971 if wall.year < 2000 else 2037, month=6, day=1)
    moment = wall.replace(tzinfo=ZoneInfo(organisation)).astimezone(UTC)
    day = moment.astimezone(ZoneInfo(organisation)).date()
    if backend != "sqlite":
        return Fact(moment, day)
    hours = chance.choice((0, 2, -5))
    shown = (moment + timedelta(hours=hours)).replace(tzinfo=None)
    suffix = (
        chance.choice(("Z", "+00:00")) if hours == 0 else f"{'+' if hours > 0 else '-'}{abs(hours):02d}:00"
    )
    return Fact(_written(chance, shown) + suffix, day)


def _written(chance: Random, wall: datetime) -> str:
    return wall.strftime("%Y-%m-%d").zfill(10) + chance.choice(" T") + wall.strftime("%H:%M:%S")


def _day(moment: datetime, organisation: str) -> date:
    try:
        return moment.astimezone(ZoneInfo(organisation)).date()
    except OverflowError:
        return moment.date()
