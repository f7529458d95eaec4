"""The batches of a run: prepared, committed, and their receipt, each with its entry in one transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django_scopes import scopes_disabled

from garant.apps.promises.models import Batch, BatchState, Run
from garant.apps.promises.opening import ownjournal
from garant.apps.promises.recording import canaries, receipts
from garant.apps.promises.recording.entering import enter, in_one_transaction, now
from garant.apps.promises.recording.scoping import for_run
from garant.apps.promises.recording.work import BatchResult
from garant.apps.replays import services as replays
from garant.engine.planning.replay import Kin
from garant.systems.residue import Canary

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
def prepare_batch(
    run_key: str, batch_key: str, counts: Mapping[str, Any], first: Run | None = None
) -> Batch | None:
    """Make durable what a batch is about to commit; the target commits after this returns.

    The values to be searched for afterwards are kept encrypted, under a key of the run. Where the target is Garant's
    own database, its transaction carries this too.

    Args:
        run_key: the key of the run.
        batch_key: the key of the batch.
        counts: what it is about to do.
        first: the run, where nothing is written down of the batch: its row is given back then.
    """
    written = {name: value for name, value in counts.items() if name != "canaries"}
    locked = canaries.lock(run_key, counts["canaries"]) if "canaries" in counts else None
    values = {"state": BatchState.PREPARED, "prepared": written, "canaries": locked, "written_at": now()}
    if ownjournal.write_batch(run_key, batch_key, values):
        return None
    if first is not None:
        return Batch.objects.create(run=first, key=batch_key, **values)
    Batch.objects.bulk_create(
        [Batch(run_id=run_key, key=batch_key, **values)],
        update_conflicts=True,
        unique_fields=["run", "key"],
        update_fields=[*values],
    )
    return None


@for_run
def skipped_roots(run_key: str, batch_key: str) -> list[int | str]:
    """Give the roots that a batch, or its halves (``001/0007a``), left alone as no longer due."""
    parts = _parts(run_key, batch_key).exclude(prepared=None).values_list("prepared", flat=True)
    return [root for counts in parts for root in counts["skipped"]]


@dataclass(frozen=True, slots=True)
class _Written:
    """What is written down of the batches of a run: their rows, without what is said beside them here."""

    batches: Sequence[Batch]
    skipped: Mapping[str, Sequence[int | str]]
    """By batch, the roots that it left alone; those that left none alone are not here."""
    locked: Sequence[bytes]
    """The values that were taken away, encrypted."""


@for_run
def _written(run_key: str) -> _Written:
    batches, skipped, locked = list[Batch](), dict[str, list[int | str]](), list[bytes]()
    for one in Batch.objects.filter(run_id=run_key).iterator(ROWS):
        if one.prepared is not None and one.prepared["skipped"]:
            skipped.setdefault(one.key.rstrip("ab"), []).extend(one.prepared["skipped"])
        if one.canaries is not None:
            locked.append(bytes(one.canaries))
        one.prepared = one.canaries = None
        batches.append(one)
    return _Written(batches, skipped, locked)


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


def remember_unsure(run: Run, batches: Sequence[Batch]) -> int:
    """Put the roots that these batches may have erased on the suppression list: one that comes back with a backup is
    known. In the caller's transaction; gives how many they were."""
    return sum(_remember(run, one.key.rstrip("ab"), [one]) for one in batches)


def _parts(run_key: str, batch_key: str) -> Any:
    """Give a batch and its halves (``001/0007a``)."""
    return Batch.objects.filter(run_id=run_key, key__regex=rf"^{re.escape(batch_key)}[ab]*$")


@for_run
@in_one_transaction
def record_receipt(run_key: str, batch_key: str, result: BatchResult, just: Batch | None = None) -> Batch:
    """Write a batch's receipt and its ledger entry, once; again gives the first receipt back.

    Args:
        run_key: the key of the run.
        batch_key: the key of the batch.
        result: what it did.
        just: its row, where this process has just made it and nothing else of the batch is written down.
    """
    if just is not None and _receive(just, result, [just]):
        return just
    parts = list(_parts(run_key, batch_key).select_related("run__plan").select_for_update(of=("self",)))
    batch = next((one for one in parts if one.key == batch_key), None)
    if batch is None:  # it prepared nothing
        run = Run.objects.select_for_update(of=("self",)).select_related("plan").get(pk=run_key)
        batch = _parts(run_key, batch_key).filter(key=batch_key).first() or Batch(run=run, key=batch_key)
    if batch.state in ("", BatchState.PREPARED):
        _receive(batch, result, parts)
    return batch


def _receive(batch: Batch, result: BatchResult, parts: Sequence[Batch]) -> bool:
    """Write a receipt into the row of a batch, new or prepared; gives whether it still was. In the transaction."""
    run = batch.run
    entry = receipts.batch_recorded(run.key, batch.key, result, _remember(run, batch.key, parts))
    said = {
        "state": entry.state,
        "recovered": entry.recovered,
        "written_at": now(),
        "receipt": entry.model_dump(mode="json"),
    }
    for name, value in said.items():
        setattr(batch, name, value)
    if batch.pk is None:
        batch.save(force_insert=True)
    else:
        with (
            scopes_disabled()
        ):  # a row of this scope; without its joins the state is asked of the row that is locked
            if not Batch.objects.filter(pk=batch.pk, state=BatchState.PREPARED).update(**said):
                return False
    enter(run.plan, entry, f"{run.key}/{batch.key}", first=True)
    return True


class RunJournal:
    """The engine's journal, kept in the rows of one run.

    Args:
        run_key: the key of the run.
        run: the run, where it is known.
        read: of batches that were just read, what they prepared; None where nothing is written down of one.
    """

    def __init__(
        self,
        run_key: str,
        run: Run | None = None,
        *,
        read: Mapping[str, Mapping[str, Any] | None] | None = None,
    ) -> None:
        self._run_key, self._run = run_key, run
        self._read = dict(read or {})
        self._absent = {key for key, counts in self._read.items() if counts is None}
        self._made: dict[str, Batch | None] = {}

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        """Give the counts of a batch that may or may not have been committed; those just read, once."""
        if batch_key in self._read:
            return self._read.pop(batch_key)
        return prepared_counts(self._run_key, batch_key)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        """Write the counts down before the target commits."""
        self._read.pop(batch_key, None)
        first = self._run if batch_key in self._absent else None
        self._absent.discard(batch_key)
        self._made[batch_key] = prepare_batch(self._run_key, batch_key, counts, first)

    def just(self, batch_key: str) -> Batch | None:
        """Give the row of a batch where this journal has made it, once, and nothing else."""
        return self._made.get(batch_key) if len(self._made) == 1 else None

    def skipped(self, batch_key: str) -> Sequence[int | str]:
        """Give the roots that were left alone because they were no longer due."""
        return skipped_roots(self._run_key, batch_key)


class ClosingJournal(RunJournal):
    """The same of a run whose batches are all done: what is written down of them is read at once."""

    @cached_property
    def _written(self) -> _Written:
        return _written(self._run_key)

    @property
    def batches(self) -> Sequence[Batch]:
        """Give the batches, without what they prepared and the values that they took away."""
        return self._written.batches

    def skipped(self, batch_key: str) -> Sequence[int | str]:
        """Give the roots that were left alone because they were no longer due."""
        return self._written.skipped.get(batch_key, [])

    def canaries(self, system: str) -> list[Canary] | None:
        """Give the values that the run took away from a system; None when their key has been lost."""
        found = [canaries.unlock(self._run_key, one) for one in self._written.locked]
        if any(one is None for one in found):
            return None
        return [canary for one in found if one for canary in one if canary.system == system]
