"""Ctrl-C stops a command whenever it comes, and shows no traceback."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.forking import Forked

INTERRUPT = """
import atexit, signal, time
from garant.cli import application, main
def interrupt(*_):
    signal.raise_signal(signal.SIGINT)
"""
EARLY = "application.registration.command = interrupt\nmain()"
IN_A_FINALISER = """
class Finalised:
    __del__ = interrupt
def lose(*_):
    Finalised()
    time.sleep(60)
application.registration.command = lose
main()
"""
AT_THE_END = "atexit.register(interrupt)\nmain()"
IGNORED = "signal.signal(signal.SIGINT, signal.SIG_IGN)\natexit.register(interrupt)\nmain()"


@pytest.mark.parametrize(
    ("code", "left"),
    [(EARLY, 130), (IN_A_FINALISER, 130), (AT_THE_END, -signal.SIGINT), (IGNORED, 0)],
    ids=["before there is a command", "in a finaliser", "when all is done", "ignored, as by nohup"],
)
def test_ctrl_c_at_an_odd_moment(code: str, left: int, tmp_path: Path) -> None:
    process = Forked(INTERRUPT + code, ("schema", "plan"), cwd=tmp_path, env=os.environ)
    _, err = process.communicate(timeout=50)
    assert (process.returncode, err) == (left, "")


def test_what_else_is_lost_in_a_finaliser_is_shown(tmp_path: Path) -> None:
    code = "class Finalised:\n    def __del__(self): 1 / 0\nheld = [Finalised()]\natexit.register(held.clear)\nmain()"
    process = Forked(INTERRUPT + code, ("schema", "plan"), cwd=tmp_path, env=os.environ)
    _, err = process.communicate(timeout=50)
    assert (process.returncode, "ZeroDivisionError" in err) == (0, True)
