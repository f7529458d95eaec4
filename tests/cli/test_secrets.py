"""A password in a connection never comes out: not in messages, plans, receipts, logs or files."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.cli import application
from tests.cli.club import Club, found_club, initialised
from tests.servers.postgres import PostgresServer

CANARY = "c4n4ry-s3cr3t"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def club(tmp_path: Path) -> Club:
    """A club with its system on SQLite."""
    (tmp_path / "club.sqlite").touch()
    return found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}")


def no_trace(folder: Path, secret: str = CANARY) -> None:
    """Nothing that was written holds the secret."""
    for file in folder.rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://crm:{CANARY}@127.0.0.1:1/club",
        f"postgresql://crm:{CANARY}@no-such-host.invalid/club",
        f"mysql://crm:{CANARY}@db/club",
        f"nonsense://crm:{CANARY}@db/club",
        f"://crm:{CANARY}@",
        f"postgresql://crm:{CANARY}@[::1/club",
        f"sqlite:///nowhere/{CANARY}/club.sqlite?password={CANARY}",
    ],
)
def test_a_connection_that_fails_says_so_without_its_password(
    club: Club, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**club.environment, "GARANT_CLUB_URL": url, "GARANT_DEBUG": "1"}.items():
        monkeypatch.setenv(name, value)
    policy, maps = str(club.policy), str(club.maps)
    for command in (
        ["plan", policy, "--out", str(club.plan_file)],
        ["map", "check", maps],
    ):
        assert application.run(command) in (2, 4)
        said = capsys.readouterr()
        assert CANARY not in said.out + said.err
        assert "club" in said.err
    no_trace(club.folder)


def test_a_request_to_a_system_that_fails_does_not_repeat_its_password(club: Club) -> None:
    club.environment["GARANT_CLUB_URL"] = f"postgresql://crm:{CANARY}@127.0.0.1:1/club"
    club.extra = {"GARANT_DEBUG": "1"}
    done = club.garant("subject", "find", "--identity", "email=x@club.example")
    assert (done.code, "club" in done.err) == (4, True)
    assert CANARY not in done.out + done.err
    no_trace(club.folder)


def test_a_wrong_password_is_refused_by_the_server_and_not_repeated(
    club: Club, postgres_server: PostgresServer
) -> None:
    with postgres_server.database() as url:
        club.environment["GARANT_CLUB_URL"] = url.replace(postgres_server.password, CANARY)
        done = club.garant("plan", "policy")
    assert done.code in (2, 4), done.out
    assert CANARY not in done.out + done.err


@pytest.mark.parametrize(
    "url", [f"postgresql://garant:{CANARY}@127.0.0.1:1/garant", f"oracle://x:{CANARY}@db/x", CANARY]
)
def test_garants_own_database_is_no_exception(club: Club, url: str) -> None:
    club.environment["DATABASE_URL"] = url
    club.extra = {"GARANT_DEBUG": "1"}
    done = club.garant("ledger", "verify")
    assert done.code == 2, done.out
    assert CANARY not in done.out + done.err
    assert done.err.startswith("Error")
    no_trace(club.folder)


def test_what_a_run_leaves_behind_holds_neither_password_nor_person(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    password = postgres_server.password
    with postgres_server.database() as url:
        assert password in url
        club = initialised(found_club(tmp_path, url))
        digest = club.plan()
        done = club.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0, done.err
    assert club.garant("ledger", "export", "out").code == 0
    assert password not in done.out + done.err
    no_trace(tmp_path, password)
    no_trace(tmp_path, "@club.example")
    no_trace(tmp_path / "out", "secretary")
