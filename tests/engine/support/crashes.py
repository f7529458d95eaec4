"""A process that dies wherever a test says, and is started again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from garant.engine.document import Plan
from garant.engine.running.execution import BatchResult, Execution
from garant.engine.running.verify import Verification
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.archiving import ApartRecord, Archive, Archivist, LeavingRows, Origin, ReadFile
from garant.systems.changing import ChangeSet, Counts
from garant.systems.port import Connector, Snapshot
from garant.systems.returns import Returns
from tests.engine.support.running import Notebook

SEAMS = ("before apply", "before prepare", "after prepare", "after commit", "before files", "after files")
"""In the order a batch meets them. *After prepare* is still before the system commits."""


class Crash(BaseException):
    """The process is gone: nobody catches this."""


@dataclass
class Fate:
    """Counts the seams that are met, and kills at the appointed one."""

    seam: str = ""
    number: int = 1
    met: Counter[str] = field(default_factory=Counter)

    def pass_by(self, seam: str) -> None:
        self.met[seam] += 1
        if seam == self.seam and self.met[seam] == self.number:
            raise Crash(seam)


@dataclass
class MortalConnector:
    """A connector in a process that may die."""

    real: Connector
    fate: Fate

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        return self.real.snapshot()

    def apply(self, change: ChangeSet, before_commit: Callable[[Counts], None]) -> Counts:
        self.fate.pass_by("before apply")
        counts = self.real.apply(change, before_commit)
        self.fate.pass_by("after commit")
        return counts

    def put_back(self, records: Sequence[ApartRecord], before_commit: Callable[[Returns], None]) -> Returns:
        self.fate.pass_by("before apply")
        returns = self.real.put_back(records, before_commit)
        self.fate.pass_by("after commit")
        return returns

    def release_files(self, files: Sequence[tuple[str, str]]) -> int:
        self.fate.pass_by("before files")
        gone = self.real.release_files(files)
        self.fate.pass_by("after files")
        return gone

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


ARCHIVE_SEAMS = ("before archive", "while archiving", "after archive", "before keep", "after keep")
"""Around the archive's own transaction, and around the word that its records are to stay."""


@dataclass
class MortalArchive:
    """An archive in a process that may die."""

    real: Archive
    fate: Fate

    def archivist(self, batch: str, origin: Origin) -> MortalArchivist:
        self.fate.pass_by("before archive")
        return MortalArchivist(self.real.archivist(batch, origin), self.fate)

    def keep(self, batch: str) -> int:
        self.fate.pass_by("before keep")
        kept = self.real.keep(batch)
        self.fate.pass_by("after keep")
        return kept

    def drop(self, batch: str) -> None:
        self.real.drop(batch)

    def let_go(self, records: Sequence[str]) -> None:
        self.fate.pass_by("before let go")
        self.real.let_go(records)
        self.fate.pass_by("after keep")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@dataclass
class MortalArchivist:
    """A archivist in a process that may die between two tables."""

    real: Archivist
    fate: Fate

    def take(self, leaving: LeavingRows, read_file: ReadFile) -> None:
        self.real.take(leaving, read_file)
        self.fate.pass_by("while archiving")

    def close(self, counted_from: Mapping[int | str, date]) -> None:
        self.real.close(counted_from)
        self.fate.pass_by("after archive")

    def abandon(self) -> None:
        self.real.abandon()

    def taken(self, table: str) -> int | None:
        return self.real.taken(table)

    def read_back(self) -> Iterator[ApartRecord]:
        return self.real.read_back()


@dataclass
class MortalNotebook(Notebook):
    """A journal that outlives the process; the process may die around its writing."""

    fate: Fate = field(default_factory=Fate)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        self.fate.pass_by("before prepare")
        super().prepare(batch_key, counts)
        self.fate.pass_by("after prepare")


@dataclass
class Run:
    """A run that is taken up again after every crash, as the product does: receipts are kept."""

    plan: Plan
    policy: LoadedPolicy
    systems: Mapping[str, Source]
    size: int = 3
    marking_key: bytes | None = None
    journal: MortalNotebook = field(default_factory=MortalNotebook)
    receipts: dict[str, BatchResult] = field(default_factory=dict)
    verification: Verification | None = None

    def go(self, seam: str = "", number: int = 1) -> bool:
        """Carry on until the end, or until the ``number``-th time that ``seam`` is met."""
        fate = Fate(seam, number)
        self.journal.fate = fate
        systems = {
            name: replace(
                source,
                connector=MortalConnector(source.connector, fate),
                archive=None if source.archive is None else MortalArchive(source.archive, fate),
            )
            for name, source in self.systems.items()
        }
        try:
            touched = bool(self.receipts or self.journal.written)
            execution = Execution(
                self.plan,
                self.policy,
                systems,
                resumed=touched,
                batch_size=self.size,
                marking_key=self.marking_key,
            )
            for key in execution.batch_keys():
                if key not in self.receipts:
                    self.receipts[key] = execution.execute(key, self.journal)
            self.verification = execution.verify(self.journal)
        except Crash:
            return False
        return True

    def totals(self) -> dict[str, tuple[int, int]]:
        """Rows deleted and treated by table, all receipts together."""
        found: Counter[tuple[str, str]] = Counter()
        for receipt in self.receipts.values():
            for table, entry in receipt.counts["tables"].items():
                found[table, "deleted"] += entry["deleted"]
                found[table, "treated"] += entry["treated"]
        return {table: (found[table, "deleted"], found[table, "treated"]) for table, _ in found}

    def sums(self) -> Counter[str]:
        """Roots, skipped roots and files of all receipts."""
        found: Counter[str] = Counter()
        for receipt in self.receipts.values():
            found.update({what: receipt.counts[what] for what in ("roots", "skipped", "files")})
        return found

    def blocked(self) -> list[Mapping[str, Any]]:
        return [block for receipt in self.receipts.values() for block in receipt.blocks]
