"""Reading a fragment, and rendering it for one engine."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from garant.systems.fragments.columns import ColumnReference, references_of, tables_of
from garant.systems.fragments.rules import check_tree, is_aggregate
from garant.systems.fragments.tokens import check_tokens, place, refuse, too_deep, unreadable
from garant.systems.fragments.words import PREDICATES, SQLITE_KEYWORDS, Dialect, FragmentRefused, Place

logging.getLogger("sqlglot").setLevel(logging.ERROR)
"""It would tell on its own, in its own words and with the SQL itself, what is refused here with ours."""

_TEXTS = frozenset({exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.CHAR})
_SIMPLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A bounded fragment, ready for one engine.

    `sql` is meant for :func:`sqlalchemy.text`: parameters are written ``:identity`` and every other colon
    is escaped. `references` are the columns read, for checks against the live catalogue.
    """

    sql: str
    parameters: tuple[str, ...]
    tables: frozenset[str]
    references: tuple[ColumnReference, ...]


@lru_cache(maxsize=4096)
def parse_query(
    sql: str,
    *,
    dialect: Dialect | None,
    columns: tuple[str, ...] = ("key",),
    parameters: tuple[str, ...] = (),
) -> Fragment:
    """Read one SELECT that gives exactly `columns`, and write it for `dialect`.

    Without a dialect the result is common SQL, good for checks only.

    Raises:
        FragmentRefused: it is anything else, or could do anything else than read.
    """
    return _bounded(lambda: _read_query(sql, dialect, columns, parameters), dialect)


@lru_cache(maxsize=4096)
def parse_expression(
    sql: str,
    *,
    table: str,
    kind: Literal["predicate", "scalar"] = "predicate",
    dialect: Dialect | None = None,
    qualifier: str | None = None,
) -> Fragment:
    """Read one expression over the row of `table`, and write it for `dialect`.

    Columns without a table are the row's own, and are qualified with `qualifier` (the table's own name
    unless said); so are columns qualified by the table's name, unless a subquery declares that name.
    Inside a subquery a column without a table is left to the subquery, as in SQL.

    Raises:
        FragmentRefused: it is not one expression of that kind, or could do anything else than compute.
    """
    return _bounded(lambda: _read_expression(sql, table, kind, dialect, qualifier), dialect)


def _bounded(read: Callable[[], Fragment], dialect: Dialect | None) -> Fragment:
    """Word what sqlglot raises as refusals."""
    try:
        return read()
    except sqlglot.ParseError as error:
        raise unreadable(error) from error
    except sqlglot.UnsupportedError as error:
        raise _unsupported(dialect) from error
    except RecursionError as error:
        raise too_deep(Place()) from error
    except FragmentRefused:
        raise
    except (sqlglot.TokenError, ValueError, AttributeError, TypeError) as error:
        # The parser's own slips on text that is no SQL.
        raise unreadable(sqlglot.ParseError(str(error))) from error


def _read_query(
    sql: str, dialect: Dialect | None, columns: Sequence[str], parameters: Sequence[str]
) -> Fragment:
    tokens = check_tokens(sql)
    if tokens[0].token_type not in (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN):
        raise _not_a_select(Place())
    tree = _only_query(sql)
    check_tree(sql, tree, parameters, dialect)
    _fold_names(tree, dialect)
    _check_whole(sql, tree)
    _check_outputs(sql, tree, columns)
    used = tuple(dict.fromkeys(str(node.this) for node in tree.find_all(exp.Placeholder)))
    references, tables = references_of(sql, tree), tables_of(tree)
    return Fragment(_render(sql, tree, used, dialect), used, tables, references)


def _read_expression(
    sql: str, table: str, kind: str, dialect: Dialect | None, qualifier: str | None
) -> Fragment:
    check_tokens(sql)
    tree = sqlglot.parse_one(sql, into=exp.Condition)
    check_tree(sql, tree, (), dialect)
    _check_expression(sql, tree, kind)
    _fold_names(tree, dialect)
    whole = _around(tree, table)
    own = table.rpartition(".")[2]
    _qualify(whole, table, own)
    references, tables = references_of(sql, whole), tables_of(whole)
    _qualify(whole, table, qualifier or own)
    return Fragment(_render(sql, whole.expressions[0], (), dialect), (), tables, references)


def _only_query(sql: str) -> exp.Query:
    tree = sqlglot.parse_one(sql)
    if isinstance(tree, exp.Query) and not tree.args.get("alias"):
        return tree
    raise _not_a_select(place(sql, tree))


def _not_a_select(at: Place) -> FragmentRefused:
    return refuse(
        "statement",
        at,
        "Seul un SELECT est permis.",
        "Only a SELECT is allowed.",
        "Écrivez SELECT … FROM …",
        "Write SELECT … FROM …",
    )


def _check_whole(sql: str, tree: exp.Expr) -> None:
    """A limit would hide rows, and no two answers would be the same."""
    for argument in ("limit", "offset"):
        clause = tree.args.get(argument)
        if clause is not None:
            raise refuse(
                "limit",
                place(sql, clause),
                "LIMIT et OFFSET cacheraient des lignes.",
                "LIMIT and OFFSET would hide rows.",
                "Retirez-les ; ils sont permis dans une sous-requête.",
                "Remove them; they are allowed in a subquery.",
            )


def branches(query: exp.Expr) -> list[exp.Expr]:
    """The SELECTs of a UNION, the leftmost (which gives its names) first."""
    branches: list[exp.Expr] = []
    waiting = [query]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.SetOperation):
            waiting += [node.expression, node.this]
        elif isinstance(node, exp.Subquery):
            waiting.append(node.this)
        else:
            branches.append(node)
    return branches


def _check_outputs(sql: str, tree: exp.Expr, columns: Sequence[str]) -> None:
    wanted = ", ".join(columns)
    for number, branch in enumerate(branches(tree)):
        names = [_output_name(item) for item in branch.expressions]
        if len(names) == len(columns) and "*" not in names and (number or names == list(columns)):
            continue
        raise refuse(
            "outputs",
            place(sql, branch),
            f"La requête doit donner exactement : {wanted}.",
            f"The query must give exactly: {wanted}.",
            "Nommez les colonnes avec AS, dans cet ordre.",
            "Name the columns with AS, in this order.",
        )


def _output_name(item: exp.Expr) -> str:
    alias = item.args.get("alias")
    name = alias if isinstance(alias, exp.Identifier) else item.this
    if isinstance(item, exp.Star) or isinstance(name, exp.Star):
        return "*"
    if isinstance(item, exp.Alias | exp.Column) and isinstance(name, exp.Identifier):
        return name.name if name.args.get("quoted") else name.name.lower()
    return ""


def _check_expression(sql: str, tree: exp.Expr, kind: str) -> None:
    if aggregate := is_aggregate(tree):
        raise refuse(
            "aggregate",
            place(sql, aggregate),
            "Un agrégat ne porte pas sur une ligne.",
            "An aggregate is not about one row.",
            "Mettez-le dans une sous-requête : (SELECT max(…) FROM …).",
            "Put it in a subquery: (SELECT max(…) FROM …).",
        )
    if kind == "predicate" and not isinstance(tree.unnest(), PREDICATES):
        raise refuse(
            "predicate",
            place(sql, tree),
            "Cette expression n’est ni vraie ni fausse.",
            "This expression is neither true nor false.",
            "Écrivez une condition : colonne = 'valeur', colonne IS NOT NULL …",
            "Write a condition: column = 'value', column IS NOT NULL …",
        )


def _around(tree: exp.Expr, table: str) -> exp.Select:
    """A SELECT of the expression from its table, so that its columns can be placed."""
    schema, _, name = table.rpartition(".")
    source = exp.table_(name, db=schema or None, quoted=True)
    return exp.Select(expressions=[tree]).from_(source, copy=False)


def _qualify(expression: exp.Expr, table: str, qualifier: str) -> None:
    own = {table, table.rpartition(".")[2]}
    for column in expression.find_all(exp.Column):
        inner = _inner_names(column)
        named_own = column.table in own and column.table not in inner
        if named_own or (not column.table and len(inner) == 0):
            column.set("db", None)
            column.set("table", exp.to_identifier(qualifier, quoted=True))


def _inner_names(column: exp.Column) -> set[str]:
    """Names declared by the subqueries around a column (the wrapper around the whole excepted)."""
    names: set[str] = set()
    select = column.find_ancestor(exp.Select)
    while select is not None and select.parent is not None:
        names.add("")
        names.update(t.alias_or_name for t in select.find_all(exp.Table, exp.Subquery))
        select = select.find_ancestor(exp.Select)
    return names


def _fold_names(tree: exp.Expr, dialect: Dialect | None) -> None:
    """Fold and quote names as the engine would have read them."""
    for name in tree.find_all(exp.Identifier):
        if dialect == "postgres" and not name.args.get("quoted"):
            name.set("this", name.name.lower())


def _render(sql: str, part: exp.Expr, parameters: Sequence[str], dialect: Dialect | None) -> str:
    if dialect == "mysql":
        _insist_on_equal(part)
    marks = {name: _mark(name, sql) for name in parameters}
    for node in list(part.find_all(exp.Placeholder)):
        node.replace(exp.Var(this=marks[str(node.this)]))
    _adapt(part, dialect)
    text = part.sql(dialect=dialect, comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)
    text = text.replace(":", "\\:")
    for name, mark in marks.items():
        text = text.replace(mark, f":{name}")
    return text


def _mark(name: str, sql: str) -> str:
    """A word that stands for a parameter and is nowhere else in the fragment."""
    mark = f"GARANT_{name.upper()}_"
    while mark in sql.upper():
        mark += "_"
    return mark


def _unsupported(dialect: Dialect | None) -> FragmentRefused:
    return refuse(
        "unsupported",
        Place(),
        f"Ce SQL ne s’écrit pas pour {dialect}.",
        f"This SQL cannot be written for {dialect}.",
        "Écrivez-le plus simplement.",
        "Write it more simply.",
    )


def _adapt(tree: exp.Expr, dialect: Dialect | None) -> None:
    """Adjust what common SQL leaves open, then quote names."""
    for node in tree.find_all(exp.JSONExtract, exp.JSONExtractScalar):
        node.set("only_json_types", dialect == "postgres")
    for node in tree.find_all(exp.RegexpReplace):
        flags = node.args.get("position")
        if isinstance(flags, exp.Literal) and flags.is_string:
            node.set("position", None)
            node.set("modifiers", None)
    if dialect == "mysql":
        _without_collation(tree)
    for name in tree.find_all(exp.Identifier):
        name.set("quoted", dialect != "sqlite" or _must_quote(name))


def _without_collation(tree: exp.Expr) -> None:
    """A text made by CAST has a collation, and MariaDB does not compare it with a column of another one."""
    for node in list(tree.find_all(exp.Cast)):
        if node.args["to"].this in _TEXTS and not node.args["to"].expressions:
            node.replace(exp.Anonymous(this="CONCAT", expressions=[node.this]))


def _insist_on_equal(tree: exp.Expr) -> None:
    """MariaDB takes the text ``12 and more`` for the number 12: what a person gives must be equal as a text too."""
    for node in list(tree.find_all(exp.EQ)):
        if node.find(exp.Placeholder) and node.find(exp.Column):
            sides = [
                exp.Anonymous(this="CONCAT", expressions=[side.copy()])
                for side in (node.this, node.expression)
            ]
            node.replace(
                exp.Paren(
                    this=exp.And(this=node.copy(), expression=exp.EQ(this=sides[0], expression=sides[1]))
                )
            )


def _must_quote(name: exp.Identifier) -> bool:
    """SQLite reads a quoted name it does not know as a text: quote only where it must be."""
    return not _SIMPLE_NAME.fullmatch(name.name) or name.name.upper() in SQLITE_KEYWORDS
