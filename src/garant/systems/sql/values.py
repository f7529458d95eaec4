"""What a column becomes where its row stays, and whether that is still to be done."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.model import (
    Constant,
    Generalise,
    Prefix,
    Pseudonymise,
    Refresh,
)
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.fragment_text import scalar
from garant.systems.treatments import SEPARATORS, Mark, Replace, Treatment


def undone(
    dialect: Dialect, column: ColumnElement[Any], table: str, name: str, how: Treatment
) -> ColumnElement[bool]:
    """Whether the column ``name`` of a row is not yet as it is to become."""
    match how:
        case Mark(constant=value) | Constant(constant=bool() as value):
            left = dialect.differs(table, name, column, sa.literal(value))
        case Constant(constant=value):
            left = sa.and_(column.is_not(None), dialect.differs(table, name, column, sa.literal(value)))
        case Pseudonymise(pseudonymise=spec):
            left = sa.and_(column.is_not(None), sa.not_(dialect.is_pseudonym(column, spec)))
        case Generalise(generalise="year" | "month" as unit):
            left = column != dialect.truncated(column, unit)
        case Generalise(generalise=Prefix(prefix=length)):
            left = dialect.characters(column) > length
        case Refresh(refresh=expression):
            left = dialect.differs(table, name, column, scalar(expression, table, dialect.name))
        case Replace(by=value):
            left = sa.and_(
                _holds(dialect, column, table, name, how),
                dialect.differs(table, name, column, sa.literal(value)),
            )
        case _:
            left = column.is_not(None)
    return left


def _holds(
    dialect: Dialect, column: ColumnElement[Any], table: str, name: str, how: Replace
) -> ColumnElement[bool]:
    """Whether the column holds the value that is to be replaced, however it is written there."""
    folded = _folded(sa.cast(column, sa.Text()), how.fold)
    return sa.or_(*(sa.not_(dialect.differs(table, name, folded, sa.literal(form))) for form in how.forms))


def _folded(text: ColumnElement[Any], fold: str) -> ColumnElement[Any]:
    if fold != "digits":
        trimmed = sa.func.trim(text)
        return sa.func.lower(trimmed) if fold == "case" else trimmed
    for separator in SEPARATORS:
        text = sa.func.replace(text, separator, "")
    return text


def new_value(
    dialect: Dialect, column: ColumnElement[Any], table: str, name: str, how: Treatment, key: bytes
) -> ColumnElement[Any]:
    """What the column becomes; as it is, where that is done. ``key``: of the hashes that replace values."""
    match how:
        case Constant(constant=value) | Replace(by=value):
            new: ColumnElement[Any] = sa.literal(value)
        case Pseudonymise(pseudonymise=spec):
            new = dialect.pseudonym(column, spec, key)
        case Generalise(generalise="year" | "month" as unit):
            new = dialect.truncated(column, unit)
        case Generalise(generalise=Prefix(prefix=length)):
            new = sa.func.substr(column, 1, length)
        case Refresh(refresh=expression):
            return scalar(expression, table, dialect.name)
        case _:
            return sa.null()
    return sa.case((undone(dialect, column, table, name, how), new), else_=column)
