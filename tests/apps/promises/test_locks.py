"""One process per plan."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

from garant.apps.promises.running import locks


def _hold_and_die(folder: str, taken: object) -> None:
    with locks._file("plan-x", Path(folder)) as mine:
        taken.put(mine)  # type: ignore[attr-defined]
        os.kill(os.getpid(), signal.SIGKILL)


def test_the_second_holder_is_told_no(tmp_path: Path) -> None:
    with locks._file("plan-x", tmp_path) as first, locks._file("plan-x", tmp_path) as second:
        assert (first, second) == (True, False)
    with locks._file("plan-x", tmp_path) as again:
        assert again


def test_other_plans_are_free(tmp_path: Path) -> None:
    with locks._file("plan-x", tmp_path) as first, locks._file("plan-y", tmp_path) as second:
        assert (first, second) == (True, True)


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    taken = spawn.SimpleQueue()
    process = spawn.Process(target=_hold_and_die, args=(str(tmp_path), taken))
    process.start()
    assert taken.get() is True
    process.join(20)
    assert process.exitcode == -signal.SIGKILL
    with locks._file("plan-x", tmp_path) as mine:
        assert mine
