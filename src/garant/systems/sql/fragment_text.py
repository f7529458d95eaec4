"""Fragments of a data map as Core elements: bounded by the parser, rendered for the dialect."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.fragments import Dialect, narrowed, parse_expression, parse_query

_DIALECTS: dict[str, Dialect] = {"sqlite": "sqlite", "postgresql": "postgres", "mariadb": "mysql"}


def query(
    sql: str, dialect: str, columns: tuple[str, ...], *, identity: str | None = None, collation: str = ""
) -> sa.Subquery:
    """The fragment's SELECT as a subquery with the given columns; the identity is bound, under a collation if need be.

    Raises:
        FragmentRefused: when the fragment is not one bounded, read-only SELECT.
    """
    parameters = () if identity is None else ("identity",)
    fragment = parse_query(sql, dialect=_DIALECTS[dialect], columns=columns, parameters=parameters)
    text = sa.text(fragment.sql)
    if collation:
        text = sa.text(fragment.sql.replace(":identity", f"(CAST(:identity AS CHAR) COLLATE {collation})"))
    if fragment.parameters:
        text = text.bindparams(identity=identity)
    return _given(text, columns)


def query_among(sql: str, dialect: str, columns: tuple[str, ...], keys: sa.TableClause) -> sa.Subquery:
    """The fragment's SELECT for the roots in ``keys.key`` alone: ``key`` is its first column."""
    fragment = parse_query(sql, dialect=_DIALECTS[dialect], columns=columns)
    inside = narrowed(fragment.sql, _DIALECTS[dialect], keys.name)
    whole = _given(sa.text(inside or fragment.sql), columns)
    if inside is not None:
        return whole
    return sa.select(*whole.c).where(whole.c.key.in_(sa.select(keys.c.key))).subquery()


def _given(text: sa.TextClause, columns: tuple[str, ...]) -> sa.Subquery:
    given: list[ColumnElement[Any]] = [sa.column(name) for name in columns]
    return text.columns(*given).subquery()  # pyright: ignore[reportArgumentType]


def written_query(sql: str, dialect: str) -> tuple[str, str]:
    """The text of a query with its ``:identity``, and the name of its language."""
    fragment = parse_query(sql, dialect=_DIALECTS[dialect], columns=("key",), parameters=("identity",))
    return fragment.sql, _DIALECTS[dialect]


def predicate(sql: str, table: str, dialect: str) -> ColumnElement[bool]:
    """A condition on a row of ``table``."""
    return sa.literal_column(f"({_expression(sql, table, dialect, 'predicate')})", sa.Boolean())


def scalar(sql: str, table: str, dialect: str) -> ColumnElement[Any]:
    """A value computed from a row of ``table``."""
    return sa.literal_column(f"({_expression(sql, table, dialect, 'scalar')})")


@lru_cache(maxsize=4096)
def _expression(sql: str, table: str, dialect: str, kind: Literal["predicate", "scalar"]) -> str:
    fragment = parse_expression(sql, table=table, kind=kind, dialect=_DIALECTS[dialect])
    return fragment.sql.replace("\\:", ":")
