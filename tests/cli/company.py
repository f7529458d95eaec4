"""A made-up company for the commands: the reference policy, its maps, and small copies of its systems."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from garant.cli import application
from garant.demo.build import DemoData, build_demo
from tests.support.forking import COMMAND, Forked

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "seipra-score"
AS_OF = "2026-11-01"
PEOPLE = 400

BRAKED = """
import faulthandler, time
faulthandler.dump_traceback_later(120, exit=True)
from garant.cli import main
from garant.cli.views import run as runview
report = runview.Watch.report
def brake(watch, step):
    report(watch, step)
    while step.done == step.total - 1 and not watch.stop.is_set():
        time.sleep(0.02)
runview.Watch.report = brake
main()
"""
"""A command that never begins the last batch of its run: it waits there to be killed, or told to stop. One that does not
end then says where each of its threads is."""


@dataclass(frozen=True)
class Done:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass
class Company:
    """A folder with a policy, maps, systems, and an installation of Garant's own."""

    folder: Path
    environment: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    @property
    def maps(self) -> Path:
        return self.folder / "maps"

    @property
    def plan_file(self) -> Path:
        return self.folder / "plan.json"

    def system(self, name: str) -> Path:
        """The database of a system."""
        return self.folder / "systems" / f"{name}.sqlite"

    def start(self, *arguments: str, code: str = COMMAND) -> Forked:
        """Start a command in a process of its own."""
        environment = {**os.environ, **self.environment, **self.extra}
        return Forked(code, arguments, cwd=self.folder, env=environment)

    def garant(self, *arguments: str) -> Done:
        """Run a command to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=200)
        return Done(process.returncode, out, err)

    def receipts(self) -> int:
        """How many receipts Garant's own database holds, looked at from outside."""
        with closing(sqlite3.connect(self.folder / "home" / "garant.sqlite3", timeout=20)) as database:
            return database.execute(
                "SELECT count(*) FROM promises_batch WHERE state <> 'prepared'"
            ).fetchone()[0]

    def start_until(self, reached: Callable[[], bool], *arguments: str, code: str = COMMAND) -> Forked:
        """Start a command and let it go until a point is reached, or it ends."""
        process = self.start(*arguments, code=code)
        deadline = time.monotonic() + 150
        while not reached() and process.poll() is None:
            if time.monotonic() > deadline:
                process.kill()
                raise TimeoutError(process.communicate())
            time.sleep(0.02)
        return process

    def kill_after(self, reached: Callable[[], bool], moment: float, *arguments: str) -> Done:
        """Run a command, and kill -9 a moment after a point is reached, before its last batch; what it said until then."""
        process = self.start_until(reached, *arguments, code=BRAKED)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
        assert process.returncode == -signal.SIGKILL, err
        return Done(process.returncode, out, err)

    def plan(self, *options: str) -> str:
        """Make a plan (in this process, where Garant's own state is another: no hold, no run, no task); its digest."""
        written = ("--as-of", AS_OF, "--out", str(self.plan_file))
        own_state = patch("garant.cli.state.holds", return_value=())
        no_run = patch("garant.cli.state.anew", side_effect=lambda plan: plan)
        no_task = patch("garant.cli.commands.plan.tell_overdue")
        with (
            own_state,
            no_run,
            no_task,
            patch.dict(os.environ, self.environment),
            redirect_stdout(io.StringIO()),
        ):
            code = application.run(["plan", str(self.policy), *written, *options])
        assert code == 0
        return json.loads(self.plan_file.read_text())["digest"]

    def rows(self, system: str, query: str) -> list[Any]:
        """Ask a system directly."""
        with closing(sqlite3.connect(self.system(system))) as database:
            return database.execute(query).fetchall()

    def change(self, system: str, *statements: str) -> None:
        """Change a system behind Garant's back."""
        with closing(sqlite3.connect(self.system(system))) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table of every system: to compare two runs."""
        return {
            f"{name}.{table}": sorted(self.rows(name, f"SELECT * FROM {table}"), key=repr)
            for name in ("crm", "maintenance", "recruitment")
            for (table,) in self.rows(name, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        }


def build_template(folder: Path) -> DemoData:
    """Build the systems once."""
    return build_demo(folder, as_of=date.fromisoformat(AS_OF), people=PEOPLE)


def settle(folder: Path, template: DemoData) -> Company:
    """Copy everything into a folder of its own."""
    systems = folder / "systems"
    shutil.copytree(template.folder, systems)
    shutil.copytree(EXAMPLE / "policy", folder / "policy")
    shutil.copytree(EXAMPLE / "maps", folder / "maps")
    moved = {
        name: value.replace(str(template.folder.resolve()), str(systems.resolve()))
        for name, value in template.environment().items()
    }
    environment = {
        **moved,
        "GARANT_HOME": str(folder / "home"),
        "DATABASE_URL": "",
        "GARANT_LANGUAGE": "en",
        "GARANT_ACTOR": "dpo",
        "COLUMNS": "200",
    }
    return Company(folder, environment)


def entry_keys(company: Company) -> Sequence[str]:
    """The keys of the ledger's entries, in order."""
    done = company.garant("ledger", "inspect")
    assert done.code == 0, done.err
    return [line.split()[-1] for line in done.out.splitlines() if "/" in line.split()[-1]]
