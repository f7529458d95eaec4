"""Keys as the columns that refer to them write them: as they are, or as text behind a prefix."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from garant.systems.model import Link


def written(keys: sa.Select[Any], link: Link) -> sa.Select[Any]:
    """The keys of a one-column query as the link's column holds them.

    Where the link has a prefix the keys are made texts, not the column a number: an index on the column
    still serves, and a text that is no reference at all breaks nothing.
    """
    if link.prefix is None:
        return keys
    (key,) = keys.selected_columns
    return keys.with_only_columns(key_as_written(key, link), maintain_column_froms=True)


def key_as_written(key: ColumnElement[Any], link: Link) -> ColumnElement[Any]:
    """One key as the link's column holds it."""
    if link.prefix is None:
        return key
    return sa.literal(link.prefix, sa.String()) + AsText(key)


class AsText(FunctionElement[str]):
    """A value as a text, for a comparison with a column of texts."""

    name = "as_text"
    type = sa.String()
    inherit_cache = True


@compiles(AsText)
def _cast(element: AsText, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return f"CAST({compiler.process(element.clauses, **options)} AS VARCHAR)"


@compiles(AsText, "mariadb")
def _concat(element: AsText, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    """What CAST makes has a collation of its own, and MariaDB does not compare it with a column of another."""
    return f"CONCAT({compiler.process(element.clauses, **options)})"
