"""What a run carries out: the port between durable execution and the engine.

The workflow sees only this: keys of batches, one call per batch, one verification. The engine
implements it on real systems; a test may put anything small behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Counts = Mapping[str, Any]
"""Numbers of rows by system, table and disposition; never a value of a row."""


class Journal(Protocol):
    """What a batch writes about itself *before* its target system commits."""

    def prepared(self, batch_key: str) -> Counts | None:
        """Give the counts prepared for this batch and left without a receipt, if any."""
        ...

    def prepare(self, batch_key: str, counts: Counts) -> None:
        """Make the counts durable; the target commits only after this returns."""
        ...


@dataclass(frozen=True)
class BatchOutcome:
    """What one batch did, as its receipt will say."""

    counts: Counts
    blocks: Sequence[Mapping[str, Any]] = ()
    recovered: bool = False


@dataclass(frozen=True)
class RunVerification:
    """What the systems answered when asked again after the run."""

    verified: bool
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Work(Protocol):
    """Everything a run needs, opened once per process."""

    def batch_keys(self) -> Sequence[str]:
        """List the batches of the plan, in order; the same list every time."""
        ...

    def execute(self, batch_key: str, journal: Journal) -> BatchOutcome:
        """Carry out one batch in one transaction of its target; safe to call again."""
        ...

    def verify(self) -> RunVerification:
        """Ask the systems again what is left of the plan."""
        ...
