"""Killed at any instant, the same command finishes the job: nothing counted twice, nothing lost."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.apps.promises.tiny import PEOPLE, SIZE, make_target, people_left, sign_contract
from tests.servers.postgres import PostgresServer
from tests.support.again import again
from tests.support.forking import Forked

pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).resolve().parents[3]
BATCHES = PEOPLE // SIZE
TINY = "import sys; from tests.apps.promises.tiny import main; main(sys.argv[1:])"
PREPARED = "from tests.apps.promises.tiny import prepare_home; prepare_home()"
OTHER_STEPS = """
import sys
from dbos import DBOS
from tests.apps.promises import tiny
tiny.prepare_home()
from garant.apps.promises.running import workflows
first, rest = DBOS.step(name="garant.list_batches")(lambda _: []), workflows.run_batch
workflows.run_batch = lambda run, batch: (batch.endswith("0000") and first(run), rest(run, batch))[1]
tiny.main(sys.argv[1:])
"""
"""The same program of another version, whose workflow has one more step."""


class Garant:
    """An installation of its own and a tiny target, both thrown away after the test."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.target = folder / "target.sqlite3"
        self.environment = {
            **os.environ,
            "GARANT_HOME": str(folder / "home"),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "garant.site.settings",
        }
        make_target(self.target)

    def start(self, *options: str, program: str = TINY) -> Forked:
        """Start to carry the plan out."""
        return Forked(program, (str(self.target), *options), cwd=ROOT, env=self.environment)

    def run(self, *options: str) -> tuple[int, str, str]:
        """Carry the plan out, or be killed."""
        process = self.start(*options)
        said, complained = process.communicate(timeout=200)
        return process.returncode, said, complained

    def finish(self) -> dict[str, Any]:
        """Carry the plan out to its end, and give the summary of its receipts."""
        code, said, complained = self.run()
        assert code == 0, complained
        assert complained == ""
        return json.loads(said)

    def kill_once_fewer_than(self, people: int, moment: float) -> None:
        """Carry the plan out, and kill -9 a moment after so many people are left."""
        process = self.start("--wait-at", f"001/{BATCHES - 1:04d}")
        deadline = time.monotonic() + 60
        while people_left(self.target) >= people:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    def ledger(self) -> str:
        """Verify the ledger here, and list its entries."""
        code = (
            "from garant.site.setup import ready; ready()\n"
            "from garant.apps.evidence import services as evidence\n"
            "evidence.verify_database('tiny')\n"
            "print('\\n'.join(str(r.key) for r in evidence.records('tiny')))"
        )
        process = Forked(code, (), cwd=ROOT, env=self.environment)
        said, complained = process.communicate(timeout=200)
        assert process.returncode == 0, complained
        return said


both = pytest.mark.parametrize("garant", [again("sqlite"), "postgresql"], indirect=True)
"""What Garant's own database has a part in; the rest is shown on SQLite alone."""


def prepared(garant: Garant) -> Garant:
    """Set up, its ledger open, its plan not begun."""
    process = Forked(PREPARED, (), cwd=ROOT, env=garant.environment)
    _, complained = process.communicate(timeout=200)
    assert process.returncode == 0, complained
    return garant


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Garant:
    """An installation never used, copied for each test."""
    return prepared(Garant(tmp_path_factory.mktemp("sqlite"), ""))


@pytest.fixture(scope="module")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[Garant]:
    """The same, its database on PostgreSQL."""
    with postgres_server.database() as url:
        yield prepared(Garant(tmp_path_factory.mktemp("postgres"), url))


@pytest.fixture(params=["sqlite"])
def garant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Garant]:
    """A fresh installation on a database."""
    template: Garant = request.getfixturevalue(f"on_{request.param}")
    shutil.copytree(template.environment["GARANT_HOME"], tmp_path / "home")
    if request.param == "sqlite":
        yield Garant(tmp_path, "")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database(template.environment["DATABASE_URL"].rsplit("/", 1)[1]) as url:
        yield Garant(tmp_path, url)


def assert_whole(garant: Garant, summary: dict[str, Any]) -> None:
    """The end is the one of an undisturbed run."""
    assert people_left(garant.target) == 0
    assert (summary["state"], summary["batches"], summary["rows"]) == ("kept", BATCHES, PEOPLE)
    keys = garant.ledger().split()
    receipts = [key for key in keys if key.startswith(f"{summary['run']}/001/")]
    assert len(receipts) == len(set(receipts)) == BATCHES
    assert keys.count(f"{summary['run']}/started") == keys.count(f"{summary['run']}/finished") == 1


def test_undisturbed(garant: Garant) -> None:
    summary = garant.finish()
    assert_whole(garant, summary)
    assert summary["recovered"] == []
    again = garant.finish()
    assert (again["executed"], again["rows"]) == (0, PEOPLE)


@both
def test_killed_between_the_commit_and_the_receipt(garant: Garant) -> None:
    code, _, _ = garant.run("--die-after-commit", "001/0007")
    assert code == -signal.SIGKILL
    assert people_left(garant.target) == PEOPLE - 8 * SIZE
    summary = garant.finish()
    assert_whole(garant, summary)
    assert summary["recovered"] == ["001/0007"]
    assert summary["executed"] == BATCHES - 7


@both
def test_killed_before_an_upgrade_the_next_version_goes_on(garant: Garant) -> None:
    garant.start("--die-after-commit", "001/0003", program=OTHER_STEPS).communicate(timeout=200)
    assert people_left(garant.target) == PEOPLE - 4 * SIZE
    summary = garant.finish()
    assert_whole(garant, summary)
    assert (summary["attempt"], summary["recovered"]) == (2, ["001/0003"])
    assert garant.finish()["executed"] == 0


@both
def test_killed_between_the_journal_and_the_commit(garant: Garant) -> None:
    code, _, _ = garant.run("--die-before-commit", "001/0003")
    assert code == -signal.SIGKILL
    assert people_left(garant.target) == PEOPLE - 3 * SIZE
    summary = garant.finish()
    assert_whole(garant, summary)
    assert summary["recovered"] == []


@both
@pytest.mark.slow
def test_killed_at_random_instants_again_and_again(garant: Garant) -> None:
    dice = random.Random(20261101)
    for people in (PEOPLE, 160, 110, 60):
        garant.kill_once_fewer_than(people, dice.uniform(0, 0.05))
    assert 0 < people_left(garant.target) < 60
    assert_whole(garant, garant.finish())


@both
def test_an_error_is_one_sentence_without_a_secret_and_the_same_command_goes_on(garant: Garant) -> None:
    code, _, complained = garant.run("--fail-at", "001/0005")
    assert code == 1
    assert "RunInterruptedError: the server at postgresql://crm:***@db/crm went away" in complained
    assert "c4n4ry" not in complained
    for file in garant.target.parent.rglob("*"):
        assert not file.is_file() or b"c4n4ry" not in file.read_bytes(), file
    summary = garant.finish()
    assert_whole(garant, summary)
    assert summary["attempt"] == 2


@pytest.mark.slow
def test_a_lock_that_passes_is_waited_for(garant: Garant) -> None:
    code, said, complained = garant.run("--stumble-at", "001/0002")
    assert (code, complained) == (0, "")
    summary = json.loads(said)
    assert_whole(garant, summary)
    assert (summary["attempt"], summary["executed"]) == (1, BATCHES + 2)


@pytest.mark.slow
def test_a_lock_that_does_not_pass_stops_the_run_and_the_same_command_goes_on(garant: Garant) -> None:
    code, _, complained = garant.run("--stumble-at", "001/0002", "--stumbles", "99")
    assert code == 1
    assert complained.rstrip().endswith("RunInterruptedError: people: the table is locked")
    assert people_left(garant.target) == PEOPLE - 2 * SIZE
    assert_whole(garant, garant.finish())


@both
def test_a_second_process_is_refused_while_the_first_goes_on(garant: Garant) -> None:
    first = garant.start("--wait-at", "001/0001")
    while people_left(garant.target) == PEOPLE:
        time.sleep(0.02)
    code, _, complained = garant.run()
    assert code == 1
    assert "already being carried out by another process" in complained
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert_whole(garant, garant.finish())


def test_a_constraint_blocks_one_batch_and_the_rest_goes_on(garant: Garant) -> None:
    sign_contract(garant.target, 42)
    summary = garant.finish()
    assert people_left(garant.target) == SIZE
    assert summary["blocked"] == ["001/0004"]
    assert (summary["state"], summary["batches"], summary["rows"]) == ("not-kept", BATCHES, PEOPLE - SIZE)
