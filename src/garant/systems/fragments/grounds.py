"""What a query says of a key stands on rows: without which it would no longer say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import sqlglot
from sqlglot import exp

from garant.systems.fragments.columns import references_of, tables_behind, tables_of
from garant.systems.fragments.facts import Facts, facts_of
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
    facts: tuple[Facts, ...] = field(default=(), hash=False, compare=False)


@lru_cache(maxsize=4096)
def grounds(sql: str, columns: tuple[str, ...] = ("key",)) -> tuple[Ground, ...]:
    """What each SELECT of a query that gives `columns` stands on.

    Raises:
        FragmentRefused: as `parse_query`.
    """
    parse_query(sql, dialect=None, columns=columns)
    tree = sqlglot.parse_one(sql)
    shared = tree.find(exp.CTE) is not None
    known = [facts_of(sql, tree if shared else branch, tree) for branch in branches(tree)]
    for negated in [one for one in tree.find_all(exp.Not) if one.find(exp.Query)]:
        negated.replace(exp.true())
    found = zip(branches(tree), known, strict=True)
    return tuple(_ground(sql, branch, tree if shared else branch, tree, facts) for branch, facts in found)


@lru_cache(maxsize=4096)
def facts(sql: str) -> tuple[Facts, ...]:
    """What is sure of the rows that each SELECT of a query reads together.

    Raises:
        FragmentRefused: as `parse_query`.
    """
    parse_query(sql, dialect=None)
    tree = sqlglot.parse_one(sql)
    return facts_of(sql, tree, tree)


def _ground(sql: str, branch: exp.Expr, read: exp.Expr, tree: exp.Expr, known: tuple[Facts, ...]) -> Ground:
    first = branch.expressions[0]
    key = first.this if isinstance(first, exp.Alias) else first
    behind = tables_behind(sql, key, tree) if isinstance(key, exp.Column) else ()
    columns = {(table, one.column) for one in references_of(sql, read) for table in one.tables}
    read_from = (behind[0], key.name) if len(behind) == 1 else None
    return Ground(read_from, tables_of(read), frozenset(columns), known)
