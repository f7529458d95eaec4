"""A few rows of what a plan is about, values masked: enough to recognise a mistake, too little to learn anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from garant.apps.promises.published import open_published
from garant.engine.document import Plan, Selection
from garant.systems.paths import paths

ROWS: Final = 5
COLUMNS: Final = 8
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of one table."""

    system: str
    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def samples(organisation: str, plan: Plan) -> list[Sample]:
    """Rows of the roots' own table, for each selection that selects somebody.

    Raises:
        RefusedError, ConnectorError: a system cannot be asked.
    """
    wanted = [one for one in plan.selections if one.due]
    found: list[Sample] = []
    if not wanted:
        return found
    systems = sorted({one.system for one in wanted})
    with open_published(organisation, only=systems) as workspace:
        for selection in wanted:
            source = workspace.sources.get(selection.system)
            if source is not None:
                found.append(_sample(source, selection))
    return found


def mask(value: object) -> str:
    """The form of a value without the value: each word keeps its first character and its length."""
    if value is None:
        return "—"
    if isinstance(value, bytes | memoryview):
        return "•••"
    return _WORD.sub(lambda word: word[0][0] + "•" * (len(word[0]) - 1), str(value))[:60]


def _sample(source: Any, selection: Selection) -> Sample:
    data_map = source.data_map
    table = data_map.roots[selection.root].table
    columns = list(data_map.tables[table].columns)[:COLUMNS]
    ways = paths(data_map, table, selection.root)
    keys = selection.root_keys()[:ROWS]
    with source.connector.snapshot() as snapshot:
        rows = list(islice(snapshot.read(table, columns, ways, keys).rows, ROWS)) if columns else []
    return Sample(selection.system, table, columns, [[mask(value) for value in row] for row in rows])
