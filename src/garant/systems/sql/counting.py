"""Queries that count, kept: a plan, the look before its run and the verification ask the same, of other keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

import sqlalchemy as sa

from garant.systems.changing import Step
from garant.systems.model import Constant
from garant.systems.sql.abreast import count_abreast
from garant.systems.sql.statements import Statements
from garant.systems.treatments import Replace


class Counting:
    """The queries of one system, by what they count; to build one takes as long as a small database needs to answer it."""

    def __init__(self) -> None:
        self._made: dict[tuple[Hashable, ...], list[tuple[Sequence[Step], sa.Select[Any]]]] = defaultdict(
            list
        )

    def query(self, steps: Sequence[Step], statements: Statements) -> sa.Select[Any]:
        """How many rows each of the steps would still change, in one row: the query made for the like, else a new one."""
        if not all(map(_of_the_map, steps)):
            return _counted(steps, statements)
        asked = (statements.root, statements.departing.name, statements.in_order, statements.later)
        made = self._made[(*asked, statements.besides, *((step.table, step.do) for step in steps))]
        for known, query in made:
            if known == steps:
                return query
        made.append((steps, _counted(steps, statements)))
        return made[-1][1]


def _counted(steps: Sequence[Step], statements: Statements) -> sa.Select[Any]:
    return statements.count(steps[0]) if len(steps) == 1 else count_abreast(statements, steps)


def _of_the_map(step: Step) -> bool:
    """Whether the step says nothing of anybody: values that are looked for, or set, and held rows may be a person's."""
    values = any(isinstance(how, Constant | Replace) for how in step.columns.values())
    return not (values or step.holding or step.guards)
