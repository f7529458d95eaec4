"""The batches of a run: prepared, committed, and their receipt, each with its entry in one transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from garant.apps.promises import canaries, ownjournal, receipts
from garant.apps.promises.entering import enter, in_one_transaction, now
from garant.apps.promises.models import Batch, BatchState, Run
from garant.apps.promises.scoping import for_run
from garant.apps.promises.work import BatchResult
from garant.apps.replays import services as replays
from garant.engine.replay import Kin

ROWS = 100
"""Batches read at a time: what each prepared may be long."""


@for_run
def batch_of(run_key: str, batch_key: str) -> Batch | None:
    """Give what is written down of a batch, prepared or with its receipt, if anything is."""
    return Batch.objects.filter(run_id=run_key, key=batch_key).first()


@for_run
def prepared_counts(run_key: str, batch_key: str) -> Mapping[str, Any] | None:
    """Give the counts a batch prepared without getting its receipt, if any."""
    prepared = Batch.objects.filter(run_id=run_key, key=batch_key, state=BatchState.PREPARED)
    return prepared.values_list("prepared", flat=True).first()


@for_run
def prepare_batch(run_key: str, batch_key: str, counts: Mapping[str, Any]) -> None:
    """Make durable what a batch is about to commit; the target commits after this returns.

    The values to be searched for afterwards are kept encrypted, under a key of the run. Where the target is Garant's
    own database, its transaction carries this too.
    """
    written = {name: value for name, value in counts.items() if name != "canaries"}
    locked = canaries.lock(run_key, counts["canaries"]) if "canaries" in counts else None
    values = {"state": BatchState.PREPARED, "prepared": written, "canaries": locked, "written_at": now()}
    if ownjournal.write_batch(run_key, batch_key, values):
        return
    Batch.objects.bulk_create(
        [Batch(run_id=run_key, key=batch_key, **values)],
        update_conflicts=True,
        unique_fields=["run", "key"],
        update_fields=[*values],
    )


@for_run
def skipped_roots(run_key: str, batch_key: str) -> list[int | str]:
    """Give the roots that a batch, or its halves (``001/0007a``), left alone as no longer due."""
    parts = _parts(run_key, batch_key).exclude(prepared=None).values_list("prepared", flat=True)
    return [root for counts in parts for root in counts["skipped"]]


@for_run
def skipped_by_batch(run_key: str) -> dict[str, list[int | str]]:
    """Give the same of every batch of a run, those that left none alone excepted."""
    found: dict[str, list[int | str]] = {}
    rows = Batch.objects.filter(run_id=run_key).exclude(prepared=None).values_list("key", "prepared")
    for key, counts in rows.iterator(ROWS):
        if counts["skipped"]:
            found.setdefault(key.rstrip("ab"), []).extend(counts["skipped"])
    return found


def _remember(run: Run, batch_key: str, parts: Sequence[Batch]) -> int:
    """Put the roots that a batch, or its halves, erased on the suppression list; how many they were."""
    selection = run.plan.document["selections"][int(batch_key.split("/")[0]) - 1] if "/" in batch_key else {}
    marked = 0
    for counts in [part.prepared for part in parts if part.prepared]:
        if counts.get("marks"):
            kin = Kin(selection["system"], selection["root"], tuple(counts["marked_by"]))
            erasure = replays.Erasure(run.plan.organisation, kin, selection["rule"], run.key)
            marked += replays.remember(erasure, counts["marks"])
    return marked


def _parts(run_key: str, batch_key: str) -> Any:
    """Give a batch and its halves (``001/0007a``)."""
    return Batch.objects.filter(run_id=run_key, key__regex=rf"^{re.escape(batch_key)}[ab]*$")


@for_run
@in_one_transaction
def record_receipt(run_key: str, batch_key: str, result: BatchResult) -> Batch:
    """Write a batch's receipt and its ledger entry, once; again gives the first receipt back."""
    parts = list(_parts(run_key, batch_key).select_related("run__plan").select_for_update(of=("self",)))
    batch = next((one for one in parts if one.key == batch_key), None)
    if batch is None:  # it prepared nothing
        run = Run.objects.select_for_update(of=("self",)).select_related("plan").get(pk=run_key)
        batch = _parts(run_key, batch_key).filter(key=batch_key).first() or Batch(run=run, key=batch_key)
    run = batch.run
    if batch.state not in ("", BatchState.PREPARED):
        return batch
    entry = receipts.batch_recorded(run_key, batch_key, result, _remember(run, batch_key, parts))
    batch.state, batch.recovered, batch.written_at = entry.state, entry.recovered, now()
    batch.receipt = entry.model_dump(mode="json")
    if batch.pk is None:
        batch.save(force_insert=True)
    else:
        batch.save(update_fields=["state", "receipt", "recovered", "written_at"])
    enter(run.plan, entry, f"{run_key}/{batch_key}", first=True)
    return batch


class RunJournal:
    """The engine's journal, kept in the rows of one run."""

    def __init__(self, run_key: str, *, read: Mapping[str, Mapping[str, Any] | None] | None = None) -> None:
        self._run_key = run_key
        self._read = dict(read or {})

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        """Give the counts of a batch that may or may not have been committed; those just read, once."""
        if batch_key in self._read:
            return self._read.pop(batch_key)
        return prepared_counts(self._run_key, batch_key)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        """Write the counts down before the target commits."""
        self._read.pop(batch_key, None)
        prepare_batch(self._run_key, batch_key, counts)

    def skipped(self, batch_key: str) -> Sequence[int | str]:
        """Give the roots that were left alone because they were no longer due."""
        return skipped_roots(self._run_key, batch_key)


class ClosingJournal(RunJournal):
    """The same of a run whose batches are all done: what each left alone is read at once."""

    def __init__(self, run_key: str) -> None:
        super().__init__(run_key)
        self._skipped: Mapping[str, Sequence[int | str]] | None = None

    def skipped(self, batch_key: str) -> Sequence[int | str]:
        """Give the roots that were left alone because they were no longer due."""
        if self._skipped is None:
            self._skipped = skipped_by_batch(self._run_key)
        return self._skipped.get(batch_key, [])
