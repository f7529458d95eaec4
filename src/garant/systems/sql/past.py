"""Whose facts are all past, whatever their role: one question to each event, which dates nobody and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from garant.systems.finding import Clock, DueQuestion, RootKey
from garant.systems.model import EventSource
from garant.systems.sql.due import Finder, Query, plain_key
from garant.systems.sql.ways import together


def find_past(finder: Finder, questions: Sequence[DueQuestion]) -> list[RootKey]:
    """Everybody whom one of the questions may select, once; see the port."""
    return list(dict.fromkeys(key for query in _queries(finder, questions) for key in _keys(finder, query)))


def _keys(finder: Finder, query: Query) -> Iterator[RootKey]:
    return (plain_key(key) for key in finder.connection.scalars(query))


def _queries(finder: Finder, questions: Sequence[DueQuestion]) -> Iterator[Query]:
    """One for each event: of the questions that count from it, the latest clock tells of all."""
    for sources, clock in _latest([(one.sources, one.clock) for one in questions]):
        # Not the last moment of each root, which would be read, compared and kept: whether any is too late.
        every = together([_late(finder, source, clock) for source in sources]).subquery()
        yield sa.select(every.c.key).group_by(every.c.key).having(sa.func.max(every.c.late) == 0)
    early = [(one.sooner, one.sooner_clock) for one in questions if one.sooner_clock is not None]
    for sources, clock in _latest(early):
        every = together([_late(finder, source, clock) for source in sources]).subquery()
        yield sa.select(every.c.key).distinct().where(every.c.late == 0)


def _latest(
    asked: Sequence[tuple[Sequence[EventSource], Clock]],
) -> list[tuple[Sequence[EventSource], Clock]]:
    """Each event that has sources, with the latest of the clocks it is held against."""
    found: list[tuple[Sequence[EventSource], Clock]] = []
    for sources, clock in sorted(asked, key=lambda one: one[1].day, reverse=True):
        if sources and all(sources != known for known, _ in found):
            found.append((sources, clock))
    return found


def _late(finder: Finder, source: EventSource, clock: Clock) -> Query:
    """Each fact of a source: whether it comes after the clock's day. What cannot be read is judged afterwards."""
    dialect, rows = finder.dialect, finder.asked(source.query, ("key", "at"), only_batch=False)
    late = dialect.late_as_written(rows.c.at, source.type, clock.day)
    if late is None:
        read = dialect.readable(rows.c.at, source.type, dates=finder.holds_dates(source))
        late = dialect.late(read, source.type, clock.day, clock.instant, finder.zone)
    there = (rows.c.at.is_not(None), rows.c.key.is_not(None))
    return sa.select(rows.c.key, sa.case((late, 1), else_=0).label("late")).where(*there)
