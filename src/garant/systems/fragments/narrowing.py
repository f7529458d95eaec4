"""A query of a data map asked of some keys alone: the condition goes into the query itself.

Put around the query, it is not one that every engine begins with: MariaDB, as we speak to it, reads the whole
query first, and one person's request would read the whole system.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

from garant.systems.fragments.rules import is_aggregate
from garant.systems.fragments.words import Dialect


@lru_cache(maxsize=4096)
def narrowed(sql: str, dialect: Dialect, table: str) -> str | None:
    """The query of a :class:`Fragment`, for the keys in ``table.key`` alone; None where that might say something else.

    What comes back is what a condition on the query's first column would leave of it. So it is where each row that
    comes out is made of rows with its own key: a plain SELECT, a group by the key, a union of these.
    """
    tree = sqlglot.parse_one(sql.replace("\\:", ":"), dialect=dialect)
    if tree.sql(dialect=dialect).replace(":", "\\:") != sql:
        return None  # read again, it would not be the same
    if not all(_narrow(branch, table) for branch in _branches(tree)):
        return None
    return tree.sql(dialect=dialect).replace(":", "\\:")


def _branches(query: exp.Expr) -> list[exp.Expr]:
    if isinstance(query, exp.Union):
        return [*_branches(query.this), *_branches(query.expression)]
    return [query]


def _narrow(select: Any, table: str) -> bool:
    """Add the condition to one SELECT; whether that could be done."""
    if not isinstance(select, exp.Select) or not select.args.get("from_"):
        return False
    if any(select.args.get(part) for part in ("with_", "limit", "offset", "windows", "qualify")):
        return False
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on"):
        return False
    key = select.expressions[0].unalias()
    if not isinstance(key, exp.Column) or not _by_key(select, key):
        return False
    keys = exp.select(exp.column("key", table=table, quoted=True)).from_(exp.to_table(table))
    select.where(exp.In(this=key.copy(), query=exp.Subquery(this=keys)), copy=False)
    return True


def _by_key(select: exp.Select, key: exp.Column) -> bool:
    """Whether each row that the SELECT gives comes from rows that have its key."""
    if any(part.find(exp.Window) for part in select.expressions):
        return False
    group = select.args.get("group")
    if group is None:
        return select.args.get("having") is None and not any(map(is_aggregate, select.expressions))
    plain = not any(group.args.get(kind) for kind in ("rollup", "cube", "grouping_sets", "totals", "all"))
    return plain and key in group.expressions
