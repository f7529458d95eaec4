"""The private server is private, fresh for each test, and gone with the run that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.servers import installation
from tests.servers.installation import NoPostgres
from tests.servers.postgres import ANNOUNCEMENT, ROOT, PostgresServer, borrow, give_back


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def _no_server_lent() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != ANNOUNCEMENT}


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


def test_the_server_is_stopped_and_its_folder_removed(tmp_path: Path) -> None:
    announcement = tmp_path / "postgres.json"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        server = borrow(announcement, owner.pid)
        assert borrow(announcement, owner.pid) == server
        give_back(announcement)
        assert not server.folder.exists()
        owner.communicate(b"\n")


def test_the_server_goes_when_its_owner_is_killed(tmp_path: Path) -> None:
    announcement = tmp_path / "postgres.json"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        server = borrow(announcement, owner.pid)
        owner.kill()
    wait_for(lambda: not server.folder.exists())
    with pytest.raises(psycopg.OperationalError):
        server.connect()


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text(
        "import time, pathlib\n"
        "def test_long(postgres_server):\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'folder').write_text(str(postgres_server.folder))\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-n", "1", "-p", "tests.conftest", str(probe)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=_no_server_lent()) as run:
        wait_for((tmp_path / "folder").exists)
        run.send_signal(signal.SIGINT)
        assert run.wait(90) == pytest.ExitCode.INTERRUPTED
    assert not Path((tmp_path / "folder").read_text()).exists()


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


def test_who_may_not_install_is_told_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_find", lambda: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(NoPostgres, match="sudo apt-get install -y postgresql-15"):
        installation.programs()


def test_the_odoo_database_is_whole(odoo18: str) -> None:
    engine = create_engine(odoo18)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM res_partner")).scalar_one() > 900
    engine.dispose()


def test_the_filestore_holds_the_candidates_files(odoo18_filestore: Path) -> None:
    assert sum(path.is_file() for path in odoo18_filestore.rglob("*")) == 300
