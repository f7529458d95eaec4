"""A few rows of what a plan is about, values masked: enough to recognise a mistake, too little to learn anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from garant.apps.promises.opening.published import open_published
from garant.engine.document import Plan, Selection
from garant.systems.model import Relation
from garant.systems.paths import paths
from garant.systems.texts import readable

ROWS: Final = 5
COLUMNS: Final = 8
TABLES: Final = 8
"""Tables shown of a selection: that of the roots, then those whose rows the plan changes."""
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of one table."""

    system: str
    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def samples(organisation: str, plan: Plan) -> list[Sample]:
    """Rows of the roots' own table and of those that the plan changes, for each selection that selects somebody.

    They are those of the same few roots.

    Raises:
        RefusedError, ConnectorError, UnusableDocument: a system cannot be asked.
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
                found += _samples(source, selection)
    return found


def mask(value: object) -> str:
    """The form of a value without the value: each word keeps its first character and its length."""
    if value is None:
        return "—"
    if isinstance(value, bytes | memoryview):
        return "•••"
    return _WORD.sub(lambda word: word[0][0] + "•" * (len(word[0]) - 1), str(readable(value)))[:60]


def _samples(source: Any, selection: Selection) -> list[Sample]:
    data_map, keys = source.data_map, selection.root_keys()[:ROWS]
    own = data_map.roots[selection.root].table
    changed = [one.table for one in selection.actions if one.deleted or one.treated]
    tables = list(dict.fromkeys([own, *changed]))[:TABLES]
    found: list[Sample] = []
    with source.connector.snapshot() as snapshot:
        for table in tables:
            ways = paths(data_map, table, selection.root)
            if table != own:
                ways = [way for way in ways if way.relation is Relation.OWNED]
            columns = list(data_map.tables[table].columns)[:COLUMNS]
            if not columns or not ways:
                continue
            rows = list(islice(snapshot.read(table, columns, ways, keys).rows, ROWS))
            if rows:
                shown = [[mask(value) for value in row] for row in rows]
                found.append(Sample(selection.system, table, columns, shown))
    return found
