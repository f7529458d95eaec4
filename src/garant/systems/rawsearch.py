"""Searching files for many texts at once, as they lie on the disk, without loading them.

The reading is done by a process of its own (:mod:`garant.systems.rawreading`): closing a file that SQLite
has open in the same process would drop SQLite's locks on it (POSIX advisory locks; see “How To Corrupt An
SQLite Database File”, section 2.2). What is searched for travels through a pipe, never on the command line.
It measures 700 to 1,300 MB per second of processor for 20 to 1,000 texts.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ahocorasick_rs

import garant

READING: Final = (
    "import sys; sys.path[:0] = sys.argv[1:]; from garant.systems.rawreading import main; main()",
    *dict.fromkeys(str(Path(*module.__path__).parent) for module in (garant, ahocorasick_rs)),
)
"""What the process is told: where it finds the two packages it needs, since it looks for no others."""


@dataclass(frozen=True, slots=True)
class Read:
    """One file after the search; ``size`` are the bytes read, ``whole`` whether that is all of them."""

    hits: frozenset[int]
    size: int
    whole: bool
    there: bool = True


class Patterns:
    """Texts in the encodings of a store, ready to be searched for together."""

    def __init__(self, texts: Sequence[str], encodings: Iterable[str]) -> None:
        forms: dict[bytes, set[int]] = {}
        for number, text in enumerate(texts):
            for encoding in encodings:
                # In UTF-8, what was read as half a surrogate pair was a byte that is none.
                errors = "surrogateescape" if encoding == "utf-8" else "strict"
                try:
                    forms.setdefault(text.encode(encoding, errors), set()).add(number)
                except UnicodeEncodeError:  # the store could not hold it so either
                    continue
        self.forms = list(forms)
        self._texts = [frozenset(numbers) for numbers in forms.values()]

    def texts(self, hits: Iterable[int]) -> frozenset[int]:
        """The positions of the texts that these forms stand for."""
        return frozenset[int]().union(*(self._texts[hit] for hit in hits))


def search_files(patterns: Patterns, files: Sequence[Path], seconds: float) -> list[Read]:
    """Search files in a process of its own; those that time does not allow are read in part or not."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", *READING],
        input=marshal.dumps((patterns.forms, [str(file) for file in files], seconds)),
        capture_output=True,
        check=True,
    )
    answers: list[dict[str, Any]] = marshal.loads(done.stdout)  # noqa: S302 - of the process just begun
    return [
        Read(patterns.texts(answer["hits"]), answer["size"], answer["whole"], answer["there"])
        for answer in answers
    ]
