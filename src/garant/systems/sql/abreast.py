"""Several steps on rows that people share, counted in one query: each row is read once, and its owners looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import Step
from garant.systems.model import Refresh
from garant.systems.paths import Path
from garant.systems.sql.ways import others, to_keys

if TYPE_CHECKING:
    from garant.systems.sql.statements import Statements


def abreast(steps: Sequence[Step], *, besides: bool) -> list[tuple[int, ...]]:
    """The positions of the steps, those together that one query counts: where rows are shared and name their owners.

    ``besides``: whether somebody of no batch may be the one whose duty keeps a row.
    """
    shared = {step.table for step in steps if step.others != "any"}
    tables: dict[str, list[int]] = {}
    for number, step in enumerate(steps):
        if step.table in shared and not besides and _is_near(step):
            tables.setdefault(step.table, []).append(number)
    beside = {number for found in tables.values() for number in found}
    alone = [(number,) for number in range(len(steps)) if number not in beside]
    return [*alone, *map(tuple, tables.values())]


def _is_near(step: Step) -> bool:
    """Whether each owner is named by the row itself, and no more than columns of the row decides."""
    if step.guards or step.key is None or not step.paths:
        return False
    if step.collect and any(isinstance(how, Refresh) for how in step.columns.values()):
        return False
    return all(path.names_its_root for path in (*step.paths, *step.owners))


def count_abreast(statements: Statements, steps: Sequence[Step]) -> sa.Select[Any]:
    """Rows that each of the steps would still change, one column for each."""
    return _Abreast(statements, steps).query()


@dataclass
class _Abreast:
    statements: Statements
    steps: Sequence[Step]
    _leaving: dict[str, sa.FromClause] = field(default_factory=dict[str, sa.FromClause])
    """Column → who of the batch is named there."""
    _departing: dict[str, sa.FromClause] = field(default_factory=dict[str, sa.FromClause])
    """Column → who of all that leave is named there."""

    def query(self) -> sa.Select[Any]:
        """The rows reached, each with the owners it names, held against what each step is about."""
        statements, key = self.statements, self.steps[0].key
        assert key is not None
        table = statements.table(self.steps[0].table)
        every = sa.select(statements.batch.c.key).correlate(None)
        paths = list[Path]()
        for path in (path for one in self.steps for path in one.paths):
            if path not in paths:
                paths.append(path)
        reached = sa.union(*statements.ways(paths, to_keys(every))).subquery("garant_reached")
        start: sa.FromClause = reached.join(table, table.c[key] == reached.c.key)
        counts = [sa.func.sum(sa.case((self._chosen(one), 1), else_=0)) for one in self.steps]
        for named in (self._leaving, self._departing):
            for column, people in named.items():
                start = start.outerjoin(people, people.c.key == table.c[column])
        return sa.select(*counts).select_from(start).prefix_with("STRAIGHT_JOIN", dialect="mariadb")

    def _chosen(self, step: Step) -> ColumnElement[bool]:
        reached = sa.or_(*(self._leaves(step, path) for path in step.paths))
        owner = sa.or_(sa.false(), *(self._stays(step, path) for path in others(step)))
        shared = {"any": [], "some": [owner], "none": [sa.not_(owner)]}[step.others]
        return sa.and_(reached, *shared, *self.statements.of_the_row(step))

    def _leaves(self, step: Step, path: Path) -> ColumnElement[bool]:
        """Whether the owner that a path names is in the batch, and one that the step is about."""
        people = self._named(self._leaving, self.statements.batch, path, "garant_leaving")
        held, found = people.c.held, list[ColumnElement[bool]]([people.c.key.is_not(None)])
        if step.unless:
            found.append(held.bitwise_and(step.unless) == 0)
        if step.only:
            found.append(held.bitwise_and(step.only) != 0)
        return sa.and_(*found)

    def _stays(self, step: Step, path: Path) -> ColumnElement[bool]:
        """Whether the owner that a path names is there and does not leave, or is held by a duty."""
        statements = self.statements
        alone = statements.departing is statements.batch
        named = self._leaving if alone else self._departing
        people = self._named(
            named, statements.departing, path, "garant_leaving" if alone else "garant_departing"
        )
        leaves = sa.and_(people.c.key.is_not(None), *statements.until_now(step, people))
        kept = people.c.held.bitwise_and(step.unless) != 0 if step.unless else sa.false()
        return sa.case((leaves, kept), else_=statements.lives(self._column(path), path.hops[0].link))

    def _named(
        self, named: dict[str, sa.FromClause], people: sa.TableClause, path: Path, name: str
    ) -> sa.FromClause:
        column = path.hops[0].link.column
        if column not in named:
            named[column] = people.alias(f"{name}_{len(named)}")
        return named[column]

    def _column(self, path: Path) -> ColumnElement[Any]:
        return self.statements.table(path.table).c[path.hops[0].link.column]
