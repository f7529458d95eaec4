"""Building a log again from its entries, and holding every signed head against what was built.

Both verifications use it: offline, of an export, and in place, of the database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from garant.ledger.checkpoints import Checkpoint
from garant.ledger.notes import Note, SignatureRefusedError, VerifierKey
from garant.ledger.problems import Problems
from garant.ledger.rotation import KeyChain, KeyHistory, RotationRefusedError
from garant.ledger.sums import Sums
from garant.ledger.tree import TILE_WIDTH, RightEdge

TileCheck = Callable[[int, int, bytes], None]
"""Told each tile as it was computed (level, index, hashes), full or partial, to compare it with what is
stored."""


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head of the log, and where it was found.

    `code` is the problem it would be if it did not fit.
    """

    place: str
    note: Note
    checkpoint: Checkpoint
    code: str = "forked"

    @classmethod
    def parse(cls, place: str, data: bytes, code: str = "forked") -> "Head":
        """Read a checkpoint file without trusting it. Raises MalformedNoteError."""
        note = Note.parse(data)
        return cls(place, note, Checkpoint.parse(note.text), code)


class Replay:
    """A log that grows again, entry after entry."""

    def __init__(self, stops: Iterable[int], check_tile: TileCheck, problems: Problems) -> None:
        """Note the root at each size of `stops`; hand each tile to `check_tile`."""
        self.edge = RightEdge()
        self.roots = {0: self.edge.root()}
        self.keys = KeyHistory()
        self._sums = Sums()
        self._stops = set(stops)
        self._check_tile = check_tile
        self._problems = problems

    def append(self, entries: Sequence[bytes]) -> list[bytes]:
        """Append entries; return their leaf hashes."""
        start = self.edge.size
        leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
        end = start + len(leaves)
        for cut in sorted({stop for stop in self._stops if start < stop < end} | {end}):
            for tile in self.edge.extend(leaves[self.edge.size - start : cut - start]):
                self._check_tile(tile.level, tile.index, tile.hashes)
            if cut in self._stops:
                self.roots[cut] = self.edge.root()
        for index, entry in enumerate(entries, start):
            try:
                self.keys.read(index, entry)
            except RotationRefusedError as error:
                self._problems.add("rotation", f"entry {index}", str(error))
            for seen in self._sums.read(index, entry):
                self._problems.add("sum", f"entry {index}", seen)
        return leaves

    def finish(self) -> None:
        """Hand over the partial tiles of the right border too, and say which parts never came."""
        for index, seen in self._sums.finish():
            self._problems.add("sum", f"entry {index}", seen)
        for level, hashes in enumerate(self.edge.tiles):
            if hashes:
                self._check_tile(level, self.edge.size // TILE_WIDTH ** (level + 1), b"".join(hashes))

    def check_heads(
        self, heads: Sequence[Head], trusted: Iterable[VerifierKey], origin: str, size: int
    ) -> list[tuple[VerifierKey, ...]]:
        """Whether each head is one of this log, signed by a key that was current then; return its signers."""
        chain = KeyChain(trusted, self.keys.rotations)
        return [self._check_head(head, chain, origin, size) for head in heads]

    def _check_head(self, head: Head, chain: KeyChain, origin: str, size: int) -> tuple[VerifierKey, ...]:
        try:
            signers = head.note.signers(chain.at(head.checkpoint.size))
        except SignatureRefusedError as error:
            self._problems.add("signature", head.place, str(error))
            return ()
        if len(signers) != len(head.note.signatures):
            self._problems.add("unknown-signature", head.place)
        found, root = head.checkpoint, self.roots.get(head.checkpoint.size)
        if {found.origin, *(key.name for key in signers)} != {origin}:
            self._problems.add("origin", head.place, found.origin)
        elif found.size > size:
            self._problems.add("truncated", head.place, f"{found.size} > {size}")
        elif root is not None and root != found.root:
            self._problems.add(head.code, head.place, str(found.size))
        return signers
