"""A folder of files named by rows: a file goes when its last reference has gone."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from garant.systems.port import ConnectorError

PIECE = 64 * 1024
"""Bytes read at a time."""

LONGEST = 4096
"""Characters of the longest name that a machine takes: a longer one is no file."""

Identity = tuple[int, int]
"""What makes a file that file, whatever it is called: its device and its number there."""


class FileStore:
    """The files below one folder; nothing outside it is ever touched."""

    def __init__(self, folder: Path, folders: Sequence[int] = ()) -> None:
        self.folder = folder.resolve()
        self._folders = tuple(folders)

    @property
    def is_there(self) -> bool:
        """Whether the folder is one, and can be looked into."""
        return os.access(f"{self.folder}/", os.R_OK | os.X_OK)

    def delete(self, name: str) -> int:
        """Delete one file; 1 when it was there, 0 when it had gone or was never one of the store's.

        Raises:
            ConnectorError: when the machine refuses.
        """
        path = self.path(name)
        if path is None:
            return 0
        with self._refusals():
            path.unlink(missing_ok=True)
        return 1

    def written(self, name: str) -> str:
        """Where a name leads as it is written, whether a file is there or not: the same for ``a`` and ``./a``."""
        return os.path.normpath(self.folder / self._place(name))

    def read(self, name: str) -> Iterator[bytes]:
        """Stream one file in pieces of at most 64 KiB; nothing when it is not one of the store's.

        Raises:
            ConnectorError: when the machine refuses.
        """
        path = self.path(name)
        if path is None:
            return
        with self._refusals(), path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def path(self, name: str) -> Path | None:
        """Where the file of that name is; None when there is none, or when it is outside the folder.

        A row holds whatever somebody once wrote in it: a name that leads elsewhere, through ``..`` or a
        link, is no file of the store. A link is the file itself, never what it points at.

        Raises:
            ConnectorError: when the machine does not let us look: the file may well be there.
        """
        if len(name) > LONGEST:
            return None
        try:
            written = Path(self.written(name))
            path = written.parent.resolve() / written.name
            inside = path.is_relative_to(self.folder) and path.resolve().is_relative_to(self.folder)
            return path if inside and path.is_file() else None
        except PermissionError as error:
            raise ConnectorError(f"{self.folder.name}: a file could not be used: {error.strerror}") from None
        except (OSError, ValueError, RuntimeError):  # a name too long, with a NUL, a loop of links
            return None

    def identity(self, name: str) -> Identity | None:
        """Which file that name is, to compare it with others; None when it is none of the store's.

        Raises:
            ConnectorError: when the machine does not let us look.
        """
        path = self.path(name)
        if path is None:
            return None
        with self._refusals():
            found = path.lstat()
        return found.st_dev, found.st_ino

    def spellings(self, name: str) -> set[str]:
        """The name as it is written, in its shortest form, and from the root of the machine."""
        path = self.path(name)
        if path is None or self._folders:
            return {name}
        return {name, str(path.relative_to(self.folder)), str(path)}

    def _place(self, name: str) -> str:
        """The name below the subfolders that its own first characters name."""
        parts: list[str] = []
        rest = name
        for length in self._folders:
            parts.append(rest[:length])
            rest = rest[length:]
        return "/".join([*parts, name]) if all(parts) else ""

    @contextmanager
    def _refusals(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise ConnectorError(f"{self.folder.name}: a file could not be used: {error.strerror}") from None
