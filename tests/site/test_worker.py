"""The worker ends when it is told to, however often it is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMAND = [sys.executable, "-c", "from garant.cli import main; main()"]


def test_it_ends_under_a_rain_of_signals(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = {**kept, "GARANT_HOME": str(tmp_path / "home"), "GARANT_LANGUAGE": "en"}
    subprocess.run([*COMMAND, "init"], env=environment, check=True, capture_output=True)
    with subprocess.Popen([*COMMAND, "work"], env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        assert "waits for jobs" in worker.stderr.readline()
        deadline = time.monotonic() + 30
        while worker.poll() is None and time.monotonic() < deadline:
            worker.send_signal(signal.SIGTERM)
            time.sleep(0.002)
        ended = worker.poll()
        worker.kill()
    assert ended in (0, -signal.SIGTERM)  # by itself; at its very end Python's own handling is back
