"""A writer's turn: the log it has locked, with what it has read of it, for as long as its transaction lasts.

One transaction writes several entries about several people. The log is locked once, and the keys of the people are
read once; what was written in a savepoint that is rolled back is read again.
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


@dataclass(eq=False, slots=True)
class _Mark:
    """Kept by the connection until its transaction ends, or until the savepoint that it was made in is rolled back."""

    keys: dict[str, bytes]

    def __call__(self) -> None:
        """At the end nobody's key stays in memory, where destroying it would not reach it."""
        self.keys.clear()


@dataclass
class Turn:
    """The log of an organisation, locked when it is first read or written.

    `keys` are those of the people met in this transaction, by their reference.
    """

    organisation: str
    within: transaction.Atomic
    keys: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _marks: list[_Mark] = field(default_factory=list[_Mark])
    _log: Log | None = None
    _changed: set[str] = field(default_factory=set[str])

    @property
    def log(self) -> Log:
        """The log, locked when it is first asked for. Raises LogMissingError."""
        if self._log is None:
            self._log = storage.lock_log(self.organisation)
        return self._log

    def grow(self, entries: int) -> int:
        """Make room for so many entries at its end, and give the place of the first. Raises LogMissingError.

        A log that is not locked yet is locked by its very growth; for one that is, :meth:`save` is to be called.
        """
        self.mark()
        if self._log is None:
            self._log = storage.grow_log(self.organisation, entries)
        else:
            self._log.size += entries
            self._changed.add("size")
        return self._log.size - entries

    def change(self, **values: str | bytes) -> None:
        """Have the log say something else, once :meth:`save` is called."""
        self.mark()
        for name, value in values.items():
            setattr(self.log, name, value)
        self._changed |= set(values)

    def save(self) -> None:
        """Write what has changed of the log."""
        if self._changed:
            self.log.save(update_fields=self._changed)
            self._changed.clear()

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

    Once it reads or writes the log others wait until the transaction ends. Where what is done here fails, all is read
    again by who comes next.
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
    begun = Turn(organisation, within)
    begun.mark()
    return begun


def _outermost(connection: BaseDatabaseWrapper) -> transaction.Atomic | None:
    """The block of the transaction; one that a test lays around everything is none."""
    blocks: list[transaction.Atomic] = connection.atomic_blocks
    return next((block for block in blocks if not getattr(block, "_from_testcase", False)), None)
