"""Checkpoints: a signed note that says how long the log is and what its root is (C2SP `tlog-checkpoint`)."""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from garant.ledger.notes import MalformedNoteError, Note, SigningKey, check_name, decode_base64
from garant.ledger.tree import HASH_BYTES

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its name, its size in entries and the root of its tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed: three lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    def sign(self, *keys: SigningKey) -> Note:
        """Sign it under the log's own name."""
        return Note.signed(self.text, self.origin, *keys)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note as a checkpoint. Raises MalformedNoteError.

        Extension lines are refused: ours have none, and what no one can audit has no place in evidence.
        """
        lines = text.removesuffix("\n").split("\n")
        if len(lines) != _LINES:
            raise MalformedNoteError(f"a checkpoint has three lines (name, size, root), not {len(lines)}")
        origin, size, root = lines
        if not _SIZE.fullmatch(size):
            raise MalformedNoteError(f"not a number of entries: {size[:40]!r}")
        decoded = decode_base64(root)
        if len(decoded) != HASH_BYTES:
            raise MalformedNoteError(f"the root of a checkpoint has {HASH_BYTES} bytes, not {len(decoded)}")
        return cls(check_name(origin), int(size), decoded)
