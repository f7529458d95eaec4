"""PostgreSQL, on a real server and its real files: found before; gone, or told where, after each cleaning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from garant.engine.planning.subject import plan_subject
from garant.engine.running.residue import Aftermath, ResidueReport
from garant.systems.residue import Cleaning, KnowsResidue
from garant.systems.sql.residue import postgresql, postgresql_files, postgresql_live
from tests.engine.support.databases import PostgresDatabase
from tests.engine.support.running import Remembering, carry_out
from tests.engine.support.shop import AS_OF, Shop
from tests.servers.lending import end_run, new_run
from tests.servers.postgres import PostgresServer

ME = {"email": "zephyrine@unlikely.example"}
NAME = "Zéphyrine Quatrepommes"


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[PostgresServer]:
    """A server of this module's own: its log is one for all databases, and another worker may erase the same person."""
    run = new_run()
    yield PostgresServer.borrow(run)
    end_run(run)


@pytest.fixture
def shop(postgres_server: PostgresServer) -> Iterator[Shop]:
    with postgres_server.database() as url:
        database = PostgresDatabase(url)
        shop = Shop(database).create("CREATE INDEX contact_email ON contact (email)")
        shop.people(*range(2, 400)).people(1, name=NAME, email=ME["email"])
        database.run("ANALYZE", "CHECKPOINT")
        yield shop
        shop.close()
        database.close()


def erase(shop: Shop, cleaning: Cleaning) -> ResidueReport:
    """Erase the person as a run does, and look."""
    systems = shop.system()
    plan = plan_subject(shop.policy, systems, ME, "erasure", as_of=AS_OF)
    journal = Remembering()
    _, verification = carry_out(plan, shop.policy, systems, journal=journal, sample=100)
    assert verification.verified
    return Aftermath(plan, systems, AS_OF, cleaning).look("crm", journal.canaries)


def files(shop: Shop, server: PostgresServer) -> dict[str, bytes]:
    """Every file of this database and of the log, read by the test itself."""
    oid = shop.database.scalar("SELECT oid FROM pg_database WHERE datname = current_database()")
    (folder,) = {Path(str(shop.database.scalar("SHOW data_directory")))}
    assert folder.is_relative_to(server.folder)
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for below in (f"base/{oid}", "pg_wal")
        for file in (folder / below).glob("*")
        if file.is_file()
    }


def bearing(shop: Shop, server: PostgresServer) -> set[str]:
    """The folders whose files hold the address of the person."""
    return {name.split("/")[0] for name, data in files(shop, server).items() if ME["email"].encode() in data}


def found(report: ResidueReport) -> dict[tuple[str, str | None], str | None]:
    return {(p.place, p.table): p.reason for p in report.places if p.state == "found"}


@pytest.fixture(params=["disk", "server"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to the bytes: the files, and the server that reads itself."""
    if request.param == "server":
        monkeypatch.setattr(postgresql_files, "_is_this_server", lambda *_: False)
    return str(request.param)


def test_vacuum_leaves_the_bytes_and_that_is_said(
    shop: Shop, postgres_server: PostgresServer, reading: str
) -> None:
    assert bearing(shop, postgres_server) == {"base", "pg_wal"}
    report = erase(shop, Cleaning.LIGHT)
    assert not report.gone
    places = found(report)
    assert places[("pg-table", "contact")] == "vacuum-full"
    assert places[("pg-index", "contact")] == "vacuum-full"
    assert places[("pg-wal", None)] == "wal"
    assert bearing(shop, postgres_server) == {"base", "pg_wal"}
    assert report.cleaned == ("vacuumed-plain", "checkpoint")


def test_rewritten_and_its_log_dropped_it_is_nowhere(
    shop: Shop, postgres_server: PostgresServer, reading: str
) -> None:
    report = erase(shop, Cleaning.FULL)
    assert found(report) == {}, report.cleaned
    assert report.gone
    assert report.cleaned == ("vacuumed-full", "checkpoint", "wal-dropped")
    assert bearing(shop, postgres_server) == set()
    assert shop.database.scalar("SHOW wal_recycle") == "on"


def test_nothing_is_cleaned_when_nothing_may_be(shop: Shop) -> None:
    report = erase(shop, Cleaning.NONE)
    assert report.cleaned == ()
    assert ("pg-table", "contact") in found(report)


def test_statistics_quote_values(shop: Shop, postgres_server: PostgresServer) -> None:
    """Told so often, a value becomes a most common one, and is written in pg_statistic."""
    shop.database.run(f"UPDATE note SET body = '{NAME} again' WHERE id < 300", "ANALYZE note", "CHECKPOINT")
    shop.database.run(
        "DELETE FROM note WHERE id > 1", "VACUUM FULL note", "VACUUM FULL interaction", "CHECKPOINT"
    )
    light = erase(shop, Cleaning.LIGHT)
    assert found(light)[("pg-statistics", None)] == "pg-statistics"


def test_a_role_without_rights_is_told_what_it_needs(shop: Shop) -> None:
    shop.database.run("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN PASSWORD 'x'")
    shop.database.run("GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk")
    try:
        plain = shop.database.url
        user, _, rest = plain.partition("://")[2].partition("@")
        shop.database.url = f"postgresql+psycopg://clerk:x@{rest}"
        assert user
        report = erase(shop, Cleaning.FULL)
        assert not report.gone
        unsearched = {p.place for p in report.places if p.reason == "no-right"}
        assert unsearched == {"pg-table", "pg-statistics", "pg-wal", "pg-log"}
        assert "checkpoint-refused" in report.cleaned
        assert "wal-kept" in report.cleaned
        shop.close()
    finally:
        shop.database.run("DROP OWNED BY clerk", "DROP ROLE clerk")


def test_long_values_are_compressed_and_that_is_said(shop: Shop) -> None:
    shop.database.run(f"UPDATE note SET body = repeat('{NAME} wrote. ', 20000) WHERE id IN (1, 7)")
    light = erase(shop, Cleaning.LIGHT)
    assert [(p.place, p.table, p.state, p.reason) for p in light.places if p.reason == "compressed"] == [
        ("pg-toast", "note", "partly", "compressed")
    ]


def test_pages_in_a_compressed_log_cannot_be_searched_and_that_is_said(shop: Shop) -> None:
    name = shop.database.scalar("SELECT current_database()")
    shop.database.run(f'ALTER DATABASE "{name}" SET wal_compression = on')
    shop.close()
    told = [(p.state, p.reason) for p in erase(shop, Cleaning.LIGHT).places if p.place == "pg-wal"]
    assert ("unsearched", "wal-compressed") in told


def test_a_locked_table_is_not_waited_for_for_ever(shop: Shop) -> None:
    systems = shop.system()
    connector = systems["crm"].connector
    assert isinstance(connector, KnowsResidue)
    keeper = connector.residue()
    assert isinstance(keeper, postgresql.PostgresKeeper)
    assert isinstance(shop.database, PostgresDatabase)
    with shop.database.connect() as other, other.transaction():
        other.execute("LOCK TABLE contact IN ACCESS SHARE MODE")
        with keeper._raw(keeper._changing) as connection:
            connection.execute("SET lock_timeout = '100ms'")
        assert "vacuum-locked" in keeper.clean(Cleaning.FULL, ["contact", "note"])


def test_what_rows_still_hold_is_told_apart(shop: Shop) -> None:
    shop.people(900, name=NAME)
    shop.database.run(
        "CREATE SCHEMA old",
        "CREATE TABLE old.audit (id int, line jsonb)",
    )
    shop.database.run(f"""INSERT INTO old.audit VALUES (1, '{{"to": "{ME["email"]}"}}')""")
    report = erase(shop, Cleaning.FULL)
    assert report.kept == 1
    assert report.elsewhere == (("old.audit", "line", 1),)
    assert not report.gone


def test_what_a_partition_holds_its_table_does(shop: Shop) -> None:
    """The map knows the table, not where it keeps its rows."""
    shop.database.run(
        "ALTER TABLE contact RENAME TO lone",
        "CREATE TABLE contact (LIKE lone) PARTITION BY LIST (id)",
        "CREATE TABLE part PARTITION OF contact DEFAULT",
        "INSERT INTO contact SELECT * FROM lone",
        "DROP TABLE lone",
    )
    shop.people(900, name=NAME)
    report = erase(shop, Cleaning.FULL)
    assert (report.kept, report.elsewhere) == (1, ())
    assert "vacuumed-full" in report.cleaned


def test_a_text_inside_another_is_found_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(shop.database, PostgresDatabase)
    with shop.database.connect() as connection:
        texts = [NAME, "Quatrepommes", "not there at all"]
        assert postgresql_live.held(connection, "contact", ["name", "email"], texts) == set(texts[:2])
        monkeypatch.setattr(postgresql_live, "PATIENCE", 0.001)
        connection.execute("SET statement_timeout = 0")
