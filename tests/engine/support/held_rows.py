"""What a hold keeps, by brute force: every row that leads to a person, or that hangs with given rows."""

from __future__ import annotations

from collections.abc import Iterator

from garant.systems.model import DataMap
from tests.engine.support.databases import Contents, Row
from tests.engine.support.oracle import Oracle, holds

Place = tuple[str, int]
"""A table, and the hidden number of a row."""


def of_people(data_map: DataMap, rows: Contents, keys: set[str], root: str = "person") -> set[Place]:
    """The rows that lead to one of these people by any way, visible ones included."""
    oracle = Oracle(data_map, rows, root, b"")
    return {
        (table, rid)
        for table in data_map.tables
        for rid, row in rows[table].items()
        if any(way.key in keys for way in oracle.ways(table, row))
    }


def around(data_map: DataMap, rows: Contents, table: str, rid: int) -> set[Place]:
    """A row, all that it hangs on, and all that hangs on it."""
    named = (table, rid)
    above = set(_above(data_map, rows, named))
    below = {
        (other, number)
        for other in data_map.tables
        for number in rows[other]
        if named in set(_above(data_map, rows, (other, number)))
    }
    return {named} | above | below


def _above(data_map: DataMap, rows: Contents, place: Place) -> Iterator[Place]:
    """The rows that a row's chain of parents crosses, the people at its end included.

    Chains end at the first person: what that person's own row leads to is another chain's business.
    """
    table, rid = place
    row = rows[table][rid]
    for link in data_map.tables[table].links:
        if row[link.column] is None or not holds(link.when, row):
            continue
        if link.root is not None:
            root = data_map.roots[link.root]
            yield from _named(rows, root.table, root.key, row[link.column])
            continue
        column = link.parent_column or data_map.tables[link.parent or ""].key
        for parent in _named(rows, link.parent or "", str(column), row[link.column]):
            yield parent
            yield from _above(data_map, rows, parent)


def _named(rows: Contents, table: str, column: str, value: object) -> Iterator[Place]:
    for rid, row in rows[table].items():
        if row[column] is not None and str(row[column]) == str(value):
            yield table, rid


def kept(rows: Contents, held: set[Place], otherwise: Contents) -> Contents:
    """The rows as they must end: what is held as it is, everything else as it would have been."""
    ends: Contents = {}
    for table, content in rows.items():
        ends[table] = {}
        for rid, row in content.items():
            end: Row | None = row if (table, rid) in held else otherwise[table].get(rid)
            if end is not None:
                ends[table][rid] = end
    return ends
