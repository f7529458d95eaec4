"""Reading and writing the tree in the database: the lock, the tiles, the entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from operator import or_

from django.db import models

from garant.apps.evidence import refusals
from garant.apps.evidence.models import LedgerEntry, Log
from garant.apps.evidence.models import Tile as StoredTile
from garant.ledger import Problem, RightEdge
from garant.ledger.tiles import TileReader, split_hashes
from garant.ledger.tree import TILE_WIDTH, Tile, edge_widths

ROWS = 2_000
TILES = 64
"""Of 8 kB each, which a proof goes through again and again."""


def find_log(organisation: str) -> Log:
    """The log of an organisation, in its scope. Raises LogMissingError."""
    return _found(Log.objects.filter(pk=organisation).first(), organisation)


def lock_log(organisation: str) -> Log:
    """The log, locked until the transaction ends: entries get their places one writer at a time."""
    return _found(Log.objects.select_for_update().filter(pk=organisation).first(), organisation)


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
        problem = Problem("database", f"{log.origin} tile", str(error))
        raise refusals.LedgerUnverifiableError(log.pk, [problem]) from error


def save_growth(log: Log, full: Iterable[Tile], edge: RightEdge) -> None:
    """Write the tiles that filled up, the growing ones, and the new size."""
    growing = [
        Tile(level, edge.size // TILE_WIDTH ** (level + 1), b"".join(hashes))
        for level, hashes in enumerate(edge.tiles)
        if hashes
    ]
    rows = [
        StoredTile(log=log, level=tile.level, index=tile.index, hashes=tile.hashes)
        for tile in [*full, *growing]
    ]
    StoredTile.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["log", "level", "index"], update_fields=["hashes"]
    )
    log.size = edge.size
    log.save(update_fields=["size"])


def tile_reader(log: Log) -> TileReader:
    """Read tiles of a log; a missing one reads as empty, which no proof survives. The last ones are remembered.

    Those of the right border are read together, since who asks for one of them goes on to the others.
    """
    widths = enumerate(edge_widths(log.size))
    border = {(level, log.size // TILE_WIDTH ** (level + 1)) for level, width in widths if width}

    @lru_cache(1)
    def read_border() -> dict[tuple[int, int], bytes]:
        return _read_tiles(log, border)

    @lru_cache(TILES)
    def read_one(level: int, index: int) -> bytes:
        return _read_tiles(log, [(level, index)]).get((level, index), b"")

    def read(level: int, index: int) -> bytes:
        if (level, index) in border:
            return read_border().get((level, index), b"")
        return read_one(level, index)

    return read


def _read_tiles(log: Log, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    wanted = [models.Q(level=level, index=index) for level, index in places]
    found = StoredTile.objects.filter(reduce(or_, wanted), log=log).values_list("level", "index", "hashes")
    return {(level, index): bytes(hashes) for level, index, hashes in found}


def read_entries(log: Log, start: int, end: int) -> Sequence[bytes]:
    """The bytes of the entries from `start` up to, not including, `end`."""
    rows = LedgerEntry.objects.filter(log=log, index__gte=start, index__lt=end).order_by("index")
    return [bytes(data) for data in rows.values_list("data", flat=True)]
