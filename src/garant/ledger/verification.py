"""Offline verification: an export is checked with nothing but the keys one trusts.

Every entry is hashed again, every tile and every root computed again and compared; the signatures, the
rotations of the key, and each earlier checkpoint too. Nothing in the export is believed before it is
computed.
"""

from base64 import b64encode
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from garant.ledger.archive import MalformedArchiveError
from garant.ledger.checkpoints import Checkpoint
from garant.ledger.exports import Files, earlier_path, open_export
from garant.ledger.notes import LONGEST_NOTE, MalformedNoteError, VerifierKey
from garant.ledger.problems import Problem, Problems
from garant.ledger.replay import Head, Replay
from garant.ledger.rotation import Rotation
from garant.ledger.tiles import (
    CHECKPOINT_PATH,
    LONGEST_ENTRY,
    MalformedBundleError,
    bundle_path,
    split_hashes,
    tile_path,
    unpack_bundle,
)
from garant.ledger.tree import HASH_BYTES, TILE_WIDTH
from garant.ledger.words import Language

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
class _Verification:
    files: Files
    trusted: list[VerifierKey]
    older_note: bytes | None
    problems: Problems = field(default_factory=Problems)
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    expected: set[str] = field(default_factory=set[str])

    def run(self) -> Report:
        self.sizes = self.files.sizes()
        head = self._head(CHECKPOINT_PATH, self._read(CHECKPOINT_PATH, LONGEST_NOTE), "root")
        older = self._head("older checkpoint", self.older_note, "forked")
        if head is None:
            return Report(None, (), (), 0, None, self.problems.all())
        earlier = self._earlier()
        heads = [head, *earlier, *([older] if older else [])]
        replay = Replay({each.checkpoint.size for each in heads}, self._compare_tile, self.problems)
        self._grow(replay, head.checkpoint.size)
        signers = replay.check_heads(heads, self.trusted, head.checkpoint.origin, head.checkpoint.size)
        for name in sorted(self.sizes.keys() - self.expected):
            self.problems.add("unexpected", name)
        return Report(
            head.checkpoint,
            signers[0],
            tuple(replay.keys.rotations),
            len(earlier),
            older.checkpoint if older else None,
            self.problems.all(),
        )

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

    def _head(self, place: str, data: bytes | None, code: str) -> Head | None:
        if data is None:
            return None
        try:
            return Head.parse(place, data, code)
        except MalformedNoteError as error:
            self.problems.add("note", place, str(error))
            return None

    def _earlier(self) -> list[Head]:
        """The earlier checkpoints of the export, each at the place its content says."""
        heads: list[Head] = []
        for name in sorted(name for name in self.sizes if name.startswith("checkpoints/")):
            head = self._head(name, self._read(name, LONGEST_NOTE), "forked")
            if head is not None and earlier_path(head.note) != name:
                self.problems.add("unexpected", name)
            elif head is not None:
                heads.append(head)
        return heads

    def _grow(self, replay: Replay, size: int) -> None:
        """Build the tree again from the bundles, as far as they are there."""
        if -(-size // TILE_WIDTH) > len(self.sizes):
            self.problems.add("missing", "tile/entries", str(size))
            return
        for start in range(0, size, TILE_WIDTH):
            entries = self._bundle(start // TILE_WIDTH, min(TILE_WIDTH, size - start))
            if entries is None:
                return
            replay.append(entries)
        replay.finish()

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

    def _compare_tile(self, level: int, index: int, computed: bytes) -> None:
        name = tile_path(level, index, len(computed) // HASH_BYTES)
        stored = self._read(name, len(computed))
        if stored is not None:
            compare_tile(self.problems, name, level, index, stored, computed)


def compare_tile(
    problems: Problems, name: str, level: int, index: int, stored: bytes, computed: bytes
) -> None:
    """Note a stored tile that differs from the computed one; at the leaves, which entries differ."""
    if stored == computed:
        return
    if level or len(stored) != len(computed):
        problems.add("tile", name)
        return
    pairs = zip(split_hashes(stored), split_hashes(computed), strict=True)
    for entry, (kept, found) in enumerate(pairs, index * TILE_WIDTH):
        if kept != found:
            problems.add("entry", f"entry {entry}", name)
