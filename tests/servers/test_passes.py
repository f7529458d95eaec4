"""`make test` and `make slow` are disjoint, and together they are everything; only random worlds are in both, in number."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.servers.lending import RUN
from tests.support.again import again

SOME = (
    "tests/engine/test_crash.py",
    "tests/engine/test_single_values.py",
    "tests/ledger/test_verification.py",
)
STATE = ("tests/apps/organisations/test_organisations.py", "tests/apps/evidence/test_checking.py")
NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/nothing"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted of the core is not written over by passes that run nothing."""
    monkeypatch.setenv("COVERAGE_FILE", str(tmp_path / "coverage"))


def collected(*command: str, **environment: str) -> list[Counter[str]]:
    """What each pass of a command would run."""
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "DATABASE_URL")}
    asked = {
        "PYTEST_ADDOPTS": f"--collect-only -q -p no:schemathesis {' '.join((*SOME, *STATE))}",
        RUN: os.environ[RUN],
    }
    done = subprocess.run(
        command, cwd=ROOT, env=kept | asked | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1, 5), done.stderr  # a pass that has none of these tests says so
    passes: list[Counter[str]] = []
    for line in done.stdout.splitlines():
        if line.startswith("== "):
            passes.append(Counter())
        elif line.startswith((*SOME, *STATE)):  # CI names whole rooms
            passes[-1][line] += 1
    return passes


@pytest.mark.parametrize("ci", ["", again("true")])
def test_no_test_is_in_neither_and_only_random_worlds_are_in_both(ci: str) -> None:
    lent: dict[str, Any] = {"DATABASE_URL": NOWHERE, "CI": ci} if ci else {"DATABASE_URL": NOWHERE}
    *quick, quick_state = collected("scripts/test", **lent)
    *slow, slow_state = collected("scripts/test", "--slow", **lent)
    everything = collected("sh", "-c", "echo == all; .venv/bin/pytest")[0]
    state = collected("sh", "-c", "echo == state; .venv/bin/pytest -m state", DATABASE_URL=NOWHERE)[0]
    worlds = collected("sh", "-c", "echo == worlds; .venv/bin/pytest -m 'worlds and not slow'")[0]
    assert worlds
    assert slow_state
    assert sum([*quick, *slow], Counter()) == everything + worlds
    assert quick_state + slow_state == state
