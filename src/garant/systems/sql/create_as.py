"""CREATE TEMPORARY TABLE … AS SELECT …, which SQLAlchemy has no word for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

_PARTS = [("name", InternalTraversal.dp_string), ("select", InternalTraversal.dp_clauseelement)]


class CreateAs(sa.sql.expression.Executable, sa.ClauseElement):
    """CREATE TEMPORARY TABLE name AS SELECT …"""

    inherit_cache = True
    _traverse_internals = _PARTS
    """What tells one from another, so that it is compiled once."""

    def __init__(self, name: str, select: sa.Select[Any]) -> None:
        self.name = name
        self.select = select


@compiles(CreateAs)
def _compile(element: CreateAs, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return f"CREATE TEMPORARY TABLE {element.name} AS {compiler.process(element.select, **options)}"
