"""To look is not to touch: plan, find and export leave a system as it was, to the byte."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from garant.engine.planning.subject import find_subject, plan_subject
from garant.engine.telling.export import export_subject
from garant.systems.paths import paths
from garant.systems.port import ConnectorError
from tests.engine.support.databases import PostgresDatabase, SqliteFile
from tests.engine.support.shop import AS_OF, Shop

ONE = {"email": "n1@x.example"}


def look_everywhere(shop: Shop) -> None:
    assert shop.plan().selections[0].due == 3
    assert find_subject(shop.system(), ONE)
    for kind in ("erasure", "restriction"):
        plan_subject(shop.policy, shop.system(), ONE, kind, as_of=AS_OF)
    export_subject(shop.system(), ONE, io.BytesIO(), organisation="S", at=datetime.now(UTC))
    shop.close()


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_sqlite_file_is_the_same_to_the_byte(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "crm.sqlite"
    shop = Shop(SqliteFile(path)).create().people(1, 2, 3).invoice(2).meet(1, 1, 2)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.close()
    before, moment = hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns
    look_everywhere(shop)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert path.stat().st_mtime_ns == moment
    assert not path.with_name("crm.sqlite-journal").exists()


def test_postgresql_says_that_nothing_was_written(postgres_shop: Shop) -> None:
    """Asked of the server itself: its write-ahead position, its counters of rows written, its relations."""
    shop = postgres_shop.people(1, 2, 3).invoice(2).meet(1, 1, 2)
    written = (
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text || '/' || count(*) "
        "FROM pg_stat_user_tables WHERE schemaname NOT LIKE 'pg_temp%'"
    )
    look_everywhere(shop)  # temporary schemas are made once
    shop.database.run("SELECT pg_stat_force_next_flush()")
    before, rows = shop.database.scalar(written), shop.rows()
    look_everywhere(shop)
    shop.database.run("SELECT pg_stat_force_next_flush()", "SELECT pg_stat_clear_snapshot()")
    assert shop.database.scalar(written) == before
    assert shop.rows() == rows


def test_no_statement_of_a_plan_can_write_on_postgresql(postgres_shop: Shop) -> None:
    """The transaction is read-only: the server would refuse, whatever a map says."""
    shop = postgres_shop.people(1)
    with (
        pytest.raises(ConnectorError, match="read-only transaction"),
        shop.system()["crm"].connector.snapshot() as snapshot,
    ):
        snapshot._connection.execute(sa.text("DELETE FROM contact"))  # type: ignore[attr-defined]
    assert shop.ids("contact") == [1]


def test_no_statement_of_a_plan_can_write_on_sqlite(tmp_path: Path) -> None:
    shop = Shop(SqliteFile(tmp_path / "crm.sqlite")).create().people(1)
    with (
        pytest.raises(ConnectorError, match="readonly database"),
        shop.system()["crm"].connector.snapshot() as snapshot,
    ):
        snapshot._connection.execute(sa.text("DELETE FROM contact"))  # type: ignore[attr-defined]
    assert shop.ids("contact") == [1]
    shop.close()


def test_a_snapshot_sees_one_state_whatever_happens_meanwhile(postgres: PostgresDatabase) -> None:
    shop = Shop(postgres).create().people(1, 2)
    with shop.system()["crm"].connector.snapshot() as snapshot:
        first = snapshot.find_identity(shop.document["identities"]["email"][0]["query"], "n1@x.example")
        shop.database.run("DELETE FROM contact")
        again = snapshot.find_identity(shop.document["identities"]["email"][0]["query"], "n1@x.example")
        assert first == again == [1]
        ways = paths(shop.map(), "contact", "contact")
        assert [list(row) for row in snapshot.read("contact", ["name"], ways, [1]).rows] == [["N1"]]
    shop.close()
