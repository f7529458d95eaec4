"""A shop, an installation of Garant, and processes that are killed while they carry a plan out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from garant.engine.document import Plan
from tests.engine.support.databases import Contents, Database
from tests.engine.support.policies import policy
from tests.engine.support.running import retention
from tests.engine.support.shop import AS_OF, RECENT, Shop
from tests.fire.zygote import MAP_DIGEST, POLICY_DIGEST

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240
"""Seconds that any child is waited for."""


@dataclass
class Child:
    """A process that carries an order out."""

    pid: int
    arena: Arena
    answer_file: Path
    beside: bool = False

    def kill(self) -> None:
        """-9."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def end(self) -> dict[str, Any]:
        """Wait, and give the answer; empty for a child that did not live to write one."""
        if self.beside:
            deadline = time.monotonic() + PATIENCE
            while _alive(self.pid) and time.monotonic() < deadline:
                time.sleep(0.01)
        else:
            self.arena.read()
        return json.loads(self.answer_file.read_text()) if self.answer_file.exists() else {}


def _alive(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@dataclass
class Arena:
    """Everything a test under fire needs; `fresh` puts all of it back as it was before the first shot."""

    database: Database
    folder: Path
    people: int = 60
    now: str = "2026-11-01T12:00:00+01:00"
    plan: Plan = field(init=False)
    before: Contents = field(init=False)
    _count: int = 0

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.fire.zygote", str(self.home), self.database.url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.shop = Shop(self.database)
        self.fill()
        said = self.start({"do": "set up"}).end()
        assert said == {}, said
        shutil.copytree(self.home, self.folder / "kept")

    def fill(self) -> None:
        """The shop as it is before: people who are due, people who are not, shared rows, kept rows."""
        self.database.clear()
        self.shop.create()
        everybody = self.people
        self.shop.people(*range(1, everybody + 1)).people(*range(everybody + 1, everybody + 11), at=RECENT)
        self.shop.invoice(2, 3, everybody + 1).meet(1, 1, 2).meet(2, 4, everybody + 5).meet(3, 6, 7, 8)
        self.before = self.shop.rows()
        policy_now = policy(digest=POLICY_DIGEST, prospects="P3Y", invoices="P10Y")
        systems = {name: replace(one, digest=MAP_DIGEST) for name, one in self.shop.system().items()}
        self.plan = retention(policy_now, systems, AS_OF)
        self.shop.close()
        self.write(self.plan, "plan.json")

    def fresh(self) -> None:
        """Everything as before the first shot."""
        self.fill()
        shutil.rmtree(self.home)
        shutil.copytree(self.folder / "kept", self.home)

    def write(self, plan: Plan, name: str) -> Path:
        """A plan as the children read it."""
        file = self.folder / name
        file.write_text(json.dumps(plan.document(), default=str))
        return file

    def start(self, order: dict[str, Any]) -> Child:
        """A child at work."""
        self._count += 1
        answer = self.folder / f"answer-{self._count}.json"
        answer.unlink(missing_ok=True)
        whole = {"plan": str(self.folder / "plan.json"), "now": self.now, "answer": str(answer), **order}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(whole) + "\n")
        self.process.stdin.flush()
        return Child(int(self.read()), self, answer, bool(order.get("beside")))

    def read(self) -> str:
        """A line of the zygote."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def apply(self, **more: Any) -> dict[str, Any]:
        """Carry the plan out, undisturbed."""
        return self.start({"do": "apply", **more}).end()

    def verified(self) -> dict[str, Any]:
        """What the ledger says of itself."""
        return self.start({"do": "verify"}).end()

    def others(self, rows: Contents) -> Contents:
        """The rows of those who are not due: whatever happens, they are as they were."""
        mine = {int(key) for key in self.plan.selections[0].root_keys()}
        columns = {"contact": "id", "interaction": "contact_id", "note": "res_id", "attendee": "contact_id"}
        kept = {
            table: {rid: row for rid, row in rows[table].items() if int(row[column]) not in mine}
            for table, column in columns.items()
        }
        return {**kept, "invoice": rows["invoice"]}

    def close(self) -> None:
        """End the zygote."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@dataclass(frozen=True)
class Undisturbed:
    """What a run leaves and says when nobody shoots."""

    rows: Contents
    answer: dict[str, Any]
    seconds: float


def undisturbed(arena: Arena) -> Undisturbed:
    """Carry the plan out once in peace, and put everything back."""
    begin = time.monotonic()
    answer = arena.apply()
    took = time.monotonic() - begin
    assert answer.get("state") == "kept", answer
    rows = arena.shop.rows()
    assert arena.others(rows) == arena.others(arena.before)
    arena.fresh()
    return Undisturbed(rows, answer, took)


def shoot(arena: Arena, peace: Undisturbed, instants: list[float]) -> int:
    """Kill the run at each of these instants (shares of an undisturbed run), then let it end; gives how many hit.

    Raises AssertionError where the end is not that of an undisturbed run.
    """
    hits = 0
    for instant in instants:
        child = arena.start({"do": "apply"})
        time.sleep(instant * peace.seconds)
        child.kill()
        hits += child.end() == {}
        between = arena.shop.rows()
        assert arena.others(between) == arena.others(arena.before), "somebody else's rows changed"
    answer = arena.apply()
    assert answer == peace.answer, (answer, peace.answer)
    assert arena.shop.rows() == peace.rows
    said = arena.verified()
    assert said == {"entries": peace.answer["receipts"], "once": True}, said
    return hits
