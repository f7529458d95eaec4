"""By what work is measured: seconds that pass, or seconds that processors spend on it, in this process and the server's.

On a machine that others use too, the first say little.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
"""The unit of the system's own account, in seconds."""

_counted: list[Path] = []
"""The folders of the servers whose time is counted, after that of this process itself; empty: what passes is."""

_OWN = Path("/proc/self")


def count_what_is_spent(*servers: Path) -> None:
    """From now on count the time of processors, that of these servers included, each known by its folder."""
    _counted[:] = [_OWN, *servers]


def now() -> float:
    """Seconds since some moment that stays the same."""
    if not _counted:
        return time.perf_counter()
    # Of a process that ends meanwhile, the account goes over to its parent: seen in both, or in neither.
    before, spent = frozenset[Path](), 0.0
    while (processes := _processes()) != before:
        before, spent = processes, sum(sum(_account(process)) for process in processes)
    return time.process_time() + spent


def _processes() -> frozenset[Path]:
    """The servers' processes: those that name its folder, and their children."""
    parents = {path: _fields(path)[1:2] for path in Path("/proc").iterdir() if path.name.isdigit()}
    named = {
        path for path in parents if any(str(folder) in _read(path / "cmdline") for folder in _counted[1:])
    }
    return frozenset(
        named | {path for path, parent in parents.items() if parent in [[p.name] for p in named]}
    )


def _account(process: Path) -> list[float]:
    """Seconds of a process, and of those of its children that have ended (proc(5): fields 14 to 17)."""
    return [int(ticks) * TICK for ticks in _fields(process)[11:15]]


def _fields(process: Path) -> list[str]:
    """What follows the process's name in its account: its state, its parent …"""
    return _read(process / "stat").rpartition(")")[2].split()


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it has ended meanwhile
        return ""
