"""What a run writes about its batches before their systems commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from garant.systems.changing import Counts
from garant.systems.finding import RootKey


class BatchJournal(Protocol):
    """What a batch writes about itself before its system commits."""

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        """The counts prepared for this batch and left without a receipt, if any."""
        ...

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        """Make the counts durable; the system commits only after this returns."""
        ...


class Journal(BatchJournal, Protocol):
    """The journal of a whole run, which also says who was left alone."""

    def skipped(self, batch_key: str) -> Sequence[RootKey]:
        """The roots that the batch, or its halves, left out because they were no longer due."""
        ...


def write_counts(counts: Counts, skipped: Sequence[RootKey]) -> dict[str, Any]:
    """Counts as the journal keeps them until the receipt. It names files and keys: never for the ledger.

    With canaries among them, a journal that lasts keeps these encrypted, under ``canaries``.
    """
    written = {
        "rows": list(counts.rows),
        "files": [list(pair) for pair in counts.files],
        "skipped": list(skipped),
        "transaction": counts.transaction,
        "held": counts.held,
    }
    return {**written, "canaries": counts.canaries} if counts.canaries else written


def read_counts(data: Mapping[str, Any]) -> Counts:
    """Counts as the journal kept them."""
    files = tuple((env, name) for env, name in data["files"])
    return Counts(tuple(data["rows"]), files, data.get("transaction"), held=data.get("held", 0))
