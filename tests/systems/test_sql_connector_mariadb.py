"""MariaDB that does not answer, refuses, waits or goes away: said in plain words, without a value or a secret."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from garant.engine.planning.subject import find_subject
from garant.engine.running.execution import Execution
from garant.engine.terms import Terms
from garant.systems.port import ConnectorError, Interrupted, SystemUnreachable
from garant.systems.sql import mariadb_engine
from garant.systems.sql.dialects import dialect_of
from garant.systems.sql.mariadb_engine import latest_offset, open_mariadb
from garant.systems.sql.scratch import create_scratch
from tests.engine.support.databases import MariadbDatabase
from tests.engine.support.running import Notebook, carry_out, retention, source
from tests.engine.support.shop import AS_OF, Shop
from tests.servers.mariadb import MariadbServer
from tests.servers.mariadb_process import Mariadb

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "reach-mariadb.md"
CANARY = "canary-s3cr3t"


def told(action: Callable[[], Any], kind: type[ConnectorError] = ConnectorError) -> str:
    """The message of the one error that an action raises."""
    with pytest.raises(ConnectorError) as caught:
        action()
    assert type(caught.value) is kind, caught.value
    assert not [hidden for hidden in (CANARY, "N1", "n1@x.example") if hidden in str(caught.value)]
    return str(caught.value)


@pytest.fixture
def shop(mariadb_database: str) -> Iterator[Shop]:
    database = MariadbDatabase(mariadb_database)
    shop = Shop(database).create().people(1, 2)
    yield shop
    shop.close()
    database.close()


def look(url: str) -> None:
    system = source(Shop(MariadbDatabase(url)).map(), url)
    try:
        find_subject({"crm": system}, {"email": "nobody@x.example"})
    finally:
        system.connector.close()


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "mysql+pymysql"])
def test_an_address_may_begin_in_several_ways(shop: Shop, scheme: str) -> None:
    look(shop.database.url.replace("mysql+pymysql", scheme))


def test_nobody_there(mariadb_server: MariadbServer) -> None:
    at = f"127.0.0.1:{mariadb_server.port}"
    wrong = told(lambda: look(f"mariadb://tester:{CANARY}@{at}/mysql"), SystemUnreachable)
    assert "Access denied for user 'tester'" in wrong
    assert "Unknown database" in told(lambda: look(mariadb_server.url("nowhere")), SystemUnreachable)
    told(lambda: look(f"mariadb://u:{CANARY}@127.0.0.1:1/db"), SystemUnreachable)
    told(lambda: look(f"mariadb://u:{CANARY}@nosuchhost.invalid/db"), SystemUnreachable)


def test_a_locked_row_is_waited_for_then_left(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.systems.sql.engines.BUSY_SECONDS", 1)
    execution, journal = Execution(shop.plan(), shop.policy, shop.system()), Notebook()
    shop.database.run("BEGIN", "SELECT 1 FROM contact WHERE id = 1 FOR UPDATE")
    assert "Lock wait timeout" in told(lambda: execution.execute("001/0001", journal), Interrupted)
    shop.database.run("ROLLBACK")
    execution.execute("001/0001", journal)
    assert shop.ids("contact") == []


def test_a_server_that_goes_in_the_middle_changes_nothing(shop: Shop) -> None:
    class Cut(Notebook):
        """Cuts every other connection just before the commit."""

        def prepare(self, batch_key: str, counts: Any) -> None:
            super().prepare(batch_key, counts)
            cut(shop)

    execution, journal = Execution(shop.plan(), shop.policy, shop.system()), Cut()
    told(lambda: execution.execute("001/0001", journal), Interrupted)
    assert shop.ids("contact") == [1, 2]
    result = execution.execute("001/0001", Notebook(journal.written))
    assert (result.recovered, result.counts["roots"], shop.ids("contact")) == (False, 2, [])


def test_a_transaction_that_is_not_over_is_waited_for(shop: Shop) -> None:
    connector = shop.system()["crm"].connector
    shop.database.run("DO GET_LOCK('garant-1', 0)")
    assert "not over yet" in told(lambda: connector.committed("garant-1"), Interrupted)
    shop.database.run("DO RELEASE_LOCK('garant-1')")
    assert connector.committed("garant-1") is None


def test_what_a_transaction_is_known_by_goes_with_it(shop: Shop) -> None:
    """Also where the connection is kept open, and the batch was given up."""

    class Refusing(Notebook):
        def prepare(self, batch_key: str, counts: Any) -> None:
            super().prepare(batch_key, counts)
            assert shop.database.scalar(f"SELECT is_used_lock('{counts['transaction']}')") is not None
            raise Interrupted("the journal refuses")

    execution, journal = Execution(shop.plan(), shop.policy, shop.system()), Refusing()
    told(lambda: execution.execute("001/0001", journal), Interrupted)
    known = journal.written["001/0001"]["transaction"]
    assert shop.database.scalar(f"SELECT is_used_lock('{known}')") is None
    assert not execution.execute("001/0001", Notebook(journal.written)).recovered
    assert shop.ids("contact") == []


def test_planning_waits_for_nobody_and_keeps_nobody_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read goes into temporary tables: at another level InnoDB would lock every row of it."""
    monkeypatch.setattr("garant.systems.sql.engines.BUSY_SECONDS", 1)
    system = shop.system()["crm"]
    shop.database.run(
        "SET innodb_lock_wait_timeout = 1", "BEGIN", "UPDATE contact SET phone = '1' WHERE id = 1"
    )
    plan = shop.plan()
    shop.database.run("COMMIT")
    with system.connector.snapshot() as snapshot:
        due = Terms(shop.policy.document.retention, plan.zone, AS_OF).due_question(
            system.data_map, system.data_map.promises[0], archive=False
        )
        assert due is not None
        assert set(snapshot.find_due(due, ()).keys) == {1, 2}
        shop.database.run("UPDATE contact SET phone = '2'", "UPDATE interaction SET body = 'x'")


def cut(shop: Shop) -> None:
    database = shop.database.scalar("SELECT database()")
    others = f"FROM information_schema.processlist WHERE db = '{database}' AND id <> connection_id()"
    while (number := shop.database.scalar(f"SELECT max(id) {others}")) is not None:
        shop.database.run(f"KILL {number}")


def test_a_missing_table_and_column_are_named(shop: Shop) -> None:
    shop.database.run("ALTER TABLE interaction DROP COLUMN at")
    assert "Unknown column" in told(shop.plan)
    shop.database.run("DROP TABLE interaction")
    assert "interaction" in told(shop.plan)


def test_a_value_that_is_there_already_is_not_repeated(shop: Shop) -> None:
    """MariaDB quotes it: Duplicate entry 'N1' for key …"""
    shop.database.run("ALTER TABLE contact ADD UNIQUE one_each (email(50))")
    shop.document["tables"]["contact"]["columns"]["email"]["erase"] = {"constant": "N1"}
    shop.document["dispositions"]["erase"]["actions"][4]["do"] = "treat"
    results, _ = carry_out(shop.plan(), shop.policy, shop.system())
    [block] = [block for result in results for block in result.blocks]
    assert (block["constraint"], block["roots"]) == ("one_each", 1)


# ---------------------------------------------------------------- rights, as the how-to gives them


@contextmanager
def reached_by(server: MariadbServer, shop: Shop, *grants: str) -> Iterator[None]:
    """The shop, reached by an account that may only so much."""
    database = str(shop.database.scalar("SELECT database()"))
    name = f"u{database[5:25]}"
    whole = shop.database.url
    for grant in grants:
        statement = grant.replace("'a long secret'", f"'{CANARY}'").replace("shop.*", f"{database}.*")
        server.run(re.sub(r"\bgarant\b", name, statement))
    shop.database.url = whole.replace(f"tester:{server.password}", f"{name}:{CANARY}")
    try:
        yield
    finally:
        shop.database.url = whole
        server.run(f"DROP USER {name}")


def rights() -> list[str]:
    [block] = re.findall(r"^```sql\n(.*?)^```", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.rstrip(";") for line in block.splitlines()]


def test_the_rights_of_the_how_to_are_enough(mariadb_server: MariadbServer, shop: Shop) -> None:
    with reached_by(mariadb_server, shop, *rights()):
        plan = retention(shop.policy, shop.system(), AS_OF)
        _, verification = carry_out(plan, shop.policy, shop.system())
    assert (verification.verified, shop.ids("contact")) == (True, [])


def test_and_not_one_of_them_is_too_many(mariadb_server: MariadbServer, shop: Shop) -> None:
    account, grant = rights()
    with reached_by(mariadb_server, shop, account, grant.replace(", CREATE TEMPORARY TABLES", "")):
        assert "Access denied" in told(shop.plan, SystemUnreachable)
    with reached_by(mariadb_server, shop, account, grant.replace(", DELETE", "")):
        plan = shop.plan()
        assert "DELETE command denied" in told(lambda: carry_out(plan, shop.policy, shop.system()))
    assert shop.ids("contact") == shop.ids("note") == [1, 2]


# ---------------------------------------------------------------- the binary log


class Logging(Mariadb):
    """A server that keeps a binary log of statements."""

    def command(self) -> Any:
        return [*super().command(), "--log-bin=binlog", "--binlog-format=STATEMENT", "--server-id=1"]


@pytest.fixture
def logging() -> Iterator[tuple[MariadbServer, Path]]:
    server = Logging()
    try:
        server.start()
        yield (
            MariadbServer(server.port, server.password, server.folder, server.programs),
            server.folder / "data",
        )
    finally:
        server.stop()


def test_the_key_of_pseudonyms_is_in_no_log(logging: tuple[MariadbServer, Path]) -> None:
    server, folder = logging
    with server.database() as url:
        database = MariadbDatabase(url)
        shop = Shop(database).create().people(1, 2)
        shop.document["dispositions"]["erase"]["actions"] = [{"table": "contact", "do": "treat"}]
        with reached_by(server, shop, *rights()):
            refused = told(lambda: carry_out(shop.plan(), shop.policy, shop.system()))
            assert "binary log would keep the key" in refused
            shop.close()
        assert shop.rows("contact")["contact"][1]["name"] == "N1"
        carry_out(shop.plan(), shop.policy, shop.system())
        assert shop.rows("contact")["contact"][1]["name"].startswith("anon-")
        shop.close()
        database.close()
    logs = b"".join(path.read_bytes() for path in folder.glob("binlog.0*"))
    assert b"n1@x.example" in logs, "the rows are logged"
    assert b"sha2" not in logs.lower()


# ---------------------------------------------------------------- temporary tables


@pytest.mark.parametrize(("enforced", "engine"), [("NULL", "Aria"), ("'InnoDB'", "InnoDB")])
def test_temporary_tables_are_of_the_engine_that_the_server_takes(
    shop: Shop, enforced: str, engine: str
) -> None:
    written: dict[str, str] = {}
    opened = sa.create_engine(shop.database.url.replace("mysql+", "mariadb+"))
    with opened.connect() as connection:
        connection.exec_driver_sql(f"SET SESSION enforce_storage_engine = {enforced}")
        dialect = dialect_of(opened)
        dialect.learn(connection, shop.map())
        for kind, looking in (("integer", True), ("text", True)):
            name = create_scratch(connection, dialect, kind, looking=looking).facts.name
            written[kind] = connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1]
    opened.dispose()
    with opened.connect() as connection:
        name = create_scratch(connection, dialect, "integer").facts.name
        changing = connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1]
    opened.dispose()
    assert "ENGINE=InnoDB" in changing  # where it waits with another program, the other one is to win
    assert f"ENGINE={engine}" in written["integer"]
    assert "ENGINE=InnoDB" in written["text"]  # its keys are too long for Aria's indexes


# ---------------------------------------------------------------- time zones


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("Europe/Paris", "+02:00"),
        ("America/New_York", "-04:00"),
        ("UTC", "+00:00"),
        ("Asia/Kolkata", "+05:30"),
    ],
)
def test_the_latest_clock_of_a_zone(zone: str, offset: str) -> None:
    assert latest_offset(zone) == offset


@pytest.mark.parametrize(("minutes", "due"), [(90, 1), (30, 0)])
def test_a_zone_that_the_server_does_not_know_makes_nobody_due_too_early(
    shop: Shop, minutes: int, due: int
) -> None:
    """Berlin’s winter day ends at 23:00 UTC; read by its summer clock, the day's last hour is the next day's."""
    shop.document["zone"] = "Europe/Berlin"
    shop.database.run(
        "ALTER TABLE interaction MODIFY COLUMN at timestamp NULL", "DELETE FROM contact WHERE id = 2"
    )
    shop.database.run(
        "SET time_zone = '+00:00'",
        f"UPDATE interaction SET at = '2023-10-31 23:00:00' - INTERVAL {minutes} MINUTE",
    )
    assert shop.plan().selections[0].due == due


def test_no_certificate_of_an_authority_is_read_where_none_is_asked_for(
    mariadb_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is said of encryption, the driver's own connections use it all the same."""
    asked: list[str] = []
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: asked.append("certificates"))
    mariadb_engine._any_certificate.cache_clear()  # pyright: ignore[reportPrivateUsage]
    for writing in (False, True):
        url = sa.make_url(mariadb_database)
        engine = open_mariadb(url, writing=writing, zone="Europe/Paris", wait_seconds=5)
        with engine.connect() as connection:
            encrypted = connection.execute(sa.text("SHOW STATUS LIKE 'Ssl_cipher'")).one()[1]
            able = connection.scalar(sa.text("SELECT @@have_ssl"))
        engine.dispose()
        assert bool(encrypted) == (able == "YES")
    context = mariadb_engine._any_certificate()  # pyright: ignore[reportPrivateUsage]
    assert (asked, context.verify_mode, context.check_hostname) == ([], ssl.CERT_NONE, False)
