"""What need not be asked: tables without a row, of which a business system has many, and the ways through them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from garant.systems.paths import Path
from garant.systems.port import Step

CHUNK = 50
"""Tables in one statement."""


def empty_tables(connection: sa.Connection, tables: Iterable[str]) -> frozenset[str]:
    """Those of the tables that have no row, as this transaction sees them."""
    names = sorted(set(tables))
    full: set[str] = set()
    for start in range(0, len(names), CHUNK):
        asked = [
            sa.select(sa.literal_column(str(number), sa.Integer())).where(
                sa.select(sa.literal(1)).select_from(_named(name)).exists()
            )
            for number, name in enumerate(names[start : start + CHUNK], start)
        ]
        full.update(names[number] for number in connection.scalars(sa.union_all(*asked)))
    return frozenset(names) - full


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
