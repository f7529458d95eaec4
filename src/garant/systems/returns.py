"""What becomes of rows whose values a restriction had set apart, when it is lifted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowReturn:
    """One row of one record, and the key of its root.

    ``back``: columns whose value comes back. ``changed``: columns that something else was written to meanwhile; all
    those that were apart, where the row has ``gone`` or may be another one that was given its key.
    """

    record: str
    root: int | str
    table: str
    back: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Returns:
    """What becomes of the rows of several records."""

    rows: tuple[RowReturn, ...] = ()

    def count(self) -> Counter[str]:
        """By table, the rows in which something comes back."""
        return Counter(one.table for one in self.rows if one.back)

    @property
    def left(self) -> list[RowReturn]:
        """The rows that a person has to look at."""
        return [one for one in self.rows if one.changed]

    @property
    def unfinished(self) -> list[str]:
        """The records of which something does not come back."""
        return list(dict.fromkeys(one.record for one in self.left))

    @property
    def whole(self) -> list[str]:
        """The records of which nothing is left apart once what comes back is back."""
        left = set(self.unfinished)
        return [record for record in dict.fromkeys(one.record for one in self.rows) if record not in left]
