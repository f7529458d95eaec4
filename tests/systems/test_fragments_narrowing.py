"""A query of a map for some keys alone: the same rows as a condition around it would leave, or no such query."""

from __future__ import annotations

import sqlite3

import pytest

from garant.systems.fragments import Dialect, narrowed, parse_query

KEYS = "garant_batch_integer"
BOTH = ("key", "at")

NARROWED = [
    "SELECT p AS key, at AS at FROM fact",
    "SELECT f.p AS key, f.at AS at FROM fact f WHERE f.kind = 'a' OR f.kind = 'b'",
    "SELECT f.p AS key, f.at AS at FROM fact f WHERE NOT EXISTS (SELECT 1 FROM other o WHERE o.p = f.p)",
    "SELECT f.p AS key, o.at AS at FROM fact f LEFT JOIN other o ON o.p = f.p",
    "SELECT DISTINCT p AS key, kind AS at FROM fact",
    "SELECT p AS key, max(at) AS at FROM fact GROUP BY p",
    "SELECT p AS key, max(at) AS at FROM fact GROUP BY kind, p HAVING count(*) > 1",
    "SELECT p AS key, at AS at FROM fact UNION ALL SELECT p, at FROM other",
    "SELECT p AS key, at AS at FROM fact UNION SELECT o.p, max(o.at) FROM other o GROUP BY o.p",
    "SELECT f.p AS key, (SELECT max(o.at) FROM other o WHERE o.p = f.p) AS at FROM fact f",
    "SELECT d.p AS key, d.at AS at FROM (SELECT p, max(at) AS at FROM fact GROUP BY p) d",
    "SELECT p AS key, at AS at FROM fact WHERE kind = ':a'",
]

LEFT_ALONE = [
    "SELECT p + 0 AS key, at AS at FROM fact",
    "SELECT max(p) AS key, max(at) AS at FROM fact",
    "SELECT p AS key, max(at) AS at FROM fact GROUP BY kind, p + 0",
    "SELECT p AS key, row_number() OVER (ORDER BY at) AS at FROM fact",
    "SELECT p AS key, max(row_number() OVER (ORDER BY at)) AS at FROM fact GROUP BY p",
    "SELECT p AS key, at AS at FROM fact UNION ALL SELECT max(p), max(at) FROM other",
    "SELECT p AS key, at AS at FROM fact EXCEPT SELECT p, at FROM other",
    "WITH w AS (SELECT p, at FROM fact) SELECT p AS key, at AS at FROM w",
    "(SELECT p AS key, at AS at FROM fact) UNION ALL (SELECT p, at FROM other)",
]


def written(query: str, dialect: Dialect) -> str:
    return parse_query(query, dialect=dialect, columns=BOTH).sql


def plain(sql: str) -> str:
    """As a driver gets it."""
    return sql.replace("\\:", ":")


@pytest.fixture(scope="module")
def filled() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(f"""
        CREATE TABLE fact (p INTEGER, at TEXT, kind TEXT);
        CREATE TABLE other (p INTEGER, at TEXT);
        CREATE TABLE {KEYS} (key INTEGER PRIMARY KEY);
        INSERT INTO {KEYS} VALUES (2), (3), (5), (9);
        INSERT INTO fact SELECT n % 7, '2020-01-' || (10 + n), substr('abc', 1 + n % 3, 1) FROM
            (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 60) SELECT n FROM r);
        INSERT INTO fact VALUES (NULL, '2020-02-01', 'a'), (2, NULL, ':a');
        INSERT INTO other VALUES (2, '2021-01-01'), (2, NULL), (4, '2021-02-02'), (5, '2020-01-15'), (NULL, '2020-01-01');
    """)
    return connection


@pytest.mark.parametrize("query", NARROWED)
def test_inside_it_leaves_what_it_would_leave_around(filled: sqlite3.Connection, query: str) -> None:
    whole = written(query, "sqlite")
    inside = narrowed(whole, "sqlite", KEYS)
    assert inside is not None
    around = f"SELECT * FROM ({plain(whole)}) WHERE key IN (SELECT key FROM {KEYS})"
    expected = sorted(filled.execute(around), key=repr)
    assert expected
    assert sorted(filled.execute(plain(inside)), key=repr) == expected


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql"])
@pytest.mark.parametrize("query", NARROWED)
def test_every_engine_is_asked_the_same(query: str, dialect: Dialect) -> None:
    inside = narrowed(written(query, dialect), dialect, KEYS)
    assert inside is not None
    assert inside.count(KEYS) == 2 * (1 + query.count("UNION"))


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql"])
@pytest.mark.parametrize("query", LEFT_ALONE)
def test_what_might_say_something_else_is_left_as_it_is(query: str, dialect: Dialect) -> None:
    assert narrowed(written(query, dialect), dialect, KEYS) is None


def test_a_text_that_reads_otherwise_the_second_time_is_left_as_it_is() -> None:
    assert narrowed("select p as key from fact", "sqlite", KEYS) is None
    assert narrowed("SELECT DISTINCT ON (p) p AS key FROM fact", "postgres", KEYS) is None
    assert narrowed("SELECT 1 AS key", "sqlite", KEYS) is None
