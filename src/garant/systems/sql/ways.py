"""Ways from rows to the root they belong to: grouped, ended, and whose other owners matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import Step
from garant.systems.model import Do, Link
from garant.systems.paths import Hop, Path
from garant.systems.sql.written import written

Condition = Callable[[ColumnElement[Any], Link], ColumnElement[bool]]
"""A condition on the column that holds the root's key, as the link to the root writes it."""

Ways = Sequence[Sequence[Hop]]
"""The hops of several paths that start from the same table."""


@dataclass(frozen=True, slots=True)
class End:
    """Where paths lead to; when they are several, the parents they share are kept here."""

    condition: Condition
    shared: bool
    parents: dict[frozenset[tuple[int, ...]], sa.CTE] = field(
        default_factory=dict[frozenset[tuple[int, ...]], sa.CTE]
    )


def to_keys(keys: sa.Select[Any]) -> Condition:
    """That the root's key is one of these."""
    return lambda column, link: column.in_(written(keys, link))


def others(step: Step) -> list[Path]:
    """The ways to owners who may remain: not the one by which alone rows are reached, where they name the root.

    Such a row's owner by that way is in the batch and held by no duty of the step, so leaves.
    """
    own = step.paths if len(step.paths) == 1 and len(step.paths[0].hops) == 1 else ()
    return [path for path in step.owners if step.do is not Do.TREAT or path not in own]


def groups(ways: Ways) -> list[list[Sequence[Hop]]]:
    """The ways that begin with the same hop, together: what they share is asked once."""
    groups: dict[int, list[Sequence[Hop]]] = {}
    for hops in ways:
        groups.setdefault(id(hops[0].link), []).append(hops)
    return list(groups.values())


def together(queries: Sequence[sa.Select[Any]]) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    return queries[0] if len(queries) == 1 else sa.union_all(*queries)


def named(table: sa.FromClause, column: str) -> ColumnElement[Any]:
    """A column that the map may not name."""
    return sa.column(column, _selectable=table)


def certain(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, with unknown (NULL) read as false."""
    return sa.func.coalesce(condition, sa.false())
