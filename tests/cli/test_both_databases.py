"""The same job with a system on SQLite, PostgreSQL and MariaDB, and Garant's own state on the first two."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.club import DUE, MEMBERS, Club, found_club, initialised
from tests.cli.company import BRAKED, entry_keys
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer
from tests.support.again import again

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=[again("sqlite"), "postgresql", again("mariadb")])
def club(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Club]:
    """A club of the test's own, initialised."""
    if request.param == "sqlite":
        (tmp_path / "club.sqlite").touch()
        yield initialised(found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}"))
        return
    if request.param == "mariadb":
        private: MariadbServer = request.getfixturevalue("mariadb_server")
        with private.database() as system:
            yield initialised(found_club(tmp_path, system))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    template: Club = request.getfixturevalue("template")
    with (
        server.database() as system,
        server.database(template.environment["DATABASE_URL"].rsplit("/", 1)[1]) as state,
    ):
        shutil.copytree(template.folder / "home", tmp_path / "home")
        yield found_club(tmp_path, system, state)


@pytest.fixture(scope="module")
def template(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    """A club whose state is on PostgreSQL, just after `garant init`: never used, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    with postgres_server.database() as state:
        club = found_club(folder, f"sqlite:///{folder / 'club.sqlite'}", state)
        done = club.garant("init", "--policy", "policy")
        assert done.code == 0, done.err
        yield club


@pytest.mark.slow
def test_killed_where_the_work_is_nothing_is_lost_or_counted_twice(club: Club) -> None:
    digest = club.plan()
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "8")
    dice = random.Random(11)
    for left in (MEMBERS, 250, 200, 120):
        club.kill_after(partial(_fewer_than, club, left), dice.uniform(0, 0.03), *command)
        assert MEMBERS - DUE < club.left() < left
    done = club.garant(*command)
    assert done.code == 0, done.err
    assert club.left() == MEMBERS - DUE
    assert club.ask("SELECT count(*) FROM letter") == [(2 * (MEMBERS - DUE),)]
    assert done.out.splitlines()[2].split() == ["club", "letter", str(2 * DUE), "0"]
    assert done.out.splitlines()[3].split() == ["club", "member", str(DUE), "0"]
    assert club.garant("ledger", "verify").code == 0
    receipts = [key for key in entry_keys(club) if "/001/" in key]
    assert len(receipts) == len(set(receipts)) == DUE // 8


def _fewer_than(club: Club, members: int) -> bool:
    return club.left() < members


def test_two_at_once_one_is_refused(club: Club) -> None:
    digest = club.plan()
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "3")
    holding = sa.create_engine(club.url)
    with holding.connect() as held:  # so that the first is still at it when the second begins
        held.execute(sa.text("UPDATE member SET phone = phone WHERE id = 0"))
        first = club.start_until(lambda: _runs(club) == 1, *command)
        second = club.garant(*command)
        assert (second.code, "already being carried out by another process" in second.err) == (2, True)
        assert first.poll() is None
    holding.dispose()
    _, err = first.communicate(timeout=200)
    assert (first.returncode, club.left()) == (0, MEMBERS - DUE), err


def test_a_changed_policy_a_changed_map_and_a_drift_are_refused(club: Club) -> None:
    digest = club.plan()

    def refused() -> str:
        done = club.garant("apply", "plan.json", "--approve", digest)
        assert (done.code, club.left()) == (2, MEMBERS), done.err
        return done.err

    with _changed(club.policy / "club.yaml", "P5Y", "P4Y"):
        assert "The policy changed since the plan" in refused()
    with _changed(club.maps / "club.yaml", "zone: Europe/Paris", "zone: Europe/Madrid"):
        assert "The map of system “club” changed" in refused()
    club.tell("UPDATE member SET ended = '2026-10-01' WHERE id < 20")
    assert "drifted from the plan beyond its tolerance" in refused()


@contextmanager
def _changed(file: Path, old: str, new: str) -> Iterator[None]:
    content = file.read_text()
    file.write_text(content.replace(old, new))
    assert file.read_text() != content
    yield
    file.write_text(content)


def test_a_constraint_that_blocks_is_named_and_the_rest_goes_on(club: Club) -> None:
    digest = club.plan()
    club.tell(
        "CREATE TABLE prize (member_id INTEGER REFERENCES member (id))",
        "INSERT INTO prize VALUES (17), (18), (202)",
    )
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "50")
    done = club.garant(*command)
    assert done.code == 3, done.out + done.err
    assert [line.split()[1] for line in done.out.splitlines() if line.startswith("Blocked")] == [
        "001/0001",
        "001/0005",
    ]
    assert "member ← prize" in done.out
    assert "2 roots left" in done.out
    assert "Not verified" in done.out
    assert club.ask("SELECT id FROM member WHERE id < 240 ORDER BY id") == [(17,), (18,), (202,)]
    again = club.garant(*command)
    assert (again.code, again.out.partition("\n")[2]) == (3, done.out)
    assert club.garant("ledger", "verify").code == 0


def test_ctrl_c_stops_between_two_batches_and_the_same_command_goes_on(club: Club) -> None:
    digest = club.plan()
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "2")
    process = club.start_until(partial(_fewer_than, club, MEMBERS), *command, code=BRAKED)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=200)
    assert (process.returncode, "Traceback" in err) == (130, False), err
    assert club.left() > MEMBERS - DUE
    done = club.garant(*command)
    assert (done.code, club.left()) == (0, MEMBERS - DUE), done.err


def test_a_person_is_erased_corrected_and_restricted_on_approval(club: Club) -> None:
    def approved(*command: str) -> None:
        with_digest = club.garant(*command)
        assert with_digest.code == 0, with_digest.err
        digest = with_digest.out.split("--approve ")[1].split()[0]
        done = club.garant(*command, "--approve", digest)
        assert done.code == 0, done.out + done.err
        assert "Verified" in done.out

    identity = ("--identity", "email=M299@club.example")
    approved("subject", "rectify", *identity, "--set-all", "phone=+33199009999")
    assert club.ask("SELECT phone FROM member WHERE id = 299") == [("+33199009999",)]
    approved("subject", "restrict", *identity)
    assert not club.ask("SELECT active FROM member WHERE id = 299")[0][0]
    approved("subject", "erase", *identity)
    assert club.left() == MEMBERS - 1
    assert club.ask("SELECT count(*) FROM letter") == [(2 * (MEMBERS - 1),)]
    assert "m299@" not in club.garant("ledger", "inspect").out.lower()
    gone = club.garant("subject", "find", *identity)
    assert (gone.code, "Nobody is known by that" in gone.out) == (1, True)


def test_an_interrupted_erasure_goes_on_from_what_was_approved_and_with_nobody_else(club: Club) -> None:
    command = ("subject", "erase", "--identity", "email=m299@club.example")
    digest = club.garant(*command).out.split("--approve ")[1].split()[0]
    holding = sa.create_engine(club.url)
    with holding.connect() as held:
        held.execute(sa.text("UPDATE member SET phone = phone WHERE id = 299"))
        process = club.start_until(lambda: _runs(club) == 1, *command, "--approve", digest)
        process.kill()
        process.communicate()
    holding.dispose()
    assert club.left() == MEMBERS
    club.tell("UPDATE member SET email = 'another@club.example' WHERE id = 299")
    refused = club.garant(*command, "--approve", digest)
    assert (refused.code, club.left()) == (2, MEMBERS), refused.out + refused.err
    assert "it may be somebody else" in refused.err
    club.tell("UPDATE member SET email = 'm299@club.example' WHERE id = 299")
    ended = club.garant(*command, "--approve", digest)
    assert (ended.code, club.left()) == (1, MEMBERS), ended.out + ended.err
    assert "nothing was touched. Make it again" in ended.out
    digest = club.garant(*command).out.split("--approve ")[1].split()[0]
    done = club.garant(*command, "--approve", digest)
    assert (done.code, club.left()) == (0, MEMBERS - 1), done.out + done.err
    again = club.garant(*command, "--approve", digest, "--language", "fr")
    assert again.code == 0, again.err
    assert "Déjà exécuté le " in again.out
    assert "rien n’a été fait cette fois" in again.out


def _runs(club: Club) -> int:
    """How many runs there are, looked at from outside."""
    named = club.environment["DATABASE_URL"] or f"sqlite:///{club.folder / 'home' / 'garant.sqlite3'}"
    engine = sa.create_engine(named.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM promises_run")).scalar_one())
    finally:
        engine.dispose()
