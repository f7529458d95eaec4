"""What a run carries out: the port between durable execution and the engine.

The workflow sees only this: keys of batches, one call per batch, one verification. An opened
:class:`garant.engine.execution.Execution` is such a work; a test may put anything small behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from garant.engine.execution import BatchResult
from garant.engine.run import Journal

__all__ = ["BatchResult", "Checked", "Journal", "Work"]


class Checked(Protocol):
    """What the systems answered when asked again."""

    @property
    def verified(self) -> bool:
        """Whether nothing of the plan is left."""
        ...

    @property
    def details(self) -> Mapping[str, Any]:
        """What is left, selection by selection."""
        ...


class Work(Protocol):
    """Everything a run needs, opened once per process."""

    def batch_keys(self) -> Sequence[str]:
        """List the batches of the plan, in order; the same list every time."""
        ...

    def execute(self, key: str, journal: Journal) -> BatchResult:
        """Carry out one batch in one transaction of its system; safe to call again."""
        ...

    def verify(self, journal: Journal) -> Checked:
        """Ask the systems again what is left of the plan; roots left alone do not count."""
        ...
