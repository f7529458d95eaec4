"""What a run carries out: the port between durable execution and the engine.

The workflow sees only this: keys of batches, one call per batch, one verification. An opened
:class:`garant.engine.running.execution.Execution` is such a work; a test may put anything small behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from garant.engine.journal import Journal
from garant.engine.running.execution import BatchResult
from garant.systems.finding import RootKey
from garant.systems.residue import Canary

__all__ = ["Aftermath", "BatchResult", "Checked", "Journal", "NothingDone", "Work"]


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

    @property
    def unsettled(self) -> Sequence[frozenset[RootKey]]:
        """Selection by selection, the roots for which something is left."""
        ...


@dataclass(frozen=True, slots=True)
class NothingDone:
    """Of a run that was given up before its first batch: everything is left, and no system was asked again."""

    verified: bool = False
    details: Mapping[str, Any] = field(default_factory=lambda: {"selections": []})
    unsettled: Sequence[frozenset[RootKey]] = ()


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


class Report(Protocol):
    """What a system keeps of what a run took away."""

    @property
    def details(self) -> Mapping[str, Any]:
        """Places and numbers, never a value."""
        ...


class Aftermath(Protocol):
    """What follows the batches: stores cleaned, their bytes searched."""

    def systems(self) -> Sequence[str]:
        """List the systems to search, in order."""
        ...

    def look(self, system: str, canaries: Sequence[Canary] | None) -> Report:
        """Clean a system and search it; safe to call again. Without canaries, their key was lost."""
        ...
