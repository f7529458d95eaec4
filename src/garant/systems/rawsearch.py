"""Searching files for many texts at once, as they lie on the disk, without loading them.

The reading is done by a process of its own, ``python -m garant.systems.rawsearch``: closing a file that
SQLite has open in the same process would drop SQLite's locks on it (POSIX advisory locks; see “How To
Corrupt An SQLite Database File”, section 2.2). What is searched for travels through a pipe, never on the
command line. It measures 700 to 1,300 MB per second of processor for 20 to 1,000 texts.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ahocorasick_rs import BytesAhoCorasick, Implementation

PIECE = 8 * 1024 * 1024
"""Bytes read at a time."""


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
                try:
                    forms.setdefault(text.encode(encoding), set()).add(number)
                except UnicodeEncodeError:  # the store could not hold it so either
                    continue
        self.forms = list(forms)
        self._texts = [frozenset(numbers) for numbers in forms.values()]

    def texts(self, hits: Iterable[int]) -> frozenset[int]:
        """The positions of the texts that these forms stand for."""
        return frozenset[int]().union(*(self._texts[hit] for hit in hits))


class Searcher:
    """Forms ready to be searched for in any number of streams: making it costs more than reading a small file."""

    def __init__(self, forms: Sequence[bytes]) -> None:
        self._automaton = BytesAhoCorasick(forms, implementation=Implementation.DFA) if forms else None
        self._overlap = max((len(form) for form in forms), default=1) - 1

    def search(self, pieces: Iterable[bytes]) -> set[int]:
        """The forms that occur in a stream of bytes, pieces joined where they meet."""
        found: set[int] = set()
        tail = b""
        for piece in pieces if self._automaton is not None else ():
            window = tail + piece
            found.update(hit for hit, _, _ in self._matches(window))
            tail = window[-self._overlap :] if self._overlap else b""
        return found

    def _matches(self, window: bytes) -> list[tuple[int, int, int]]:
        assert self._automaton is not None
        return self._automaton.find_matches_as_indexes(window, overlapping=True)


def search_files(patterns: Patterns, files: Sequence[Path], seconds: float) -> list[Read]:
    """Search files in a process of its own; those that time does not allow are read in part or not."""
    asked = {
        "forms": [base64.b64encode(form).decode() for form in patterns.forms],
        "files": [str(file) for file in files],
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return [
        Read(patterns.texts(answer["hits"]), answer["size"], answer["whole"], answer["there"])
        for answer in answers
    ]


def _pieces(file: BinaryIO, until: float, read: list[int]) -> Iterator[bytes]:
    while time.monotonic() < until:
        piece = file.read(PIECE)
        if not piece:
            read.append(0)
            return
        read.append(len(piece))
        yield piece


def _search_file(searcher: Searcher, path: str, until: float) -> dict[str, Any]:
    read: list[int] = []
    try:
        with Path(path).open("rb", buffering=0) as file:
            hits = searcher.search(_pieces(file, until, read))
    except FileNotFoundError:  # the store removed it meanwhile: nothing is there
        return {"hits": [], "size": 0, "whole": True, "there": False}
    except OSError:
        return {"hits": [], "size": sum(read), "whole": False, "there": True}
    return {"hits": sorted(hits), "size": sum(read), "whole": read[-1:] == [0], "there": True}


def main() -> None:
    """Read what to search for on standard input, answer on standard output."""
    asked = json.load(sys.stdin)
    searcher = Searcher([base64.b64decode(form) for form in asked["forms"]])
    until = time.monotonic() + asked["seconds"]
    json.dump([_search_file(searcher, path, until) for path in asked["files"]], sys.stdout)


if __name__ == "__main__":
    main()
