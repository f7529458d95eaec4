"""The Merkle tree of RFC 9162 (section 2.1) over SHA-256: roots, proofs and their verification.

Two ways in:

- `RightEdge` grows with the log. It holds only the incomplete tiles of the right border, so that appending
  and
  finding the root cost the same whatever the size of the log.
- the proof functions read a finished log through a `NodeReader`, which gives the hash of any *complete*
  subtree.

Levels count upwards from the leaves. A complete subtree of level `l` and index `i` covers the entries
`i * 2**l` to `(i + 1) * 2**l - 1`. Hashes are 32 bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
EMPTY_ROOT: Final = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree of a level (from 0, the leaves) and an index."""


class ProofRefusedError(ValueError):
    """A Merkle proof does not prove what it is said to prove."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry as a leaf: SHA-256(0x00 || entry) (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent: SHA-256(0x01 || left || right) (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Fold the hashes of equal, complete subtrees (the last may be smaller) into one root.

    Pairing level by level and carrying an odd last hash upwards gives the tree of RFC 9162, 2.1.1.
    No hash at all gives the root of the empty tree, SHA-256 of nothing.
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile: 256 hashes of one tile level, side by side (C2SP tlog-tiles)."""

    level: int
    index: int
    hashes: bytes


class RightEdge:
    """The incomplete tiles at the right border of a growing log, and its size in entries."""

    def __init__(self, size: int = 0, tiles: Sequence[Sequence[bytes]] = ()) -> None:
        """Start from nothing, or from the border of a log of `size` entries.

        `tiles[l]` holds the hashes of the partial tile of tile level `l`: `size // 256**l % 256` of them.
        Raises ValueError when their number does not fit the size.
        """
        self.size = size
        self.tiles = [list(hashes) for hashes in tiles]
        if [len(hashes) for hashes in self.tiles] != edge_widths(size):
            raise ValueError(f"these tiles are not the right border of a log of {size} entries")

    def extend(self, leaves: Sequence[bytes]) -> Iterator[Tile]:
        """Append leaf hashes; yield every tile that becomes full, lower levels first.

        The log has grown only once the iterator is exhausted.
        """
        start = 0
        while start < len(leaves):
            room = TILE_WIDTH - self.size % TILE_WIDTH
            chunk = leaves[start : start + room]
            start += room
            self.size += len(chunk)
            yield from self._push(0, chunk)

    def _push(self, level: int, hashes: Sequence[bytes]) -> list[Tile]:
        if level == len(self.tiles):
            self.tiles.append([])
        tile = self.tiles[level]
        tile.extend(hashes)
        if len(tile) < TILE_WIDTH:
            return []
        self.tiles[level] = []
        full = Tile(level, self.size // TILE_WIDTH ** (level + 1) - 1, b"".join(tile))
        return [full, *self._push(level + 1, [root_of(tile)])]

    def root(self) -> bytes:
        """The root of the whole log (RFC 9162, 2.1.1)."""
        below: list[bytes] = []
        for tile in self.tiles:
            hashes = tile + below
            below = [root_of(hashes)] if hashes else []
        return below[0] if below else EMPTY_ROOT


class Peaks:
    """A log as the complete subtrees that it is made of, the largest first: all it takes to append, and to find the root.

    They are as many as the size has binary ones: no more than 64 hashes, however long the log is.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Start from nothing, or from the subtrees of a log. Raises ValueError when their number does not fit the size."""
        if size.bit_count() != len(hashes):
            raise ValueError(f"{len(hashes)} complete subtrees are not a log of {size} entries")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> None:
        """Append one leaf hash: each pair of subtrees of one size becomes one subtree."""
        carried, pairs = leaf, self.size
        while pairs & 1:
            carried, pairs = node_hash(self.hashes.pop(), carried), pairs >> 1
        self.hashes.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The root of the whole log (RFC 9162, 2.1.1)."""
        if not self.hashes:
            return EMPTY_ROOT
        *others, root = self.hashes
        for left in reversed(others):
            root = node_hash(left, root)
        return root


def edge_widths(size: int) -> list[int]:
    """How many hashes the partial tile of each tile level holds in a log of `size` entries, level 0 first."""
    widths: list[int] = []
    while size:
        widths.append(size % TILE_WIDTH)
        size //= TILE_WIDTH
    return widths


def range_root(read: NodeReader, start: int, end: int) -> bytes:
    """The root of the entries `start` to `end - 1`, where `start` is a boundary the tree itself splits at."""
    parts: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(read(level, start >> level))
        start += 1 << level
    if not parts:
        return EMPTY_ROOT
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def inclusion_proof(read: NodeReader, index: int, size: int) -> list[bytes]:
    """The audit path of entry `index` in the tree of `size` entries, from the leaf up (RFC 9162, 2.1.3.1).

    Raises ValueError when the tree has no such entry.
    """
    if not 0 <= index < size:
        raise ValueError(f"a log of {size} entries has no entry {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(read, middle, end))
            end = middle
        else:
            path.append(range_root(read, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(read: NodeReader, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` entries begins with the tree of `old` entries (RFC 9162, 2.1.4.1).

    Raises ValueError unless `0 <= old <= new`. From nothing, or to the same tree, the proof is empty.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a log of {new} entries does not continue a log of {old} entries")
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while 0 < old < end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(range_root(read, middle, end))
            end = middle
        else:
            proof.append(range_root(read, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(range_root(read, start, end))
    return proof[::-1]


def _split(width: int) -> int:
    """The largest power of two smaller than `width` (which is at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check an audit path as RFC 9162, 2.1.3.2 says.

    Raises ProofRefusedError when it does not lead to `root`.
    """
    if not 0 <= index < size:
        raise ProofRefusedError(f"a log of {size} entries has no entry {index}")
    position, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofRefusedError("the proof is longer than the tree is high")
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofRefusedError("the proof is shorter than the tree is high")
    if computed != root:
        raise ProofRefusedError("the proof leads to another root: this entry is not in that tree")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check a consistency proof as RFC 9162, 2.1.4.2 says.

    Raises ProofRefusedError when the tree of `new` entries is not shown to begin with that of `old` entries.
    """
    if not 0 <= old <= new:
        raise ProofRefusedError(f"a log of {new} entries does not continue a log of {old} entries")
    if old in (0, new):
        _verify_trivial(old, new, old_root, new_root, proof)
        return
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not hashes:
        raise ProofRefusedError("the proof is empty")
    old_computed, new_computed = _replay(old, new, hashes)
    if old_computed != old_root:
        raise ProofRefusedError("the proof leads to another old root: the log was rewritten")
    if new_computed != new_root:
        raise ProofRefusedError("the proof leads to another new root: the log was rewritten")


def _verify_trivial(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    if proof:
        raise ProofRefusedError("nothing is to be proved, yet the proof is not empty")
    if old == new and old_root != new_root:
        raise ProofRefusedError("two trees of the same size have different roots: the log was forked")
    if old == 0 and old_root != EMPTY_ROOT:
        raise ProofRefusedError("this is not the root of the empty tree")


def _replay(old: int, new: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root that a consistency proof leads to."""
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old_computed = new_computed = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofRefusedError("the proof is longer than the tree is high")
        if position & 1 or position == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofRefusedError("the proof is shorter than the tree is high")
    return old_computed, new_computed
