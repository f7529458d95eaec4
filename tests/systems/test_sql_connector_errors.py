"""What goes wrong is said plainly, loses nothing, and never shows a secret or a person's data."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from garant.engine.planning.subject import find_subject
from garant.engine.running.execution import Execution
from garant.systems.model import DataMap
from garant.systems.port import ConnectorError, Interrupted, MalformedUrl, SystemUnreachable
from tests.engine.support.databases import MariadbDatabase, PostgresDatabase, SqliteFile
from tests.engine.support.running import Notebook, carry_out, source
from tests.engine.support.shop import Shop, map_document
from tests.servers.postgres import PostgresServer

CANARY = "canary-s3cr3t"


def told(action: Callable[[], Any], kind: type[ConnectorError] = ConnectorError) -> str:
    """The message of the one error that an action raises; its whole traceback hides what it must."""
    with pytest.raises(ConnectorError) as caught:
        action()
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for hidden in (CANARY, "hello 1", "n1@x.example", "Élodie"):
        assert hidden not in everything
    assert type(caught.value) is kind, caught.value
    return str(caught.value)


@pytest.fixture
def sqlite_shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(SqliteFile(tmp_path / "crm.sqlite")).create()
    yield shop
    shop.close()


@pytest.fixture
def postgres_shop(postgres_database: str) -> Iterator[Shop]:
    database = PostgresDatabase(postgres_database)
    shop = Shop(database).create()
    yield shop
    shop.close()
    database.close()


@pytest.fixture(params=["sqlite_shop", "postgres_shop"])
def shop(request: pytest.FixtureRequest) -> Shop:
    found: Shop = request.getfixturevalue(request.param)
    return found


def look(url: str) -> None:
    """Open a system and ask it something."""
    system = source(DataMap.model_validate(map_document()), url)
    try:
        find_subject({"crm": system}, {"email": "nobody@x.example"})
    finally:
        system.connector.close()


# ---------------------------------------------------------------- what a server quotes


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (f"CAST('{CANARY}' || name AS integer)", "invalid input syntax for type integer: … (SQLSTATE 22P02)"),
        (f"to_timestamp('{CANARY}' || name, 'YYYY')", "invalid value … (SQLSTATE 22007)"),
        ("CAST('31415926535' || id AS integer)", "value … is out of range for type integer (SQLSTATE 22003)"),
        (f"raised('{CANARY}' || name)", "a trigger or a function raised an error (SQLSTATE P0001)"),
        (
            f"french('{CANARY}' || name)",
            "syntaxe en entrée invalide pour le type integer : … (SQLSTATE 22P02)",
        ),
    ],
)
def test_a_value_is_hidden_whatever_the_words_and_the_language_of_the_server(
    postgres_shop: Shop, query: str, said: str
) -> None:
    shop = postgres_shop.people(1)
    shop.database.run(
        """CREATE FUNCTION french(text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '22P02',
        MESSAGE = 'syntaxe en entrée invalide pour le type integer : « ' || $1 || ' »'; END $$"""
    )
    shop.database.run(
        "CREATE FUNCTION raised(text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not %', $1; END $$"
    )
    shop.database.run(f"CREATE VIEW odd AS SELECT id, {query} AS it FROM contact")
    shop.document["roles"]["prospect"]["query"] = "SELECT id AS key FROM odd WHERE it IS NOT NULL"
    message = told(shop.plan)
    assert said in message
    assert "31415926535" not in message


def test_mariadb_says_in_english_what_it_refuses(mariadb_database: str) -> None:
    """In another language, nobody would know what of its words is a value."""
    database = MariadbDatabase(mariadb_database)
    shop = Shop(database).create().people(1)
    shop.database.url += "?init_command=SET+lc_messages+%3D+'fr_FR'"
    shop.document["roles"]["prospect"]["query"] = (
        f"SELECT id AS key FROM contact WHERE CAST('{CANARY}' AS DATE) > no"
    )
    assert "Unknown column" in told(shop.plan)
    shop.close()
    database.close()


# ---------------------------------------------------------------- the address


@pytest.mark.parametrize(
    "url",
    [
        CANARY, "", "://", f"mssql://root:{CANARY}@h/db", f"postgresql://u:{CANARY}@h:port/db",
        f"nosuchdb://u:{CANARY}@h/db", f"oracle://u:{CANARY}@h/db", f"postgresql+nosuch://u:{CANARY}@h/db",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    assert told(lambda: look(url), MalformedUrl).startswith("crm: ")


def test_a_wrong_password_is_not_repeated(postgres_server: PostgresServer) -> None:
    url = f"postgresql://postgres:{CANARY}@127.0.0.1:{postgres_server.port}/postgres"
    assert "password authentication failed" in told(lambda: look(url), SystemUnreachable)


@pytest.mark.parametrize("password", ["p@ss/w:rd?#[]%20", "é🦊", "' OR 1=1"])
def test_a_password_may_hold_anything(postgres_server: PostgresServer, password: str) -> None:
    from urllib.parse import quote

    url = f"postgresql://postgres:{quote(password, safe='')}@127.0.0.1:{postgres_server.port}/postgres"
    assert password not in told(lambda: look(url), SystemUnreachable)


@pytest.mark.parametrize(
    "rest",
    ["127.0.0.1:1/db", "127.0.0.1:1/db?connect_timeout=1", "nosuchhost.invalid/db", "/db?host=/nowhere"],
)
def test_a_server_that_is_not_there(rest: str) -> None:
    told(lambda: look(f"postgresql://u:{CANARY}@{rest}"), SystemUnreachable)


def test_a_database_that_is_not_there(postgres_server: PostgresServer) -> None:
    assert "does not exist" in told(lambda: look(postgres_server.url("nowhere")), SystemUnreachable)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////nowhere/at/all.sqlite"])
def test_a_file_that_is_not_there_is_never_created(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told(lambda: look(url), SystemUnreachable)
    told(lambda: look(f"sqlite:///{tmp_path}/new.sqlite"), SystemUnreachable)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "not.sqlite").write_text(f"not a database at all, and a {CANARY}\n" * 100)
    assert "not a database" in told(lambda: look(f"sqlite:///{tmp_path}/not.sqlite"), SystemUnreachable)
    told(lambda: look(f"sqlite:///{tmp_path}"), SystemUnreachable)


@pytest.mark.parametrize(
    "name", ["with space.sqlite", "é🦊.db", "a?mode=rwc.db", "a#b%20c.db", "a%3Fb.db", "it's.db"]
)
def test_a_file_may_be_called_anything(tmp_path: Path, name: str) -> None:
    shop = Shop(SqliteFile(tmp_path / name)).create().people(1)
    assert find_subject(shop.system(), {"email": "n1@x.example"})[0].keys == (1,)
    shop.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_relative_path_is_taken_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shop(SqliteFile(tmp_path / "crm.sqlite")).create()
    monkeypatch.chdir(tmp_path)
    look("sqlite:///crm.sqlite")


# ---------------------------------------------------------------- the schema


def test_a_missing_table_is_named(shop: Shop) -> None:
    shop.people(1).database.run("DROP TABLE note")
    assert "note" in told(shop.plan)


def test_a_missing_column_is_named(shop: Shop) -> None:
    shop.people(1).database.run("ALTER TABLE note DROP COLUMN body")
    shop.document["dispositions"]["erase"]["actions"][0]["do"] = "treat"
    assert "body" in told(shop.plan)


def test_a_table_that_vanishes_after_the_plan_stops_the_run_and_loses_nothing(shop: Shop) -> None:
    shop.people(1, 2)
    plan = shop.plan()
    shop.database.run("ALTER TABLE meeting RENAME TO reunion")
    assert "meeting" in told(lambda: carry_out(plan, shop.policy, shop.system()))
    assert shop.ids("contact") == [1, 2]


def test_a_view_can_be_read_and_its_refusal_to_change_is_said(shop: Shop) -> None:
    shop.database.run(
        "ALTER TABLE note RENAME TO note_1",
        "CREATE VIEW note AS SELECT id, model, res_id, body, file, rid FROM note_1 UNION ALL "
        "SELECT id, model, res_id, body, file, rid FROM note_1 WHERE id < 0",
    )
    shop.database.insert("note_1", [{"id": 1, "model": "contact", "res_id": 1, "rid": 1}])
    shop.database.insert("contact", [{"id": 1, "customer": 0, "rid": 1}])
    shop.add("interaction", {"id": 1, "contact_id": 1, "at": "2020-01-01 00:00:00", "body": None})
    plan = shop.plan()
    assert plan.selections[0].actions[0].deleted == 1
    assert "note" in told(lambda: carry_out(plan, shop.policy, shop.system()))
    assert shop.ids("contact") == [1]


def test_a_value_of_the_wrong_type_is_not_repeated(postgres_shop: Shop) -> None:
    """PostgreSQL quotes what it could not read."""
    shop = postgres_shop.people(1)
    shop.document["events"]["last-contact"][0]["query"] = (
        "SELECT contact_id AS key, body AS at FROM interaction"
    )
    assert "invalid input syntax for type timestamp" in told(shop.plan)
    shop.database.run("UPDATE interaction SET body = '2020-13-45 Élodie'")
    told(shop.plan)
    shop.database.run("UPDATE interaction SET body = '99999-99-99'")
    assert "99999-99-99" not in told(shop.plan)


def test_keys_a_role_cannot_have_are_refused(sqlite_shop: Shop) -> None:
    """SQLite lets a column hold 7 and '7': two spellings of one person."""
    shop = sqlite_shop.people(7)
    shop.document["roles"]["prospect"]["query"] = "SELECT 7 AS key UNION ALL SELECT '7'"
    told(shop.plan)


# ---------------------------------------------------------------- locks and lost servers


def test_a_locked_database_is_waited_for_then_left_as_it_was(
    sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("garant.systems.sql.engines.BUSY_SECONDS", 0.2)
    shop = sqlite_shop.people(1, 2)
    plan = shop.plan()
    execution, journal = Execution(plan, shop.policy, shop.system()), Notebook()
    other = sqlite3.connect(shop.database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked" in told(lambda: execution.execute("001/0001", journal), Interrupted)
    other.execute("ROLLBACK")
    other.close()
    execution.execute("001/0001", journal)
    assert shop.ids("contact") == []


def test_a_locked_row_on_postgresql(postgres_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.systems.sql.engines.BUSY_SECONDS", 0.2)
    shop = postgres_shop.people(1, 2)
    execution, journal = Execution(shop.plan(), shop.policy, shop.system()), Notebook()
    assert isinstance(shop.database, PostgresDatabase)
    with shop.database.connect() as other, other.transaction():
        other.execute("SELECT 1 FROM contact WHERE id = 1 FOR UPDATE")
        assert "lock timeout" in told(lambda: execution.execute("001/0001", journal), Interrupted)
    execution.execute("001/0001", journal)
    assert shop.ids("contact") == []


def test_a_server_that_goes_in_the_middle_changes_nothing(postgres_shop: Shop) -> None:
    shop = postgres_shop.people(1, 2)

    class Cut(Notebook):
        """Cuts every connection just before the commit."""

        def prepare(self, batch_key: str, counts: Any) -> None:
            super().prepare(batch_key, counts)
            shop.database.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    execution, journal = Execution(shop.plan(), shop.policy, shop.system()), Cut()
    told(lambda: execution.execute("001/0001", journal), Interrupted)
    assert shop.ids("contact") == [1, 2]
    result = execution.execute("001/0001", Notebook(journal.written))
    assert (result.recovered, result.counts["roots"], shop.ids("contact")) == (False, 2, [])


def test_a_transaction_that_is_not_over_is_waited_for(postgres_shop: Shop) -> None:
    shop = postgres_shop.people(1)
    connector = shop.system()["crm"].connector
    assert isinstance(shop.database, PostgresDatabase)
    with shop.database.connect() as other:
        with other.transaction():
            number = other.execute("SELECT txid_current()::text").fetchone()
            assert number is not None
            assert "not over yet" in told(lambda: connector.committed(number[0]), Interrupted)
        assert connector.committed(number[0]) is True


# ---------------------------------------------------------------- rights


@pytest.fixture
def reader(postgres_shop: Shop) -> Iterator[Shop]:
    """The shop, reached by a role that may only read."""
    shop = postgres_shop.people(1, 2)
    name = "reader_" + str(os.getpid())
    shop.database.run(
        f"CREATE ROLE {name} LOGIN PASSWORD '{CANARY}'",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}",
    )
    whole = shop.database.url
    shop.database.url = whole.replace("//postgres:", f"//{name}:").replace(
        whole.split(":")[2].split("@")[0], CANARY
    )
    yield shop
    shop.close()
    database = whole.rsplit("/", 1)[1]
    shop.database.run(
        f"REVOKE ALL ON DATABASE {database} FROM {name}", f"DROP OWNED BY {name}", f"DROP ROLE {name}"
    )


def test_who_may_only_read_may_plan_and_find(reader: Shop) -> None:
    assert reader.plan().selections[0].due == 2
    assert find_subject(reader.system(), {"email": "n1@x.example"})[0].keys == (1,)


def test_who_may_only_read_may_not_run(reader: Shop) -> None:
    plan = reader.plan()
    assert "permission denied" in told(lambda: carry_out(plan, reader.policy, reader.system()))
    assert reader.ids("contact") == [1, 2]


def test_who_may_not_make_temporary_tables_is_told(reader: Shop) -> None:
    database = reader.database.url.rsplit("/", 1)[1]
    reader.database.run(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
    assert "permission denied to create temporary tables" in told(reader.plan)


def test_a_replica_is_said_to_be_read_only(postgres_shop: Shop) -> None:
    postgres_shop.database.run(
        "ALTER DATABASE "
        + postgres_shop.database.url.rsplit("/", 1)[1]
        + " SET default_transaction_read_only = on"
    )
    assert "read-only transaction" in told(postgres_shop.plan)


def _as_nobody(path: str, results: Any) -> None:
    if os.geteuid() == 0:  # who reads and writes everything
        os.setgid(65534)
        os.setuid(65534)
    shop = Shop(SqliteFile.__new__(SqliteFile))
    shop.database.url, shop.database.name = f"sqlite:///{path}", "sqlite"
    try:
        results.put(("planned", shop.plan().selections[0].due))
        carry_out(shop.plan(), shop.policy, shop.system())
    except ConnectorError as error:
        results.put((type(error).__name__, str(error)))
    finally:
        shop.close()


def test_a_file_one_may_only_read_can_be_planned_and_not_changed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shop = Shop(SqliteFile(Path(folder) / "crm.sqlite")).create().people(1, 2)
        Path(folder, "crm.sqlite").chmod(0o444)
        fork = multiprocessing.get_context("fork")
        results = fork.SimpleQueue()
        child = fork.Process(target=_as_nobody, args=(f"{folder}/crm.sqlite", results))
        child.start()
        child.join(60)
        assert results.get() == ("planned", 2)
        kind, message = results.get()
        assert (kind, "readonly" in message or "unable to open" in message) == ("ConnectorError", True), (
            message
        )
        assert shop.ids("contact") == [1, 2]


def test_what_a_killed_program_left_half_written_is_undone_before_it_is_read(
    sqlite_shop: Shop, tmp_path: Path
) -> None:
    shop = sqlite_shop.people(1, 2)
    file = tmp_path / "crm.sqlite"
    killed_while_writing = f"""
        import os, sqlite3
        killed = sqlite3.connect({str(file)!r}, isolation_level=None)
        killed.executescript("PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE half (at BLOB)")
        killed.execute("INSERT INTO half VALUES (zeroblob(1000000))")
        killed.execute("DELETE FROM contact WHERE id = 1")
        os.kill(os.getpid(), 9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(killed_while_writing)], check=False)
    assert (tmp_path / "crm.sqlite-journal").stat().st_size > 0
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as reader:
        with pytest.raises(sqlite3.OperationalError) as refused:
            reader.execute("SELECT 1 FROM sqlite_schema")
        assert refused.value.sqlite_errorname == "SQLITE_READONLY_ROLLBACK"
    assert shop.plan().selections[0].due == 2
    assert not (tmp_path / "crm.sqlite-journal").exists()


# ---------------------------------------------------------------- identities


@pytest.mark.parametrize(
    "value",
    [
        "' OR '1'='1",
        "n1@x.example' --",
        "%",
        "_",
        "\\",
        '"',
        "🦊",
        "a\0b",
        "\udcff",
        "x" * 100_000,
        ":identity",
        "$1",
        "%s",
    ],
)
def test_an_identity_is_a_value_and_nothing_else(shop: Shop, value: str) -> None:
    shop.people(1, 2)
    assert find_subject(shop.system(), {"email": value}) == []
    assert find_subject(shop.system(), {"phone": value}) == []
    assert shop.ids("contact") == [1, 2]


@pytest.mark.parametrize(
    "value", ["o'brien@x.example", '"quoted"@x.example', "🦊@x.example", "é@x.example", "a%b@x.example"]
)
def test_an_odd_identity_finds_its_person_and_no_other(shop: Shop, value: str) -> None:
    shop.people(1).people(2, email=value)
    assert [place.keys for place in find_subject(shop.system(), {"email": value})] == [(2,)]
