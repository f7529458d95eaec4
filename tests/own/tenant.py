"""Who gives a house its orders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Tenant:
    """An installation in a folder, on SQLite or, where a URL is given, on PostgreSQL."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder, self.home = folder, folder / "home"
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.own.house", str(self.home), url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, order: str, **arguments: Any) -> int:
        """Start an order; gives the process that carries it out."""
        self._count += 1
        whole = {"do": order, "with": arguments, "answer": str(self._answer)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(whole) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def end(self) -> Any:
        """Wait for the order that was begun; None where it was killed before its end."""
        assert self._read() == "ended"
        return json.loads(self._answer.read_text()) if self._answer.exists() else None

    def ask(self, order: str, **arguments: Any) -> Any:
        """Give an order and its answer back. Raises AssertionError where it failed."""
        self.begin(order, **arguments)
        answer = self.end()
        assert not (isinstance(answer, dict) and "trace" in answer), answer["trace"]
        return answer

    def kill(self, process: int) -> None:
        """-9."""
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)

    def close(self) -> None:
        """End the house."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    @property
    def _answer(self) -> Path:
        return self.folder / f"answer-{self._count}.json"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()
