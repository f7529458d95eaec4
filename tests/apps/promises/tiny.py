"""A tiny real target system, and a program that carries a plan out on it: the tests kill it.

Run as ``python -m tests.apps.promises.tiny TARGET [--die-after-commit KEY] [--die-before-commit KEY]``.
The target is an SQLite file; a batch deletes ten people in one transaction, after the journal.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from garant.apps.promises.work import BatchOutcome, Journal, RunVerification

DIGEST = "ab" * 32
DOCUMENT = {"policy_digest": "cd" * 32, "map_digests": {"tiny": "ef" * 32}, "as_of": "2026-11-01"}
SIZE = 10
PEOPLE = 200


def make_target(path: Path, people: int = PEOPLE) -> None:
    """Write the target: people, and a contract that blocks the deletion of one of them."""
    with closing(sqlite3.connect(path)) as target:
        target.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")
        target.execute("CREATE TABLE contract (person INTEGER REFERENCES person(id))")
        target.executemany("INSERT INTO person VALUES (?, ?)", [(n, f"P{n}") for n in range(people)])
        target.commit()


def people_left(path: Path) -> int:
    """Count who is still there."""
    with closing(sqlite3.connect(path)) as target:
        return target.execute("SELECT count(*) FROM person").fetchone()[0]


@dataclass
class TinyWork:
    """The work of a run on the tiny target; may kill its own process around a commit."""

    path: Path
    people: int = PEOPLE
    pause: float = 0.0
    die_after_commit: str = ""
    die_before_commit: str = ""

    def batch_keys(self) -> Sequence[str]:
        return [f"001/{n:04d}" for n in range(self.people // SIZE)]

    def execute(self, batch_key: str, journal: Journal) -> BatchOutcome:
        first = int(batch_key[4:]) * SIZE
        prepared = journal.prepared(batch_key)
        with self._transaction() as target:
            time.sleep(self.pause)
            try:
                done = target.execute(
                    "DELETE FROM person WHERE id >= ? AND id < ?", (first, first + SIZE)
                ).rowcount
            except sqlite3.IntegrityError:
                target.execute("ROLLBACK")
                return BatchOutcome(
                    {"person": 0}, ({"table": "contract", "constraint": "person", "rows": 1},)
                )
            if prepared is not None and done == 0:
                target.execute("ROLLBACK")
                return BatchOutcome(prepared, recovered=True)
            journal.prepare(batch_key, {"person": done})
            self._die_if(batch_key == self.die_before_commit)
            target.execute("COMMIT")
            self._die_if(batch_key == self.die_after_commit)
        return BatchOutcome({"person": done})

    def verify(self) -> RunVerification:
        left = people_left(self.path)
        return RunVerification(left == 0, {"left": left})

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=20)) as target:
            target.execute("PRAGMA foreign_keys = ON")
            target.execute("BEGIN IMMEDIATE")
            yield target

    @staticmethod
    def _die_if(now: bool) -> None:
        if now:
            os.kill(os.getpid(), signal.SIGKILL)


def register() -> Any:
    """Register and approve the tiny plan."""
    from garant.apps.promises import services

    plan = services.register_plan(DOCUMENT, digest=DIGEST, organisation="tiny", kind="retention")
    return services.approve(
        plan,
        digest=DIGEST,
        actor="tester",
        policy_digest=DOCUMENT["policy_digest"],
        map_digests=DOCUMENT["map_digests"],
    )


def summary(run: Any) -> dict[str, Any]:
    """Say what the receipts add up to."""
    batches = list(run.batches.all())
    return {
        "run": run.key,
        "state": run.state,
        "attempt": run.attempt,
        "batches": len(batches),
        "rows": sum(batch.outcome["counts"]["person"] for batch in batches),
        "recovered": [batch.key for batch in batches if batch.recovered],
        "blocked": [batch.key for batch in batches if batch.state == "blocked"],
        "verification": run.verification,
    }


def main(arguments: Sequence[str]) -> None:
    """Carry the tiny plan out in this process, and print the summary of its receipts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", type=Path)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--die-after-commit", default="")
    parser.add_argument("--die-before-commit", default="")
    options = parser.parse_args(arguments)
    from garant.cli.state import wake

    wake()
    from garant.apps.promises import execution

    work = TinyWork(
        options.target,
        pause=options.pause,
        die_after_commit=options.die_after_commit,
        die_before_commit=options.die_before_commit,
    )
    run = execution.carry_out(register(), work, actor="tester")
    json.dump(summary(run), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
