"""A person's data table by table, read as they are asked for: what exports and packages are made of (art. 15, 20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from garant.engine.identities import roots_found
from garant.engine.planning.subject import reachable
from garant.engine.telling.export import Choose, Share, everything
from garant.engine.telling.reading import rows_of
from garant.engine.terms import Source
from garant.policy.text import Text
from garant.systems.finding import RootKey
from garant.systems.model import DataMap
from garant.systems.port import Snapshot
from garant.systems.texts import readable, readable_row
from garant.systems.treatments import Refresh


@dataclass(frozen=True, slots=True)
class Portion:
    """The rows of one table that are the person's through one root."""

    data_map: DataMap
    root: str
    name: str
    apart: str
    """What sets these rows apart from others of the same table."""
    columns: Sequence[str]
    rows: Iterator[Sequence[Any]]
    """Read before the next portion is asked for, or not at all."""

    @property
    def title(self) -> Text:
        """What the table is called; its own name where the map gives it no label."""
        return self.data_map.label_of(self.name) or Text(fr=self.name, en=self.name)

    def is_own(self, column: str) -> bool:
        """Whether the column holds an identity of the person the row is about."""
        known = self.data_map.tables[self.name].columns.get(column)
        return known is not None and known.names

    def is_of_others(self, column: str) -> bool:
        """Whether the column is made of other rows, and so of other people."""
        known = self.data_map.tables[self.name].columns.get(column)
        return known is not None and isinstance(known.erase, Refresh)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that the rows read so far name."""

    system: str
    name: str
    pieces: Iterator[bytes]


class Portions:
    """A person's data in every system: the tables, then the files that their rows named."""

    def __init__(
        self, sources: Mapping[str, Source], identities: Mapping[str, str], choose: Choose = everything
    ) -> None:
        """Read nothing yet.

        Args:
            sources: the systems to read.
            identities: kind → value, as for a search.
            choose: which rows and columns of each table are read; all of them unless given.
        """
        self._sources, self._identities, self._choose = sources, identities, choose
        self._named: dict[tuple[str, str, str], None] = {}

    def tables(self) -> Iterator[Portion]:
        """Each table in each system. Raises ConnectorError: a system did not answer."""
        for name in sorted(self._sources):
            source = self._sources[name]
            with source.connector.snapshot() as snapshot:
                found = roots_found(source.data_map, snapshot, self._identities.items())
                for root, keys in found.items():
                    for table, ways in reachable(source.data_map, root).items():
                        for share in self._choose(source.data_map, table, ways):
                            if share.columns:
                                rows = self._noting(source, snapshot, table, share, keys)
                                yield Portion(source.data_map, root, table, share.apart, share.columns, rows)

    def _noting(
        self, source: Source, snapshot: Snapshot, table: str, share: Share, keys: Sequence[RootKey]
    ) -> Iterator[Sequence[Any]]:
        """The rows, with a note of the files that they name."""
        stores = [
            (one, [share.columns.index(column) for column in one.columns])
            for one in source.data_map.files
            if one.table == table and set(one.columns) <= set(share.columns)
        ]
        for row in rows_of(source, snapshot, table, share.columns, share.ways, keys):
            for one, places in stores:
                name = one.name(*(row[at] for at in places))
                if name is not None:
                    self._named[source.data_map.system, one.store.env, name] = None
            yield readable_row(row)

    def files(self) -> Iterator[NamedFile]:
        """The files named by the rows that were read, where they are there."""
        for system, env, name in self._named:
            pieces = self._sources[system].connector.read_file(env, name)
            first = next(pieces, None)
            if first is not None:
                yield NamedFile(system, str(readable(name)), _chain(first, pieces))


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
