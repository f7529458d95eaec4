"""By what a system knows the people of a plan: whoever asks about them may name them by any of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from garant.engine.terms import Source
from garant.systems.archiving import KINDS
from garant.systems.finding import RootKey
from garant.systems.model import DataMap, Relation
from garant.systems.paths import Path, paths
from garant.systems.port import Snapshot
from garant.systems.texts import readable

_AT_ONCE = 1000
"""Roots asked about in one statement."""

Identity = tuple[str, str]
"""A kind (``email``, ``phone``, ``number``) and a value, as the system writes it."""


def known_by(source: Source, root: str, keys: Sequence[RootKey]) -> dict[RootKey, list[Identity]]:
    """For each root, its addresses and numbers: in its own row, in those that are its alone, and set apart. Reads only.

    Raises:
        ConnectorError: the system did not answer.
    """
    found: dict[str, list[Identity]] = {str(key): [] for key in keys}
    with source.connector.snapshot() as snapshot:
        for table, kinds in _columns(source.data_map).items():
            for key, one in _in_table(source.data_map, snapshot, table, kinds, root, keys):
                found[key].append(one)
    for record in source.archive.sealed(source.data_map.system, root, keys) if source.archive else []:
        for row in record.rows:
            kinds = _columns(source.data_map).get(row.table, {})
            found[str(record.key)] += _read(kinds, dict(zip(row.columns, row.values, strict=True)))
    return {key: list(dict.fromkeys(found[str(key)])) for key in keys}


def _columns(data_map: DataMap) -> dict[str, dict[str, list[str]]]:
    """By table and column, the kinds of identities that it holds; a name alone is nobody's."""
    every = {
        name: {c: [kind for kind in KINDS if kind in spec.corrected] for c, spec in table.columns.items()}
        for name, table in data_map.tables.items()
    }
    found = {name: {c: kinds for c, kinds in columns.items() if kinds} for name, columns in every.items()}
    return {name: columns for name, columns in found.items() if columns}


def _in_table(
    data_map: DataMap,
    snapshot: Snapshot,
    table: str,
    kinds: Mapping[str, Sequence[str]],
    root: str,
    keys: Sequence[RootKey],
) -> Iterator[tuple[str, Identity]]:
    ways = [path for path in paths(data_map, table, root) if path.relation is Relation.OWNED]
    spec = data_map.roots[root]
    named = [path.hops[0].link.column for path in ways if path.names_its_root]
    if table == spec.table:
        named = [spec.key]  # other rows may reach a root without being it
    elif len(named) < len(ways):
        yield from _of_each(snapshot, table, kinds, ways, keys)
        return
    for start in range(0, len(keys) if ways else 0, _AT_ONCE):
        asked = keys[start : start + _AT_ONCE]
        wanted = {str(key) for key in asked}
        for row in snapshot.read(table, [*named, *kinds], ways, asked).rows:
            held = _read(kinds, dict(zip(kinds, row[len(named) :], strict=True)))
            whose = wanted.intersection(map(str, row[: len(named)]))
            yield from ((key, one) for key in whose for one in held)


def _of_each(
    snapshot: Snapshot,
    table: str,
    kinds: Mapping[str, Sequence[str]],
    ways: Sequence[Path],
    keys: Sequence[RootKey],
) -> Iterator[tuple[str, Identity]]:
    """Of a table whose rows do not all say whose they are: they are asked for root by root."""
    for key in keys:
        for values in snapshot.read(table, list(kinds), ways, [key]).rows:
            yield from ((str(key), one) for one in _read(kinds, dict(zip(kinds, values, strict=True))))


def _read(kinds: Mapping[str, Sequence[str]], values: Mapping[str, object]) -> list[Identity]:
    return [
        (kind, str(readable(values[column])))
        for column, every in kinds.items()
        if values.get(column)
        for kind in every
    ]
