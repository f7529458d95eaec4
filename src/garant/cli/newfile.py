"""A file that is whole or not there, for its owner only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast


class NewFile:
    """A file being written beside its place; it takes its place when everything went well."""

    def __init__(self, raw: BinaryIO) -> None:
        self.raw = raw
        self.discarded = False

    def discard(self) -> None:
        """Leave nothing behind after all."""
        self.discarded = True


@contextmanager
def new_file(path: Path) -> Iterator[tuple[BinaryIO, NewFile]]:
    """Open a file for its owner only; on an error, or once discarded, nothing is left of it."""
    beside = path.with_name(f".{path.name}.part")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with cast("BinaryIO", os.fdopen(descriptor, "w+b")) as raw:
        made = NewFile(raw)
        try:
            yield raw, made
        except BaseException:
            beside.unlink()
            raise
    if made.discarded:
        beside.unlink()
    else:
        beside.replace(path)
