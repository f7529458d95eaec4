"""The private servers are private, fresh for each test, and gone with the run that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.servers.installation import MARIADB, POSTGRESQL, NoServer, Software
from tests.servers.lending import OWNER, ROOT, RUN, give_back
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer

KINDS = (PostgresServer, MariadbServer)
Kind = type[PostgresServer] | type[MariadbServer]


HEEDING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def _no_server_lent() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != RUN}


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_is_stopped_and_its_folder_removed(kind: Kind, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        (tmp_path / OWNER).write_text(str(owner.pid))
        server = kind.borrow(tmp_path)
        assert kind.borrow(tmp_path) == server
        give_back(tmp_path)
        assert not server.folder.exists()
        owner.communicate(b"\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_goes_when_its_owner_is_killed(kind: Kind, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        (tmp_path / OWNER).write_text(str(owner.pid))
        server = kind.borrow(tmp_path)
        owner.kill()
    wait_for(lambda: not server.folder.exists())
    engine = create_engine(server.url("mysql" if kind is MariadbServer else "postgres"))
    with pytest.raises(OperationalError):
        engine.connect()
    engine.dispose()


@pytest.mark.slow
def test_one_pytest_after_the_other_finds_the_servers_of_the_run(tmp_path: Path) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text(
        "def test_answers(mariadb_server):\n"
        "    mariadb_server.run('SELECT 1')\n"
        f"    with open({str(tmp_path / 'ports')!r}, 'a') as ports: print(mariadb_server.port, file=ports)\n"
    )
    pytest_once = f"{sys.executable} -m pytest -q -p tests.conftest {probe}"
    twice = ["sh", "-c", f"{pytest_once} && sleep 1 && {pytest_once}"]
    command = [sys.executable, "-m", "tests.servers.postgres", *twice]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=_no_server_lent(), check=True)
    first, second = (tmp_path / "ports").read_text().split()
    assert first == second


@pytest.mark.slow
def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text(
        "import time, pathlib\n"
        "def test_long(postgres_server, mariadb_server):\n"
        "    folders = f'{postgres_server.folder}\\n{mariadb_server.folder}'\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'draft').write_text(folders)\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'draft').rename({str(tmp_path / 'folders')!r})\n"
        "    time.sleep(60)\n"
    )
    pytest_once = [sys.executable, "-m", "pytest", "-q", "-n", "1", "-p", "tests.conftest", str(probe)]
    # A background job of a shell ignores interrupts, and so does what it starts.
    command = [sys.executable, "-c", HEEDING, *pytest_once]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=_no_server_lent()) as run:
        wait_for((tmp_path / "folders").exists)
        run.send_signal(signal.SIGINT)
        assert run.wait(90) == pytest.ExitCode.INTERRUPTED
    assert not [f for f in (tmp_path / "folders").read_text().splitlines() if Path(f).exists()]


@pytest.mark.parametrize(
    ("software", "command"),
    [
        (POSTGRESQL, "sudo apt-get install -y postgresql-15"),
        (MARIADB, "sudo apt-get install -y mariadb-server-core mariadb-client"),
    ],
)
def test_who_may_not_install_is_told_what_to_type(
    software: Software, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Software, "find", lambda _: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(NoServer, match=command):
        software.programs()
