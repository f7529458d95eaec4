"""What need not be asked: tables without a row, of which a business system has many, and the ways through them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from garant.systems.changing import Step
from garant.systems.paths import Path
from garant.systems.sql.kept import Kept

CHUNK = 50
"""Tables in one statement."""


def empty_tables(
    connection: sa.Connection, tables: Iterable[str], kept: Kept | None = None
) -> frozenset[str]:
    """Those of the tables that have no row, as this transaction sees them. ``kept``: of the same tables always."""
    names = sorted(set(tables))
    full: set[str] = set()
    for start in range(0, len(names), CHUNK):

        def asked(first: int = start) -> sa.CompoundSelect[Any]:
            return _which_are_full(names[first : first + CHUNK], first)

        query = asked() if kept is None else kept.once(asked, "full", start)
        full.update(names[int(number)] for number in connection.scalars(query))
    return frozenset(names) - full


def _which_are_full(names: Sequence[str], first: int) -> sa.CompoundSelect[Any]:
    """The positions of the tables that have a row, counted from ``first``."""
    return sa.union_all(
        *(
            sa.select(sa.literal_column(str(number), sa.Integer())).where(
                sa.select(sa.literal(1)).select_from(_named(name)).exists()
            )
            for number, name in enumerate(names, first)
        )
    )


def passable(steps: Sequence[Step], empty: Collection[str], *, looking: bool) -> list[Step]:
    """The steps with the ways that cross no empty table; one that has none left reaches no row.

    Who looks leaves out such ways to other owners too. Who changes asks for owners in each statement: somebody
    may have come since the tables were found empty, and what is theirs stays.
    """
    return [
        replace(
            step,
            paths=_through(step.paths, empty),
            owners=_through(step.owners, empty) if looking else step.owners,
        )
        for step in steps
    ]


def _through(paths: Sequence[Path], empty: Collection[str]) -> tuple[Path, ...]:
    return tuple(path for path in paths if not any(hop.table in empty for hop in path.hops))


def _named(name: str) -> sa.TableClause:
    schema, _, bare = name.rpartition(".")
    return sa.table(bare, schema=schema or None)
