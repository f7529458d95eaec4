"""What a query says of a key stands on rows: without which it would no longer say it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from garant.systems.fragments.columns import references_of, tables_behind, tables_of
from garant.systems.fragments.parsing import branches, parse_query


@dataclass(frozen=True, slots=True)
class Ground:
    """One SELECT of a query: the column that its key is read from, and the tables and columns that it stands on.

    `key` is a table and a column of it; nothing where the key is computed or passes through a query inside. A query
    inside NOT is left out: no row that goes from there takes a key away.
    """

    key: tuple[str, str] | None
    tables: frozenset[str]
    columns: frozenset[tuple[str, str]]


@lru_cache(maxsize=4096)
def grounds(sql: str, columns: tuple[str, ...] = ("key",)) -> tuple[Ground, ...]:
    """What each SELECT of a query that gives `columns` stands on.

    Raises:
        FragmentRefused: as `parse_query`.
    """
    parse_query(sql, dialect=None, columns=columns)
    tree = sqlglot.parse_one(sql)
    for negated in [one for one in tree.find_all(exp.Not) if one.find(exp.Query)]:
        negated.replace(exp.true())
    shared = tree.find(exp.CTE) is not None
    return tuple(_ground(sql, branch, tree if shared else branch, tree) for branch in branches(tree))


def _ground(sql: str, branch: exp.Expr, read: exp.Expr, whole: exp.Expr) -> Ground:
    first = branch.expressions[0]
    key = first.this if isinstance(first, exp.Alias) else first
    behind = tables_behind(sql, key, whole) if isinstance(key, exp.Column) else ()
    columns = {(table, one.column) for one in references_of(sql, read) for table in one.tables}
    return Ground((behind[0], key.name) if len(behind) == 1 else None, tables_of(read), frozenset(columns))
