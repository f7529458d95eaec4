"""What stays of the rows that a change reaches, for a duty or for another owner: no foreign key may take it along.

A cascade knows neither: it takes an invoice that the law keeps with its customer, and a meeting that others were at
with whoever called it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import Step
from garant.systems.model import Do
from garant.systems.port import Blocked, Blocker
from garant.systems.sql.create_as import CreateAs
from garant.systems.sql.going import Cascade, Doing, Going
from garant.systems.sql.losing import left_behind
from garant.systems.sql.references import Reference
from garant.systems.sql.statements import Statements
from garant.systems.sql.surely import surely_taken
from garant.systems.sql.ways import to_keys

TAKEN = "rows that stay, for a duty or for another owner, would go with it"
"""What a change is refused for that would take, by a foreign key, what it leaves."""
UNTIED = "rows that a duty keeps would no longer say whose they are"
"""The same of one that would empty, by a foreign key, what names their person."""


class Staying:
    """The rows that a change reaches and leaves, in the tables that cascades reach: named before it, looked for after it.

    They are named by their key; where the map gives none, by the columns that say whose they are. ``through`` are the
    tables whose rows are others': what a cascade reaches of those, no foreign key says.
    """

    def __init__(
        self,
        connection: sa.Connection,
        statements: Statements,
        steps: Sequence[Step],
        cascading: Sequence[Reference],
        through: Collection[str] = (),
    ) -> None:
        self._connection, self._kept, self._steps = connection, statements.kept, steps
        self._whole = replace(
            statements, in_order=False
        )  # whoever leaves later takes it then: it is not kept
        self._named: list[tuple[Step, str, sa.TableClause, int]] = []
        reached = self._kept.once(lambda: _reached(steps, cascading, through), "reached", steps)
        for number, step in enumerate(leaving_some(steps)):
            if step.table in reached:
                links = dict.fromkeys(path.hops[0].link.column for path in step.paths)
                for place, column in enumerate([step.key] if step.key is not None else links):
                    self._name(f"garant_stays_{number}_{place}", step, column)

    def _name(self, name: str, step: Step, column: str) -> None:
        self._connection.exec_driver_sql(self._whole.dialect.drop_temporary(name))
        self._connection.execute(
            self._kept.once(lambda: CreateAs(name, self._staying(step, column)), "stay", name, self._steps)
        )
        named = sa.table(name, sa.column("key"))
        before = self._kept.once(lambda: self._first(step, column, named), "before", name, self._steps)
        self._named.append((step, column, named, int(self._connection.scalar(before) or 0)))

    def _staying(self, step: Step, column: str) -> sa.Select[Any]:
        value = self._whole.table(step.table).c[column].label("key")
        return sa.select(value).distinct().where(_stays(self._whole, self._steps, step), value.is_not(None))

    def _first(self, step: Step, column: str, named: sa.TableClause) -> sa.Select[Any]:
        """How many there are before the change: by their key; else of those that say the same, those that no deletion takes."""
        untaken = () if step.key is not None else _untaken(self._whole, self._steps, step)
        return self._counted(step, column, named).where(*untaken)

    def _counted(self, step: Step, column: str, named: sa.TableClause) -> sa.Select[Any]:
        table = self._whole.table(step.table)
        there = table.c[column].in_(sa.select(named.c.key))
        return sa.select(sa.func.count()).select_from(table).where(there)

    def check(self) -> None:
        """Look whether they are there.

        Raises:
            Blocked: some have gone.
        """
        for step, column, named, before in self._named:
            now = int(self._connection.scalar(self._counted(step, column, named)) or 0)
            self._connection.exec_driver_sql(self._whole.dialect.drop_temporary(named.name))
            if now < before:
                raise Blocked([Blocker(step.table, TAKEN, before - now)])


def would_be_lost(doing: Doing) -> list[Blocker]:
    """The foreign keys that would take what stays, or untie it, and those that would refuse what goes by itself.

    What a duty keeps stays, whether or not an action deletes from its table, and still says whose it is. What somebody
    owns who does not leave stays too, whoever's row it hangs on.
    """
    cascade = Cascade(doing, "to what stays or refuses")
    lost = [*_lost(cascade), *cascade.refused()]
    refused = [
        Blocker(one.reference.target_table, one.reference.name, one.staying, one.reference.table)
        for one in lost
    ]
    return [*refused, *left_behind(doing)]


def refuse_losses(doing: Doing) -> None:
    """Look, before a change, whether foreign keys would take or untie something that stays, or lose what is to go.

    Raises:
        Blocked: they would.
    """
    kept = doing.statements.kept
    cascade = kept.once(lambda: Cascade(doing, "to what stays"), "guard", doing.steps)
    lost = [
        Blocker(one.reference.table, TAKEN if one.reference.cascades else UNTIED, one.staying)
        for one in _lost(cascade.begin(doing.connection))
    ]
    if refused := [*lost, *left_behind(doing)]:
        raise Blocked(refused)


def _lost(cascade: Cascade) -> list[Going]:
    return [one for one in (*cascade.walk(), *cascade.emptied()) if one.staying]


def leaving_some(steps: Sequence[Step]) -> list[Step]:
    """The deletions that may leave rows that they reach."""
    return [
        step
        for step in steps
        if step.do is Do.DELETE and step.paths and (step.unless or step.seals or step.others == "none")
    ]


def _stays(whole: Statements, steps: Sequence[Step], step: Step) -> ColumnElement[bool]:
    """Rows that the step reaches, whosever they are besides, and that no deletion takes."""
    reached = whole.lead(step.paths, to_keys(sa.select(whole.batch.c.key).correlate(None)))
    return sa.and_(reached, *_untaken(whole, steps, step))


def _untaken(whole: Statements, steps: Sequence[Step], step: Step) -> list[ColumnElement[bool]]:
    """That no deletion takes a row of the step's table."""
    taken = [whole.rows(s) for s in steps if s.do is Do.DELETE and s.table == step.table]
    return [sa.not_(sa.func.coalesce(rows, sa.false())) for rows in taken]


def _threats(
    steps: Sequence[Step], going: Sequence[Step], cascading: Sequence[Reference]
) -> Iterator[tuple[Reference, Step]]:
    """The foreign keys by which rows go with those of a deletion, though no step surely takes them."""
    for reference in cascading:
        mine = [step for step in steps if step.table == reference.table]
        for target in going:
            sure = surely_taken(mine, target, reference, in_order=False)
            if target.table == reference.target_table and not sure:
                yield reference, target


def _reached(steps: Sequence[Step], cascading: Sequence[Reference], through: Collection[str]) -> set[str]:
    """The tables that cascades reach, one after the other."""
    if through and cascading:
        return {*through, *(reference.table for reference in cascading)}
    going = [step for step in steps if step.do is Do.DELETE]
    reached = {reference.table for reference, _ in _threats(steps, going, cascading)}
    while more := {r.table for r in cascading if r.target_table in reached} - reached:
        reached |= more
    return reached
