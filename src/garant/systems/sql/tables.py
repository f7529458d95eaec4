"""Tables as Core sees them: their names, and whatever columns a data map asks of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from garant.systems.model import DataMap


def table_of(data_map: DataMap, name: str, more: Iterable[str]) -> sa.TableClause:
    """The table of that name, perhaps after a schema's; ``more``: columns that no map names."""
    schema, _, bare = name.rpartition(".")
    parts: list[sa.ColumnClause[Any]] = [sa.column(c) for c in sorted({*_columns(data_map, name), *more})]
    return sa.table(bare, *parts, schema=schema or None)


def _columns(data_map: DataMap, name: str) -> set[str]:
    columns = {r.key for r in data_map.roots.values() if r.table == name}
    for other in data_map.tables.values():
        columns |= {x.parent_column for x in other.links if x.parent == name and x.parent_column}
    columns |= {c for r in data_map.restriction.values() if r.table == name for c in {**r.set, **r.lift}}
    columns |= {c for tables in data_map.apart.values() for c in tables.get(name, ())}
    columns |= {c for f in data_map.files if f.table == name for c in f.columns}
    if name in data_map.tables:
        table = data_map.tables[name]
        columns |= {link.column for link in table.links} | set(table.columns)
        columns |= {table.key} if table.key else set()
        columns |= {c for link in table.links for c in link.columns}
    for disposition in data_map.dispositions.values():
        columns |= {c for a in disposition.actions if a.table == name for c in a.columns}
    return columns
