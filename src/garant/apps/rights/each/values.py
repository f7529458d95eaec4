"""Rectification: what is written about the person now, so that they see it and say what is right (art. 16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from garant.engine.export import Share
from garant.engine.portions import Portions
from garant.engine.terms import Source
from garant.systems.model import DataMap, Relation
from garant.systems.paths import Path

KINDS: Final = ("name", "email", "phone")
"""What a person corrects on their own page; anything else they write in words."""

_MOST: Final = 200
"""Rows of one table that are read."""


def now(sources: Mapping[str, Source], identities: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each value that the systems hold in a column which a rectification corrects: its kind, and where it is.

    Raises:
        ConnectorError: a system did not answer.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for one in Portions(sources, identities, _corrected).tables():
        named = one.data_map.tables[one.name].columns
        kinds = [
            next((kind for kind in named[column].corrected if kind in KINDS), "") for column in one.columns
        ]
        for row in islice(one.rows, _MOST):
            for kind, value in zip(kinds, row, strict=True):
                if kind and value not in (None, ""):
                    found.setdefault((kind, str(value)), set()).add(one.data_map.system)
    ordered = sorted(found.items(), key=lambda item: (KINDS.index(item[0][0]), item[0][1]))
    return [{"kind": kind, "value": value, "systems": sorted(where)} for (kind, value), where in ordered]


def _corrected(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
    """The person's own rows, and of them what can be corrected."""
    own = [way for way in ways if way.relation is Relation.OWNED]
    columns = [
        name for name, one in data_map.tables[table].columns.items() if set(one.corrected) & set(KINDS)
    ]
    return [Share(own, columns)] if own and columns else []
