"""Is a root still the same person's? A system may give a key that has gone to somebody else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.finding import RootKey
from garant.systems.model import DataMap
from garant.systems.paths import paths
from garant.systems.port import Snapshot

_AT_ONCE = 1000
"""Roots asked about in one statement."""


def whose(data_map: DataMap, snapshot: Snapshot, root: str, keys: Sequence[RootKey]) -> list[str]:
    """For each root, a digest of what its own row says of who it is; empty where it has no such row.

    Nothing where no column of the map names a root, and of records in the archive, whose keys are theirs alone.
    """
    table = data_map.roots[root].table
    spec = data_map.tables.get(table)
    names = sorted(name for name, column in spec.columns.items() if column.names) if spec is not None else []
    if not names or data_map.system == ARCHIVE:
        return []
    own, ways, found = data_map.roots[root].key, paths(data_map, table, root), dict[str, str]()
    for start in range(0, len(keys), _AT_ONCE):
        asked = keys[start : start + _AT_ONCE]
        theirs = {str(key) for key in asked}  # other rows may reach a root without being it
        for key, *values in snapshot.read(table, [own, *names], ways, asked).rows:
            if str(key) in theirs:
                found[str(key)] = _digest([data_map.system, root, str(key), *map(_text, values)])
    return [found.get(str(key), "") for key in keys]


def same_people(planned: Sequence[str], now: Sequence[str]) -> bool:
    """Whether no root is somebody else's than when it was planned; one whose row has gone is nobody's."""
    return not planned or all(not is_ or is_ == was for was, is_ in zip(planned, now, strict=True))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _digest(said: list[str | None]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
