"""Temporary tables of root keys, the only thing Garant ever creates in a system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat

import sqlalchemy as sa

from garant.systems.finding import RootKey
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.due import Scratch


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
    dated = sa.table(f"garant_dated_{kind}", sa.column("key"), sa.column("at"), sa.column("unread"))
    return Scratch(batch, facts, departing, on_hold, dated)


def create_scratch(
    connection: sa.Connection, dialect: Dialect, kind: str, *, looking: bool = False
) -> Scratch:
    """Create the temporary tables for keys of this kind on this connection."""
    key_type = dialect.key_type(kind).compile(connection.dialect)
    words = dialect.scratching(kind, looking=looking)
    word = connection.dialect.identifier_preparer.quote("key")
    scratch = scratch_of(kind)
    for table, columns in (
        (scratch.batch, f"({word} {key_type} PRIMARY KEY, held BIGINT NOT NULL) {words.clustered}"),
        (
            scratch.departing,
            f"(number {words.number}, {word} {key_type} NOT NULL UNIQUE, held BIGINT NOT NULL) {words.numbered}",
        ),
        (
            scratch.facts,
            f"({word} {key_type} {words.unique}, at {words.moment}, mark INTEGER NOT NULL) {words.clustered}",
        ),
        (
            scratch.dated,
            f"({word} {key_type} {words.unique}, at {words.moment}, unread INTEGER NOT NULL) {words.clustered}",
        ),
        (scratch.on_hold, f"(root VARCHAR(200) NOT NULL, {word} {key_type} NOT NULL)"),
    ):
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.name} {columns}")
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
    if keys:
        dialect.send(connection, batch.name, keys, list(map(held.get, keys, repeat(0))))
    dialect.sent(connection, batch.name)
