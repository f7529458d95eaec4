"""Temporary tables of root keys, the only thing Garant ever creates in a system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from garant.systems.port import RootKey
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.due import Scratch

CHUNK = 5_000
"""Keys sent in one statement."""


def scratch_of(kind: str) -> Scratch:
    """The temporary tables for keys of this kind, as Core sees them."""
    batch = sa.table(f"garant_batch_{kind}", sa.column("key"), sa.column("held", sa.BigInteger()))
    facts = sa.table(
        f"garant_facts_{kind}", sa.column("key"), sa.column("at"), sa.column("mark", sa.Integer())
    )
    departing = sa.table(
        f"garant_departing_{kind}", sa.column("number"), sa.column("key"), sa.column("held", sa.BigInteger())
    )
    on_hold = sa.table(f"garant_on_hold_{kind}", sa.column("root"), sa.column("key"))
    return Scratch(batch, facts, departing, on_hold)


def create_scratch(connection: sa.Connection, dialect: Dialect, kind: str) -> Scratch:
    """Create the temporary tables for keys of this kind on this connection."""
    key_type = dialect.key_type(kind).compile(connection.dialect)
    moment = "TIMESTAMP WITH TIME ZONE" if dialect.name == "postgresql" else "TEXT"
    postgresql = "number BIGINT GENERATED ALWAYS AS IDENTITY"
    number = postgresql if dialect.name == "postgresql" else "number INTEGER PRIMARY KEY"
    scratch = scratch_of(kind)
    for table, columns in (
        (scratch.batch, f"key {key_type} PRIMARY KEY, held BIGINT NOT NULL"),
        (scratch.departing, f"{number}, key {key_type} NOT NULL UNIQUE, held BIGINT NOT NULL"),
        (scratch.facts, f"key {key_type} PRIMARY KEY, at {moment}, mark INTEGER NOT NULL"),
        (scratch.on_hold, f"root VARCHAR(200) NOT NULL, key {key_type} NOT NULL"),
    ):
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.name} ({columns})")
    return scratch


def fill(
    connection: sa.Connection,
    dialect: Dialect,
    batch: sa.TableClause,
    keys: Sequence[RootKey],
    held: Mapping[RootKey, int],
) -> None:
    """Put exactly these keys in the batch table."""
    connection.execute(sa.delete(batch))
    remaining = iter(keys)
    while chunk := list(islice(remaining, CHUNK)):
        _send(connection, dialect, batch, [(key, held.get(key, 0)) for key in chunk])
    if dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {batch.name}")


def _send(
    connection: sa.Connection, dialect: Dialect, batch: sa.TableClause, rows: list[tuple[Any, int]]
) -> None:
    if dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {batch.name} (key, held) VALUES (?, ?)", rows)
        return
    key_type = "bigint" if isinstance(rows[0][0], int) else "text"
    cast = "::uuid" if batch.name.endswith("uuid") else ""
    connection.exec_driver_sql(
        f"INSERT INTO {batch.name} (key, held) SELECT k{cast}, h "
        f"FROM unnest(%s::{key_type}[], %s::bigint[]) AS given(k, h)",
        ([key for key, _ in rows], [mask for _, mask in rows]),
    )
