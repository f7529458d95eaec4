"""Small logs in memory, built the way the product builds them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from garant.ledger import (
    Checkpoint,
    Entry,
    KeysCreated,
    Note,
    OrganisationCreated,
    RightEdge,
    SigningKey,
    SubjectKeysDestroyed,
    VerifierKey,
    leaf_hash,
    open_sink,
    rotate,
    write_export,
)
from garant.ledger.tiles import node_reader

ORIGIN = "garant/demo"
START = datetime(2026, 11, 1, 8, tzinfo=UTC)


def key(number: int) -> SigningKey:
    """A signing key, the same each time."""
    return SigningKey(bytes([number]) * 32)


class MemoryLog:
    """A log with everything in lists."""

    def __init__(self, signer: SigningKey | None = None, origin: str = ORIGIN) -> None:
        self.origin, self.signer = origin, signer or key(1)
        self.entries: list[bytes] = []
        self.edge = RightEdge()
        self.full: dict[tuple[int, int], bytes] = {}
        self.notes: list[Note] = []

    @property
    def verifier(self) -> VerifierKey:
        return self.signer.verifier(self.origin)

    def append(self, *entries: bytes) -> None:
        for tile in self.edge.extend([leaf_hash(entry) for entry in entries]):
            self.full[tile.level, tile.index] = tile.hashes
        self.entries.extend(entries)

    def open(self) -> MemoryLog:
        """The two entries every log begins with."""
        created = OrganisationCreated(organisation="demo", time_zone="Europe/Paris")
        named = KeysCreated(verifier=str(self.verifier))
        self.append(*(Entry(payload, START).canonical() for payload in (created, named)))
        return self

    def fill(self, size: int) -> MemoryLog:
        """Grow to a size with entries that are all different."""
        while len(self.entries) < size:
            at = START + timedelta(seconds=len(self.entries))
            self.append(Entry(SubjectKeysDestroyed(keys=len(self.entries)), at, "garant").canonical())
        return self

    def sign(self, *, by: SigningKey | None = None) -> Note:
        head = Checkpoint(self.origin, len(self.entries), self.edge.root())
        self.notes.append(head.sign(by or self.signer))
        return self.notes[-1]

    def rotate(self, new: SigningKey) -> MemoryLog:
        """Hand over to a new key, as the product does."""
        payload = rotate(self.origin, len(self.entries), self.signer, new)
        self.append(Entry(payload, START).canonical())
        self.sign()
        self.signer = new
        self.sign()
        return self

    def tile(self, level: int, index: int) -> bytes:
        return self.full.get((level, index)) or b"".join(self.edge.tiles[level])

    def node(self, level: int, index: int) -> bytes:
        return node_reader(self.tile)(level, index)

    def export(self, path: Path) -> Path:
        with open_sink(path) as sink:
            write_export(
                sink, self.notes[-1], self.notes[:-1], self.tile, lambda start, end: self.entries[start:end]
            )
        return path


@cache
def signed_log(size: int) -> MemoryLog:
    """A finished log of one key, with an earlier checkpoint half-way. Shared: do not grow it."""
    log = MemoryLog().open().fill(size // 2)
    log.sign()
    log.fill(size).sign()
    return log
