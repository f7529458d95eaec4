"""`make test` and `make slow` are disjoint, and together they are everything; only random worlds are in both, in number.

What each pass of `scripts/test` asks of pytest is asked of the script itself; what that chooses, of pytest's own expressions.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from tests.conftest import ROOT
from tests.servers.lending import RUN

SOME = (
    "tests/engine/test_crash.py",
    "tests/engine/test_single_values.py",
    "tests/ledger/test_verification.py",
    "tests/apps/organisations/test_organisations.py",
    "tests/apps/evidence/test_checking.py",
)
NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/nothing"
SAYS = """#!/usr/bin/env python3
import json, os, sys
print(json.dumps({"asked": sys.argv[1:], "lent": os.environ.get("DATABASE_URL", "")}))
"""
"""In the place of pytest: what it is asked."""
MARKS = """
import sys, types, pytest
def finish(session):
    for item in session.items:
        print("MARKED", item.nodeid, *{mark.name for mark in item.iter_markers()}, sep="\\t")
sys.exit(pytest.main(sys.argv[1:], plugins=[types.SimpleNamespace(pytest_collection_finish=finish)]))
"""
"""What prints the marks of each test."""
KEPT = ("PATH", "HOME", "LANG", RUN)


@dataclass(frozen=True)
class Pass:
    """One call of pytest."""

    chosen: str
    rooms: tuple[str, ...]
    on_postgresql: bool

    def runs(self) -> Counter[str]:
        """Which of the tests it would run."""
        tests = marked(on_postgresql=self.on_postgresql)
        here = [test for test in tests if not self.rooms or test.startswith(self.rooms)]
        return Counter(test for test in here if self._chooses(tests[test]))

    def _chooses(self, marks: frozenset[str]) -> bool:
        return Expression.compile(self.chosen).evaluate(lambda name, /, **_: name in marks)


@cache
def marked(*, on_postgresql: bool) -> dict[str, frozenset[str]]:
    """The marks of each test, with Garant's own state on SQLite or on PostgreSQL."""
    lent = {"DATABASE_URL": NOWHERE} if on_postgresql else {}
    alone = ("--collect-only", "-q", "-p", "no:schemathesis", "-p", "no:xdist")
    said = subprocess.run(
        [sys.executable, "-c", MARKS, *alone, *SOME],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name in KEPT} | lent,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split("\t") for line in said.stdout.splitlines() if line.startswith("MARKED")]
    return {test: frozenset(marks) for _, test, *marks in lines}


def passes(folder: Path, *asked: str, ci: bool) -> list[Pass]:
    """What the script would have pytest do, one call after the other."""
    place = folder / f"{'-'.join(asked)}{ci}"
    for name in ("scripts/test", ".venv/bin/pytest"):
        (place / name).parent.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "test", place / "scripts" / "test")
    (place / ".venv" / "bin" / "pytest").write_text(SAYS)
    (place / ".venv" / "bin" / "pytest").chmod(0o755)
    env = {name: value for name, value in os.environ.items() if name in KEPT}
    lent = {RUN: os.environ[RUN], "DATABASE_URL": NOWHERE} | ({"CI": "true"} if ci else {})
    said = subprocess.run(
        [place / "scripts" / "test", *asked], env=env | lent, capture_output=True, text=True, check=True
    )
    calls = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    return [
        Pass(
            call["asked"][call["asked"].index("-m") + 1],
            tuple(one for one in call["asked"] if one.startswith("tests/")),
            bool(call["lent"]),
        )
        for call in calls
    ]


@pytest.mark.parametrize("ci", [False, True])
def test_no_test_is_in_neither_and_only_random_worlds_are_in_both(ci: bool, tmp_path: Path) -> None:
    *quick, quick_state = passes(tmp_path, ci=ci)
    *slow, slow_state = passes(tmp_path, "--slow", ci=ci)
    everything = Counter(marked(on_postgresql=False).keys())
    state = Pass("state", (), on_postgresql=True).runs()
    worlds = Pass("worlds and not slow", (), on_postgresql=False).runs()
    counted = Pass("worlds and counted and not slow", (), on_postgresql=False).runs()
    assert worlds
    assert slow_state.runs()
    assert [one.on_postgresql for one in (*quick, *slow)] == [False] * (3 if ci else 2)
    # CI, which does both, looks at a few only of those whose branches it counts.
    assert sum((one.runs() for one in (*quick, *slow)), Counter()) == everything + (counted if ci else worlds)
    assert quick_state.on_postgresql
    assert slow_state.on_postgresql
    assert quick_state.runs() + slow_state.runs() == state
