"""The files of a log as C2SP `tlog-tiles` lays them out: tiles of hashes, bundles of entries, and their
paths."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final

from garant.ledger.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, NodeReader, root_of

CHECKPOINT_PATH: Final = "checkpoint"
LONGEST_ENTRY: Final = 0xFFFF
"""Bytes: the length of an entry is written on two bytes."""

TileReader = Callable[[int, int], bytes]
"""Gives the hashes of a tile (level, index), at least as many as the tree in question has there."""


class MalformedBundleError(ValueError):
    """The bytes of a bundle are not a sequence of length-prefixed entries."""


def tile_path(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """Where a tile lies: `tile/<level>/<index>`, with `.p/<width>` while it is partial.

    The level is a number, or `entries` for a bundle. The index is written in groups of three digits.
    """
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def bundle_path(index: int, width: int = TILE_WIDTH) -> str:
    """Where a bundle of entries lies: `tile/entries/<index>`, with `.p/<width>` while it is partial."""
    return tile_path("entries", index, width)


def tile_widths(size: int) -> Iterator[tuple[int, int, int]]:
    """Every tile (level, index, width) of a log of `size` entries, lower levels first."""
    level = 0
    while size:
        full, partial = divmod(size, TILE_WIDTH)
        widths = chain(((index, TILE_WIDTH) for index in range(full)), [(full, partial)] if partial else [])
        for index, width in widths:
            yield level, index, width
        level, size = level + 1, full


def split_hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile, in order."""
    return [tile[start : start + HASH_BYTES] for start in range(0, len(tile), HASH_BYTES)]


def node_reader(read_tile: TileReader) -> NodeReader:
    """Read the complete subtrees of a log from its tiles."""

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        offset = first % TILE_WIDTH
        tile = read_tile(tile_level, first // TILE_WIDTH)
        hashes = tile[offset * HASH_BYTES : (offset + (1 << height)) * HASH_BYTES]
        return root_of(split_hashes(hashes))

    return read


def pack_bundle(entries: Sequence[bytes]) -> bytes:
    """Write entries side by side, each after its length on two bytes.

    Raises ValueError for an entry longer than 65,535 bytes.
    """
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise ValueError(f"an entry of {len(entry)} bytes is longer than {LONGEST_ENTRY}")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_bundle(bundle: bytes) -> list[bytes]:
    """Read the entries of a bundle. Raises MalformedBundleError when the lengths do not add up."""
    entries: list[bytes] = []
    position, total = 0, len(bundle)
    while position < total:
        start = position + 2
        position = start + int.from_bytes(bundle[position:start], "big")
        entries.append(bundle[start:position])
        if start > total or position > total:
            raise MalformedBundleError(f"entry {len(entries) - 1} of the bundle ends after the bundle")
    return entries
