"""What a cell must hold to be a date: anything else never makes anyone due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from garant.engine.terms import Terms
from garant.systems.finding import Found
from garant.systems.model import DataMap
from garant.systems.sql import SqlConnector
from tests.engine.support.databases import Database, PostgresDatabase, SqliteFile
from tests.engine.support.policies import rule

AS_OF = date(2026, 11, 1)
"""With one year: due on and before 31 October 2025, Paris time."""

Ask = Callable[..., Found]


@contextmanager
def asking(database: Database, kind: str, zone: str) -> Iterator[Ask]:
    """Ask who is due where each given value is the only dated fact of its own root."""
    event = {"root": "person", "type": kind, "query": "SELECT key AS key, at AS at FROM fact"}
    data_map = DataMap.model_validate(
        {
            "system": "crm", "label": {"fr": "a", "en": "b"}, "connection": {"env": "CRM"}, "zone": zone,
            "roots": {"person": {"table": "fact", "key": "key"}},
            "roles": {"any": {"root": "person", "query": "SELECT key AS key FROM fact"}},
            "events": {"seen": [event]},
            "tables": {"fact": {"key": "key", "links": [{"root": "person", "column": "key"}]}},
            "dispositions": {"erase": {"root": "person", "actions": [{"table": "fact", "do": "delete"}]}},
            "promises": [{"rule": "kept", "role": "any", "event": "seen", "dispositions": "erase"}],
        }
    )  # fmt: skip
    connector = SqlConnector(data_map, database.url, pseudonym_key=b"k" * 32)

    def ask(*values: Any) -> Found:
        database.run("DELETE FROM fact")
        database.insert("fact", [{"key": number, "at": value} for number, value in enumerate(values)])
        question = Terms({"kept": rule("P1Y")}, "Europe/Paris", AS_OF).due_question(
            data_map, data_map.promises[0]
        )
        with connector.snapshot() as snapshot:
            return snapshot.find_due(question, [])

    yield ask
    connector.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    database = SqliteFile(tmp_path / "crm.sqlite")
    database.run("CREATE TABLE fact (key INTEGER PRIMARY KEY, at)")
    return database


@pytest.fixture
def postgres(postgres_database: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_database)
    yield database
    database.close()


@pytest.mark.parametrize("kind", ["date", "instant"])
@pytest.mark.parametrize(
    "value",
    ["2020", "12:00", "now", "", "garbage", "2020-02-30", "2020-06-31", "2020-00-10", "2459000.5", "31/12/2019",
     "20200101", "2020-01-01 25:00", "2020-01-01 garbage", 2020, 2459000.5, b"2020-01-01", "2020-1-1", "-2020-01-01"],
)  # fmt: skip
def test_what_sqlite_reads_too_kindly_is_no_date(sqlite: Database, kind: str, value: Any) -> None:
    with asking(sqlite, kind, "UTC") as ask:
        found = ask(value)
    assert (found.population, found.unreadable, found.undated, list(found.keys)) == (1, 1, 0, [])


def test_a_day_counts_as_written_whatever_follows_it(sqlite: Database) -> None:
    with asking(sqlite, "date", "UTC") as ask:
        due = ask("2025-10-31", "2025-10-31 23:59:59", "2025-10-31T23:00:00-11:00", "0001-01-01")
        kept = ask("2025-11-01", "2025-11-01 00:00:00", "2025-11-01T00:00:00+14:00", "9999-12-31")
    assert (list(due.keys), list(kept.keys), kept.unreadable) == ([0, 1, 2, 3], [], 0)
    assert due.oldest == date(1, 1, 1)


@pytest.mark.parametrize(
    ("zone", "due", "kept"),
    [
        ("UTC", "2025-10-31 22:59:59", "2025-10-31 23:00:00"),
        ("Europe/Paris", "2025-10-31 23:59:59", "2025-11-01 00:00:00"),
        ("America/New_York", "2025-10-31T18:59:59.999", "2025-10-31T19:00:00"),
        ("Europe/Paris", "2025-10-31T22:59:59Z", "2025-10-31T23:00:00Z"),
        ("America/New_York", "2025-10-31 22:59:59z ", "2025-10-31 23:00:00z "),
        ("Europe/Paris", "2025-11-01 10:59:59+12:00", "2025-11-01 11:00:00+12:00"),
        ("UTC", "2025-10-31 18:59:59.5-04:00", "2025-10-31 19:00:00.000-04:00"),
    ],
)
def test_a_moment_counts_in_the_organisations_day(sqlite: Database, zone: str, due: str, kept: str) -> None:
    with asking(sqlite, "instant", zone) as ask:
        assert list(ask(due, kept).keys) == [0]
        assert ask(due).oldest == date(2025, 10, 31)


def test_moments_at_the_ends_of_time_are_read(sqlite: Database) -> None:
    with asking(sqlite, "instant", "Europe/Paris") as ask:
        found = ask(
            "9999-12-31 23:59:59", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "0001-01-01"
        )
    assert (list(found.keys), found.unreadable, found.oldest) == ([2, 3], 0, date(1, 1, 1))


def test_a_moment_before_the_first_year_elsewhere_has_the_day_written(sqlite: Database) -> None:
    with asking(sqlite, "instant", "Asia/Tokyo") as ask:
        assert ask("0001-01-01 00:00:00").oldest == date(1, 1, 1)


@pytest.mark.parametrize(
    ("column", "kind"), [("date", "date"), ("timestamp", "instant"), ("timestamptz", "instant")]
)
def test_infinity_is_no_day_on_postgresql(postgres: PostgresDatabase, column: str, kind: str) -> None:
    postgres.run(f"CREATE TABLE fact (key integer PRIMARY KEY, at {column})")
    with asking(postgres, kind, "Europe/Paris") as ask:
        found = ask("infinity", "-infinity", "2020-01-01", "9999-12-31", "0044-03-15 BC")
    assert (list(found.keys), found.unreadable, found.oldest) == ([2, 4], 1, None)


@pytest.mark.parametrize(
    ("zone", "column", "due", "kept"),
    [
        ("UTC", "timestamp", "2025-10-31 22:59:59.999999", "2025-10-31 23:00:00"),
        ("Europe/Paris", "timestamp", "2025-10-31 23:59:59", "2025-11-01 00:00:00"),
        ("America/New_York", "timestamptz", "2025-10-31 22:59:59Z", "2025-10-31 23:00:00Z"),
    ],
)
def test_a_moment_on_postgresql_too(
    postgres: PostgresDatabase, zone: str, column: str, due: str, kept: str
) -> None:
    postgres.run(f"CREATE TABLE fact (key integer PRIMARY KEY, at {column})")
    with asking(postgres, "instant", zone) as ask:
        assert list(ask(due, kept).keys) == [0]
