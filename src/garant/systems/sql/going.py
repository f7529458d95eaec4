"""What happens by itself: the rows that foreign keys take along with those that a change deletes, and those they empty."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count as numbers
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import Step
from garant.systems.model import Do
from garant.systems.sql.owned import Owned
from garant.systems.sql.references import Reference
from garant.systems.sql.statements import Statements
from garant.systems.sql.surely import surely_taken
from garant.systems.sql.ways import certain


@dataclass(frozen=True, slots=True)
class Going:
    """What a foreign key does that no step does: rows that go by it, or let go, and those that must not."""

    reference: Reference
    going: int
    staying: int


@dataclass(frozen=True, slots=True)
class Doing:
    """Steps about to be done.

    Args:
        connection: the batch of the change is in its temporary table.
        statements: of the change.
        steps: all of them.
        known: the foreign keys of the system.
        in_force: the duties (bits) that hold somebody.
        idle: positions of steps that are known to find no row.
    """

    connection: sa.Connection
    statements: Statements
    steps: Sequence[Step]
    known: Sequence[Reference]
    in_force: int
    idle: Collection[int] = ()


Walked = Literal["all", "to what stays", "to what stays or refuses"]
"""How far a cascade is walked: as far as it goes, or only where it leads to rows that may have to stay, or that may refuse."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """Rows that go with the step of a position: its own, or those so many foreign keys further."""

    table: str
    rows: ColumnElement[bool]
    position: int
    depth: int = 0

    def before(self, other: _Gone, dialect: str, reference: Reference) -> bool:
        """Whether these are gone when a foreign key that refuses looks at what refers to the others.

        PostgreSQL looks when it has come as far, SQLite when the statement ends (RESTRICT excepted), MariaDB at each row.
        """
        if reference.deferred or self.position != other.position:
            return reference.deferred or self.position < other.position
        if dialect == "sqlite":
            return reference.on_delete != "RESTRICT"
        return self.depth == 0 or (dialect == "postgresql" and self.depth <= other.depth)


class Cascade:
    """Walks from the rows that steps delete to those that go with them, and on, until nothing new goes.

    What is to stay takes nothing along: the change is refused for it.
    """

    def __init__(self, doing: Doing, walked: Walked = "all") -> None:
        self._connection, self._steps = doing.connection, doing.steps
        self._whole = replace(doing.statements, in_order=False)  # whoever leaves later takes it then
        self._cascading = [one for one in doing.known if one.cascades]
        self._levels = numbers()
        self._owned = Owned(doing.statements, doing.steps, self._cascading, doing.in_force)
        self._letting_go = [one for one in doing.known if one.lets_go]
        self._updating = [one for one in doing.known if any(map(one.is_emptied, doing.steps))]
        self._refusing = [one for one in doing.known if one.refuses]
        if walked != "all":
            self._letting_go, self._updating = (
                [one for one in some if self._owned.tied(one) is not None]
                for some in (self._letting_go, self._updating)
            )
            ends = self._letting_go + (self._refusing if walked == "to what stays or refuses" else [])
            self._cascading = self._towards({one.target_table for one in ends})
        self._first = [
            (n, s) for n, s in enumerate(doing.steps) if s.do is Do.DELETE and s.paths and n not in doing.idle
        ]
        self._known: dict[str, list[ColumnElement[bool]]] = {}
        self._gone: list[_Gone] = []
        for position, step in self._first:
            self._known.setdefault(step.table, []).append(certain(self._whole.rows(step)))
            self._gone.append(_Gone(step.table, self._whole.rows(step), position))

    def walk(self) -> Iterator[Going]:
        """Each foreign key with the rows that it takes beyond those named before; a table may come several times."""
        for one, (position, step) in zip([*self._gone], self._first, strict=True):
            for reference in self._to(step.table):
                if not self._surely(reference, step, position):
                    yield from self._on(reference, one)

    def _towards(self, emptying: set[str]) -> list[Reference]:
        """Those of the foreign keys that take rows that may have to stay, or rows with which these go or are emptied."""
        guarded = {one.table for one in self._cascading if self._owned.of(one.table) is not None}
        reached = guarded | emptying
        while more := {one.target_table for one in self._cascading if one.table in reached} - reached:
            reached |= more
        return [one for one in self._cascading if one.table in reached]

    def emptied(self) -> Iterator[Going]:
        """Each foreign key by which rows that stay lose what named a row that goes; asked once all that goes is known."""
        sure = {
            (reference, number)
            for reference in self._letting_go
            for number, (position, step) in enumerate(self._first)
            if step.table == reference.target_table and self._surely(reference, step, position)
        }
        for reference in dict.fromkeys((*self._letting_go, *self._updating)):
            refers = [
                self._refers(reference, one)
                for number, one in enumerate(self._gone)
                if one.table == reference.target_table
                and reference.lets_go
                and (reference, number) not in sure
            ]
            refers += [self._refers(reference, one, down=False) for one in self._written(reference)]
            known = (sa.not_(one) for one in self._known.get(reference.table, ()))
            if refers:
                stay = self._owned.tied(reference)
                going, staying = self._count(reference.table, sa.and_(sa.or_(*refers), *known), stay)
                if going or staying:
                    yield Going(reference, going, staying)

    def _written(self, reference: Reference) -> Iterator[_Gone]:
        """The rows that stay, of which steps write what the foreign key names, so that it names nothing any more."""
        for position, step in enumerate(self._steps):
            if step.paths and reference in self._updating and reference.is_emptied(step):
                yield _Gone(step.table, self._whole.rows(step), position)

    def refused(self) -> Iterator[Going]:
        """Each foreign key by which rows would refuse that others go by themselves; asked once all that goes is known."""
        for reference in self._refusing:
            refers = [
                sa.and_(self._refers(reference, one), *(sa.not_(certain(rows)) for rows in gone))
                for one in self._gone
                if one.depth and one.table == reference.target_table
                for gone in [self._gone_before(reference, one)]
            ]
            if refers:
                number, _ = self._count(reference.table, sa.or_(*refers), None)
                if number:
                    yield Going(reference, 0, number)

    def _gone_before(self, reference: Reference, going: _Gone) -> list[ColumnElement[bool]]:
        dialect = self._whole.dialect.name
        return [
            one.rows
            for one in self._gone
            if one.table == reference.table and one.before(going, dialect, reference)
        ]

    def _surely(self, reference: Reference, going: Step, position: int) -> bool:
        """Whether no row that refers to those of a step is there any more when they go, or a step takes it itself."""
        mine = [
            one
            for number, one in enumerate(self._steps)
            if one.table == reference.table and (one.do is Do.DELETE or number < position)
        ]
        return surely_taken(mine, going, reference, in_order=False)

    def _on(self, reference: Reference, doomed: _Gone) -> Iterator[Going]:
        """What goes by this key with some rows of its target, and what goes with that."""
        known = self._known.setdefault(reference.table, [])
        rows = sa.and_(self._refers(reference, doomed), *(sa.not_(one) for one in known))
        stay = self._owned.of(reference.table)
        going, staying = self._count(reference.table, rows, stay)
        if going or staying:
            known.append(certain(rows))
            yield Going(reference, going, staying)
        if going:
            taken = rows if stay is None else sa.and_(rows, sa.not_(stay))
            gone = _Gone(reference.table, taken, doomed.position, doomed.depth + 1)
            self._gone.append(gone)
            for further in self._to(reference.table):
                yield from self._on(further, gone)

    def _count(
        self, table: str, rows: ColumnElement[bool], stay: ColumnElement[bool] | None
    ) -> tuple[int, int]:
        every = sa.func.count()
        kept = sa.literal(0) if stay is None else sa.func.sum(sa.case((stay, 1), else_=0))
        counted = sa.select(every, kept).select_from(self._whole.table(table)).where(rows)
        number, staying = self._connection.execute(counted).one()
        return int(number) - int(staying or 0), int(staying or 0)

    def _to(self, table: str) -> list[Reference]:
        return [one for one in self._cascading if one.target_table == table]

    def _refers(self, reference: Reference, doomed: _Gone, *, down: bool = True) -> ColumnElement[bool]:
        """Whether a row refers to one of those that go, and no step before lets go of it."""
        columns = [self._whole.column(reference.table, name) for name in reference.columns]
        targets = [self._whole.column(reference.target_table, name) for name in reference.targets]
        let_go = [sa.not_(one) for one in self._let_go(reference, doomed.position)]
        among = sa.select(*targets).where(doomed.rows).correlate(None)
        if down and reference.cascades and reference.table == reference.target_table:
            among = self._down(among, columns, targets, let_go)
        refers = columns[0].in_(among) if len(columns) == 1 else sa.tuple_(*columns).in_(among)
        return sa.and_(refers, *let_go)

    def _let_go(self, reference: Reference, position: int) -> Iterator[ColumnElement[bool]]:
        for step in self._steps[:position]:
            blanks = any(step.columns.get(column) == "blank" for column in reference.columns)
            if blanks and step.table == reference.table and step.paths and step.do is Do.TREAT:
                yield certain(self._whole.rows(step))

    def _down(
        self,
        first: sa.Select[Any],
        columns: Sequence[ColumnElement[Any]],
        targets: Sequence[ColumnElement[Any]],
        let_go: Sequence[ColumnElement[bool]],
    ) -> sa.Select[Any]:
        """The keys in a table that refers to itself, from those of some rows down to the last that hangs on them."""
        down = first.cte(f"garant_down_{next(self._levels)}", recursive=True)
        met = sa.and_(*(column == key for column, key in zip(columns, down.c, strict=True)))
        lower = sa.select(*targets).join(down, met).where(*let_go)
        whole = down.union(lower)
        return sa.select(*whole.c).correlate(None)
