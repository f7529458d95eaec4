"""Canaries: values of the rows that a change takes away, read in its own transaction before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from garant.systems.changing import ChangeSet, Step
from garant.systems.model import DataMap, Do
from garant.systems.residue import Canary, distinctive
from garant.systems.sql.statements import Statements
from garant.systems.treatments import Mark, Replace, Written

FEWEST_ROWS = 2
"""Rows read of a step at least, however small the sample."""


def canaries_of(
    connection: sa.Connection, statements: Statements, change: ChangeSet, data_map: DataMap
) -> tuple[Canary, ...]:
    """At most ``change.sample`` values (about) that the steps take away, each step its share."""
    taking = [step for step in change.steps if step.table not in change.unsampled]
    steps = [(step, columns) for step in taking if (columns := _columns(data_map, step))]
    if not change.sample or not steps:
        return ()
    share = change.sample // len(steps)
    found: dict[tuple[str, str, str], Canary] = {}
    for step, columns in steps:
        rows = max(FEWEST_ROWS, share // len(columns))
        for canary in _read(connection, statements, data_map, step, columns, rows):
            found.setdefault((canary.table, canary.column, canary.value), canary)
    return tuple(found.values())


def _columns(data_map: DataMap, step: Step) -> list[str]:
    """The columns whose values go: all that the map names of a row that goes, else those treated."""
    known = data_map.tables[step.table].columns if step.table in data_map.tables else {}
    if step.do is Do.DELETE:
        return list(known)
    return [name for name, how in step.columns.items() if not isinstance(how, Mark)]


def _read(
    connection: sa.Connection,
    statements: Statements,
    data_map: DataMap,
    step: Step,
    columns: Sequence[str],
    rows: int,
) -> Iterator[Canary]:
    table = statements.table(step.table)
    query = sa.select(*(table.c[name] for name in columns)).where(statements.rows(step)).limit(rows)
    known = data_map.tables[step.table].columns if step.table in data_map.tables else {}
    numbers = {name for name, column in known.items() if column.identity in ("phone", "number")}
    for row in connection.execute(query):
        values: Sequence[Any] = row
        for name, value in zip(columns, values, strict=True):
            piece = distinctive(value, number=name in numbers)
            if piece is not None and not _stays(piece, step.columns.get(name)):
                yield Canary(data_map.system, step.table, name, piece)


def _stays(piece: str, how: object) -> bool:
    """Whether what is written in its place has it too: a name that grew longer is found where it was."""
    written = how.by if isinstance(how, Replace) else how.constant if isinstance(how, Written) else ""
    return piece in str(written)
