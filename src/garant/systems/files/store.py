"""A folder of files named by rows: a file goes when its last reference has gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from garant.systems.port import ConnectorError

PIECE = 64 * 1024
"""Bytes read at a time."""


class FileRefused(ConnectorError):
    """A row names something that is not a file of the store; it is left where it is."""


class FileStore:
    """The files below one folder; nothing outside it is ever touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def delete(self, name: str) -> int:
        """Delete one file; 1 when it was there, 0 when it had already gone.

        Raises:
            FileRefused: when the name leads out of the folder, or is not a file's.
        """
        path = self.path(name)
        if not path.exists():
            return 0
        if not path.is_file():
            raise FileRefused(f"{self.folder.name}: a row names something that is not a file")
        path.unlink()
        return 1

    def read(self, name: str) -> Iterator[bytes]:
        """Stream one file in pieces of at most 64 KiB; nothing when it is not there."""
        path = self.path(name)
        if not path.is_file():
            return
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def path(self, name: str) -> Path:
        """Where the file of that name is.

        Raises:
            FileRefused: when the name is empty or leads out of the folder, links included.
        """
        path = (self.folder / name).resolve() if "\0" not in name else self.folder
        if path == self.folder or not path.is_relative_to(self.folder):
            raise FileRefused(f"{self.folder.name}: a row names a file outside its store")
        return path
