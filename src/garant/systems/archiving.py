"""Keeping rows before they leave a system: what an archive is to the engine and to the connectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from garant.systems.model import Files

Key = int | str
"""The key of a root, as in :mod:`garant.systems.port`."""

KINDS: Final = ("email", "phone", "number")
"""Identities under which records are filed and found; a name alone is nobody's."""

ReadFile = Callable[[str, str], Iterator[bytes]]
"""Streams the file of a store (variable, name); nothing when it is not there."""


@dataclass(frozen=True, slots=True)
class LeavingRows:
    """Whole rows of one table that are about to change, each with a root that it belongs to.

    They come ordered by root. ``files`` say which columns name a file, and where it is.
    """

    table: str
    columns: Sequence[str]
    rows: Iterable[tuple[Key, Sequence[Any]]]
    files: Sequence[Files] = ()


class Archivist(Protocol):
    """Takes the rows of one batch of roots, root by root, before they change."""

    def take(self, leaving: LeavingRows, read_file: ReadFile) -> None:
        """Keep these rows and the files they name; memory does not grow with them."""
        ...

    def close(self, counted_from: Mapping[Key, date]) -> None:
        """Make what was taken durable, read it back and compare.

        ``counted_from`` is the day of each root's event: its retention counts from there.
        """
        ...

    def abandon(self) -> None:
        """Let go of what was not made durable; harmless after :meth:`close`."""
        ...

    def taken(self, table: str) -> int | None:
        """How many rows of a table were kept; None before :meth:`close` has read them back."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows of a record come from, and the columns by which its person is known.

    ``identities`` gives, by table and column, what it may hold: an e-mail, a telephone, another number.
    """

    system: str
    root: str
    rule: str
    map_digest: str
    archived: date
    identities: Mapping[str, Mapping[str, Sequence[str]]]


class Archive(Protocol):
    """An intermediate archive: records wait in it, to be kept or dropped with the batch that made them."""

    def archivist(self, batch: str, origin: Origin) -> Archivist:
        """Open the records of a batch; what an interrupted attempt left waiting is dropped."""
        ...

    def keep(self, batch: str) -> int:
        """The system has let the rows go: the batch's records are now what remains; how many they are."""
        ...

    def drop(self, batch: str) -> None:
        """The rows are still in the system: the batch's waiting records go, and their keys."""
        ...
