"""Archiving: rows of a selection go to the intermediate archive before they leave their system.

The order of a batch (docs/adr/0005) gains two moments. Inside the system's transaction, before any statement,
the rows are written to the archive, made durable, read back and compared; these records *wait*. Once the system
has committed, they are *kept*. Whichever instruction a crash falls on, the rows are in the system, in the
archive, or in both; never in neither.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from garant.engine.document import Plan, Selection
from garant.engine.terms import Source
from garant.systems.archive.store import SET_APART
from garant.systems.archiving import KINDS, Archive, Archivist, Origin
from garant.systems.changing import Counts, Step
from garant.systems.model import DataMap, Do, Refresh, SetApart
from garant.systems.port import ConnectorError


class NotKept(ConnectorError):
    """More rows were about to go than the archive has: the change is given up."""


@dataclass(frozen=True, slots=True)
class Archiving:
    """The archive, as one selection of one plan uses it. A batch of the plan has its records under its own name."""

    archive: Archive
    origin: Origin
    plan: str

    @contextmanager
    def archivist(self, batch: str) -> Generator[Archivist]:
        """Open the records of a batch, and let go of what was not made durable."""
        archivist = self.archive.archivist(self._named(batch), self.origin)
        try:
            yield archivist
        finally:
            archivist.abandon()

    def keep(self, batch: str) -> int:
        """The system has let the rows go; how many records remain of them."""
        return self.archive.keep(self._named(batch))

    def drop(self, batch: str) -> None:
        """The system has kept the rows: the records that wait are not needed."""
        self.archive.drop(self._named(batch))

    def _named(self, batch: str) -> str:
        return f"{self.plan}/{batch}"


def archiving_of(plan: Plan, selection: Selection, source: Source) -> Archiving | None:
    """The archive of a selection that asks for it."""
    if not selection.archive and not (selection.apart and plan.kind == "restriction"):
        return None
    assert source.archive is not None
    if selection.apart:
        return Archiving(source.archive, _origin_apart(source, selection, plan.as_of), plan.digest)
    assert selection.rule is not None
    return Archiving(source.archive, _origin(source, selection, selection.rule, plan.as_of), plan.digest)


def require_kept(archivist: Archivist, steps: Sequence[Step], counts: Counts) -> None:
    """Hold what the steps have changed against what the archive has, before the system commits.

    Raises:
        NotKept: a row has changed that was not read back from the archive.
    """
    for table in {step.table for step in steps}:
        mine = [(step, rows) for step, rows in zip(steps, counts.rows, strict=True) if step.table == table]
        gone = sum(rows for step, rows in mine if step.do is Do.DELETE)
        changed = max([gone, *(rows for step, rows in mine if not _is_copy(step))])
        kept = archivist.taken(table)
        if changed and (kept is None or changed > kept):
            raise NotKept(f"{table}: {changed} rows would change, {kept or 0} are in the archive")


def _is_copy(step: Step) -> bool:
    """Whether a step computes copies again, in rows that may have become wrong by the change itself."""
    return any(isinstance(how, Refresh) for how in step.columns.values())


def _origin(source: Source, selection: Selection, rule: str, day: date) -> Origin:
    known = _identities(source.data_map)
    return Origin(selection.system, selection.root, rule, source.digest, day, known)


def _origin_apart(source: Source, selection: Selection, day: date) -> Origin:
    """A record of values set apart says by itself how they come back, whatever the map says by then."""
    origin = _origin(source, selection, SET_APART, day)
    tables = source.data_map.tables
    apart = {
        name: {"key": tables[name].key, "columns": {c: _plain(how) for c, how in columns.items()}}
        for name, columns in source.data_map.apart[selection.root].items()
    }
    return replace(origin, apart=apart)


def _plain(how: SetApart) -> Any:
    return how if isinstance(how, str) else how.model_dump(mode="json")


def _identities(data_map: DataMap) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By table and column, the identities by which a person will be looked for.

    A column that holds one kind on some rows and another on others is filed under each: found too often is
    better than not found.
    """
    return {
        name: {c: [kind for kind in KINDS if kind in spec.corrected] for c, spec in table.columns.items()}
        for name, table in data_map.tables.items()
    }
