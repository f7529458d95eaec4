"""What a column becomes where its row stays, and whether that is still to be done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
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
from garant.systems.treatments import (
    BETWEEN_WORDS,
    SEPARATORS,
    Country,
    Fold,
    Holding,
    Replace,
    Treatment,
    Written,
)


def undone(
    dialect: Dialect, column: ColumnElement[Any], table: str, name: str, how: Treatment
) -> ColumnElement[bool]:
    """Whether the column ``name`` of a row is not yet as it is to become."""
    match how:
        case Written(constant=value) | Constant(constant=bool() as value):
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
        case Country():
            left = dialect.differs(table, name, column, _key_of(how))
        case _:
            left = column.is_not(None)
    return left


def _key_of(how: Country) -> sa.ScalarSelect[Any]:
    """The key of a country in the system's list; null where it has none by that code: no country rather than a wrong one."""
    listed = sa.table(how.table, sa.column(how.key), sa.column(how.code))
    of_code = sa.select(sa.func.min(listed.c[how.key])).where(
        sa.func.upper(listed.c[how.code]) == how.country
    )
    return of_code.scalar_subquery()


def holds(
    dialect: Dialect, columns: Sequence[ColumnElement[Any]], table: str, how: Holding
) -> ColumnElement[bool]:
    """Whether what the columns hold, one after the other, is one of the forms: an empty column holds the empty one."""
    texts = [sa.func.coalesce(sa.cast(column, sa.Text()), "") for column in columns]
    folded = _folded(reduce(lambda one, other: one.concat(other), texts), how.fold)
    name = how.columns[0]
    found = sa.or_(*(sa.not_(dialect.differs(table, name, folded, sa.literal(form))) for form in how.forms))
    return found if how.held else sa.not_(found)


def _holds(
    dialect: Dialect, column: ColumnElement[Any], table: str, name: str, how: Replace
) -> ColumnElement[bool]:
    """Whether the column holds the value that is to be replaced, however it is written there."""
    folded = _folded(sa.cast(column, sa.Text()), how.fold)
    return sa.or_(*(sa.not_(dialect.differs(table, name, folded, sa.literal(form))) for form in how.forms))


def _folded(text: ColumnElement[Any], fold: Fold) -> ColumnElement[Any]:
    if fold in ("exact", "case"):
        trimmed = sa.func.trim(text)
        return sa.func.lower(trimmed) if fold == "case" else trimmed
    for separator in SEPARATORS if fold == "digits" else BETWEEN_WORDS:
        text = sa.func.replace(text, separator, "")
    return sa.func.lower(text) if fold == "words" else text


def new_value(
    dialect: Dialect, column: ColumnElement[Any], table: str, name: str, how: Treatment, key: bytes
) -> ColumnElement[Any]:
    """What the column becomes; as it is, where that is done. ``key``: of the hashes that replace values."""
    match how:
        case Constant(constant=value) | Replace(by=value):
            new: ColumnElement[Any] = sa.literal(value)
        case Pseudonymise(pseudonymise=spec):
            new = dialect.pseudonym(column, spec, key)
        case Country():
            new = _key_of(how)
        case Generalise(generalise="year" | "month" as unit):
            new = dialect.truncated(column, unit)
        case Generalise(generalise=Prefix(prefix=length)):
            new = sa.func.substr(column, 1, length)
        case Refresh(refresh=expression):
            return scalar(expression, table, dialect.name)
        case _:
            return sa.null()
    return sa.case((undone(dialect, column, table, name, how), new), else_=column)
