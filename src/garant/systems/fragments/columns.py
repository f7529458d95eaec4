"""Which tables a fragment reads, and which of their columns: for checks against the live catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from garant.systems.fragments.tokens import place, refuse
from garant.systems.fragments.words import Place


@dataclass(frozen=True, slots=True)
class ColumnReference:
    """A column read by a fragment; it must exist in at least one of `tables`."""

    tables: tuple[str, ...]
    column: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Source:
    """What a name in FROM stands for: a real table, or columns that the fragment itself makes."""

    table: str | None = None
    outputs: frozenset[str] | None = None
    """None: any column (the inner query has a star)."""


def table_name(table: exp.Table) -> str:
    """The name as a data map writes it: ``table`` or ``schema.table``."""
    schema = table.text("db")
    return f"{schema}.{table.name}" if schema else table.name


def tables_of(tree: exp.Expr) -> frozenset[str]:
    """The real tables a fragment reads (its own CTEs excepted)."""
    made = _ctes(tree)
    return frozenset(table_name(t) for t in tree.find_all(exp.Table) if table_name(t) not in made)


def references_of(sql: str, tree: exp.Expr) -> tuple[ColumnReference, ...]:
    """Every column a fragment reads, with the tables it may come from.

    Raises:
        FragmentRefused: a column is qualified by a name that no FROM declares.
    """
    ctes = _ctes(tree)
    found = dict.fromkeys(_references(sql, tree, ctes))
    return tuple(found)


def tables_behind(sql: str, column: exp.Column, tree: exp.Expr) -> tuple[str, ...]:
    """The tables that one column of a fragment may come from; none where the fragment itself makes it."""
    return _behind(sql, column, _ctes(tree))


def _behind(sql: str, column: exp.Column, ctes: dict[str, _Source]) -> tuple[str, ...]:
    scopes = [_sources(select, ctes) for select in _enclosing(column)]
    return _tables_of_qualified(sql, column, scopes) if column.table else _candidates(column, scopes)


def _ctes(tree: exp.Expr) -> dict[str, _Source]:
    return {cte.alias: _made_by(cte) for cte in tree.find_all(exp.CTE)}


def _references(sql: str, tree: exp.Expr, ctes: dict[str, _Source]) -> Iterator[ColumnReference]:
    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star) or _names_an_output(column):
            continue
        tables = _behind(sql, column, ctes)
        if tables:
            yield ColumnReference(tables, column.name, place(sql, column))
    for join in tree.find_all(exp.Join):
        if isinstance(join.this, exp.Table) and table_name(join.this) not in ctes:
            for name in join.args.get("using") or ():
                yield ColumnReference((table_name(join.this),), name.name, place(sql, name))


def _enclosing(node: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs whose names a node can see, the nearest first."""
    parent = node.parent
    while parent is not None and not _is_closed(parent, node):
        if isinstance(parent, exp.Select):
            yield parent
        node, parent = parent, parent.parent


def _is_closed(parent: exp.Expr, node: exp.Expr) -> bool:
    """Whether a query stands alone there: in WITH, or as a table of FROM and JOIN."""
    return isinstance(parent, exp.CTE | exp.From) or (isinstance(parent, exp.Join) and parent.this is node)


def _names_an_output(column: exp.Column) -> bool:
    """Whether the name stands for a column made by the SELECT itself (in ORDER BY, GROUP BY)."""
    clause = column.find_ancestor(exp.Order, exp.Group, exp.Having, exp.Query)
    if clause is None or isinstance(clause, exp.Select) or column.table:
        return False
    query = clause.parent
    return isinstance(query, exp.Query) and column.name in query.named_selects


def _sources(select: exp.Select, ctes: dict[str, _Source]) -> dict[str, _Source]:
    sources: dict[str, _Source] = {}
    start = select.args.get("from_")
    joins: list[exp.Join] = select.args.get("joins") or []
    for item in [*([start.this] if start else []), *(join.this for join in joins)]:
        if isinstance(item, exp.Table):
            name = table_name(item)
            source = ctes.get(name) or _Source(table=name)
            sources[item.alias or item.name] = source
            if not item.alias:
                sources[name] = source
        else:
            sources[item.alias_or_name] = _made_by(item)
    return sources


def _made_by(derived: exp.Expr) -> _Source:
    """The columns a subquery or CTE offers to what surrounds it."""
    query = derived.this
    names = derived.alias_column_names or query.named_selects
    if query.is_star and not derived.alias_column_names:
        return _Source()
    return _Source(outputs=frozenset(names))


def _tables_of_qualified(sql: str, column: exp.Column, scopes: list[dict[str, _Source]]) -> tuple[str, ...]:
    name = f"{column.text('db')}.{column.table}" if column.text("db") else column.table
    for scope in scopes:
        if name in scope:
            table = scope[name].table
            return (table,) if table else ()
    raise refuse(
        "unknown-alias",
        place(sql, column),
        f"« {name} » n’est déclaré par aucun FROM ni JOIN.",
        f"“{name}” is declared by no FROM or JOIN.",
        "Nommez la table dans FROM, ou corrigez l’alias.",
        "Name the table in FROM, or correct the alias.",
    )


def _candidates(column: exp.Column, scopes: list[dict[str, _Source]]) -> tuple[str, ...]:
    """Tables an unqualified column may come from; none when the fragment itself makes it."""
    tables: list[str] = []
    for scope in scopes:
        for source in scope.values():
            if source.table is not None:
                tables.append(source.table)
            elif source.outputs is None or column.name in source.outputs:
                return ()
    return tuple(dict.fromkeys(tables))
