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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from garant.apps.promises.recording.work import BatchResult, Journal
from garant.engine.document import Plan, Selection
from garant.engine.keys import pack
from garant.systems.port import Interrupted

ORGANISATION = "tiny"
SIZE = 10
PEOPLE = 200
POLICY_DIGEST = "cd" * 32
MAP_DIGESTS = {"people": "ef" * 32}


def tiny_plan(people: int = PEOPLE, **changes: Any) -> Plan:
    """The plan: everybody goes."""
    selection = Selection(
        system="people",
        root="person",
        disposition="erase",
        rule="prospects",
        label=None,
        role="prospect",
        event="last-contact",
        period="P3Y",
        cutoff=date(2023, 10, 31),
        population=people,
        due=people,
        oldest=date(2015, 1, 1),
        undated=0,
        unreadable=0,
        settled=0,
        keys=pack(list(range(people))),
        duties=[],
        actions=[],
        blocks=[],
        advice=[],
    )
    whole: dict[str, Any] = {
        "kind": "retention",
        "organisation": ORGANISATION,
        "zone": "Europe/Paris",
        "as_of": date(2026, 11, 1),
        "policy_digest": POLICY_DIGEST,
        "map_digests": MAP_DIGESTS,
        "tolerance": 0,
        "selections": [selection],
    }
    return Plan(**{**whole, **changes})


def make_target(path: Path, people: int = PEOPLE) -> None:
    """Write the target: people, and contracts that may hold one of them."""
    with closing(sqlite3.connect(path)) as target:
        target.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")
        target.execute("CREATE TABLE contract (person INTEGER REFERENCES person(id))")
        target.executemany("INSERT INTO person VALUES (?, ?)", [(n, f"P{n}") for n in range(people)])
        target.commit()


def sign_contract(path: Path, person: int) -> None:
    """Make one person undeletable."""
    with closing(sqlite3.connect(path)) as target:
        target.execute("INSERT INTO contract VALUES (?)", (person,))
        target.commit()


def people_left(path: Path) -> int:
    """Count who is still there."""
    with closing(sqlite3.connect(path)) as target:
        return target.execute("SELECT count(*) FROM person").fetchone()[0]


@dataclass(frozen=True)
class Answer:
    """What the tiny target answers when asked again."""

    left: int

    @property
    def verified(self) -> bool:
        return self.left == 0

    @property
    def details(self) -> Mapping[str, Any]:
        left = [{"table": "person", "do": "delete", "rows": self.left}] if self.left else []
        return {
            "selections": [
                {
                    "system": "people",
                    "rule": "prospects",
                    "planned": PEOPLE,
                    "overdue": self.left,
                    "no_longer_due": 0,
                    "left": left,
                }
            ]
        }


def result(deleted: int, blocks: Sequence[Mapping[str, Any]] = (), *, recovered: bool = False) -> BatchResult:
    """What a batch of the tiny target did, in the engine's words."""
    counts = {
        "system": "people",
        "rule": "prospects",
        "roots": deleted,
        "skipped": 0,
        "files": 0,
        "tables": {"person": {"deleted": deleted, "treated": 0, "columns": {}}},
    }
    return BatchResult(counts, blocks, recovered)


BLOCK = {
    "table": "person",
    "constraint": "contract_person",
    "referring_table": "contract",
    "roots": 1,
    "rows": 1,
}


@dataclass
class TinyWork:
    """The work of a run on the tiny target; may kill its own process around a commit."""

    path: Path
    people: int = PEOPLE
    wait_at: str = ""
    """The batch that it never begins: it waits there to be killed."""
    die_after_commit: str = ""
    die_before_commit: str = ""
    fail_at: str = ""
    stumble_at: str = ""
    stumbles: int = 2
    executed: list[str] = field(default_factory=list)

    def batch_keys(self) -> Sequence[str]:
        return [f"001/{n:04d}" for n in range(self.people // SIZE)]

    def execute(self, key: str, journal: Journal) -> BatchResult:
        self.executed.append(key)
        while key == self.wait_at:
            time.sleep(1)
        if key == self.fail_at:
            raise OSError("the server at postgresql://crm:c4n4ry-s3cr3t@db/crm went away")
        if key == self.stumble_at and self.executed.count(key) <= self.stumbles:
            raise Interrupted("people: the table is locked")
        first = int(key[4:]) * SIZE
        prepared = journal.prepared(key)
        with self._transaction() as target:
            try:
                done = target.execute(
                    "DELETE FROM person WHERE id >= ? AND id < ?", (first, first + SIZE)
                ).rowcount
            except sqlite3.IntegrityError:
                target.execute("ROLLBACK")
                return result(0, [BLOCK])
            if prepared is not None and done == 0:
                target.execute("ROLLBACK")
                return result(prepared["rows"][0], recovered=True)
            journal.prepare(key, {"rows": [done], "files": [], "skipped": []})
            self._die_if(key == self.die_before_commit)
            target.execute("COMMIT")
            self._die_if(key == self.die_after_commit)
        return result(done)

    def verify(self, journal: Journal) -> Answer:
        return Answer(people_left(self.path))

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


def prepare_home() -> None:
    """Set Garant up in its home, with the tiny organisation's ledger, unless that was done."""
    from garant.site import paths
    from garant.site.setup import prepare, wake

    if (paths.home() / "ready").exists():
        wake()
        return
    prepare()
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations import services as organisations

    evidence.create_keys()
    organisations.ensure_organisation(ORGANISATION, "Tiny", "Europe/Paris")
    (paths.home() / "ready").touch()


def approved() -> Any:
    """Register and approve the tiny plan."""
    from garant.apps.promises import services

    plan = tiny_plan()
    return services.approve(
        services.register_plan(plan),
        digest=plan.digest,
        actor="tester",
        policy_digest=POLICY_DIGEST,
        map_digests=MAP_DIGESTS,
    )


def begin(plan: Any, batch_size: int) -> Any:
    """Begin the run of a plan, or give back the one that began."""
    from garant.apps.promises import services

    return services.start_run(plan, actor="tester", batch_size=batch_size)


def summary(run: Any) -> dict[str, Any]:
    """Say what the receipts add up to."""
    batches = run.receipts()
    return {
        "run": run.key,
        "state": run.state,
        "attempt": run.attempt,
        "batches": len(batches),
        "rows": sum(batch.rows for batch in batches),
        "recovered": [batch.key for batch in batches if batch.recovered],
        "blocked": [batch.key for batch in batches if batch.state == "blocked"],
    }


def main(arguments: Sequence[str]) -> None:
    """Carry the tiny plan out in this process, and print the summary of its receipts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", type=Path)
    parser.add_argument("--wait-at", default="")
    parser.add_argument("--die-after-commit", default="")
    parser.add_argument("--die-before-commit", default="")
    parser.add_argument("--fail-at", default="")
    parser.add_argument("--stumble-at", default="")
    parser.add_argument("--stumbles", type=int, default=2)
    options = vars(parser.parse_args(arguments))
    prepare_home()
    from garant.apps.promises.running import execution

    work = TinyWork(options.pop("target"), **options)
    run = execution.carry_out(approved(), lambda _resumed, _size: work, start=begin)
    json.dump(summary(run) | {"executed": len(work.executed)}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
