"""The private PostgreSQL: of the right version, empty for each test, and the real Odoo database whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.servers.lending import ROOT
from tests.servers.postgres import PostgresServer


def test_it_is_postgresql_15_with_a_fixed_order_of_letters(postgres_database: str) -> None:
    engine = create_engine(postgres_database)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW server_version_num")).scalar_one().startswith("15")
        assert connection.execute(text("SHOW lc_collate")).scalar_one() == "C.UTF-8"
    engine.dispose()


def test_each_test_has_its_own_database(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as first, postgres_server.database() as second:
        assert first != second
        with postgres_server.connect(first.rsplit("/", 1)[1]) as connection:
            connection.execute("CREATE TABLE only_here ()")
        with postgres_server.connect(second.rsplit("/", 1)[1]) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_a_wrong_password_is_refused(postgres_server: PostgresServer) -> None:
    address = f"postgresql://postgres:wrong@127.0.0.1:{postgres_server.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)


def test_a_command_is_lent_a_database() -> None:
    script = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).info.dbname)"
    done = subprocess.run(
        [sys.executable, "-m", "tests.servers.postgres", sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "garant\n"), done.stderr


def test_the_odoo_database_is_whole(odoo18: str) -> None:
    engine = create_engine(odoo18)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM res_partner")).scalar_one() > 900
    engine.dispose()


def test_the_filestore_holds_the_candidates_files(odoo18_filestore: Path) -> None:
    assert sum(path.is_file() for path in odoo18_filestore.rglob("*")) == 300
