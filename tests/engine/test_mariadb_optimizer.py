"""MariaDB answers our connections as SQLite does: what its optimizer gets wrong is switched off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import given, note
from hypothesis import strategies as st

from garant.systems.sql.mariadb_engine import open_mariadb
from tests.engine.support.databases import MariadbDatabase
from tests.engine.support.examples import examples
from tests.engine.support.random_queries import IN_ORDER, TABLES, create_tables, fill_tables, queries

QUERIES = 25
"""Queries for the same tables."""


@pytest.fixture
def ours(mariadb: MariadbDatabase) -> Iterator[sa.Connection]:
    """A connection that Garant would change rows by."""
    engine = open_mariadb(sa.make_url(mariadb.url), writing=True, zone="Europe/Paris", wait_seconds=5)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def found(connection: sa.Connection, query: str) -> list[int]:
    query = query.replace(IN_ORDER, "STRAIGHT_JOIN")
    return sorted(int(key) for key in connection.scalars(sa.text(query)))


NESTED = (
    (
        "WITH led AS (SELECT t1.b AS v FROM t1 WHERE t1.a IN (SELECT leaving.id FROM leaving)) "
        "SELECT t0.id FROM t0 WHERE t0.id IN (SELECT led.v FROM led)"
    ),
    (
        "SELECT t0.id FROM t0 WHERE t0.id IN (SELECT t1.b FROM t1 WHERE EXISTS "
        "(SELECT 1 FROM leaving WHERE leaving.id = t1.a))"
    ),
)


@pytest.mark.parametrize("query", NESTED, ids=["common table expression", "exists"])
def test_a_condition_within_another_is_met(ours: sa.Connection, mariadb: MariadbDatabase, query: str) -> None:
    """An INT asked for among BIGINTs, in a subquery: 10.11 left the condition out, and took others' rows."""
    mariadb.run(
        "CREATE TABLE t0 (id INT PRIMARY KEY)",
        "CREATE TABLE t1 (id INT PRIMARY KEY, a INT, b INT)",
        *(f"INSERT INTO t0 VALUES ({row})" for row in range(1, 8)),
        "INSERT INTO t1 VALUES (1, 11, 4), (2, 11, 5), (3, 11, NULL), (4, 1, 1), (5, 1, 5), (6, NULL, 4)",
    )
    ours.exec_driver_sql("CREATE TEMPORARY TABLE leaving (id BIGINT PRIMARY KEY)")
    ours.exec_driver_sql("INSERT INTO leaving VALUES (11)")
    assert found(ours, query) == [4, 5]


@examples(20)
@given(chance=st.randoms(use_true_random=False))
def test_rows_are_found_as_elsewhere(ours: sa.Connection, mariadb: MariadbDatabase, chance: Random) -> None:
    """Queries in queries, as ownership asks them: the same rows as SQLite finds."""
    ours.rollback()
    mariadb.run(*(f"DROP TABLE IF EXISTS {table}" for table in TABLES))
    ours.exec_driver_sql("DROP TEMPORARY TABLE IF EXISTS leaving")
    lite = sqlite3.connect(":memory:")
    for statement in (*create_tables(chance), *fill_tables(chance)):
        ours.exec_driver_sql(statement)
        lite.execute(statement)
    for query in queries(chance, QUERIES):
        note(query)
        assert found(ours, query) == sorted(key for (key,) in lite.execute(query))
    lite.close()
