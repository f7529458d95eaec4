"""The archive as runs know it: records wait with their batch, then are kept or dropped with it."""

from __future__ import annotations

from garant.systems.archive.archivist import RecordArchivist
from garant.systems.archive.store import ArchiveStore
from garant.systems.archiving import Origin


class RecordArchive:
    """The records of one organisation."""

    def __init__(self, store: ArchiveStore) -> None:
        self.store = store

    def archivist(self, batch: str, origin: Origin) -> RecordArchivist:
        """Open the records of a batch; what an interrupted attempt left waiting is dropped."""
        self.store.create()
        self.store.drop(batch)
        return RecordArchivist(self.store, batch, origin)

    def keep(self, batch: str) -> int:
        """Let the waiting records of a batch stay; how many the batch now has."""
        return self.store.keep(batch) if self.store.exists else 0

    def drop(self, batch: str) -> None:
        """Remove the waiting records of a batch, and their keys."""
        if self.store.exists:
            self.store.drop(batch)
