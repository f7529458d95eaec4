"""What an erased root is known again by: its key, and the columns that say whose row it is."""

from __future__ import annotations

from garant.engine.document import Kind
from garant.systems.model import DataMap

ERASING: tuple[Kind, ...] = ("retention", "erasure", "replay")
"""The plans whose roots must not come back with a backup."""

MARKED = frozenset({"name", "email", "phone", "number"})
"""The kinds whose columns make a mark. Marks of years ago are compared: no kind is added."""


def identifying(data_map: DataMap, root: str) -> tuple[str, ...]:
    """The columns of a root's row that say whose it is: its identities, else all that the map names."""
    table = data_map.tables.get(data_map.roots[root].table)
    columns = {} if table is None else table.columns
    identities = [name for name, column in columns.items() if not MARKED.isdisjoint(column.corrected)]
    return tuple(sorted(identities or columns))
