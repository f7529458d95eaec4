"""What differs between the databases: instants, pseudonyms, less precise values."""

from __future__ import annotations

import sqlalchemy as sa

from garant.systems.sql.dialects.base import (
    RECENT,
    UNREADABLE,
    Dialect,
    Greatest,
    hmac_pads,
    pseudonym_digest,
    text_digest,
)
from garant.systems.sql.dialects.mariadb import Mariadb
from garant.systems.sql.dialects.postgresql import Postgresql
from garant.systems.sql.dialects.sqlite import Sqlite, local_moment

__all__ = [
    "RECENT", "UNREADABLE", "Dialect", "Greatest", "Mariadb", "Postgresql", "Sqlite", "dialect_of", "hmac_pads",
    "local_moment",
    "pseudonym_digest",
    "text_digest",
]  # fmt: skip


def dialect_of(engine: sa.Engine) -> Dialect:
    """The dialect of an engine; its URL has been read, so it is one of these."""
    known: dict[str, type[Dialect]] = {"mariadb": Mariadb, "postgresql": Postgresql, "sqlite": Sqlite}
    return known[engine.dialect.name]()
