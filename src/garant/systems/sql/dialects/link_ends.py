"""Both ends of the links of a map: what a system must compare alike."""

from __future__ import annotations

from collections.abc import Iterator

from garant.systems.model import DataMap

End = tuple[str, str]
"""A table and a column."""


def link_ends(data_map: DataMap, *, keys_alone: bool = False) -> Iterator[tuple[End, End]]:
    """The ends of each link that compares them as they are; of those that lead to a key, with ``keys_alone``."""
    for table, spec in data_map.tables.items():
        for link in spec.links:
            if link.prefix is not None:
                continue
            if link.root is not None:
                root = data_map.roots[link.root]
                yield (table, link.column), (root.table, root.key)
            elif link.parent is not None and not (keys_alone and link.parent_column):
                key = link.parent_column or data_map.tables[link.parent].key
                yield (table, link.column), (link.parent, str(key))
