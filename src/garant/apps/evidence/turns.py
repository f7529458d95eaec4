"""A writer's turn: the log it has locked, with what it has read of it, for as long as its transaction lasts.

One transaction writes several entries about several people. The log is locked once, its border and the keys of the
people are read once; what was written in a savepoint that is rolled back is read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from garant.apps.evidence import storage
from garant.apps.evidence.models import Log
from garant.apps.scoping import scoped
from garant.ledger import RightEdge


@dataclass(eq=False, slots=True)
class _Mark:
    """Kept by the connection until its transaction ends, or until the savepoint that it was made in is rolled back."""

    keys: dict[str, bytes]

    def __call__(self) -> None:
        """At the end nobody's key stays in memory, where destroying it would not reach it."""
        self.keys.clear()


@dataclass
class Turn:
    """The locked log of an organisation.

    `keys` are those of the people met in this transaction, by their reference.
    """

    log: Log
    within: transaction.Atomic
    keys: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _marks: list[_Mark] = field(default_factory=list[_Mark])
    _edge: RightEdge | None = None

    def edge(self) -> RightEdge:
        """The right border of the tree, as this transaction has made it. Raises LedgerUnverifiableError."""
        if self._edge is None:
            self._edge = storage.load_edge(self.log)
        return self._edge

    def mark(self) -> None:
        """Say that something is about to be read or written that a rollback would undo."""
        mark = _Mark(self.keys)
        self._marks.append(mark)
        transaction.on_commit(mark)

    def lasts(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether its transaction still runs, and nothing of it was rolled back."""
        kept = {id(waiting[1]) for waiting in connection.run_on_commit}
        return _outermost(connection) is self.within and all(id(mark) in kept for mark in self._marks)


_turns: WeakKeyDictionary[BaseDatabaseWrapper, dict[str, Turn]] = WeakKeyDictionary()


@contextmanager
def turn(organisation: str) -> Iterator[Turn]:
    """The turn of this transaction, or of a new one, to write into the log of an organisation, in its scope.

    Others wait until the transaction ends. Where what is done here fails, all is read again by who comes next.
    Raises LogMissingError.
    """
    connection = transaction.get_connection()
    with nullcontext() if _outermost(connection) else transaction.atomic(), scoped(organisation):
        turns = _turns.setdefault(connection, {})
        mine = turns.get(organisation)
        if mine is None or not mine.lasts(connection):
            mine = turns[organisation] = _begin(organisation, connection)
        try:
            yield mine
        except BaseException:
            turns.pop(organisation, None)
            raise


@contextmanager
def joined() -> Iterator[None]:
    """A transaction; where one is under way, a part of it without a savepoint: where this fails, all of it does."""
    with transaction.atomic(savepoint=not in_transaction()):
        yield


def in_transaction() -> bool:
    """Whether what is written now is one with what came before it."""
    return _outermost(transaction.get_connection()) is not None


def _begin(organisation: str, connection: BaseDatabaseWrapper) -> Turn:
    within = _outermost(connection)
    assert within is not None
    begun = Turn(storage.lock_log(organisation), within)
    begun.mark()
    return begun


def _outermost(connection: BaseDatabaseWrapper) -> transaction.Atomic | None:
    """The block of the transaction; one that a test lays around everything is none."""
    blocks: list[transaction.Atomic] = connection.atomic_blocks
    return next((block for block in blocks if not getattr(block, "_from_testcase", False)), None)
