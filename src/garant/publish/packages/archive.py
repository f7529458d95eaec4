"""A ZIP that leaves in pieces while it is made, and what waits aside for its turn, encrypted.

A ZIP takes one member at a time, while a row becomes JSON, a line of a spreadsheet and a line of a page at once: the
second and third wait in a file without a name, under a key that is nowhere but in memory.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PIECE: Final = 64 * 1024
"""Bytes at a time."""
LEVEL: Final = 2
"""Of compression: twice as fast as the usual one, for a fourteenth more bytes."""


class _Outlet(io.RawIOBase):
    """Where the ZIP is written to: nobody goes back in it."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        self._waiting.append(piece)
        self.size += len(piece)
        return len(piece)

    def drained(self) -> bytes:
        """What was written since the last time."""
        piece = b"".join(self._waiting)
        self._waiting, self.size = [], 0
        return piece


class Leaving:
    """A ZIP on its way out: members one after the other, in pieces that are given as they fill."""

    def __init__(self) -> None:
        self._out = _Outlet()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        self._names: set[str] = set()

    def free(self, name: str) -> str:
        """A name that no member has, on a machine either that takes capitals and small letters for the same."""
        stem, dot, end = name.rpartition(".") if "." in name.rpartition("/")[2] else (name, "", "")
        number, free = 1, name
        while free.casefold() in self._names:
            number += 1
            free = f"{stem} ({number}){dot}{end}"
        return free

    def reserved(self, name: str) -> str:
        """A name that no member has, kept for one that comes later."""
        found = self.free(name)
        self._names.add(found.casefold())
        return found

    def member(self, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Write one member; gives what of the ZIP can leave."""
        self._names.add(name.casefold())
        with self._zip.open(name, "w", force_zip64=True) as member:
            for piece in gathered(pieces):
                member.write(piece)
                if self._out.size >= PIECE:
                    yield self._out.drained()

    def end(self) -> Iterator[bytes]:
        """The directory, at the end."""
        self._zip.close()
        yield self._out.drained()

    def abandon(self) -> None:
        """What was begun and not ended never is: nothing writes its directory later. After the end, nothing."""
        self._zip.fp = None


def gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces worth compressing: a row is too little."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


@dataclass(slots=True)
class _Waiting:
    name: str
    start: int
    end: int


class Aside:
    """Members that wait for their turn, in a file without a name, encrypted (AES-256-CTR, one key a file)."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._cipher = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(os.urandom(16)))
        self._encrypt = self._cipher.encryptor()
        self._members: list[_Waiting] = []
        self._size = 0

    def begin(self, name: str) -> None:
        """What follows is of this member."""
        self._members.append(_Waiting(name, self._size, self._size))

    def write(self, data: bytes) -> None:
        """More of the member that was begun last."""
        self._file.write(self._encrypt.update(data))
        self._size += len(data)
        self._members[-1].end = self._size

    def into(self, archive: Leaving) -> Iterator[bytes]:
        """Let every member follow, in order."""
        self._file.seek(0)
        decrypt = self._cipher.decryptor()
        for member in self._members:
            left = member.end - member.start

            def pieces(left: int = left) -> Iterator[bytes]:
                while left:
                    piece = self._file.read(min(PIECE, left))
                    left -= len(piece)
                    yield decrypt.update(piece)

            yield from archive.member(member.name, pieces())
