"""Guards: rows that a hold keeps as they are, whatever a step would do to them."""

from __future__ import annotations

from dataclasses import dataclass

from garant.systems.model import Role


@dataclass(frozen=True, slots=True)
class RootGuard:
    """Every row that leads to these roots: those of ``keys``, or those that have a role.

    ``visible``: rows that the root may only see are kept too. All the rows on the way of a kept row are
    then kept with it, so that nothing a step does can change who is kept.
    """

    root: str
    keys: frozenset[int | str] = frozenset()
    role: Role | None = None
    visible: bool = True


@dataclass(frozen=True, slots=True)
class RowGuard:
    """Rows of one table by their keys (as texts), what they hang on, and what hangs on them."""

    table: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Guards:
    """All that the holds of one system keep."""

    roots: tuple[RootGuard, ...] = ()
    rows: tuple[RowGuard, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.roots or self.rows)


UNGUARDED = Guards()
"""No hold at all."""
