"""The port: what Garant asks of any store. Four verbs: find, read, apply (a set), verify.

A connector is one folder that implements :class:`Connector`. The engine speaks only in
these terms, so that a lake, a folder of files or an API answer the same questions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from garant.policy.text import Text
from garant.systems.archiving import ApartRecord
from garant.systems.changing import (
    ChangeSet,
    Counts,
    Marked,
    Marking,
    Recheck,
)
from garant.systems.finding import DueQuestion, DutyQuestion, Found, RootKey
from garant.systems.guards import RowGuard
from garant.systems.paths import Path
from garant.systems.returns import Returns


class ConnectorError(Exception):
    """A system could not answer; the message names it and never holds a secret."""


class SystemUnreachable(ConnectorError):
    """The system did not answer at all: address, credentials, network or server."""


class MalformedUrl(SystemUnreachable):
    """The connection URL is not one that Garant can use; the sentence, in both languages, does not repeat it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Blocker:
    """What stopped a change: the constraint, where, and how many rows refer to it."""

    table: str
    constraint: str
    rows: int | None = None
    referring_table: str | None = None


@dataclass(frozen=True, slots=True)
class ByItself:
    """What the system does by itself with the rows of a change, and no step names: rows that go, or lose what they name."""

    going: Sequence[Blocker] = ()
    emptied: Sequence[Blocker] = ()


class Blocked(ConnectorError):
    """A constraint of the system refused the change; the transaction was rolled back."""

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        super().__init__("; ".join(f"{b.table}: {b.constraint}" for b in blockers))
        self.blockers = tuple(blockers)


class Interrupted(ConnectorError):
    """A lock, a serialisation failure or a lost server: nothing was changed, try again."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table that a person may see, streamed."""

    table: str
    columns: Sequence[str]
    rows: Iterator[Sequence[Any]]


class Snapshot(Protocol):
    """One consistent, read-only view of a system."""

    def find_due(self, question: DueQuestion, duties: Sequence[DutyQuestion]) -> Found:
        """Select the roots that are due, and the duties that hold them."""
        ...

    def find_identity(self, query: str, identity: str) -> list[RootKey]:
        """The roots that an e-mail, phone or number leads to."""
        ...

    def find_identities(self, query: str, identities: Sequence[str]) -> list[tuple[int, RootKey]]:
        """The roots that each of many identities leads to, with the identity's position; in no order."""
        ...

    def roots(self, root: str) -> Iterator[RootKey]:
        """The keys of all roots of a kind, in no order, streamed: read to the end before anything else is asked."""
        ...

    def find_past(self, questions: Sequence[DueQuestion]) -> list[RootKey]:
        """The roots that one of these questions may select, besides others: their facts are past, whatever their role.

        As the system writes them there, where they are whole numbers; a text may name one root in several ways.
        """
        ...

    def find_among(
        self, question: DueQuestion, keys: Sequence[RootKey], duties: Sequence[DutyQuestion]
    ) -> Found:
        """The same answer as :meth:`find_due`, of these due roots alone: oldest, early, held."""
        ...

    def find_still(self, root: str, keys: Sequence[RootKey], recheck: Recheck) -> Found:
        """Which of the given roots are still due, and the duties that hold them."""
        ...

    def find_held(self, root: str, keys: Sequence[RootKey], duties: Sequence[DutyQuestion]) -> Found:
        """The duties that hold the given roots."""
        ...

    def find_apart(self, root: str, kind: str, identities: Sequence[str]) -> list[tuple[int, RootKey]]:
        """The roots that identities led to before a restriction set these apart, with the identity's position."""
        ...

    def apart(self) -> Mapping[str, frozenset[RootKey]]:
        """Root → keys of those whose values a restriction has set apart."""
        ...

    def judge(self, records: Sequence[ApartRecord]) -> Returns:
        """What would come back of what was set apart, and what has been changed meanwhile."""
        ...

    def count(self, change: ChangeSet) -> Counts:
        """Rows that each step would still change: the plan's counts, and *verify*'s question."""
        ...

    def unsettled(self, change: ChangeSet) -> set[RootKey]:
        """The roots for which at least one step would still change a row."""
        ...

    def owners(self, change: ChangeSet) -> set[RootKey]:
        """All the owners of rows that the change would take, and that stay because not all of them leave."""
        ...

    def present(self, rows: RowGuard) -> frozenset[str]:
        """Which of these rows are there, by the texts of their keys."""
        ...

    def on_hold(self, change: ChangeSet) -> Mapping[str, set[RootKey]]:
        """The roots (root → keys) whose hold keeps a row that a step of the change would change."""
        ...

    def foresee(self, change: ChangeSet, idle: Collection[int]) -> list[Blocker]:
        """The references that will refuse a deletion of the change: rows that nothing takes away.

        ``idle``: the positions of steps that find no row, as has just been counted.
        """
        ...

    def cascades(self, change: ChangeSet) -> ByItself:
        """Rows that the system itself deletes, or empties, with those of the change, and that no step names."""
        ...

    def advice(self, change: ChangeSet) -> list[str]:
        """Statements that would make the change quick: missing indexes."""
        ...

    def read(
        self, table: str, columns: Sequence[str], paths: Sequence[Path], keys: Sequence[RootKey]
    ) -> Rows:
        """Stream the rows that reach the given roots, without holding them in memory."""
        ...


class Connector(Protocol):
    """A system behind the four verbs: find and read and verify on a snapshot, apply here."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a consistent read-only view: *find*, *read*, *verify*."""
        ...

    def apply(self, change: ChangeSet, before_commit: Callable[[Counts], None]) -> Counts:
        """Do the steps in one transaction; ``before_commit`` sees the counts first.

        Raises:
            Blocked: a constraint refused; nothing was changed.
            Interrupted: a lock or the server failed; nothing was changed.
        """
        ...

    def put_back(self, records: Sequence[ApartRecord], before_commit: Callable[[Returns], None]) -> Returns:
        """Write what was set apart back where nothing has been written meanwhile, in one transaction.

        Raises:
            Blocked: a constraint refused; nothing was changed.
            Interrupted: a lock or the server failed; nothing was changed.
        """
        ...

    def match(
        self, root: str, marking: Marking, marks: Sequence[str], among: Sequence[RootKey] | None = None
    ) -> list[Marked]:
        """The roots that are there under a marked key: found by the system itself, set against set.

        ``among``: only these are asked about, few of all.
        """
        ...

    def committed(self, transaction: str) -> bool | None:
        """Whether that transaction was kept; None when the system does not remember.

        Raises:
            Interrupted: it is not over yet.
        """
        ...

    def release_files(self, files: Sequence[tuple[str, str]]) -> int:
        """Delete the files that no row refers to any more; how many have gone, now or in a run that died since."""
        ...

    def read_file(self, env: str, name: str) -> Iterator[bytes]:
        """Stream a file that a row names; nothing when it is not there."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...
