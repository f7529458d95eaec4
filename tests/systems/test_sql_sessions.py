"""What a session on PostgreSQL is told about disks and memory, and what stays as its owner has set it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from garant.systems.sql.engines import open_engine
from tests.engine.support.databases import PostgresDatabase

WANTED = {"random_page_cost": "1.1", "work_mem": "32MB", "temp_buffers": "32MB"}
"""A batch is few rows among many; a plan asks about everybody, by keys in temporary tables."""


def settings(url: str, *, writing: bool) -> dict[str, str]:
    engine = open_engine(sa.make_url(url), writing=writing, pseudonym_key=b"k" * 32, zone="Europe/Paris")
    try:
        with engine.connect() as connection:
            return {name: str(connection.scalar(sa.text(f"SHOW {name}"))) for name in WANTED}
    finally:
        engine.dispose()


@pytest.mark.parametrize("writing", [True, False])
def test_what_is_supposed_by_default_is_told_otherwise_unless_somebody_has(
    postgres_database: str, writing: bool
) -> None:
    assert settings(postgres_database, writing=writing) == WANTED
    database, own = PostgresDatabase(postgres_database), {"random_page_cost": "3", "work_mem": "1MB"}
    for name, value in own.items():
        database.run(f"ALTER DATABASE {sa.make_url(postgres_database).database} SET {name} = '{value}'")
    database.close()
    assert settings(postgres_database, writing=writing) == WANTED | own
