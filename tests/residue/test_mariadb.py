"""MariaDB, on a real server and its real files: found before; gone, or told where, after each cleaning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from garant.engine.planning.subject import plan_subject
from garant.engine.running.residue import Aftermath, ResidueReport
from garant.systems.residue import Canary, Cleaning, Keeper, KnowsResidue
from garant.systems.sql.residue import mariadb, mariadb_cleaning
from tests.engine.support.databases import MariadbDatabase
from tests.engine.support.running import Remembering, carry_out
from tests.engine.support.shop import AS_OF, Shop
from tests.servers.mariadb import MariadbServer

ME = {"email": "zephyrine@unlikely.example"}
NAME = "Zéphyrine Quatrepommes"


@pytest.fixture
def shop(mariadb_server: MariadbServer) -> Iterator[Shop]:
    with mariadb_server.database() as url:
        database = MariadbDatabase(url)
        shop = Shop(database).create("CREATE INDEX contact_email ON contact (email(100))")
        database.run("SET GLOBAL innodb_flush_log_at_trx_commit = 1")  # the log is on the disk at once
        shop.people(*range(2, 100)).people(1, name=NAME, email=ME["email"])
        yield shop
        database.run("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
        shop.close()
        database.close()


def keeper_of(shop: Shop) -> Keeper:
    connector = shop.system()["crm"].connector
    assert isinstance(connector, KnowsResidue)
    return connector.residue()


def erase(shop: Shop, cleaning: Cleaning) -> ResidueReport:
    """Erase the person as a run does, and look."""
    systems = shop.system()
    plan = plan_subject(shop.policy, systems, ME, "erasure", as_of=AS_OF)
    journal = Remembering()
    _, verification = carry_out(plan, shop.policy, systems, journal=journal, sample=100)
    assert verification.verified
    assert Canary("crm", "contact", "email", ME["email"]) in journal.canaries
    return Aftermath(plan, systems, AS_OF, cleaning).look("crm", journal.canaries)


def bearing(shop: Shop) -> set[str]:
    """The files of the whole server that hold the address of the person, read by the test itself."""
    folder = Path(str(shop.database.scalar("SELECT @@datadir")))
    return {
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and ME["email"].encode() in file.read_bytes()
    }


def found(report: ResidueReport) -> dict[tuple[str, str | None], str | None]:
    return {(p.place, p.table): p.reason for p in report.places if p.state == "found"}


def test_deleted_it_is_still_in_the_logs_and_that_is_said(shop: Shop) -> None:
    assert "ib_logfile0" in bearing(shop)
    report = erase(shop, Cleaning.LIGHT)
    assert not report.gone
    assert found(report)[("maria-redo", None)] == "maria-redo"
    assert "ib_logfile0" in bearing(shop)
    assert report.cleaned == ("purged",)


def test_rewritten_scrubbed_and_its_redo_log_renewed_it_is_nowhere(shop: Shop) -> None:
    size = shop.database.scalar("SELECT @@innodb_log_file_size")
    report = erase(shop, Cleaning.FULL)
    assert found(report) == {}
    assert report.gone
    assert set(report.cleaned) == {"purged", "rebuilt", "redo-renewed"}
    assert bearing(shop) == set()
    assert shop.database.scalar("SELECT @@innodb_log_file_size") == size
    assert shop.database.scalar("SELECT @@innodb_immediate_scrub_data_uncompressed") == 0


def test_nothing_is_cleaned_when_nothing_may_be(shop: Shop) -> None:
    report = erase(shop, Cleaning.NONE)
    assert report.cleaned == ()
    assert not report.gone


def test_a_table_without_transactions_keeps_its_dead_rows(shop: Shop) -> None:
    shop.database.run('CREATE TABLE "old-log" (line text) ENGINE = MyISAM DEFAULT CHARSET latin1')
    lines = (f"Z: yesterday, at noon, it seems, {NAME} called", "nobody in particular")
    shop.database.insert("old-log", [{"line": line} for line in lines])
    shop.database.run("DELETE FROM \"old-log\" WHERE line LIKE 'Z%'")
    (place,) = [p for p in keeper_of(shop).search(["Zéphyrine Quatrepommes called"], [], 60) if p.hits]
    assert (place.place, place.table, place.reason) == ("maria-table", "old-log", "rebuild-other")


def test_the_general_log_is_searched(shop: Shop, tmp_path: Path) -> None:
    shop.database.run("SET GLOBAL general_log = ON")
    try:
        shop.database.scalar(f"SELECT '{NAME} in a statement'")
        places = keeper_of(shop).search([f"{NAME} in a statement"], [], 60)
    finally:
        shop.database.run("SET GLOBAL general_log = OFF")
    assert [(p.place, p.reason) for p in places if p.hits] == [("maria-log", "maria-log")]


def test_a_server_elsewhere_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mariadb.socket, "gethostname", lambda: "another machine")
    report = erase(shop, Cleaning.FULL)
    assert not report.gone
    assert {p.place for p in report.places if p.reason == "no-files"} == {
        "maria-table",
        "maria-system",
        "maria-redo",
        "maria-binlog",
        "maria-log",
    }


def test_compressed_tables_are_told(shop: Shop) -> None:
    shop.database.run("ALTER TABLE note ROW_FORMAT = COMPRESSED")
    report = erase(shop, Cleaning.FULL)
    assert [(p.table, p.state) for p in report.places if p.reason == "compressed-table"] == [
        ("note", "partly")
    ]


def test_a_reader_holds_the_purge_back_and_that_is_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mariadb_cleaning, "PATIENCE", 0)
    assert isinstance(shop.database, MariadbDatabase)
    with closing(MariadbDatabase(shop.database.url)) as reader, reader.connect().cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        cursor.execute("SELECT COUNT(*) FROM note")
        shop.database.run("DELETE FROM note WHERE id > 50")
        assert keeper_of(shop).clean(Cleaning.LIGHT, ["note"]) == ["purge-waits"]
        reader.connect().rollback()


def test_an_account_without_rights_is_told_what_it_could_not_do(
    shop: Shop, mariadb_server: MariadbServer
) -> None:
    name = shop.database.url.rpartition("/")[2]
    mariadb_server.run(
        "CREATE OR REPLACE USER clerk@'%' IDENTIFIED BY 'x'",
        f"GRANT SELECT, DELETE, UPDATE, CREATE TEMPORARY TABLES ON {name}.* TO clerk@'%'",
    )
    host = shop.database.url.partition("@")[2]
    shop.database.url = f"mysql+pymysql://clerk:x@{host}"
    try:
        assert set(keeper_of(shop).clean(Cleaning.FULL, ["note"])) >= {"rebuild-refused", "redo-kept"}
    finally:
        shop.close()
        mariadb_server.run("DROP USER clerk@'%'")


def test_what_rows_still_hold_is_told_apart(shop: Shop) -> None:
    shop.people(900, name=NAME)
    shop.database.run("CREATE TABLE audit (id int, line text) DEFAULT CHARSET latin1")
    shop.database.insert("audit", [{"id": 1, "line": f"mail to old@unlikely.example, {NAME}"}])
    still = keeper_of(shop).still_there(
        [NAME, "old@unlikely.example", "Quatrepommes", NAME.upper(), "nobody"], range(5)
    )
    assert still.mapped == {0, 2}
    assert still.unmapped == (("audit", "line", frozenset({1})),)
