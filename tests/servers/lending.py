"""One server of each kind for a test run, shared by all its workers, started by the first that asks.

A run is a folder that its workers alone read; in it, a file announces each server.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.servers.installation import NoServer

RUN = "GARANT_TEST_SERVERS"
"""The environment variable that tells the workers of a run where its servers are announced."""

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 600  # a first run may install the package


@dataclass(frozen=True)
class Lent:
    """Where a server is, and what opens it."""

    port: int
    password: str
    folder: Path
    programs: Path


OWNER = "owner"
"""The file of a run that names its process: several pytests, one after the other, may share its servers."""


def new_run() -> Path:
    """The folder of a new run, which is this process's own."""
    run = Path(tempfile.mkdtemp(prefix="garant-tests-"))
    (run / OWNER).write_text(str(os.getpid()))
    return run


def borrow(kind: str, run: Path) -> Lent:
    """The run's server of this kind, kept as long as the run's process lives.

    Raises NoServer when it cannot be had.
    """
    owner = int((run / OWNER).read_text())
    path = run / f"{kind}.json"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _start_keeper(kind, path, owner)
        content = json.loads(path.read_text())
    if "problem" in content:
        raise NoServer(content["problem"])
    return Lent(content["port"], content["password"], Path(content["folder"]), Path(content["programs"]))


def give_back(run: Path) -> None:
    """Stops the run's servers, if any, and waits until their folders are gone."""
    stopping = [folder for path in run.glob("*.json") if (folder := _stop(path)) is not None]
    end = time.monotonic() + 30
    while any(folder.exists() for folder in stopping) and time.monotonic() < end:
        time.sleep(0.05)


def end_run(run: Path) -> None:
    give_back(run)
    shutil.rmtree(run, ignore_errors=True)


def _start_keeper(kind: str, path: Path, owner: int) -> None:
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.keeper", kind, str(path), str(owner)],
        cwd=ROOT,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    end = time.monotonic() + WAIT_SECONDS
    while not path.exists():
        if time.monotonic() > end or (keeper.poll() is not None and not path.exists()):
            raise NoServer(f"The process that keeps {kind} ended before the server was ready.")
        time.sleep(0.05)
    keeper.returncode = 0  # it outlives this object on purpose: no "still running" warning


def _stop(path: Path) -> Path | None:
    content = json.loads(path.read_text())
    path.unlink()
    if "keeper" not in content:
        return None
    try:
        os.kill(content["keeper"], signal.SIGTERM)
    except ProcessLookupError:
        return None
    return Path(content["folder"])
