"""Thousands of other tables in the catalogue cost seconds, not hours; ``scripts/fire`` makes 100,000 of them."""

from __future__ import annotations

import pytest

from tests.engine.support.databases import PostgresDatabase
from tests.fire.noise import measured

TABLES = 4_000


@pytest.fixture
def postgres(postgres_database: str) -> PostgresDatabase:
    return PostgresDatabase(postgres_database)


@pytest.mark.slow
def test_thousands_of_tables_do_not_hide_the_map_s_own(postgres: PostgresDatabase) -> None:
    found = measured(postgres, TABLES)
    postgres.close()
    assert found.checked < 20, found
    assert found.planned < 20, found
