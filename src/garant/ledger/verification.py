"""Offline verification: an export is checked with nothing but the keys one trusts.

Every entry is hashed again, every tile and every root computed again and compared; the signatures, the rotations of
the key, and each earlier checkpoint too. Nothing in the export is believed before it is computed.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from garant.ledger.archive import MalformedArchiveError
from garant.ledger.checkpoints import Checkpoint
from garant.ledger.entries import MalformedEntryError, Record
from garant.ledger.exports import Files, earlier_path, open_export
from garant.ledger.kinds import ROTATION_KIND, KeysRotated
from garant.ledger.notes import LONGEST_NOTE, MalformedNoteError, Note, SignatureRefusedError, VerifierKey
from garant.ledger.problems import Problem, Problems
from garant.ledger.rotation import KeyChain, Rotation, read_rotation
from garant.ledger.tiles import (
    CHECKPOINT_PATH,
    LONGEST_ENTRY,
    MalformedBundleError,
    bundle_path,
    split_hashes,
    tile_path,
    unpack_bundle,
)
from garant.ledger.tree import HASH_BYTES, TILE_WIDTH, RightEdge
from garant.ledger.words import Language

_MARK: Final = f'"kind":"{ROTATION_KIND}"'.encode()
_LONGEST_BUNDLE: Final = TILE_WIDTH * (LONGEST_ENTRY + 2)


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. The ledger is good exactly when there is no problem."""

    head: Checkpoint | None
    signers: tuple[VerifierKey, ...]
    rotations: tuple[Rotation, ...]
    earlier: int
    older: Checkpoint | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether everything fits."""
        return not self.problems

    def describe(self, language: Language) -> str:
        """The report for a person."""
        return "\n".join([*self._head(language), *(problem.describe(language) for problem in self.problems)])

    def _head(self, language: Language) -> list[str]:
        french = language == "fr"
        verdict = ("Registre vérifié." if french else "Ledger verified.") if self.ok else ""
        refused = "" if self.ok else ("Registre NON vérifié." if french else "Ledger NOT verified.")
        lines = [verdict or refused]
        if self.head is not None:
            root = b64encode(self.head.root).decode()
            entries = "entrées" if french else "entries"
            lines.append(f"{self.head.origin} · {self.head.size} {entries} · {root}")
        lines += [f"{'Signé par' if french else 'Signed by'} {key}" for key in self.signers]
        if self.ok and self.older is not None:
            lines.append(
                f"Il prolonge le point de contrôle de {self.older.size} entrées."
                if french
                else f"It continues the checkpoint of {self.older.size} entries."
            )
        return lines


def verify_export(
    path: Path, verifier_keys: Iterable[VerifierKey], older_checkpoint: bytes | None = None
) -> Report:
    """Verify an export, a folder or an archive, without any database.

    `older_checkpoint` is a checkpoint file kept from an earlier day: with it a log that was cut short, or
    written anew, is found out too. Whatever was changed is in the report; nothing is raised for it.
    Raises ExportUnusableError when there is no export at `path`, OSError when it cannot be read.
    """
    try:
        with closing(open_export(path)) as files:
            return _Verification(files, list(verifier_keys), older_checkpoint).run()
    except MalformedArchiveError as error:
        problems = Problems()
        problems.add("archive", str(path), str(error))
        return Report(None, (), (), 0, None, problems.all())


@dataclass(slots=True)
class _Head:
    """A signed head that the log must pass through."""

    place: str
    note: Note
    checkpoint: Checkpoint
    code: str = "history"


@dataclass(slots=True)
class _Verification:
    files: Files
    trusted: list[VerifierKey]
    older_note: bytes | None
    problems: Problems = field(default_factory=Problems)
    rotations: list[Rotation] = field(default_factory=list[Rotation])
    roots: dict[int, bytes] = field(default_factory=dict[int, bytes])
    edge: RightEdge = field(default_factory=RightEdge)
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    expected: set[str] = field(default_factory=set[str])

    def run(self) -> Report:
        self.sizes = self.files.sizes()
        head = self._read_head(CHECKPOINT_PATH, self._read(CHECKPOINT_PATH, LONGEST_NOTE), "signature")
        older = self._read_head("older checkpoint", self.older_note, "older")
        if head is None:
            return Report(None, (), (), 0, None, self.problems.all())
        earlier = self._earlier()
        heads = [head, *earlier, *([older] if older else [])]
        self._grow(head.checkpoint.size, {each.checkpoint.size for each in heads})
        signers = [self._check(each, head.checkpoint) for each in heads]
        for name in sorted(self.sizes.keys() - self.expected):
            self.problems.add("unexpected", name)
        return Report(
            head.checkpoint,
            signers[0],
            tuple(self.rotations),
            len(earlier),
            older.checkpoint if older else None,
            self.problems.all(),
        )

    # Reading -------------------------------------------------------------------------------------------------

    def _read(self, name: str, longest: int) -> bytes | None:
        """A file of the export, or nothing, with a problem, where it is missing or absurdly long."""
        self.expected.add(name)
        size = self.sizes.get(name)
        if size is None:
            self.problems.add("missing", name)
            return None
        if not 0 <= size <= longest:
            self.problems.add("size", name, str(size))
            return None
        return self.files.read(name)

    def _read_head(self, place: str, data: bytes | None, code: str) -> _Head | None:
        if data is None:
            return None
        try:
            note = Note.parse(data)
            return _Head(place, note, Checkpoint.parse(note.text), code)
        except MalformedNoteError as error:
            self.problems.add("note", place, str(error))
            return None

    def _earlier(self) -> list[_Head]:
        """The earlier checkpoints of the export, each at the place its content says."""
        heads: list[_Head] = []
        for name in sorted(name for name in self.sizes if name.startswith("checkpoints/")):
            head = self._read_head(name, self._read(name, LONGEST_NOTE), "history")
            if head is not None and earlier_path(head.note) != name:
                self.problems.add("unexpected", name)
            elif head is not None:
                heads.append(head)
        return heads

    # Growing the log again -----------------------------------------------------------------------------------

    def _grow(self, size: int, stops: set[int]) -> None:
        """Build the tree again from the entries, comparing each tile, and note the root at each stop."""
        if -(-size // TILE_WIDTH) > len(self.sizes):
            self.problems.add("missing", "tile/entries", str(size))
            return
        self.roots[0] = self.edge.root()
        for start in range(0, size, TILE_WIDTH):
            width = min(TILE_WIDTH, size - start)
            entries = self._bundle(start // TILE_WIDTH, width)
            if entries is None:
                return
            self._append(start, entries, stops)
        self._compare_edge()

    def _bundle(self, index: int, width: int) -> list[bytes] | None:
        name = bundle_path(index, width)
        data = self._read(name, _LONGEST_BUNDLE)
        if data is None:
            return None
        try:
            entries = unpack_bundle(data)
        except MalformedBundleError as error:
            self.problems.add("bundle", name, str(error))
            return None
        if len(entries) != width:
            self.problems.add("count", name, f"{len(entries)} ≠ {width}")
            return None
        return entries

    def _append(self, start: int, entries: Sequence[bytes], stops: set[int]) -> None:
        leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
        end = start + len(entries)
        cuts = sorted({stop for stop in stops if start < stop < end} | {end})
        for cut in cuts:
            for tile in self.edge.extend(leaves[self.edge.size - start : cut - start]):
                self._compare_tile(tile.level, tile.index, tile.hashes)
            if cut in stops:
                self.roots[cut] = self.edge.root()
        for offset, entry in enumerate(entries):
            if _MARK in entry:
                self._rotation(start + offset, entry)

    def _rotation(self, index: int, entry: bytes) -> None:
        place = f"entry {index}"
        try:
            payload = Record.parse(entry).typed()
            if not isinstance(payload, KeysRotated):
                return
            rotation = read_rotation(payload)
        except (MalformedEntryError, MalformedNoteError, SignatureRefusedError) as error:
            self.problems.add("rotation", place, str(error))
            return
        if rotation.index != index:
            self.problems.add("rotation", place, f"{rotation.index} ≠ {index}")
            return
        self.rotations.append(rotation)

    def _compare_edge(self) -> None:
        for level, hashes in enumerate(self.edge.tiles):
            if hashes:
                index = self.edge.size // TILE_WIDTH ** (level + 1)
                self._compare_tile(level, index, b"".join(hashes))

    def _compare_tile(self, level: int, index: int, computed: bytes) -> None:
        name = tile_path(level, index, len(computed) // HASH_BYTES)
        stored = self._read(name, len(computed))
        if stored is None or stored == computed:
            return
        if level or len(stored) != len(computed):
            self.problems.add("tile", name)
            return
        pairs = zip(split_hashes(stored), split_hashes(computed), strict=True)
        for offset, (kept, found) in enumerate(pairs):
            if kept != found:
                self.problems.add("entry", f"{index * TILE_WIDTH + offset}", name)

    # Heads ---------------------------------------------------------------------------------------------------

    def _check(self, head: _Head, last: Checkpoint) -> tuple[VerifierKey, ...]:
        """Whether a signed head is one of this log, signed by a key that was current at its size."""
        found = head.checkpoint
        chain = KeyChain(self.trusted, self.rotations)
        try:
            signers = head.note.signers(chain.at(found.size))
        except SignatureRefusedError as error:
            self.problems.add("signature", head.place, str(error))
            return ()
        if len(signers) != len(head.note.signatures):
            self.problems.add("unknown-signature", head.place)
        self._compare_head(head, last, {key.name for key in signers})
        return signers

    def _compare_head(self, head: _Head, last: Checkpoint, names: set[str]) -> None:
        found, root = head.checkpoint, self.roots.get(head.checkpoint.size)
        if {found.origin, *names} != {last.origin}:
            self.problems.add("origin", head.place, found.origin)
        elif found.size > last.size:
            self.problems.add("truncated", head.place, f"{found.size} > {last.size}")
        elif root is not None and root != found.root:
            self.problems.add("root" if head.code == "signature" else "forked", head.place, str(found.size))
