"""The archive behind the port: found by keyed hashes, read by decrypting, destroyed like any other rows.

Everything but two things is the SQL connector's work on the archive's own file: an identity is hashed before it
is looked for, and the "file" that a record names is its content, decrypted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import quote

import sqlalchemy as sa

from garant.systems.archive.data_map import FILES, KEY, identity_query
from garant.systems.archive.identities import one_form
from garant.systems.archive.sealing import lookup_digest
from garant.systems.archive.store import ArchiveStore, NoSuchRecord
from garant.systems.archiving import KINDS
from garant.systems.files.store import FileStore
from garant.systems.finding import RootKey
from garant.systems.model import DataMap
from garant.systems.sql.connector import SqlConnector, SqlSnapshot


class _Contents(FileStore):
    """The contents of records, as files: they go with their record, whose rows they are."""

    def __init__(self, store: ArchiveStore) -> None:
        super().__init__(store.path.parent)
        self._store = store

    def read(self, name: str) -> Iterator[bytes]:
        """Stream a record, decrypted; nothing when it has gone."""
        with suppress(NoSuchRecord):
            yield from self._store.content(name.rpartition(".")[0])


class ArchiveConnector(SqlConnector):
    """The archive of one organisation, asked as a system is."""

    def __init__(self, data_map: DataMap, store: ArchiveStore) -> None:
        url = f"sqlite:///{quote(str(store.path))}"
        super().__init__(data_map, url, pseudonym_key=store.master, stores={FILES: _Contents(store)})
        self.records = store

    def _view(self, connection: sa.Connection) -> SqlSnapshot:
        return _Hashing(self, connection, self.records)


class _Hashing(SqlSnapshot):
    """Looks for the keyed hash under which records are filed, never for the identity itself."""

    def __init__(self, connector: SqlConnector, connection: sa.Connection, store: ArchiveStore) -> None:
        super().__init__(connector, connection)
        self._store = store

    def find_identities(self, query: str, identities: Sequence[str]) -> list[tuple[int, RootKey]]:
        """The records that identities lead to."""
        kind = next(kind for kind in (*KINDS, KEY) if identity_query(kind) == query)
        key = self._store.lookup_key()
        hashed = [lookup_digest(key, kind, one_form(kind, identity)) for identity in identities]
        return super().find_identities(query, hashed)
