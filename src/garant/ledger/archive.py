"""A ZIP archive in which every byte counts.

An export is evidence: any changed byte must show, even one in a file date or a comment that no program
reads. So the archive is written in one canonical form (members stored, fixed date, no extra field, no
comment), and read by writing its headers again and comparing. Any ZIP tool opens it (APPNOTE.TXT 6.3.3); no
other tool writes it quite like this.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple
from zlib import crc32

MOST_MEMBERS: Final = 0xFFFF - 1
MOST_BYTES: Final = 0xFFFF_FFFF - 1
_LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END: Final = struct.Struct("<4sHHHHLLH")
_VERSION: Final = 20
_UNIX: Final = 3 << 8
_DATE: Final = 0x21  # 1 January 1980, the first day ZIP knows
_MODE: Final = 0o100644 << 16
_CHUNK: Final = 1 << 20


class MalformedArchiveError(ValueError):
    """The archive is not, byte for byte, as Garant writes it."""


class Member(NamedTuple):
    """A file of the archive: its name, where its bytes start, how many they are, their CRC-32."""

    name: str
    start: int
    size: int
    crc: int

    @property
    def local_header(self) -> bytes:
        """What stands before its bytes."""
        name = self.name.encode("ascii")
        values = (_VERSION, 0, 0, 0, _DATE, self.crc, self.size, self.size, len(name), 0)
        return _LOCAL.pack(b"PK\x03\x04", *values) + name

    @property
    def central_header(self) -> bytes:
        """What the directory at the end says of it."""
        name = self.name.encode("ascii")
        offset = self.start - _LOCAL.size - len(name)
        values = (_UNIX | _VERSION, _VERSION, 0, 0, 0, _DATE, self.crc, self.size, self.size)
        return _CENTRAL.pack(b"PK\x01\x02", *values, len(name), 0, 0, 0, 0, _MODE, offset) + name


def _directory(members: list[Member], start: int) -> bytes:
    central = b"".join(member.central_header for member in members)
    count = len(members)
    return central + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), start, 0)


class ArchiveWriter:
    """Writes members one after the other; `close` writes the directory."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to an open binary file, from its start."""
        self._file = file
        self._members: list[Member] = []
        self._position = 0

    def write(self, name: str, data: bytes) -> None:
        """Add a file. Raises ValueError beyond 65,534 files or 4 GiB: export to a folder instead."""
        start = self._position + _LOCAL.size + len(name)
        if len(self._members) == MOST_MEMBERS or start + len(data) > MOST_BYTES:
            raise ValueError("this log is too long for one archive: export it to a folder")
        member = Member(name, start, len(data), crc32(data))
        self._file.write(member.local_header)
        self._file.write(data)
        self._position = start + len(data)
        self._members.append(member)

    def close(self) -> None:
        """Write the directory; the archive is complete."""
        self._file.write(_directory(self._members, self._position))


class ArchiveReader:
    """Reads an archive after comparing every byte of its headers with the canonical form."""

    def __init__(self, path: Path) -> None:
        """Open and compare. Raises MalformedArchiveError, or OSError when the file cannot be read."""
        self._file = path.open("rb")
        try:
            self._members = {member.name: member for member in self._scan()}
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def sizes(self) -> dict[str, int]:
        """Every member and its size in bytes."""
        return {member.name: member.size for member in self._members.values()}

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises KeyError."""
        member = self._members[name]
        self._file.seek(member.start)
        return self._file.read(member.size)

    def _scan(self) -> list[Member]:
        members: list[Member] = []
        names: set[str] = set()
        for member in self._locals():
            if member.name in names:
                raise MalformedArchiveError(f"{member.name} is there twice")
            names.add(member.name)
            members.append(member)
        start = self._file.tell()
        if self._file.read() != _directory(members, start):
            raise MalformedArchiveError("the directory of the archive was changed")
        return members

    def _locals(self) -> Iterator[Member]:
        while True:
            position = self._file.tell()
            header = self._file.read(_LOCAL.size)
            if header[:4] != b"PK\x03\x04" or len(header) < _LOCAL.size:
                self._file.seek(position)
                return
            yield self._member(header)

    def _member(self, header: bytes) -> Member:
        *_, crc, size, _, name_length, _ = _LOCAL.unpack(header)
        raw = self._file.read(name_length)
        name = raw.decode("ascii", errors="replace")
        member = Member(name, self._file.tell(), size, crc)
        if not raw.isascii() or member.local_header != header + raw:
            raise MalformedArchiveError(f"the header of {name!r} was changed")
        if self._crc(size) != crc:
            raise MalformedArchiveError(f"the bytes of {name!r} were changed")
        return member

    def _crc(self, size: int) -> int:
        crc = 0
        while size > 0:
            chunk = self._file.read(min(size, _CHUNK))
            if not chunk:
                raise MalformedArchiveError("the archive is cut short")
            crc = crc32(chunk, crc)
            size -= len(chunk)
        return crc
