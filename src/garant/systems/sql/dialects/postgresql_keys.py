"""The types of PostgreSQL by which the keys of roots compare."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from garant.systems.model import DataMap
from garant.systems.port import ConnectorError

OF_THEIR_OWN: Final = ("citext", "uuid")
"""Types that are equal otherwise than their texts are: without regard to case."""

_TYPE: Final = sa.text(
    "WITH RECURSIVE base AS ("
    "SELECT t.* FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid "
    "WHERE a.attrelid = to_regclass(:name) AND a.attname = :key AND NOT a.attisdropped "
    "UNION ALL SELECT t.* FROM base JOIN pg_type AS t ON t.oid = base.typbasetype) "
    "SELECT typname, oid::regtype::text AS written FROM base WHERE typbasetype = 0"
)
"""What a column's type is, or is a domain over."""


class OwnType(sa.types.UserDefinedType[str]):
    """A type by its name, which the system itself wrote."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        """As it is written in a statement."""
        return self.name


def key_kinds(connection: sa.Connection, data_map: DataMap) -> dict[str, str]:
    """The kinds of keys that are no numbers (``text``, ``uuid``), each with the type of the roots' own columns.

    Raises:
        ConnectorError: roots compare their keys of one kind in different ways.
    """
    found: dict[str, set[str]] = {}
    quote = connection.dialect.identifier_preparer.quote
    for root in data_map.roots.values():
        if root.type != "integer":
            name = ".".join(map(quote, root.table.split(".")))
            row = connection.execute(_TYPE, {"name": name, "key": root.key}).one_or_none()
            own = row is not None and row.typname in OF_THEIR_OWN
            found.setdefault(root.type, set()).add(str(row.written) if row is not None and own else "text")
    for kind, types in found.items():
        if len(types) > 1:
            raise ConnectorError(
                f"{data_map.system}: the keys of the roots of type {kind} are of different types: {', '.join(sorted(types))}"
            )
    return {kind: next(iter(types)) for kind, types in found.items()}
