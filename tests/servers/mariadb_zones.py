"""Time zones for a MariaDB that has none: Debian's program for them is in a package that tests do without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONES = ("UTC", "Europe/Paris", "America/New_York")
"""The zones that tests use; in others, Garant has to do without."""

FIRST, LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)


def statements() -> Iterator[str]:
    """What fills the server's own tables of zones."""
    for number, name in enumerate(ZONES, 1):
        changes = [(FIRST, _offset(name, FIRST)), *_changes(name)]
        kinds = sorted({offset for _, offset in changes})
        yield f"INSERT INTO mysql.time_zone VALUES ({number}, 'N')"
        yield f"INSERT INTO mysql.time_zone_name VALUES ('{name}', {number})"
        for kind, offset in enumerate(kinds):
            yield f"INSERT INTO mysql.time_zone_transition_type VALUES ({number}, {kind}, {offset}, 0, '')"
        listed = ", ".join(
            f"({number}, {int(at.timestamp())}, {kinds.index(offset)})" for at, offset in changes
        )
        yield f"INSERT INTO mysql.time_zone_transition VALUES {listed}"


def _changes(name: str) -> Iterator[tuple[datetime, int]]:
    """Each moment at which the clocks change, and their offset after it, in seconds."""
    day = FIRST
    while day < LAST:
        following = day + timedelta(days=1)
        if _offset(name, day) != _offset(name, following):
            yield _change(name, day, following), _offset(name, following)
        day = following


def _change(name: str, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(name, middle) == _offset(name, before):
            before = middle
        else:
            after = middle
    return after


def _offset(name: str, moment: datetime) -> int:
    shift = moment.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    return shift // timedelta(seconds=1)
