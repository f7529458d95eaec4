"""SQLite, on real files: found before, cleaned by the right thing, then nowhere, or told where and why."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from garant.engine.planning.subject import plan_subject
from garant.engine.running.residue import Aftermath, ResidueReport
from garant.systems.residue import Canary, Cleaning, Keeper, KnowsResidue
from tests.engine.support.databases import SqliteFile
from tests.engine.support.running import Notebook, Remembering, carry_out
from tests.engine.support.shop import AS_OF, Shop

ME = {"email": "zephyrine@unlikely.example"}
NAME = "Zéphyrine Quatrepommes"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(SqliteFile(tmp_path / "crm.sqlite")).create()
    shop.people(1, name=NAME, email=ME["email"]).people(*range(2, 60))
    yield shop
    shop.close()


def path(shop: Shop) -> Path:
    assert isinstance(shop.database, SqliteFile)
    return shop.database.path


def keeper_of(shop: Shop) -> Keeper:
    connector = shop.system()["crm"].connector
    assert isinstance(connector, KnowsResidue)
    return connector.residue()


def everywhere(shop: Shop) -> bytes:
    """All the bytes of the database and its journals."""
    return b"".join(file.read_bytes() for file in path(shop).parent.glob("crm.sqlite*"))


def erase(shop: Shop, cleaning: Cleaning = Cleaning.LIGHT) -> ResidueReport:
    """Erase the person as a run does, canaries included, and look."""
    systems = shop.system()
    plan = plan_subject(shop.policy, systems, ME, "erasure", as_of=AS_OF)
    journal = Remembering()
    _, verification = carry_out(plan, shop.policy, systems, journal=journal, sample=100)
    assert verification.verified
    assert ME["email"] in {canary.value for canary in journal.canaries}
    return Aftermath(plan, systems, AS_OF, cleaning).look("crm", journal.canaries)


def states(report: ResidueReport) -> dict[str, tuple[str, str | None]]:
    return {place.place: (place.state, place.reason) for place in report.places}


def test_erased_by_garant_is_nowhere(shop: Shop) -> None:
    assert NAME.encode() in everywhere(shop)
    report = erase(shop)
    assert report.gone
    assert report.sought >= 2
    assert NAME.encode() not in everywhere(shop)


@pytest.mark.parametrize("level", [Cleaning.NONE, Cleaning.LIGHT])
def test_the_write_ahead_log_is_emptied_unless_nothing_may_be(shop: Shop, level: Cleaning) -> None:
    with closing(sqlite3.connect(path(shop))) as application:  # keeps the log from vanishing by itself
        application.execute("PRAGMA journal_mode = WAL")
        application.execute("UPDATE contact SET state = 'seen'")
        application.commit()
        report = erase(shop, level)
        left = NAME.encode() in everywhere(shop)
        assert report.gone == (level is Cleaning.LIGHT) == (not left)
        if left:
            assert states(report)["sqlite-wal"] == ("found", "readers")
        else:
            assert "wal-truncated" in report.cleaned


def test_a_reader_holds_the_log_and_that_is_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.systems.sql.residue.sqlite.PATIENCE", 0)
    with closing(sqlite3.connect(path(shop))) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("UPDATE contact SET state = 'seen'")
        reader.commit()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contact").fetchall()
        report = erase(shop)
        assert not report.gone
        assert report.cleaned == ("wal-busy",)
        assert states(report)["sqlite-wal"] == ("found", "readers")
        assert NAME.encode() in everywhere(shop)
        reader.rollback()
        # Once the reader has gone, the next look finds nothing.
        again = Aftermath(shop.plan(), shop.system(), AS_OF).look(
            "crm", [Canary("crm", "contact", "name", NAME)]
        )
        assert again.gone
        assert NAME.encode() not in everywhere(shop)


def test_pages_that_others_freed_need_a_rewrite(shop: Shop) -> None:
    """Somebody deleted a copy without secure_delete before Garant came."""
    shop.database.run("CREATE TABLE old_export (line text)")
    shop.database.run(*(f"INSERT INTO old_export VALUES ('{NAME} {n} {'x' * 500}')" for n in range(50)))
    shop.database.run("PRAGMA secure_delete = OFF", "DROP TABLE old_export")
    report = erase(shop)
    assert not report.gone
    assert states(report) == {"sqlite-file": ("found", "free-pages")}
    assert NAME.encode() in everywhere(shop)
    full = Aftermath(shop.plan(), shop.system(), AS_OF, Cleaning.FULL)
    after = full.look("crm", [Canary("crm", "contact", "name", NAME)])
    assert after.gone
    assert "vacuumed" in after.cleaned
    assert NAME.encode() not in everywhere(shop)


def test_cells_that_others_deleted_are_found_in_pages_still_in_use(shop: Shop) -> None:
    with closing(sqlite3.connect(path(shop))) as application:
        application.execute("PRAGMA secure_delete = OFF")
        application.execute("INSERT INTO note (id, body) VALUES (900, ?)", (f"{NAME} called",))
        application.commit()
        application.execute("DELETE FROM note WHERE id = 900")
        application.commit()
    report = erase(shop)
    assert states(report) == {"sqlite-file": ("found", "slack")}


def test_a_vacuum_that_is_refused_is_said(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.systems.sql.residue.sqlite.PATIENCE", 0)
    keeper = keeper_of(shop)
    with closing(sqlite3.connect(path(shop), isolation_level=None)) as application:
        application.execute("BEGIN IMMEDIATE")
        assert keeper.clean(Cleaning.FULL, ["contact"]) == ["vacuum-refused"]
    assert keeper.clean(Cleaning.FULL, ["contact"]) == ["vacuumed"]


def test_a_persistent_journal_is_dropped(shop: Shop) -> None:
    with closing(sqlite3.connect(path(shop))) as application:
        application.execute("PRAGMA journal_mode = PERSIST")
        application.execute("PRAGMA secure_delete = ON")
        application.execute("UPDATE contact SET state = 'seen'")
        application.commit()
    journal = path(shop).with_name("crm.sqlite-journal")
    assert NAME.encode() in journal.read_bytes()
    report = erase(shop)
    assert report.gone
    assert not journal.exists()


def test_what_stays_by_right_is_no_residue(shop: Shop) -> None:
    """A duty keeps the name; the telephone and the address go."""
    shop.invoice(1)
    shop.database.run(f"UPDATE interaction SET body = '{NAME}' WHERE id = 1")
    report = erase(shop)
    assert (report.gone, report.kept) == (True, 1)
    assert NAME.encode() in everywhere(shop)


def test_another_person_of_that_name_and_a_column_without_a_map_are_told_apart(shop: Shop) -> None:
    shop.people(70, name=NAME)
    shop.database.run("CREATE TABLE audit (line text)")
    shop.database.insert("audit", [{"line": f"mail to {ME['email']}"}])
    report = erase(shop)
    assert report.kept == 1
    assert report.elsewhere == (("audit", "line", 1),)
    assert not report.gone
    assert {place.state for place in report.places} == {"clean"}


def test_a_text_in_utf_16_is_found(tmp_path: Path) -> None:
    file = tmp_path / "crm.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA encoding = 'UTF-16le'")
        database.execute("CREATE TABLE contact (name text)")
        database.execute("INSERT INTO contact VALUES (?)", (NAME,))
        database.commit()
    assert NAME.encode("utf-16-le") in file.read_bytes()
    shop = Shop(SqliteFile(tmp_path / "other.sqlite"))
    shop.database.url = f"sqlite:///{file}"
    keeper = keeper_of(shop)
    (place,) = keeper.search([NAME], ["contact"], 60)
    assert place.hits == {0}
    shop.close()


def test_the_connection_of_another_program_keeps_its_locks(shop: Shop) -> None:
    """Reading the file in our own process would have dropped them: SQLite’s own warning."""
    keeper = keeper_of(shop)
    with closing(sqlite3.connect(path(shop), isolation_level=None)) as mine:
        mine.execute("BEGIN IMMEDIATE")
        keeper.search([NAME], ["contact"], 60)
        probe = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        other = subprocess.run(
            [sys.executable, "-c", probe, str(path(shop))], capture_output=True, check=False
        )
        assert b"database is locked" in other.stderr


def test_a_journal_written_without_canaries_is_as_before(shop: Shop) -> None:
    systems = shop.system()
    plan = plan_subject(shop.policy, systems, ME, "erasure", as_of=AS_OF)
    journal = Notebook()
    carry_out(plan, shop.policy, systems, journal=journal)
    assert all("canaries" not in counts for counts in journal.written.values())
