"""A fragment is written for each engine, and says the same there: its columns, its texts, its names."""

import sqlite3
import string
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text

from garant.systems.fragments.words import CLOCK_WORDS
from tests.servers.postgres import PostgresServer
from tests.systems.asking import query, refusal


def test_renders_for_sqlalchemy() -> None:
    fragment = query("SELECT id AS key FROM A WHERE x = :identity AND y <> ' :z' AND q::text = '%'")
    assert fragment.sql == (
        'SELECT "id" AS "key" FROM "a" '
        'WHERE "x" = :identity AND "y" <> \' \\:z\' AND CAST("q" AS TEXT) = \'%\''
    )
    assert fragment.parameters == ("identity",)
    assert list(text(fragment.sql)._bindparams) == ["identity"]


def test_a_parameter_mark_never_meets_the_text() -> None:
    fragment = query("SELECT id AS key FROM a WHERE x = :identity AND y = 'GARANT_IDENTITY_'", "sqlite")
    assert fragment.sql.endswith("x = :identity AND y = 'GARANT_IDENTITY_'")


def test_two_outputs() -> None:
    fragment = query("SELECT partner_id AS key, create_date AS at FROM crm_lead", columns=("key", "at"))
    assert {(r.tables, r.column) for r in fragment.references} == {
        (("crm_lead",), "partner_id"),
        (("crm_lead",), "create_date"),
    }


def test_json_on_each_engine() -> None:
    sql = "SELECT id AS key FROM a WHERE name ->> 'fr_FR' = 'x'"
    assert "\"name\" ->> 'fr_FR'" in query(sql).sql
    assert "name ->> '$.fr_FR'" in query(sql, "sqlite").sql


def test_regexp_replace_replaces_all_on_postgres() -> None:
    for flags in ("", ", 'g'"):
        sql = f"SELECT id AS key FROM a WHERE regexp_replace(x, '[^0-9]', ''{flags}) = :identity"
        assert "REGEXP_REPLACE(\"x\", '[^0-9]', '', 'g')" in query(sql).sql


def references(sql: str) -> set[tuple[tuple[str, ...], str]]:
    return {(r.tables, r.column) for r in query(sql).references}


def test_places_columns_in_their_tables() -> None:
    assert references(
        "SELECT a.id AS key FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.a = a.id AND y = 1)"
    ) == {
        (("a",), "id"),
        (("b",), "a"),
        (("b", "a"), "y"),
    }


def test_columns_made_by_the_fragment_itself_are_no_references() -> None:
    assert references("WITH q AS (SELECT id, x AS y FROM a) SELECT id AS key FROM q WHERE y = 1") == {
        (("a",), "id"),
        (("a",), "x"),
    }
    assert references("SELECT q.y AS key FROM (SELECT x AS y FROM a) q") == {(("a",), "x")}
    assert references("SELECT y AS key FROM (SELECT * FROM a) q ORDER BY key") == set()
    assert references("WITH q(n) AS (SELECT id FROM a) SELECT n AS key FROM q JOIN b ON b.id = q.n") == {
        (("a",), "id"),
        (("b",), "id"),
    }
    assert references("WITH q AS (SELECT * FROM a) SELECT id AS key FROM q JOIN b USING (id)") == {
        (("b",), "id")
    }
    assert references("SELECT id AS key FROM b JOIN (SELECT id FROM a) q USING (id) ORDER BY b.x") >= {
        (("b",), "x"),
        (("a",), "id"),
    }
    assert references("SELECT id AS key FROM a JOIN (SELECT x FROM b) q ON x = id") == {
        (("a",), "id"),
        (("b",), "x"),
    }


def test_order_and_group_may_name_an_output() -> None:
    assert references("SELECT x AS key FROM a UNION SELECT y FROM b ORDER BY key") == {
        (("a",), "x"),
        (("b",), "y"),
    }
    assert references("SELECT lower(x) AS key FROM a GROUP BY key, z ORDER BY a.key") == {
        (("a",), "x"),
        (("a",), "z"),
        (("a",), "key"),
    }


def test_schemas() -> None:
    fragment = query("SELECT crm.a.id AS key FROM crm.a WHERE a.x = 1 AND y = 2")
    assert refusal("SELECT crm.a.id AS key FROM crm.a b").reason == "unknown-alias"
    assert fragment.tables == {"crm.a"}
    assert {r.tables for r in fragment.references} == {("crm.a",)}


LITERALS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40).filter(
    lambda text: not CLOCK_WORDS.intersection(text.lower().split())
)


@settings(max_examples=200)
@given(
    LITERALS,
    st.text(string.ascii_letters + "' \";:-é🦊", min_size=1, max_size=20),
    LITERALS,
)
def test_sqlite_gives_back_every_literal_and_name(literal: str, name: str, bound: str) -> None:
    """Round trip on the real engine: text, names and parameters keep every character."""
    engine = create_engine("sqlite://")
    quoted = '"' + name.replace('"', '""') + '"'
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t ({quoted} TEXT)")
        connection.exec_driver_sql("INSERT INTO t VALUES (?)", (bound,))
        escaped = literal.replace("'", "''")
        sql = f"SELECT '{escaped}' AS key FROM t WHERE {quoted} = :identity"
        fragment = query(sql, "sqlite")
        rows = connection.execute(text(fragment.sql), {"identity": bound}).all()
    assert [tuple(row) for row in rows] == [(literal,)]
    engine.dispose()


@pytest.fixture(scope="module")
def postgres(postgres_server: PostgresServer) -> Iterator[Engine]:
    with postgres_server.database() as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    LITERALS,
    st.text(string.ascii_letters + "' \";:-é🦊%\\", min_size=1, max_size=20),
    LITERALS,
)
def test_postgresql_gives_back_every_literal_and_name(
    postgres: Engine, literal: str, name: str, bound: str
) -> None:
    """The same round trip where colons, percents and backslashes also pass through a driver."""
    quoted, escaped = name.replace('"', '""'), literal.replace("'", "''")
    sql = f"""SELECT q."{quoted}" AS key FROM (SELECT '{escaped}' AS "{quoted}") q WHERE :identity = x"""
    fragment = query(sql.replace("= x", f"= '{bound.replace(chr(39), chr(39) * 2)}'"))
    with postgres.connect() as connection:
        rows = connection.execute(text(fragment.sql), {"identity": bound}).all()
    assert [tuple(row) for row in rows] == [(literal,)]


def test_a_backslash_does_not_open_a_text_on_mysql() -> None:
    fragment = query("SELECT id AS key FROM a WHERE x = 'a\\' AND y = ' OR 1 = 1'", "mysql")
    assert fragment.sql.endswith("`x` = 'a\\\\' AND `y` = ' OR 1 = 1'")


def test_sqlite_does_not_take_an_unknown_name_for_a_text() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE a (id INTEGER)")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        connection.execute(query('SELECT id AS key FROM a WHERE "typo" = 1', "sqlite").sql)
    connection.close()
