"""Many identities asked at once: one statement for each query of a map, however many people ask.

A map's query finds one identity. It is joined to a temporary table of all of them, where that says the
same as asking one after the other; where it might not, or the system refuses, they are asked one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
import sqlglot
from sqlalchemy.exc import DBAPIError
from sqlglot import exp

from garant.systems.finding import RootKey
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.dialects.mariadb import HEEDING_ACCENTS
from garant.systems.sql.due import plain_key
from garant.systems.sql.fragment_text import query, written_query

ASKED = sa.table("garant_asked", sa.column("garant_number", sa.Integer()), sa.column("garant_identity"))
"""The temporary table of identities: their numbers, and what was given."""

_GATHERING = ("group", "having")
"""Parts of a SELECT that make one row of several: over every identity, of those of others too."""

_IDENTITY = f"{ASKED.name}.garant_identity"


def create_asked(connection: sa.Connection, dialect: Dialect) -> None:
    """Create the temporary table; on SQLite without a type, so that values compare as bound ones do."""
    kind = "" if dialect.name == "sqlite" else "TEXT"
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {ASKED.name} (garant_number INTEGER, garant_identity {kind})"
    )


def find_identities(
    connection: sa.Connection, dialect: Dialect, sql: str, identities: Sequence[str]
) -> list[tuple[int, RootKey]]:
    """(position of the identity, key of a root that it leads to), in no order."""
    asked = [
        (number, form)
        for number, one in enumerate(identities)
        if dialect.can_hold(one)
        for form in dialect.written(one)
    ]
    together = None if len(identities) < 2 or not asked else _together(sql, dialect.name, HEEDING_ACCENTS)
    if together is not None:
        rows = [{"garant_number": number, "garant_identity": one} for number, one in asked]
        # What the system does not compare with a column (a number with a text, letters of another set), it does with a
        # bound value.
        with suppress(DBAPIError), connection.begin_nested():
            connection.execute(sa.delete(ASKED))
            connection.execute(sa.insert(ASKED), rows)
            found = connection.execute(together)
            return [(int(number), plain_key(key)) for number, key in found if key is not None]
    alone = [(number, key) for number, one in asked for key in _alone(connection, dialect, sql, one)]
    return sorted(set(alone))


def _alone(connection: sa.Connection, dialect: Dialect, sql: str, identity: str) -> list[RootKey]:
    source = query(sql, dialect.name, ("key",), identity=identity)
    keys = sa.select(source.c.key).distinct().where(source.c.key.is_not(None)).order_by(source.c.key)
    found = list(connection.scalars(keys))
    if found and dialect.name == "mariadb":
        found = _to_the_accent(connection, sql, identity, found)
    return [plain_key(key) for key in found]


def _to_the_accent(connection: sa.Connection, sql: str, identity: str, found: list[Any]) -> list[Any]:
    """Of the keys that an identity led to, those whose value is the same to the accent, and not only to a collation.

    By most of MariaDB's, ``hélène@`` is ``helene@``, who is somebody else. A server older than 10.10 knows no collation
    that heeds accents and not capitals: what it finds is left as it is.
    """
    source = query(sql, "mariadb", ("key",), identity=identity, collation=HEEDING_ACCENTS)
    same = sa.select(source.c.key).distinct().where(source.c.key.in_(found)).order_by(source.c.key)
    with suppress(DBAPIError), connection.begin_nested():
        return list(connection.scalars(same))
    return found


@lru_cache(maxsize=256)
def _together(sql: str, dialect: str, heeding: str) -> sa.Select[*tuple[Any, ...]] | None:
    """The query over every identity asked; None where that might say something else.

    On MariaDB its condition is held twice: as it is written, by which an index is searched, and under a collation that
    is `heeding` accents.
    """
    text, language = written_query(sql, dialect)
    number: sa.ColumnClause[Any] = sa.column("garant_number")
    key: sa.ColumnClause[Any] = sa.column("key")
    as_given = text
    text = as_given.replace(":identity", _IDENTITY)
    if dialect == "postgresql":
        each = sa.text(text).columns(key).lateral("found")
        return sa.select(ASKED.c.garant_number, each.c.key).select_from(ASKED.join(each, sa.true()))
    tree: Any = sqlglot.parse_one(text.replace("\\:", ":"), dialect=language)
    if not isinstance(tree, exp.Select) or tree.find(exp.AggFunc, exp.Window) or not tree.args.get("from_"):
        return None
    if any(tree.args.get(part) for part in _GATHERING):
        return None  # of two who lead to one root, or to one group, only one would be told
    if any(_nested(column, tree) for column in tree.find_all(exp.Column) if column.table == ASKED.name):
        return None
    if dialect == "mariadb":
        strict = as_given.replace(":identity", f"(CAST({_IDENTITY} AS CHAR) COLLATE {heeding})")
        condition = sqlglot.parse_one(strict.replace("\\:", ":"), dialect=language).args.get("where")
        if condition is None:
            return None
        tree = tree.where(condition.this, dialect=language)
    tree = tree.select(f"{ASKED.name}.garant_number AS garant_number", append=True, dialect=language)
    whole = tree.join(ASKED.name, on="1 = 1", dialect=language).sql(dialect=language).replace(":", "\\:")
    found = sa.text(whole).columns(key, number).subquery("found")
    return sa.select(found.c.garant_number, found.c.key).distinct()


def _nested(column: Any, tree: Any) -> bool:
    """Whether an identity is compared in a join or a derived table, where the table of all is not seen."""
    place = column.parent
    while place is not None and place is not tree:
        if isinstance(place, exp.From | exp.Join | exp.Union | exp.CTE):
            return True
        place = place.parent
    return False
