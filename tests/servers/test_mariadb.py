"""The private MariaDB: of the right version, empty for each test, and the real Dolibarr database whole."""

from __future__ import annotations

from contextlib import closing

import pymysql
import pytest
from sqlalchemy import create_engine, text

from tests.servers.mariadb import MariadbServer


def test_it_is_mariadb_10_11(mariadb_database: str) -> None:
    engine = create_engine(mariadb_database)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version()")).scalar_one().startswith("10.11.")
    engine.dispose()


def test_each_test_has_its_own_database(mariadb_server: MariadbServer) -> None:
    with mariadb_server.database() as first, mariadb_server.database() as second:
        mariadb_server.run("CREATE TABLE only_here (id int)", database=first.rsplit("/", 1)[1])
        with closing(mariadb_server.connect(second.rsplit("/", 1)[1])) as connection:
            assert connection.cursor().execute("SHOW TABLES") == 0


def test_a_database_goes_whoever_is_still_connected(mariadb_server: MariadbServer) -> None:
    with mariadb_server.database() as url:
        name = url.rsplit("/", 1)[1]
        mariadb_server.run("CREATE TABLE held (id int)", database=name)
        left = mariadb_server.connect(name)
        left.begin()
        left.cursor().execute("SELECT * FROM held")
    left.close()
    with pytest.raises(pymysql.err.OperationalError, match="Unknown database"):
        mariadb_server.connect(name)


@pytest.mark.parametrize("user", ["tester", "root"])
def test_a_wrong_password_is_refused(mariadb_server: MariadbServer, user: str) -> None:
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        pymysql.connect(host="127.0.0.1", port=mariadb_server.port, user=user, password="wrong")


def test_the_dolibarr_database_is_whole(dolibarr20: str) -> None:
    engine = create_engine(dolibarr20)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM llx_societe")).scalar_one() > 400
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"
        assert connection.execute(text(tables)).scalar_one() == 373
    engine.dispose()
