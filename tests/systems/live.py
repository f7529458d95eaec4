"""Real systems of each kind that the live checks look at."""

from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from garant.policy.diagnostics import Diagnostic
from garant.systems.checks.live import check_live
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer
from tests.systems.example_map import SYSTEM, example_map


@pytest.fixture(scope="module")
def postgres(postgres_server: PostgresServer) -> Iterator[Engine]:
    with postgres_server.database() as url:
        engine = sa.create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def empty_postgres(postgres: Engine) -> Engine:
    with postgres.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    return postgres


@pytest.fixture(scope="module")
def mariadb(mariadb_server: MariadbServer) -> Iterator[Engine]:
    with mariadb_server.database() as url:
        engine = sa.create_engine(url.replace("mysql+", "mariadb+"))
        yield engine
        engine.dispose()


@pytest.fixture
def empty_mariadb(mariadb: Engine) -> Engine:
    with mariadb.begin() as connection:
        name = connection.scalar(sa.text("SELECT database()"))
        for statement in (f"DROP DATABASE {name}", f"CREATE DATABASE {name}", f"USE {name}"):
            connection.exec_driver_sql(statement)
    return mariadb


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param != "sqlite":
        empty = {"postgresql": "empty_postgres", "mariadb": "empty_mariadb"}[request.param]
        yield request.getfixturevalue(empty)
        return
    engine = sa.create_engine("sqlite://")
    yield engine
    engine.dispose()


def build(engine: Engine, statements: Sequence[str] = ()) -> None:
    """The example's system, then `statements`."""
    with engine.begin() as connection:
        for statement in (*SYSTEM, *statements):
            connection.exec_driver_sql(statement)


def enlarge(engine: Engine, insert: str) -> None:
    """Where the engine tells sizes: enough rows for an index to matter."""
    if engine.dialect.name != "sqlite":
        numbers = {
            "postgresql": "generate_series(1, 2000) n",
            "mariadb": "(SELECT seq AS n FROM seq_1_to_2000) n",
        }
        with engine.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO {insert} FROM {numbers[engine.dialect.name]}")
            if engine.dialect.name == "mariadb":
                connection.exec_driver_sql(f"ANALYZE TABLE {insert.partition(' ')[0]}")


def enlarge_tickets(engine: Engine) -> None:
    enlarge(engine, "client (id, name) SELECT n, 'x'")
    enlarge(engine, "ticket (id, client_id, body) SELECT n, n, repeat('y', 50)")


def look(engine: Engine, over: str = "", *statements: str) -> list[Diagnostic]:
    build(engine, statements)
    if "DROP INDEX ticket_client;" in statements:
        enlarge_tickets(engine)
    return check_live(example_map(over), engine)


def codes(found: list[Diagnostic]) -> set[str]:
    return {diagnostic.code for diagnostic in found}


def said(found: list[Diagnostic], code: str) -> list[str]:
    return [diagnostic.message.en for diagnostic in found if diagnostic.code == code]
