"""Who watches a run from inside this process, so that a command can show its progress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from garant.apps.promises.models import Run
from garant.apps.promises.recording.work import Aftermath, Work


@dataclass(frozen=True)
class Progress:
    """One batch got its receipt."""

    run: str
    batch: str
    done: int
    total: int
    rows: int = 0
    state: str = "applied"
    recovered: bool = False


Observer = Callable[[Progress], None]


@dataclass
class Attendance:
    """What a process holds for a run that it carries out: whose it is, its work, who watches, who may stop, what follows."""

    run: Run
    """As it stands: nobody else writes it while this process holds the lock of its plan."""
    work: Work
    observer: Observer
    stop: threading.Event
    aftermath: Aftermath | None = None
    closed: Run | None = None
    """The run once this process has ended it."""
    fresh: bool = False
    """Whether the run began here: before it does a part of it, nothing can be written of that part."""
    _tried: set[str] = field(default_factory=set[str])
    _told: set[str] = field(default_factory=set[str])

    def first_time(self, part: str) -> bool:
        """Whether nobody has tried a part of the run before; whoever asks is about to."""
        first = self.fresh and part not in self._tried
        self._tried.add(part)
        return first

    def tell(self, batch: str, done: int, total: int, answer: Mapping[str, Any]) -> None:
        """Tell who watches of a batch that has its receipt, once."""
        if batch not in self._told:
            self._told.add(batch)
            self.observer(Progress(self.run.key, batch, done, total, **answer))


_present: dict[str, Attendance] = {}


@contextmanager
def attending(run_key: str, attendance: Attendance) -> Iterator[Attendance]:
    """Hold the work of a run ready for its workflow, started here or recovered here."""
    _present[run_key] = attendance
    try:
        yield attendance
    finally:
        del _present[run_key]


def present(run_key: str) -> Attendance:
    """Give what this process holds for a run.

    Raises:
        KeyError: this process does not carry out that run.
    """
    return _present[run_key]
