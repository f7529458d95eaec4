"""The process that reads files and searches them; :mod:`garant.systems.rawsearch` begins it and says why.

It begins in some hundredths of a second because it imports next to nothing: what a search of a small file costs is
the beginning of the process. What it is asked and what it answers are plain values in Python's own form (``marshal``),
between two processes of one interpreter, through pipes.
"""

from __future__ import annotations

import marshal
import sys
import time

from ahocorasick_rs import BytesAhoCorasick, Implementation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, BinaryIO

PIECE = 8 * 1024 * 1024
"""Bytes read at a time."""


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
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib would take longer to import than this to read
            hits = searcher.search(_pieces(file, until, read))
    except FileNotFoundError:  # the store removed it meanwhile: nothing is there
        return {"hits": [], "size": 0, "whole": True, "there": False}
    except OSError:
        return {"hits": [], "size": sum(read), "whole": False, "there": True}
    return {"hits": sorted(hits), "size": sum(read), "whole": read[-1:] == [0], "there": True}


def main() -> None:
    """Read what to search for on standard input, answer on standard output."""
    forms, files, seconds = marshal.load(sys.stdin.buffer)  # noqa: S302 - of the process that began this one
    searcher, until = Searcher(forms), time.monotonic() + seconds
    marshal.dump([_search_file(searcher, path, until) for path in files], sys.stdout.buffer)
