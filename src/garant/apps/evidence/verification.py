"""Holding the database against what was signed, entry by entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from garant.apps.evidence import custody, refusals, storage, witnesses
from garant.apps.evidence.models import Checkpoint, LedgerEntry, Log, Tile
from garant.apps.evidence.storage import TILES
from garant.apps.scoping import scoped
from garant.ledger import MalformedNoteError, Problem
from garant.ledger.entries import write_instant
from garant.ledger.problems import Problems
from garant.ledger.replay import Head, Replay
from garant.ledger.tiles import tile_path
from garant.ledger.tree import HASH_BYTES, TILE_WIDTH
from garant.ledger.verification import compare_tile


@dataclass(frozen=True, slots=True)
class DatabaseReport:
    """What the stored ledger of one organisation holds, and what does not fit."""

    organisation: str
    entries: int
    signed: int
    checkpoints: int
    problems: tuple[Problem, ...]
    last: str | None = None
    """Of the kinds that were looked for, that of the latest entry of any of them."""


def verify_database(organisation: str, *, looking_for: Collection[str] = ()) -> DatabaseReport:
    """Check the whole stored ledger. Call it before relying on it; the last entry of some kinds is found by the way.

    Raises LedgerUnverifiableError, with all that does not fit: the product must stop. Raises
    LogMissingError, or what reading the signature key raises.
    """
    report = inspect_database(organisation, looking_for=looking_for)
    if report.problems:
        raise refusals.LedgerUnverifiableError(organisation, report.problems)
    return report


def inspect_database(organisation: str, *, looking_for: Collection[str] = ()) -> DatabaseReport:
    """Hash every entry again and compare tiles, columns, roots, signatures, and the copy elsewhere.

    Writers do not wait for it: where something does not fit, it looks once more while no one can write.
    """
    with scoped(organisation):
        report = _inspect(storage.find_log(organisation), looking_for)
        if report.problems:
            with transaction.atomic():
                report = _inspect(storage.lock_log(organisation), looking_for)
    return report


def _inspect(log: Log, looking_for: Collection[str]) -> DatabaseReport:
    problems = Problems()
    heads = _heads(log, problems)
    tiles = _Tiles(log, problems)
    replay = Replay({head.checkpoint.size for head in heads}, tiles.check, problems)
    last = _replay_entries(log, replay, problems, looking_for)
    tiles.finish()
    if replay.edge.size != log.size:
        problems.add("database", log.origin, f"{replay.edge.size} ≠ {log.size}")
    replay.check_heads(heads, custody.trusted(log), log.origin, replay.edge.size)
    _check_beside(log, problems)
    if log.verifier != str(replay.keys.current or ""):
        problems.add("database", log.origin, log.verifier)
    signed = max((head.checkpoint.size for head in heads), default=0)
    return DatabaseReport(log.pk, replay.edge.size, signed, len(heads), problems.all(), last)


def _heads(log: Log, problems: Problems) -> list[Head]:
    """The stored checkpoints, and the copy that lies outside the database."""
    found: list[Head] = []
    rows = Checkpoint.objects.filter(log=log)
    notes = [(f"checkpoint {row.size}", row.note.encode(), row) for row in rows]
    copy = witnesses.recall(log)
    for place, data, row in [*notes, *([(str(witnesses.path(log)), copy, None)] if copy else [])]:
        try:
            head = Head.parse(place, data)
        except MalformedNoteError as error:
            problems.add("note", place, str(error))
            continue
        said = (head.checkpoint.size, head.checkpoint.root, head.note.signatures[0].id.hex())
        if row is not None and said != (row.size, bytes(row.root), row.key_id):
            problems.add("database", place)
        found.append(head)
    if not found:
        problems.add("missing", "checkpoint")
    if log.signed != (notes[-1][1].decode() if notes else ""):
        problems.add("database", log.origin)
    return found


def _check_beside(log: Log, problems: Problems) -> None:
    """What the next checkpoint goes on from."""
    try:
        storage.load_peaks(log)
    except refusals.LedgerUnverifiableError as error:
        for one in error.problems:
            problems.add(one.code, one.place, one.seen)


def _replay_entries(log: Log, replay: Replay, problems: Problems, looking_for: Collection[str]) -> str | None:
    last: str | None = None
    rows = LedgerEntry.objects.filter(log=log).order_by("index")
    batch: list[tuple[object, ...]] = []
    fields = ("index", "kind", "key", "at", "data", "leaf_hash")
    for row in rows.values_list(*fields).iterator(storage.ROWS):
        batch.append(row)
        last = row[1] if row[1] in looking_for else last
        if len(batch) == storage.ROWS:
            _replay_batch(batch, replay, problems)
            batch = []
    _replay_batch(batch, replay, problems)
    replay.finish()
    return last


def _replay_batch(batch: Sequence[tuple], replay: Replay, problems: Problems) -> None:
    start = replay.edge.size
    leaves = replay.append([bytes(row[4]) for row in batch])
    for place, (row, leaf) in enumerate(zip(batch, leaves, strict=True), start):
        index, kind, key, at, data, stored = row
        keyed = f'"key":"{key}",' if key else ""
        columns = f'"at":"{write_instant(at)}",{keyed}"kind":"{kind}","payload":'
        if index != place or bytes(stored) != leaf or columns.encode() not in bytes(data):
            problems.add("database", f"entry {index}")


class _Tiles:
    """Compares each computed tile with the stored one, and notes those that are not of the tree."""

    def __init__(self, log: Log, problems: Problems) -> None:
        self._log, self._problems = log, problems
        self._read: dict[int, dict[int, bytes]] = {}
        self._few = self._where_few()
        self._seen = 0

    def _where_few(self) -> dict[tuple[int, int], bytes] | None:
        """All of them, where they are few enough to be read at once."""
        tiles = Tile.objects.filter(log=self._log).values_list("level", "index", "hashes")[: TILES + 1]
        found = {(level, index): bytes(hashes) for level, index, hashes in tiles}
        return found if len(found) <= TILES else None

    def check(self, level: int, index: int, computed: bytes) -> None:
        name = tile_path(level, index, len(computed) // HASH_BYTES)
        if level == 0 and len(computed) < TILE_WIDTH * HASH_BYTES:
            return  # the hashes of the last entries, each held against its entry
        stored = self._stored(level, index)
        if stored is None:
            self._problems.add("missing", name)
            return
        self._seen += 1
        compare_tile(self._problems, name, level, index, stored, computed)

    def _stored(self, level: int, index: int) -> bytes | None:
        """A tile; with it those that come after it on its level are read, since they will be asked for next."""
        if self._few is not None:
            return self._few.get((level, index))
        if index not in self._read.get(level, {}):
            tiles = Tile.objects.filter(log=self._log, level=level, index__range=(index, index + TILES - 1))
            self._read[level] = {
                place: bytes(hashes) for place, hashes in tiles.values_list("index", "hashes")
            }
        return self._read[level].get(index)

    def finish(self) -> None:
        every = Tile.objects.filter(log=self._log)
        found = every.count() if self._few is None else len(self._few)
        if found != self._seen:
            self._problems.add("database", "tile", f"{found} ≠ {self._seen}")
