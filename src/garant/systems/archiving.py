"""Keeping rows before they leave a system: what an archive is to the engine and to the connectors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from garant.systems.model import Files
from garant.systems.treatments import SetApart

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


@dataclass(frozen=True, slots=True)
class ApartTable:
    """Of a table whose values are set apart: its key, and what stands in each column meanwhile."""

    key: str
    columns: Mapping[str, SetApart]


@dataclass(frozen=True, slots=True)
class ApartRow:
    """A row as it was when its values were set apart, whole."""

    table: str
    columns: Sequence[str]
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class ApartRecord:
    """What one restriction set apart of one root."""

    id: str
    key: Key
    tables: Mapping[str, ApartTable]
    rows: Sequence[ApartRow]


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

    def read_back(self) -> Iterator[ApartRecord]:
        """What was set apart, opened again; only after :meth:`close`."""
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
    apart: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """For values that a restriction sets apart: by table, its key and what stands in its columns meanwhile."""


class Archive(Protocol):
    """An intermediate archive: records wait in it, to be kept or dropped with the batch that made them."""

    def archivist(self, batch: str, origin: Origin) -> Archivist:
        """Open the records of a batch; what an interrupted attempt left waiting is dropped."""
        ...

    def keep(self, batch: str) -> int:
        """The system has let the rows go: the batch's records are now what remains; how many they are."""
        ...

    def apart(self, system: str) -> Mapping[str, frozenset[Key]]:
        """Root → keys of the people of a system whose values are set apart now."""
        ...

    def find_apart(
        self, system: str, root: str, kind: str, identities: Sequence[str]
    ) -> list[tuple[int, Key]]:
        """Those whom identities lead to, by what they were known by before; with the identity's position."""
        ...

    def sealed(self, system: str, root: str, keys: Collection[Key]) -> list[ApartRecord]:
        """What is set apart of these roots, the last first."""
        ...

    def let_go(self, records: Sequence[str]) -> None:
        """Destroy what is back in its place."""
        ...

    def leave(self, records: Sequence[str]) -> None:
        """Keep sealed what did not come back though its restriction is lifted: somebody decides what becomes of it."""
        ...

    def drop(self, batch: str) -> None:
        """The rows are still in the system: the batch's waiting records go, and their keys."""
        ...
