"""Numbers come from MariaDB as lists; a list that the server cut short is never taken for whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from garant.systems.sql.dialects.mariadb import Mariadb

BATCH = sa.table("garant_batch_integer", sa.column("key"), sa.column("held", sa.BigInteger()))
KEYS = {-10_001: 1, -3: 0, 0: 2, 7: 2, 123_456_789: 2, 123_456_790: 0, 2**62: 1}


@pytest.fixture
def connection(mariadb_database: str) -> Iterator[sa.Connection]:
    """With some numbers in the table of a batch."""
    engine = sa.create_engine(mariadb_database)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE {BATCH.name} (`key` BIGINT PRIMARY KEY, held BIGINT NOT NULL)"
        )
        rows = [{"key": key, "held": held} for key, held in KEYS.items()]
        connection.execute(sa.insert(BATCH), rows)
        yield connection
    engine.dispose()


@pytest.mark.parametrize("longest", [4, 5, 8, 12, 18, 19, 20, 22, 1 << 20])
def test_every_number_comes_however_short_the_server_cuts(connection: sa.Connection, longest: int) -> None:
    connection.exec_driver_sql(f"SET SESSION group_concat_max_len = {longest}")
    dialect = Mariadb()
    assert dialect.keys(connection, BATCH) == sorted(KEYS)
    assert dialect.held(connection, BATCH) == {key: held for key, held in KEYS.items() if held}
