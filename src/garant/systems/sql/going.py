"""What happens by itself: the rows that foreign keys take along with those that a change deletes, and those they empty."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count as numbers
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import Step
from garant.systems.model import Do
from garant.systems.sql.kept import Kept
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

    def takes(
        self, reference: Reference, rows: ColumnElement[bool], stay: ColumnElement[bool] | None
    ) -> _Gone:
        """What goes by a foreign key with these."""
        taken = rows if stay is None else sa.and_(rows, sa.not_(stay))
        return _Gone(reference.table, taken, self.position, self.depth + 1)

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

    What is to stay takes nothing along: the change is refused for it. What is asked on the way is built once for all the
    batches of a run: each next question says what the answers before it were.
    """

    def __init__(self, doing: Doing, walked: Walked = "all") -> None:
        self._steps, self._made = doing.steps, Kept()
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
        self._own = [_Gone(step.table, self._whole.rows(step), position) for position, step in self._first]
        self.begin(doing.connection)

    def begin(self, connection: sa.Connection) -> Cascade:
        """Begin at the rows of the batch that the connection has in its temporary table."""
        self._connection = connection
        self._known: dict[str, list[ColumnElement[bool]]] = {}
        self._gone = [*self._own]
        for one in self._own:
            self._known.setdefault(one.table, []).append(self._certain(one.rows))
        return self

    def _certain(self, rows: ColumnElement[bool]) -> ColumnElement[bool]:
        return self._made.once(lambda: certain(rows), "certain", rows)

    def walk(self) -> Iterator[Going]:
        """Each foreign key with the rows that it takes beyond those named before; a table may come several times."""
        for one in self._own:
            for reference in self._to(one.table):
                if not self._surely(reference, one):
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
        for reference in dict.fromkeys((*self._letting_go, *self._updating)):
            gone = [one for one in self._gone if reference.lets_go and one.table == reference.target_table]
            gone = [one for one in gone if one.depth or not self._surely(reference, one)]
            written = self._made.once(partial(self._written, reference), "written", reference)
            if gone or written:
                known = self._known.get(reference.table, [])
                build = partial(self._all, reference, gone, known, written)
                rows = self._made.once(build, "emptied", reference, *gone, *known)
                stay = self._made.once(partial(self._owned.tied, reference), "tied", reference)
                going, staying = self._count(reference.table, rows, stay)
                if going or staying:
                    yield Going(reference, going, staying)

    def _all(
        self,
        reference: Reference,
        gone: Sequence[_Gone],
        known: Sequence[ColumnElement[bool]],
        written: Sequence[_Gone] = (),
    ) -> ColumnElement[bool]:
        """Whether a row, none of those known, refers to one of those that go, or of which steps write what it names."""
        refers = [self._refers(reference, one) for one in gone]
        refers += [self._refers(reference, one, down=False) for one in written]
        return sa.and_(sa.or_(*refers), *(sa.not_(one) for one in known))

    def _written(self, reference: Reference) -> list[_Gone]:
        """The rows that stay, of which steps write what the foreign key names, so that it names nothing any more."""
        return [
            _Gone(step.table, self._whole.rows(step), position)
            for position, step in enumerate(self._steps)
            if step.paths and reference in self._updating and reference.is_emptied(step)
        ]

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

    def _surely(self, reference: Reference, own: _Gone) -> bool:
        """Whether no row that refers to those of a step is there any more when they go, or a step takes it itself."""

        def asked() -> bool:
            mine = [
                one
                for number, one in enumerate(self._steps)
                if one.table == reference.table and (one.do is Do.DELETE or number < own.position)
            ]
            return surely_taken(mine, self._steps[own.position], reference, in_order=False)

        return self._made.once(asked, "sure", reference, own)

    def _on(self, reference: Reference, doomed: _Gone) -> Iterator[Going]:
        """What goes by this key with some rows of its target, and what goes with that."""
        known = self._known.setdefault(reference.table, [])
        rows = self._made.once(
            partial(self._all, reference, [doomed], known), "going", reference, doomed, *known
        )
        stay = self._owned.of(reference.table)
        going, staying = self._count(reference.table, rows, stay)
        if going or staying:
            known.append(self._certain(rows))
            yield Going(reference, going, staying)
        if going:
            gone = self._made.once(partial(doomed.takes, reference, rows, stay), "gone", rows)
            self._gone.append(gone)
            for further in self._to(reference.table):
                yield from self._on(further, gone)

    def _count(
        self, table: str, rows: ColumnElement[bool], stay: ColumnElement[bool] | None
    ) -> tuple[int, int]:
        counted = self._made.once(partial(self._counted, table, rows, stay), "count", rows)
        number, staying = self._connection.execute(counted).one()
        return int(number) - int(staying or 0), int(staying or 0)

    def _counted(
        self, table: str, rows: ColumnElement[bool], stay: ColumnElement[bool] | None
    ) -> sa.Select[Any, Any]:
        every = sa.func.count()
        kept = sa.literal(0) if stay is None else sa.func.sum(sa.case((stay, 1), else_=0))
        return sa.select(every, kept).select_from(self._whole.table(table)).where(rows)

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
                yield self._made.once(partial(self._taken, step), "let go", step)

    def _taken(self, step: Step) -> ColumnElement[bool]:
        return certain(self._whole.rows(step))

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
