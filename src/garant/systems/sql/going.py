"""What happens by itself: the rows that foreign keys take along with those that a change deletes, and those they empty."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count as numbers
from typing import Any

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


class Cascade:
    """Walks from the rows that steps delete to those that go with them, and on, until nothing new goes.

    What is to stay takes nothing along: the change is refused for it.

    Args:
        connection: the batch of the change is in its temporary table.
        statements: of the change.
        steps: all of them.
        known: the foreign keys of the system.
        idle: positions of steps that are known to find no row.
        in_force: the duties (bits) that hold somebody.
        guarding: only what leads to rows that may have to stay is walked to.
    """

    def __init__(
        self,
        connection: sa.Connection,
        statements: Statements,
        steps: Sequence[Step],
        known: Sequence[Reference],
        idle: Collection[int] = (),
        *,
        in_force: int,
        guarding: bool = False,
    ) -> None:
        self._connection = connection
        self._whole = replace(statements, in_order=False)  # whoever leaves later takes it then
        self._steps, self._cascading = steps, [one for one in known if one.cascades]
        self._levels = numbers()
        self._owned = Owned(statements, steps, self._cascading, in_force)
        self._letting_go = [one for one in known if one.lets_go]
        if guarding:
            self._letting_go = [one for one in self._letting_go if self._owned.tied(one) is not None]
            self._cascading = self._towards({one.target_table for one in self._letting_go})
        self._first = [(n, s) for n, s in enumerate(steps) if s.do is Do.DELETE and s.paths and n not in idle]
        self._known: dict[str, list[ColumnElement[bool]]] = {}
        self._gone: list[tuple[str, ColumnElement[bool], int]] = []
        for position, step in self._first:
            self._known.setdefault(step.table, []).append(certain(self._whole.rows(step)))
            self._gone.append((step.table, self._whole.rows(step), position))

    def walk(self) -> Iterator[Going]:
        """Each foreign key with the rows that it takes beyond those named before; a table may come several times."""
        for position, step in self._first:
            for reference in self._to(step.table):
                if not self._surely(reference, step, position):
                    yield from self._on(reference, self._whole.rows(step), position)

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
        for reference in self._letting_go:
            refers = [
                self._refers(reference, rows, position)
                for number, (table, rows, position) in enumerate(self._gone)
                if table == reference.target_table and (reference, number) not in sure
            ]
            known = (sa.not_(one) for one in self._known.get(reference.table, ()))
            if refers:
                stay = self._owned.tied(reference)
                going, staying = self._count(reference.table, sa.and_(sa.or_(*refers), *known), stay)
                if going or staying:
                    yield Going(reference, going, staying)

    def _surely(self, reference: Reference, going: Step, position: int) -> bool:
        """Whether no row that refers to those of a step is there any more when they go, or a step takes it itself."""
        mine = [
            one
            for number, one in enumerate(self._steps)
            if one.table == reference.table and (one.do is Do.DELETE or number < position)
        ]
        return surely_taken(mine, going, reference, in_order=False)

    def _on(self, reference: Reference, doomed: ColumnElement[bool], position: int) -> Iterator[Going]:
        """What goes by this key with some rows of its target, and what goes with that."""
        known = self._known.setdefault(reference.table, [])
        rows = sa.and_(self._refers(reference, doomed, position), *(sa.not_(one) for one in known))
        stay = self._owned.of(reference.table)
        going, staying = self._count(reference.table, rows, stay)
        if going or staying:
            known.append(certain(rows))
            yield Going(reference, going, staying)
        if going:
            gone = rows if stay is None else sa.and_(rows, sa.not_(stay))
            self._gone.append((reference.table, gone, position))
            for further in self._to(reference.table):
                yield from self._on(further, gone, position)

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

    def _refers(
        self, reference: Reference, doomed: ColumnElement[bool], position: int
    ) -> ColumnElement[bool]:
        """Whether a row refers to one of those that go, and no step before lets go of it."""
        columns = [self._whole.column(reference.table, name) for name in reference.columns]
        targets = [self._whole.column(reference.target_table, name) for name in reference.targets]
        let_go = [sa.not_(one) for one in self._let_go(reference, position)]
        among = sa.select(*targets).where(doomed).correlate(None)
        if reference.cascades and reference.table == reference.target_table:
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


def before_ways_go(steps: Sequence[Step], known: Sequence[Reference]) -> Sequence[Step]:
    """The steps, where those whose way to the root a foreign key takes or empties before them gather their rows first.

    Otherwise an earlier deletion would leave them nothing to be found by. The same steps where none is so.
    """
    settled = [
        replace(step, collect=True)
        if step.key is not None and not step.collect and _way_goes(step, steps[:number], known)
        else step
        for number, step in enumerate(steps)
    ]
    return steps if all(a is b for a, b in zip(settled, steps, strict=True)) else settled


def _way_goes(step: Step, earlier: Sequence[Step], known: Sequence[Reference]) -> bool:
    """Whether what earlier steps delete takes along, or empties, something on the step's ways."""
    gone = {one.table for one in earlier if one.do is Do.DELETE and one.paths}
    while more := {one.table for one in known if one.cascades and one.target_table in gone} - gone:
        gone |= more
    emptied = {
        (one.table, column)
        for one in known
        if one.lets_go and one.target_table in gone
        for column in one.columns
    }
    hops = [hop for path in (*step.paths, *step.owners) for hop in path.hops]
    crossed = any(hop.table in gone and hop.table != step.table for hop in hops)
    return crossed or any((hop.table, hop.link.column) in emptied for hop in hops)
