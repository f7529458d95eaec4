"""Paths: every way the rows of a table lead to a root, hop by hop."""

from __future__ import annotations

from dataclasses import dataclass

from garant.systems.model import DataMap, Link, Relation


class LinkCycle(ValueError):
    """The links of a map lead back to where they started."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of ``table``; ``target_column`` is the parent's column or the root's key."""

    table: str
    link: Link
    target_column: str


@dataclass(frozen=True, slots=True)
class Path:
    """The hops from a table to a root; the last hop's link names the root."""

    hops: tuple[Hop, ...]

    @property
    def table(self) -> str:
        """The table whose rows the path starts from."""
        return self.hops[0].table

    @property
    def root(self) -> str:
        """The root the path leads to."""
        root = self.hops[-1].link.root
        assert root is not None
        return root

    @property
    def relation(self) -> Relation:
        """The weakest relation met on the way: visible, else co-owned, else owned."""
        relations = {hop.link.relation for hop in self.hops}
        for weakest in (Relation.VISIBLE, Relation.CO_OWNED):
            if weakest in relations:
                return weakest
        return Relation.OWNED

    @property
    def own_columns(self) -> list[str]:
        """Columns of the row that belong to the person at the end of this path alone."""
        return self.hops[0].link.columns

    @property
    def names_its_root(self) -> bool:
        """Whether a row holds the root's key itself, whatever else it holds."""
        link = self.hops[0].link
        return len(self.hops) == 1 and link.prefix is None and not link.when

    @property
    def parents(self) -> frozenset[str]:
        """The tables crossed on the way, the starting one excepted."""
        return frozenset(hop.table for hop in self.hops[1:])


def paths(data_map: DataMap, table: str, root: str) -> list[Path]:
    """Every path from ``table`` to ``root``, in the order the links are declared.

    Raises:
        LinkCycle: when the links of the map turn in a circle.
        KeyError: when a link names a table or root that the map does not declare.
    """
    return [path for path in _all_paths(data_map, table, ()) if path.root == root]


def owning_paths(data_map: DataMap, table: str, root: str) -> list[Path]:
    """The paths by which a row is erased with its person: all but the visible ones."""
    return [p for p in paths(data_map, table, root) if p.relation is not Relation.VISIBLE]


def chains(data_map: DataMap, table: str) -> list[tuple[Hop, ...]]:
    """Every way up from ``table``, however far it goes: to a parent, to a parent's parent, to a root."""
    whole = _all_paths(data_map, table, ())
    parts = {
        tuple(id(hop.link) for hop in path.hops[:n]): path.hops[:n] for path in whole for n in _lengths(path)
    }
    return list(parts.values())


def _lengths(path: Path) -> range:
    return range(1, len(path.hops) + 1)


def _all_paths(data_map: DataMap, table: str, seen: tuple[str, ...]) -> list[Path]:
    if table in seen:
        raise LinkCycle(" → ".join((*seen, table)))
    found: list[Path] = []
    for link in data_map.tables[table].links:
        if link.root is not None:
            found.append(Path((Hop(table, link, data_map.roots[link.root].key),)))
            continue
        assert link.parent is not None
        hop = Hop(table, link, _parent_column(data_map, link))
        rest = _all_paths(data_map, link.parent, (*seen, table))
        found.extend(Path((hop, *path.hops)) for path in rest)
    return found


def _parent_column(data_map: DataMap, link: Link) -> str:
    assert link.parent is not None
    column = link.parent_column or data_map.tables[link.parent].key
    if column is None:
        raise KeyError(f"{link.parent}: no key, so a link to it names parent_column")
    return column
