"""Files at rest: encrypted with age as they come, in pieces; opened in pieces as they go. Memory does not grow."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyrage as _pyrage
from django.conf import settings

age: Any = _pyrage
"""It comes without types."""

PIECE: Final = 64 * 1024
"""Bytes at a time."""
SUFFIX: Final = ".age"


class FileGoneError(Exception):
    """There is no file to open, or it was changed."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written."""

    plain: int
    """Bytes that came."""
    stored: int
    """Bytes on the disk."""
    sha256: str
    """Of what is on the disk."""


class _Coming:
    """An iterator of bytes, read as a file."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self.bytes = 0
        self.failed: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._rest:
            try:
                piece = next(self._chunks, None)
            except Exception as error:
                self.failed = error
                raise
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        taken = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(taken) :]
        self.bytes += len(taken)
        return bytes(taken)


class _Hashed:
    """A file that is hashed as it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Write, and count."""
        self.digest.update(data)
        self.bytes += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """As files do."""
        self._file.flush()


def folder() -> Path:
    """Where the files are, for their owner alone."""
    place = Path(settings.GARANT_HOME) / "deliveries"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def path(key: str) -> Path:
    """The file of a delivery."""
    return folder() / f"{key}{SUFFIX}"


def store(key: str, chunks: Iterable[bytes], recipient: Any) -> Written:
    """Encrypt what comes into the file of a delivery; nothing is left of it if it does not come whole."""
    coming, final = _Coming(chunks), path(key)
    passing = final.with_suffix(".part")
    try:
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            hashed = _Hashed(file)
            age.encrypt_io(coming, hashed, [recipient])
            file.flush()
            os.fsync(file.fileno())
        passing.rename(final)
    except BaseException as error:
        passing.unlink(missing_ok=True)
        raise coming.failed or error from None
    return Written(coming.bytes, hashed.bytes, hashed.digest.hexdigest())


def keep(key: str, chunks: Iterable[bytes]) -> Written:
    """Put what comes on the disk as it is; nothing is left of it if it does not come whole."""
    final = path(key)
    passing = final.with_suffix(".part")
    try:
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            hashed = _Hashed(file)
            for piece in chunks:
                hashed.write(piece)
            file.flush()
            os.fsync(file.fileno())
        passing.rename(final)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise
    return Written(hashed.bytes, hashed.bytes, hashed.digest.hexdigest())


def room() -> int:
    """Bytes that are free where the files are."""
    return shutil.disk_usage(folder()).free


def raw(key: str) -> Iterator[bytes]:
    """The file as it is. Raises FileGoneError."""
    try:
        file = path(key).open("rb")
    except FileNotFoundError:
        raise FileGoneError(key) from None
    with file:
        while piece := file.read(PIECE):
            yield piece


def opened(key: str, identity: Any) -> Iterator[bytes]:
    """The file as it came. Raises FileGoneError, possibly after pieces of it: what was given is authentic."""
    try:
        file = path(key).open("rb")
    except FileNotFoundError:
        raise FileGoneError(key) from None
    reading, writing = os.pipe()
    failed: list[Exception] = []

    def decrypt() -> None:
        with file, suppress(BrokenPipeError), os.fdopen(writing, "wb", closefd=True) as out:
            try:
                age.decrypt_io(file, out, [identity])
            except Exception as error:
                failed.append(error)

    thread = threading.Thread(target=decrypt, name=f"delivery-{key}", daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            while piece := pipe.read(PIECE):
                yield piece
    finally:
        thread.join()
    if failed:
        raise FileGoneError(key)


def destroy(key: str) -> None:
    """Destroy the file of a delivery, if it is there."""
    path(key).unlink(missing_ok=True)


def stray(mark: str, known: set[str], before: float) -> list[str]:
    """Names of files, of those that begin with a mark, that nobody knows and that were last written before an instant
    (seconds since 1970)."""
    found = [
        one for one in folder().glob(f"{mark}-*") if one.stem not in known and one.stat().st_mtime < before
    ]
    return sorted(one.name for one in found)
