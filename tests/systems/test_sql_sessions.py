"""What a session on PostgreSQL is told about the disks, and what stays as its owner has set it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from garant.systems.sql.engines import open_engine
from tests.engine.support.databases import PostgresDatabase


def cost(url: str, *, writing: bool) -> str:
    engine = open_engine(sa.make_url(url), writing=writing, pseudonym_key=b"k" * 32, zone="Europe/Paris")
    try:
        with engine.connect() as connection:
            return str(connection.scalar(sa.text("SHOW random_page_cost")))
    finally:
        engine.dispose()


@pytest.mark.parametrize("writing", [True, False])
def test_rows_are_read_here_and_there_unless_somebody_has_said_what_that_costs(
    postgres_database: str, writing: bool
) -> None:
    assert cost(postgres_database, writing=writing) == "1.1"
    database = PostgresDatabase(postgres_database)
    database.run(f"ALTER DATABASE {sa.make_url(postgres_database).database} SET random_page_cost = 3")
    database.close()
    assert cost(postgres_database, writing=writing) == "3"
