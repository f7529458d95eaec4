"""A file that is whole or not there, for its owner only."""

from __future__ import annotations

import os
import tempfile
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
    """Open a file for its owner only, and this program's only; on an error, or once discarded, nothing is left of it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    beside = Path(name)
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
