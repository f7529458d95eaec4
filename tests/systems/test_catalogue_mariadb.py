"""MariaDB's catalogue: what it says of columns, indexes, references, triggers, and of what it cannot undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from garant.systems.catalogue import read_catalogue
from garant.systems.checks.live import check_live
from tests.systems.example_map import SYSTEM, example_map

STATEMENTS = (
    (
        "CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, born DATE, seen DATETIME, happy BOOLEAN, "
        "photo BLOB, score NUMERIC(5, 2), note TEXT, token UUID, kind ENUM('a', 'b'), spot POINT, flag BIT(1), "
        "tms TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP, label VARCHAR(90) GENERATED ALWAYS AS (email) STORED)"
    ),
    "CREATE UNIQUE INDEX person_email ON person (email)",
    "CREATE UNIQUE INDEX person_note ON person (note(20))",
    "CREATE FULLTEXT INDEX person_words ON person (label)",
    "CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (b, a))",
    (
        "CREATE TABLE visit (person_id INTEGER REFERENCES person (id) ON DELETE CASCADE, a INTEGER, b INTEGER, "
        "other INTEGER REFERENCES person (id) ON DELETE SET NULL, FOREIGN KEY (b, a) REFERENCES pair (b, a))"
    ),
    "CREATE TABLE loose (id INTEGER PRIMARY KEY, person_id INTEGER) ENGINE=MyISAM",
    "CREATE TABLE noise (id INTEGER PRIMARY KEY)",
    "CREATE VIEW people AS SELECT id, email FROM person",
    "CREATE TRIGGER watch BEFORE UPDATE ON person FOR EACH ROW SET NEW.score = 1",
)


@pytest.fixture
def engine(mariadb_database: str) -> Iterator[Engine]:
    engine = sa.create_engine(mariadb_database.replace("mysql+", "mariadb+"))
    yield engine
    engine.dispose()


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_the_catalogue(engine: Engine) -> None:
    run(engine, *STATEMENTS)
    catalogue = read_catalogue(engine, ["person", "people", "pair", "gone"], ["person_id"])
    assert set(catalogue.tables) == {"person", "people", "pair", "visit", "loose"}
    person = catalogue.tables["person"]
    assert {name: column.family for name, column in person.columns.items()} == {
        "id": "integer", "email": "text", "born": "date", "seen": "instant", "happy": "any", "photo": "binary",
        "score": "number", "note": "text", "token": "uuid", "kind": "text", "spot": "other", "flag": "any",
        "tms": "instant", "label": "text",
    }  # fmt: skip
    assert [name for name, column in person.columns.items() if not column.nullable] == ["id", "email"]
    assert [name for name, column in person.columns.items() if column.generated] == ["label"]
    assert [name for name, column in person.columns.items() if column.moves] == ["tms"]
    assert (person.columns["email"].length, person.columns["photo"].length) == (80, None)
    assert person.unique("id")
    assert person.unique("email")
    assert person.indexed("note")
    assert not person.unique("note"), "its beginning alone is unique"
    assert not person.indexed("label"), "words are no way to a row"
    assert not catalogue.tables["pair"].indexed("a")
    assert catalogue.tables["pair"].indexed("a", ["b"])
    assert person.triggers == ["watch"]
    assert (person.small, catalogue.tables["people"].view) == (True, True)
    assert {name: table.lasting for name, table in catalogue.tables.items() if table.lasting} == {
        "loose": "MyISAM"
    }


def test_references(engine: Engine) -> None:
    run(engine, *STATEMENTS)
    keys = {key.columns: key for key in read_catalogue(engine, ["person"]).referring_from("visit")}
    assert keys["person_id",].on_delete == "cascade"
    assert keys["other",].on_delete == "set null"
    assert keys["b", "a"].blocks
    assert keys["b", "a"].target_columns == ("b", "a")


def test_another_database_of_the_same_server(engine: Engine) -> None:
    name = str(engine.url.database)
    run(engine, f"CREATE DATABASE {name}_legal")
    try:
        run(
            engine,
            "CREATE TABLE person (id INTEGER PRIMARY KEY)",
            f"CREATE TABLE {name}_legal.contract (person INTEGER, FOREIGN KEY (person) REFERENCES {name}.person (id))",
        )
        catalogue = read_catalogue(engine, ["person", f"{name}.person"])
        assert set(catalogue.tables) == {"person", f"{name}_legal.contract"}
        assert [key.table for key in catalogue.referring_to("person")] == [f"{name}_legal.contract"]
    finally:
        run(engine, f"DROP DATABASE {name}_legal")


def test_names_of_columns_ignore_case_those_of_tables_do_not(engine: Engine) -> None:
    run(engine, *STATEMENTS)
    catalogue = read_catalogue(engine, ["person"])
    assert catalogue.table("Person") is None
    assert catalogue.column("person", "EMAIL") is not None


def test_a_trigger_is_told(engine: Engine) -> None:
    run(engine, *SYSTEM, "CREATE TRIGGER remember AFTER UPDATE ON client FOR EACH ROW SET @seen = 1")
    [found] = check_live(example_map(), engine)
    assert (found.code, found.message.en) == ("GAR613", "Triggers of “client”: remember.")


@pytest.mark.parametrize(
    ("kind", "column", "right"),
    [
        ("date", "ended", True),
        ("instant", "ended", False),
        ("instant", "seen", True),
        ("instant", "stamped", True),
        ("date", "seen", False),
        ("instant", "name", False),
    ],
)
def test_types_of_events(engine: Engine, kind: str, column: str, right: bool) -> None:
    run(engine, *SYSTEM, "ALTER TABLE client ADD COLUMN seen DATETIME, ADD COLUMN stamped TIMESTAMP NULL")
    query = f"SELECT id AS key, {column} AS at FROM client"
    over = f"events: {{end: [{{root: client, type: {kind}, query: '{query}'}}]}}"
    codes = {found.code for found in check_live(example_map(over), engine)}
    assert ("GAR603" not in codes) is right


def test_the_words_of_the_system_are_plain(engine: Engine) -> None:
    run(engine, *SYSTEM)
    over = "roles: {client: {query: 'SELECT (SELECT id, name FROM client) AS key FROM client'}}"
    [found] = [one for one in check_live(example_map(over), engine) if one.code == "GAR615"]
    assert found.message.en == "The system answers: Operand should contain 1 column(s) (error 1241)"


def test_dolibarr_is_read_in_less_than_two_seconds(dolibarr20: str) -> None:
    """373 tables; 52 columns that refer to a third party, of which 24 are declared."""
    engine = sa.create_engine(dolibarr20.replace("mysql+", "mariadb+"))
    catalogue = read_catalogue(engine, ["llx_societe", "llx_facture", "llx_facturedet"], ["fk_soc"])
    engine.dispose()
    assert sum(key.columns == ("fk_soc",) for key in catalogue.referring_to("llx_societe")) >= 20
    assert catalogue.tables["llx_societe"].columns["tms"].moves
    assert "llx_ticket" in catalogue.tables
