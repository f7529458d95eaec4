"""Exports: a whole log as files that verify without Garant's database.

    checkpoint                    the head of the log, signed
    checkpoints/<size>.<key>      every earlier signed head
    tile/<level>/<index>          the hashes of the tree
    tile/entries/<index>          the entries themselves

The layout is C2SP `tlog-tiles`; `checkpoints/` is Garant's addition.
"""

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from garant.ledger.archive import ArchiveReader, ArchiveWriter
from garant.ledger.checkpoints import Checkpoint
from garant.ledger.notes import Note
from garant.ledger.tiles import CHECKPOINT_PATH, TileReader, bundle_path, pack_bundle, tile_path, tile_widths
from garant.ledger.tree import HASH_BYTES, TILE_WIDTH
from garant.ledger.words import LedgerError

EntryReader = Callable[[int, int], Sequence[bytes]]
"""Gives the entries from an index up to, not including, another."""


class ExportUnusableError(LedgerError):
    """There is no export at this place, or one may not be written there."""


class Sink(Protocol):
    """Where the files of an export go."""

    def write(self, name: str, data: bytes) -> None:
        """Add a file."""
        ...


class Files(Protocol):
    """The files of an export, in a folder or in an archive."""

    def sizes(self) -> dict[str, int]:
        """Every file and its size in bytes; -1 for what is not a plain file."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of a file of `sizes`."""
        ...

    def close(self) -> None:
        """Give back what was opened."""
        ...


class FolderFiles:
    """An export in a folder."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        self._folder = folder

    def close(self) -> None:
        """Nothing stays open."""

    def sizes(self) -> dict[str, int]:
        """Every file; a link is listed with the size -1: evidence holds its own bytes."""
        found: dict[str, int] = {}
        for base, folders, names in os.walk(self._folder):
            for path in (Path(base, name) for name in [*names, *folders]):
                status = path.lstat()
                if not stat.S_ISDIR(status.st_mode):
                    name = path.relative_to(self._folder).as_posix()
                    found[name] = status.st_size if stat.S_ISREG(status.st_mode) else -1
        return found

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        return (self._folder / name).read_bytes()


def open_export(path: Path) -> Files:
    """Open an export, a folder or an archive; the caller closes it.

    Raises ExportUnusableError when there is nothing, and MalformedArchiveError when the archive was changed.
    """
    if path.is_dir():
        return FolderFiles(path)
    if path.is_file():
        return ArchiveReader(path)
    raise ExportUnusableError(
        fr=f"Il n’y a pas d’export du registre ici : {path}. Indiquez le dossier ou le fichier ZIP.",
        en=f"There is no export of the ledger here: {path}. Give the folder or the ZIP file.",
    )


class FolderSink:
    """Writes the files of an export into a folder that was empty."""

    def __init__(self, folder: Path) -> None:
        """Make the folder. Raises ExportUnusableError when it holds something already."""
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ExportUnusableError(
                fr=f"{folder} n’est pas vide : choisissez un autre dossier, rien n’est écrasé.",
                en=f"{folder} is not empty: choose another folder, nothing is overwritten.",
            )
        self._folder = folder

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def write(self, name: str, data: bytes) -> None:
        """Add a file."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


class ArchiveSink:
    """Writes the files of an export into a new archive; where that fails, no half archive stays."""

    def __init__(self, path: Path) -> None:
        """Name the archive. Raises ExportUnusableError when the file exists already."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        try:
            self._file: BinaryIO = path.open("xb")
        except FileExistsError:
            raise ExportUnusableError(
                fr=f"{path} existe déjà : choisissez un autre nom, rien n’est écrasé.",
                en=f"{path} exists already: choose another name, nothing is overwritten.",
            ) from None
        self._archive = ArchiveWriter(self._file)

    def __enter__(self) -> Self:
        """Nothing more to open."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Write the directory, or take the file away."""
        with self._file:
            if kind is None:
                self._archive.close()
        if kind is not None:
            self._path.unlink()

    def write(self, name: str, data: bytes) -> None:
        """Add a member."""
        self._archive.write(name, data)


def open_sink(path: Path) -> FolderSink | ArchiveSink:
    """A new archive where the path ends in `.zip`, else a new folder."""
    return ArchiveSink(path) if path.suffix.lower() == ".zip" else FolderSink(path)


def write_export(
    sink: Sink, head: Note, earlier: Iterable[Note], tiles: TileReader, entries: EntryReader
) -> None:
    """Write a log up to its signed head, file after file: memory does not grow with the log."""
    size = Checkpoint.parse(head.text).size
    for level, index, width in tile_widths(size):
        sink.write(tile_path(level, index, width), tiles(level, index)[: width * HASH_BYTES])
    for start in range(0, size, TILE_WIDTH):
        width = min(TILE_WIDTH, size - start)
        sink.write(bundle_path(start // TILE_WIDTH, width), pack_bundle(entries(start, start + width)))
    for note in earlier:
        sink.write(earlier_path(note), note.encode())
    sink.write(CHECKPOINT_PATH, head.encode())


def earlier_path(note: Note) -> str:
    """Where an earlier checkpoint lies: named by its size and the key that signed it."""
    return f"checkpoints/{Checkpoint.parse(note.text).size}.{note.signatures[0].id.hex()}"
