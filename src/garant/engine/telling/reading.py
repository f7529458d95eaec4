"""A person's rows as they are read for them: with what a restriction has set apart, as if it were lifted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from garant.engine.terms import Source
from garant.systems.finding import RootKey
from garant.systems.paths import Path
from garant.systems.port import Snapshot

Apart = Mapping[tuple[str, str], Mapping[str, Any]]
"""Table and key of a row → the values that would come back to it."""


def rows_of(
    source: Source,
    snapshot: Snapshot,
    table: str,
    columns: Sequence[str],
    ways: Sequence[Path],
    keys: Sequence[RootKey],
) -> Iterator[Sequence[Any]]:
    """Stream the rows of a table that lead to these roots, whole (art. 15 and 20 GDPR: a restriction hides nothing from
    the person).
    """
    there = _apart(source, snapshot, ways[0].root, keys)
    key = source.data_map.tables[table].key
    if key is None or not any(name == table for name, _ in there):
        return snapshot.read(table, columns, ways, keys).rows
    return _whole(snapshot.read(table, [*columns, key], ways, keys).rows, table, columns, there)


def _whole(
    rows: Iterator[Sequence[Any]], table: str, columns: Sequence[str], there: Apart
) -> Iterator[Sequence[Any]]:
    for *row, key in rows:
        values = there.get((table, str(key)), {})
        yield [values.get(name, value) for name, value in zip(columns, row, strict=True)]


def _apart(source: Source, snapshot: Snapshot, root: str, keys: Sequence[RootKey]) -> Apart:
    """What would come back to the rows of these roots, were the restriction lifted now."""
    if source.archive is None or not snapshot.apart().get(root, frozenset()).intersection(keys):
        return {}
    records = source.archive.sealed(source.data_map.system, root, set(keys))
    rows = [(record, row) for record in records for row in record.rows]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (record, row), verdict in zip(rows, snapshot.judge(records).rows, strict=True):
        was = dict(zip(row.columns, row.values, strict=True))
        key = str(was[record.tables[row.table].key])
        found.setdefault((row.table, key), {}).update({name: was[name] for name in verdict.back})
    return found
