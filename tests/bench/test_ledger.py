"""The ledger's own bench ends, and what it verifies is whole."""

from __future__ import annotations

import subprocess
import sys

from tests.servers.lending import ROOT


def test_every_figure_is_printed() -> None:
    command = [sys.executable, "-m", "bench.ledger", "300"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for title in ("append", "sign", "verify the database", "export", "verify the archive"):
        assert title in said
