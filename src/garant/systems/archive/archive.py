"""The archive as runs know it: records wait with their batch, then are kept or dropped with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from garant.systems.archive.apart import Apart
from garant.systems.archive.archivist import RecordArchivist
from garant.systems.archive.store import ArchiveStore
from garant.systems.archiving import ApartRecord, Key, Origin


class RecordArchive:
    """The records of one organisation."""

    def __init__(self, store: ArchiveStore) -> None:
        self.store = store
        self._apart = Apart(store)

    def archivist(self, batch: str, origin: Origin) -> RecordArchivist:
        """Open the records of a batch; what an interrupted attempt left waiting is dropped."""
        self.store.create()
        self.store.drop(batch)
        return RecordArchivist(self.store, batch, origin)

    def keep(self, batch: str) -> int:
        """Let the waiting records of a batch stay; how many the batch now has."""
        return self.store.keep(batch) if self.store.exists else 0

    def apart(self, system: str) -> Mapping[str, frozenset[Key]]:
        """Root → keys of the people of a system whose values are set apart now."""
        return self._apart.roots(system)

    def find_apart(
        self, system: str, root: str, kind: str, identities: Sequence[str]
    ) -> list[tuple[int, Key]]:
        """Those whom identities lead to, by what they were known by before."""
        return self._apart.found(system, root, kind, identities)

    def sealed(self, system: str, root: str, keys: Collection[Key]) -> list[ApartRecord]:
        """What is set apart of these roots, the last first."""
        return self._apart.sealed(system, root, keys)

    def let_go(self, records: Sequence[str]) -> None:
        """Destroy what is back in its place."""
        self._apart.let_go(records)

    def leave(self, records: Sequence[str]) -> None:
        """Keep sealed what did not come back, for somebody to decide."""
        self._apart.leave(records)

    def drop(self, batch: str) -> None:
        """Remove the waiting records of a batch, and their keys."""
        if self.store.exists:
            self.store.drop(batch)

    def drop_all(self, plan: str) -> None:
        """Remove the waiting records of a plan that is not carried out any more, and their keys."""
        if self.store.exists:
            self.store.drop_all(plan)
