"""Catalogues are read in bulk, and say the same on PostgreSQL and on SQLite."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, create_mock_engine

from garant.systems.catalogue import Catalogue, CatalogueTable, Index, UnknownEngine, read_catalogue
from tests.support.spending import spends

STATEMENTS = """
CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, born DATE, seen TIMESTAMP,
    happy BOOLEAN, photo {binary}, score NUMERIC(5, 2), extra JSON, token UUID,
    label VARCHAR(90) GENERATED ALWAYS AS (email) STORED);
CREATE UNIQUE INDEX person_email ON person (email);
CREATE INDEX person_lower ON person (born, lower(email));
CREATE INDEX person_expression ON person (lower(email));
CREATE UNIQUE INDEX person_token ON person (token) WHERE happy;
CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (b, a));
CREATE TABLE visit (person_id INTEGER REFERENCES person ON DELETE CASCADE, a INTEGER, b INTEGER,
    other INTEGER REFERENCES person (id) ON DELETE SET NULL, FOREIGN KEY (b, a) REFERENCES pair);
CREATE TABLE loose (id INTEGER PRIMARY KEY, person_id INTEGER);
CREATE VIEW people AS SELECT id, email FROM person
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine, binary = sa.create_engine("sqlite://"), "BLOB"
    else:
        engine = sa.create_engine(request.getfixturevalue("postgres_database"))
        binary = "BYTEA"
    with engine.begin() as connection:
        for statement in STATEMENTS.format(binary=binary).split(";\n"):
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


@pytest.fixture
def catalogue(engine: Engine) -> Catalogue:
    return read_catalogue(engine, ["person", "people", "pair"], ["person_id"])


def test_tables(catalogue: Catalogue) -> None:
    assert set(catalogue.tables) == {"person", "people", "pair", "visit", "loose"}
    views = {name for name, table in catalogue.tables.items() if table.view}
    assert views == {"people"}
    assert catalogue.table("nothing") is None
    assert catalogue.column("nothing", "id") is None
    assert catalogue.table(f"{catalogue.default_schema}.person") is catalogue.tables["person"]


def test_columns(catalogue: Catalogue) -> None:
    columns = catalogue.tables["person"].columns
    assert {name: column.family for name, column in columns.items()} == {
        "id": "integer",
        "email": "text",
        "born": "date",
        "seen": "instant",
        "happy": "boolean",
        "photo": "binary",
        "score": "number",
        "extra": "json",
        "token": "uuid",
        "label": "text",
    }
    assert [name for name, column in columns.items() if not column.nullable] == ["id", "email"]
    assert [name for name, column in columns.items() if column.generated] == ["label"]
    assert columns["email"].length == (80 if catalogue.dialect == "postgresql" else None)


def test_indexes(catalogue: Catalogue) -> None:
    person = catalogue.tables["person"]
    assert person.unique("id")
    assert person.unique("email")
    assert not person.unique("born")
    assert not person.unique("token")
    assert person.indexed("born")
    assert not person.indexed("token")
    pair = catalogue.tables["pair"]
    assert not pair.unique("a")
    assert not pair.indexed("a")
    assert pair.indexed("a", ["b"])
    assert not any(index.columns == () for index in person.indexes)


def test_an_index_that_leaves_out_nulls_serves() -> None:
    index = Index(("a",), whole=False, present=frozenset({"a"}))
    other = Index(("a",), whole=False, present=frozenset({"b"}))
    assert CatalogueTable("one", indexes=[index]).indexed("a")
    assert not CatalogueTable("two", indexes=[other]).indexed("a")


def test_foreign_keys(catalogue: Catalogue) -> None:
    keys = {key.columns: key for key in catalogue.referring_from("visit")}
    assert keys["person_id",].on_delete == "cascade"
    assert keys["other",].on_delete == "set null"
    assert keys["b", "a"].on_delete == "no action"
    assert keys["b", "a"].blocks
    assert not keys["other",].blocks
    assert keys["person_id",].target_columns == ("id",)
    assert keys["b", "a"].target_columns == ("b", "a")
    assert {key.table for key in catalogue.referring_to("person")} == {"visit"}
    assert catalogue.referring_to("loose") == ()


def test_names_ignore_case_on_sqlite_only(engine: Engine, catalogue: Catalogue) -> None:
    ignores = engine.dialect.name == "sqlite"
    assert (catalogue.table("Person") is not None) is ignores
    assert (catalogue.column("person", "EMAIL") is not None) is ignores
    assert catalogue.column("person", "none") is None


def test_triggers(engine: Engine) -> None:
    body = (
        "BEGIN SELECT 1; END"
        if engine.dialect.name == "sqlite"
        else "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    )
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TRIGGER watch BEFORE UPDATE ON person FOR EACH ROW {body}")
    assert read_catalogue(engine, ["person"]).tables["person"].triggers == ["watch"]


def test_postgresql_schemas_domains_and_partial_indexes(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    with engine.begin() as connection:
        for statement in (
            "CREATE SCHEMA crm",
            "CREATE DOMAIN code AS integer",
            "CREATE TABLE crm.person (id code PRIMARY KEY, parent integer, spot point, kind char(3))",
            "CREATE INDEX ON crm.person (parent) WHERE parent IS NOT NULL",
            "CREATE INDEX ON crm.person USING gist (spot)",
            "CREATE TABLE crm.visit (person integer REFERENCES crm.person)",
        ):
            connection.exec_driver_sql(statement)
    catalogue = read_catalogue(engine, ["crm.person"])
    engine.dispose()
    assert set(catalogue.tables) == {"crm.person", "crm.visit"}
    person = catalogue.tables["crm.person"]
    assert {column.name: column.family for column in person.columns.values()} == {
        "id": "integer",
        "parent": "integer",
        "spot": "other",
        "kind": "text",
    }
    assert person.columns["kind"].length == 3
    assert person.indexed("parent")
    assert not person.indexed("spot")
    assert person.small


def test_sqlite_odd_declarations() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (x, y DOUBLE, z CHARINT)")
        connection.exec_driver_sql("CREATE TABLE b (a_x REFERENCES a, gone REFERENCES nowhere (id))")
        connection.exec_driver_sql("CREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT)")
    catalogue = read_catalogue(engine, [])
    assert [column.family for column in catalogue.tables["a"].columns.values()] == [
        "any",
        "number",
        "integer",
    ]
    keys = {key.columns: key for key in catalogue.foreign_keys}
    assert keys["a_x",].target_columns == ("",)
    assert keys["gone",].target == "nowhere"
    assert "sqlite_sequence" not in catalogue.tables
    engine.dispose()


def test_an_unknown_engine_is_refused() -> None:
    class Other:
        dialect: Any = create_mock_engine("oracle://", print).dialect

    with pytest.raises(UnknownEngine, match="oracle"):
        read_catalogue(Other(), [])  # pyright: ignore[reportArgumentType]


def test_odoo_is_read_in_less_than_two_seconds(odoo18: str) -> None:
    """618 tables, 89 references to res_partner: 37 set null, 32 cascade, 20 restrict."""
    engine = sa.create_engine(odoo18)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        read: list[Catalogue] = []
        spent = spends(lambda: read.append(read_catalogue(connection, names)), 2)
    engine.dispose()
    catalogue = read[-1]
    assert len(catalogue.tables) == 618
    kinds = [key.on_delete for key in catalogue.referring_to("res_partner")]
    assert [kinds.count(kind) for kind in ("set null", "cascade", "restrict")] == [37, 32, 20]
    assert spent < 2


def test_an_index_of_words_is_a_copy_unless_a_trigger_keeps_it_up() -> None:
    engine = sa.create_engine("sqlite://")
    words = "CREATE VIRTUAL TABLE {0}_words USING fts5(body, content='{0}', content_rowid='id')"
    with engine.begin() as connection:
        for table in "note", "page":
            connection.exec_driver_sql(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, body TEXT)")
            connection.exec_driver_sql(words.format(table))
        connection.exec_driver_sql(
            "CREATE TRIGGER gone AFTER DELETE ON page BEGIN "
            "INSERT INTO page_words (page_words, rowid, body) VALUES ('delete', old.id, old.body); END"
        )
        catalogue = read_catalogue(connection, ["note", "page"], [])
    engine.dispose()
    assert [catalogue.tables[name].copies for name in ("note", "page")] == [["note_words"], []]
