"""*Find*: who is due, and what holds them, answered by the system in a few set-based statements.

Everything happens in temporary tables: ``batch`` (key, held), the selected roots; ``dated`` (key, at,
unread), the last moment of an event for everybody, read once for all the promises that count from it; and
``facts`` (key, at, mark), the same for each candidate. ``mark`` is 0 when that fact is on or before the
cut-off, RECENT after it, UNREADABLE when the database cannot read a date: an unreadable date never makes
anyone due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from garant.systems.changing import Recheck
from garant.systems.finding import Clock, DueQuestion, DutyQuestion, Found, Holders, RootKey
from garant.systems.model import EventSource, Role
from garant.systems.port import ConnectorError
from garant.systems.sql.dialects import RECENT, UNREADABLE, Dialect, Greatest
from garant.systems.sql.fragment_text import query, query_among
from garant.systems.sql.kept import Kept, Part

ENDED_EARLY = 1 << 62
"""A bit of ``held`` that no duty uses: the root has been asked about again, and its retention has ended early."""

NAMED = 5_000
"""Keys named in one condition."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The temporary tables of one kind of key."""

    batch: sa.TableClause
    facts: sa.TableClause
    departing: sa.TableClause
    on_hold: sa.TableClause
    dated: sa.TableClause


Query = sa.Select[*tuple[Any, ...]]
"""A query with whatever columns."""

Remembered = dict[str, tuple[Sequence[EventSource], bool]]
"""Table ``dated`` → the sources it holds, and whether it holds their first moment instead of their last."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Asks the due and duty questions on one open connection."""

    connection: sa.Connection
    dialect: Dialect
    scratch: Scratch
    zone: str
    remembered: Remembered = field(default_factory=dict[str, tuple[Sequence[EventSource], bool]])
    dates: dict[str, bool] = field(default_factory=dict[str, bool])
    """Query of an event → whether it gives dates by the system's own types, as asked in this transaction."""
    kept: Kept | None = None
    """Where the same questions come again, their statements."""

    def due(self, question: DueQuestion, duties: Sequence[DutyQuestion]) -> Found:
        """Fill ``batch`` with the due roots and say what holds them."""
        self._gather(question.role, question.sources, question.clock, only_batch=False)
        facts, batch = self.scratch.facts, self.scratch.batch
        summary = self.connection.execute(
            sa.select(
                sa.func.count(),
                _count(sa.and_(facts.c.at.is_(None), facts.c.mark == 0)),
                _count(facts.c.mark == UNREADABLE),
                _extreme(sa.func.min, facts.c.at, self._is_due()),
            )
        ).one()
        self.connection.execute(sa.delete(batch))
        due = sa.select(facts.c.key, sa.literal(0)).where(self._is_due())
        self.connection.execute(sa.insert(batch).from_select(["key", "held"], due))
        sooner = self._add_sooner(question)
        holders = [self._hold(duty) for duty in duties]
        keys, held = self._selected()
        oldest = _local_day(summary[3], self.zone, question.clock)
        return Found(summary[0], summary[1], summary[2], sooner, oldest, keys, held, holders)

    def held(self, duties: Sequence[DutyQuestion]) -> Found:
        """Say what holds the roots that are already in ``batch``."""
        holders = [self._hold(duty) for duty in duties]
        keys, held = self._selected()
        return Found(population=len(keys), keys=keys, held=held, holders=holders)

    def among(self, question: DueQuestion, duties: Sequence[DutyQuestion]) -> Found:
        """Say of the roots that are already in ``batch`` who is oldest, who was selected early, what holds them."""
        self._gather(question.role, question.sources, question.clock, only_batch=True)
        oldest, ordinary = self.connection.execute(
            sa.select(
                _extreme(sa.func.min, self.scratch.facts.c.at, self._is_due()),
                _count(self._is_due()),
            )
        ).one()
        found = self.held(duties)
        day = _local_day(oldest, self.zone, question.clock)
        return replace(found, oldest=day, sooner=len(found.keys) - ordinary)

    def still(self, recheck: Recheck, asked: Sequence[RootKey]) -> Found:
        """Which of the roots that are already in ``batch``, those ``asked``, are still due, and what holds them."""
        spared = set(self.spare(recheck)[0])
        keys = [key for key in asked if key not in spared]
        if len(keys) != len(asked) - len(spared):  # written otherwise by the system than they were asked
            keys, held = self._selected()
        else:
            held = self._held_in_batch()
        return Found(population=len(keys), keys=keys, held=held)

    def spare(self, recheck: Recheck, gone: Sequence[RootKey] = ()) -> tuple[list[RootKey], int]:
        """Take out of ``batch`` the roots that are no longer due, and add the duties that hold now: both are told.

        ``gone``: those of them that have left already, whom a promise holds by a date alone.
        """
        spared = [] if recheck.due is None else self._spare(recheck.due)
        holding = [duty.number for duty in recheck.duties if self._mark(duty)]
        if gone and recheck.dated:
            self._unmark(gone, [duty.number for duty in recheck.dated])
            for duty in recheck.dated:
                self._mark(duty)
        return spared, sum(1 << number for number in set(holding))

    def last_days(self, question: DueQuestion) -> dict[RootKey, date]:
        """The day, where the question's clock is, of the last fact of each root in ``batch`` that has one."""
        self._gather(question.role, question.sources, question.clock, only_batch=True)
        facts = self.scratch.facts
        dated = sa.select(facts.c.key, sa.cast(facts.c.at, sa.Text())).where(self._is_due())
        days = [
            (plain_key(key), _local_day(at, self.zone, question.clock))
            for key, at in self.connection.execute(dated)
        ]
        return {key: day for key, day in days if day is not None}

    def _spare(self, question: DueQuestion) -> list[RootKey]:
        """Drop from ``batch`` the roots that are neither due nor ended early; which they were."""
        batch, early = self.scratch.batch, bool(question.sooner and question.sooner_clock)
        if early:
            self._gather(question.role, question.sooner, question.sooner_clock, only_batch=True, first=True)
            marked = sa.update(batch).where(batch.c.key.in_(self._due_keys()))
            self._run(lambda: marked.values(held=batch.c.held + ENDED_EARLY), "early")
        self._gather(question.role, question.sources, question.clock, only_batch=True)
        stays = sa.and_(batch.c.held < ENDED_EARLY, batch.c.key.not_in(self._due_keys()))
        found = self._run(lambda: sa.select(batch.c.key).where(stays), "spared")
        spared = [plain_key(key) for key in found.scalars()]
        if spared:
            self.connection.execute(sa.delete(batch).where(stays))
        if early:
            marked = sa.update(batch).where(batch.c.held >= ENDED_EARLY)
            self._run(lambda: marked.values(held=batch.c.held - ENDED_EARLY), "no longer early")
        return spared

    def _due_keys(self) -> sa.Select[Any]:
        return sa.select(self.scratch.facts.c.key).where(self._is_due())

    def _add_sooner(self, question: DueQuestion) -> int:
        """Select the role's roots whose retention an event has ended early; how many they are."""
        if not question.sooner or question.sooner_clock is None:
            return 0
        facts, batch = self.scratch.facts, self.scratch.batch
        self._gather(question.role, question.sooner, question.sooner_clock, only_batch=False, first=True)
        known = sa.select(batch.c.key)
        ended = sa.select(facts.c.key, sa.literal(0)).where(self._is_due(), facts.c.key.not_in(known))
        early = self.connection.scalar(sa.select(sa.func.count()).select_from(ended.subquery()))
        self.connection.execute(sa.insert(batch).from_select(["key", "held"], ended))
        return int(early or 0)

    def _is_due(self) -> sa.ColumnElement[bool]:
        facts = self.scratch.facts
        return sa.and_(facts.c.at.is_not(None), facts.c.mark == 0)

    def _selected(self) -> tuple[list[RootKey], dict[RootKey, int]]:
        keys = self.dialect.keys(self.connection, self.scratch.batch)
        return [plain_key(key) for key in keys], self._held_in_batch()

    def _held_in_batch(self) -> dict[RootKey, int]:
        """What holds the roots in ``batch`` that something holds."""
        held = self.dialect.held(self.connection, self.scratch.batch)
        return {plain_key(key): mask for key, mask in held.items()}

    def _hold(self, duty: DutyQuestion) -> Holders:
        """Set the duty's bit on the selected roots it holds, and say how many they are and until when."""
        number, facts = self._mark(duty), self.scratch.facts
        if not number:
            return Holders(duty.number, 0, None)
        dated = sa.and_(facts.c.mark < UNREADABLE, self._in_force(duty))
        latest = self.connection.scalar(sa.select(_extreme(sa.func.max, facts.c.at, dated)))
        return Holders(duty.number, number, _local_day(latest, self.zone, duty.clock))

    def _mark(self, duty: DutyQuestion) -> int:
        """Set the duty's bit on the selected roots it holds; how many they are."""
        if duty.sources and duty.clock is not None and not self._has_members(duty.role):
            return 0  # nobody's facts need be gathered
        self._gather(duty.role, duty.sources, duty.clock, only_batch=True)
        batch = self.scratch.batch

        def marked() -> sa.Update:
            holding = sa.select(self.scratch.facts.c.key).where(self._in_force(duty))
            bit = batch.c.held.bitwise_or(1 << duty.number)
            return sa.update(batch).where(batch.c.key.in_(holding)).values(held=bit)

        return self._run(marked, "mark", duty).rowcount

    def _unmark(self, keys: Sequence[RootKey], numbers: Sequence[int]) -> None:
        """Take the bits of these duties off the keys, as many as one statement may name at a time."""
        batch, others = self.scratch.batch, ENDED_EARLY - 1
        for number in numbers:
            others &= ~(1 << number)
        for start in range(0, len(keys), NAMED):
            some = sa.update(batch).where(batch.c.key.in_(keys[start : start + NAMED]))
            self.connection.execute(some.values(held=batch.c.held.bitwise_and(others)))

    def _has_members(self, role: Role) -> bool:
        """Whether any root in ``batch`` has the role."""

        def asked() -> sa.Select[Any]:
            members = self.asked(role.query, ("key",), only_batch=True)
            return sa.select(
                sa.select(sa.literal(1)).select_from(members).where(members.c.key.is_not(None)).exists()
            )

        return bool(self._run(asked, "members", role).scalar())

    def _in_force(self, duty: DutyQuestion) -> sa.ColumnElement[bool]:
        """Whether the duty's own term is not over; an undated duty holds, unless it is asked whom a date holds."""
        facts, recent = self.scratch.facts, self.scratch.facts.c.mark > 0
        if duty.clock is None or duty.dated:
            return sa.true() if duty.clock is None else recent
        return sa.or_(facts.c.at.is_(None), recent)

    def _gather(
        self,
        role: Role,
        sources: Sequence[EventSource],
        clock: Clock | None,
        *,
        only_batch: bool,
        first: bool = False,
    ) -> None:
        """Fill ``facts`` with the role's roots and the last (or first) of their dated facts."""
        self._run(lambda: sa.delete(self.scratch.facts), "no facts")
        if clock is not None and not only_batch and len({source.type for source in sources}) == 1:
            self._remember(sources, first)
        dates = [self.holds_dates(source) for source in sources]
        made_for = (role, sources, clock, only_batch, first, *dates)
        self._run(lambda: self._gathering(role, sources, clock, only_batch, first), "gather", *made_for)

    def _gathering(
        self, role: Role, sources: Sequence[EventSource], clock: Clock | None, only_batch: bool, first: bool
    ) -> sa.Insert:
        members = self.asked(role.query, ("key",), only_batch)
        there = members.c.key.is_not(None)
        who, met = members, [there]
        if not self.dialect.passes_over:
            who, met = sa.select(members.c.key).distinct().where(there).subquery("who"), []
        if clock is None or not sources:
            rows = sa.select(who.c.key, sa.null(), sa.literal(0))
        elif not self._remembers(sources, first) if only_batch else len({s.type for s in sources}) > 1:
            rows = self._joined(who, self._last(sources, clock, only_batch=only_batch, first=first))
        else:
            dated = self.scratch.dated
            last = who.outerjoin(dated, who.c.key == dated.c.key)
            mark = self._mark_of(dated, sources[0].type, clock)
            rows = sa.select(who.c.key, dated.c.at, mark).select_from(last)
        return _lenient(self.scratch.facts).from_select(["key", "at", "mark"], rows.where(*met))

    def _run(self, build: Callable[[], sa.Executable], *made_for: Part) -> sa.CursorResult[Any]:
        """Run a statement: the one kept for these, where statements are kept."""
        statement = build() if self.kept is None else self.kept.once(build, *made_for)
        return self.connection.execute(statement)

    def _joined(self, who: sa.Subquery, last: sa.Subquery) -> Query:
        mark = sa.func.coalesce(last.c.mark, 0)
        return sa.select(who.c.key, last.c.at, mark).select_from(who.outerjoin(last, who.c.key == last.c.key))

    def asked(self, sql: str, columns: tuple[str, ...], only_batch: bool) -> sa.Subquery:
        """A query of the map, of everybody or of those in ``batch`` alone."""
        if not only_batch:
            return query(sql, self.dialect.name, columns)
        return query_among(sql, self.dialect.name, columns, self.scratch.batch)

    def _remember(self, sources: Sequence[EventSource], first: bool) -> None:
        """Fill ``dated`` with the moments of an event, unless it holds them already: its questions differ
        by their cut-offs alone."""
        dated = self.scratch.dated
        if self._remembers(sources, first):
            return
        self.connection.execute(sa.delete(dated))
        moments = self._moments(sources, first, only_batch=False)
        self.connection.execute(_lenient(dated).from_select(["key", "at", "unread"], moments))
        self.remembered[dated.name] = (sources, first)

    def _remembers(self, sources: Sequence[EventSource], first: bool) -> bool:
        """Whether ``dated`` holds the moments of an event."""
        return self.remembered.get(self.scratch.dated.name) == (sources, first)

    def _last(
        self, sources: Sequence[EventSource], clock: Clock, *, only_batch: bool, first: bool
    ) -> sa.Subquery:
        """The roots of an event with their last (or first) moment and its mark, the sources of a kind together."""
        kinds = sorted({source.type for source in sources})
        parts = [
            self._marked(
                self._moments(
                    [s for s in sources if s.type == kind], first, only_batch=only_batch
                ).subquery(),
                kind,
                clock,
            )
            for kind in kinds
        ]
        return _together(parts, _greatest(first)).subquery("last")

    def _moments(self, sources: Sequence[EventSource], first: bool, *, only_batch: bool) -> Query:
        """The last (or first) moment of each root by sources of one kind; whether one of its dates is unread."""
        kind, parts = sources[0].type, list[Query]()
        for source in sources:
            rows = self.asked(source.query, ("key", "at"), only_batch)
            read = self.dialect.readable(rows.c.at, kind, dates=self.holds_dates(source)).label("read")
            parts.append(sa.select(rows.c.key, read).where(rows.c.at.is_not(None), rows.c.key.is_not(None)))
        every = (parts[0] if len(parts) == 1 else sa.union_all(*parts)).subquery()
        at, unread = self.dialect.gathered(every.c.read, kind, _greatest(first))
        return sa.select(every.c.key, at.label("at"), unread.label("unread")).group_by(every.c.key)

    def holds_dates(self, source: EventSource) -> bool:
        """Whether a source gives dates by the system's own types."""
        if source.query not in self.dates:
            rows = query(source.query, self.dialect.name, ("key", "at"))
            self.dates[source.query] = self.dialect.holds_dates(self.connection, rows)
        return self.dates[source.query]

    def _marked(self, moments: sa.FromClause, kind: str, clock: Clock) -> Query:
        """Hold moments against the cut-off."""
        mark = self._mark_of(moments, kind, clock).label("mark")
        return sa.select(moments.c.key, moments.c.at, mark)

    def _mark_of(self, moments: sa.FromClause, kind: str, clock: Clock) -> sa.ColumnElement[int]:
        late = self.dialect.late(moments.c.at, kind, clock.day, clock.instant, self.zone)
        return sa.case((moments.c.unread != 0, UNREADABLE), (late, RECENT), else_=0)


def _greatest(first: bool) -> Greatest:
    return sa.func.min if first else sa.func.max


def _together(parts: Sequence[Query], greatest: Greatest) -> Query:
    """The moments of several kinds as those of one event."""
    if len(parts) == 1:
        return parts[0]
    every = sa.union_all(*parts).subquery("sources")
    at, mark = greatest(every.c.at).label("at"), greatest(every.c.mark).label("mark")
    return sa.select(every.c.key, at, mark).group_by(every.c.key)


def _lenient(table: sa.TableClause) -> sa.Insert:
    """An INSERT that a date that is none does not stop on MariaDB, even where it is read with care."""
    return sa.insert(table).prefix_with("IGNORE", dialect="mariadb")


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many rows meet the condition; not every engine knows FILTER."""
    return sa.func.count(sa.case((condition, 1)))


def _extreme(function: Any, at: sa.ColumnElement[Any], condition: sa.ColumnElement[bool]) -> Any:
    """The first or last moment of the rows that meet the condition, as a text."""
    return sa.cast(function(sa.case((condition, at))), sa.Text())


def plain_key(key: Any) -> RootKey:
    """A key as plans write it: drivers give objects for UUIDs, and for whole numbers of a decimal type.

    Raises:
        ConnectorError: it is of bytes, which no plan writes; as a text it would be nobody's.
    """
    if isinstance(key, bytes | bytearray | memoryview):
        raise ConnectorError("a key of the system is of bytes: Garant knows whole numbers, texts and UUIDs")
    if isinstance(key, Decimal) and key == key.to_integral_value():
        return int(key)
    return key if isinstance(key, int) else str(key)


def _local_day(text: str | None, zone: str, clock: Clock | None) -> date | None:
    """The calendar day of a moment the database wrote as text; None when it has none.

    Infinite and out-of-range moments have no calendar day.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    place = clock.zone if clock is not None else zone
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))
    try:
        return aware.astimezone(ZoneInfo(place)).date()
    except OverflowError:
        return moment.date()
