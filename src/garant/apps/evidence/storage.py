"""Reading and writing the tree in the database: the lock, the tiles, the entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from operator import or_

from django.db import IntegrityError, connection, models

from garant.apps.evidence import refusals
from garant.apps.evidence.models import LedgerEntry, Log
from garant.apps.evidence.models import Tile as StoredTile
from garant.ledger import Checkpoint as Head
from garant.ledger import Note, RightEdge
from garant.ledger.tiles import TileReader, split_hashes
from garant.ledger.tree import TILE_WIDTH, Peaks, Tile, edge_widths

ROWS = 2_000
TILES = 64
"""Of 8 kB each, which a proof goes through again and again."""
_TAKEN = re.compile(r"entry_once_per_index|ledgerentry\.index")
"""How PostgreSQL and SQLite name the constraint that no two entries have the same place."""


def find_log(organisation: str) -> Log:
    """The log of an organisation, in its scope. Raises LogMissingError."""
    return _found(Log.objects.filter(pk=organisation).first(), organisation)


def lock_log(organisation: str) -> Log:
    """The log, locked until the transaction ends: entries get their places one writer at a time."""
    return _found(Log.objects.select_for_update().filter(pk=organisation).first(), organisation)


def grow_log(organisation: str, entries: int) -> Log:
    """Make room for so many entries at the end of a log, which locks it, and give it as it is then."""
    columns = ("organisation_id", "origin", "size", "reference_key", "verifier", "signed", "peaks")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evidence_log SET size = size + %s WHERE organisation_id = %s "
            "RETURNING organisation_id, origin, size, reference_key, verifier, signed, peaks",
            [entries, organisation],
        )
        row = cursor.fetchone()
    return _found(None if row is None else Log.from_db(connection.alias, columns, row), organisation)


def _found(log: Log | None, organisation: str) -> Log:
    if log is None:
        raise refusals.no_log(organisation)
    return log


def load_edge(log: Log, read: TileReader | None = None) -> RightEdge:
    """The right border of the tree. Raises LedgerUnverifiableError when the tiles do not fit the size."""
    read = read or tile_reader(log)
    tiles = [
        split_hashes(read(level, log.size // TILE_WIDTH ** (level + 1))) if width else []
        for level, width in enumerate(edge_widths(log.size))
    ]
    try:
        return RightEdge(log.size, tiles)
    except ValueError as error:
        raise refusals.unfit(log, f"{log.origin} tile", str(error)) from error


def load_peaks(log: Log) -> Peaks:
    """The tree as it was signed last. Raises LedgerUnverifiableError unless what is kept of it is what was signed."""
    if not log.signed:
        return Peaks()
    try:
        head = Head.parse(Note.parse(log.signed.encode()).text)
        peaks = Peaks(head.size, split_hashes(bytes(log.peaks)))
    except ValueError as error:
        raise refusals.unfit(log, log.origin, str(error)) from error
    if peaks.root() != head.root:
        raise refusals.unfit(log, log.origin, f"{head.size}")
    if head.size > log.size:
        raise refusals.unfit(log, log.origin, f"{head.size} > {log.size}")
    return peaks


def save_entries(log: Log, start: int, entries: Sequence[LedgerEntry]) -> None:
    """Write entries from a place on, and the tiles that they fill.

    Raises LedgerUnverifiableError: there are entries already, or the tiles do not fit.
    """
    for index, entry in enumerate(entries, start):
        entry.log, entry.index = log, index
    try:
        LedgerEntry.objects.bulk_create(entries)
    except IntegrityError as error:
        if _TAKEN.search(str(error)):
            raise refusals.unfit(log, f"entry {start}", str(error)) from error
        raise
    if start // TILE_WIDTH < (start + len(entries)) // TILE_WIDTH:
        _save_tiles(log, start - start % TILE_WIDTH)


def _save_tiles(log: Log, start: int) -> None:
    """Write the tiles that are full now and were not when the log ended with `start`, and those that grow above them."""
    edge = load_edge(Log(pk=log.pk, origin=log.origin, size=start))
    leaves = read_leaves(log, start, log.size)
    if len(leaves) != log.size - start:
        raise refusals.unfit(log, f"entries {start} to {log.size - 1}", str(len(leaves)))
    full = list(edge.extend(leaves))
    growing = [
        Tile(level, edge.size // TILE_WIDTH ** (level + 1), b"".join(hashes))
        for level, hashes in enumerate(edge.tiles)
        if hashes and level
    ]
    rows = [
        StoredTile(log=log, level=tile.level, index=tile.index, hashes=tile.hashes)
        for tile in [*full, *growing]
    ]
    StoredTile.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["log", "level", "index"], update_fields=["hashes"]
    )


def tile_reader(log: Log) -> TileReader:
    """Read tiles of a log; a missing one reads as empty, which no proof survives. The last ones are remembered.

    Those of the right border are read together, since who asks for one of them goes on to the others; the lowest of
    them is the hashes of the last entries.
    """
    widths = enumerate(edge_widths(log.size))
    border = {(level, log.size // TILE_WIDTH ** (level + 1)) for level, width in widths if width and level}
    last = log.size // TILE_WIDTH

    @lru_cache(1)
    def read_last() -> bytes:
        return b"".join(read_leaves(log, last * TILE_WIDTH, log.size))

    @lru_cache(1)
    def read_border() -> dict[tuple[int, int], bytes]:
        return _read_tiles(log, border)

    @lru_cache(TILES)
    def read_one(level: int, index: int) -> bytes:
        return _read_tiles(log, [(level, index)]).get((level, index), b"")

    def read(level: int, index: int) -> bytes:
        if (level, index) == (0, last):
            return read_last()
        if (level, index) in border:
            return read_border().get((level, index), b"")
        return read_one(level, index)

    return read


def _read_tiles(log: Log, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    wanted = [models.Q(level=level, index=index) for level, index in places]
    found = StoredTile.objects.filter(reduce(or_, wanted), log=log).values_list("level", "index", "hashes")
    return {(level, index): bytes(hashes) for level, index, hashes in found}


def read_leaves(log: Log, start: int, end: int) -> list[bytes]:
    """The hashes of the entries from `start` up to, not including, `end`."""
    rows = LedgerEntry.objects.filter(log=log, index__gte=start, index__lt=end).order_by("index")
    return [bytes(leaf) for leaf in rows.values_list("leaf_hash", flat=True)]


def read_hashed(log: Log, start: int, end: int) -> list[tuple[int, bytes, bytes]]:
    """The places, bytes and hashes of the entries from `start` up to, not including, `end`."""
    rows = LedgerEntry.objects.filter(log=log, index__gte=start, index__lt=end).order_by("index")
    return [
        (index, bytes(data), bytes(leaf))
        for index, data, leaf in rows.values_list("index", "data", "leaf_hash")
    ]


def read_entries(log: Log, start: int, end: int) -> Sequence[bytes]:
    """The bytes of the entries from `start` up to, not including, `end`."""
    rows = LedgerEntry.objects.filter(log=log, index__gte=start, index__lt=end).order_by("index")
    return [bytes(data) for data in rows.values_list("data", flat=True)]
