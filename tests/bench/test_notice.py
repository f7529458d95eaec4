"""The public notice's own bench ends, beside a bare Django view."""

from __future__ import annotations

import subprocess
import sys

from tests.servers.lending import ROOT


def test_every_figure_is_printed() -> None:
    command = [sys.executable, "-m", "bench.notice", "--rounds", "1", "--requests", "160", "--looks", "0"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for title in ("requests per second", "p95, one reader", "processor time, times the bare view", "memory"):
        assert title in said
