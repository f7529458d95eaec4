"""A transaction whose entries are written at its end, at once.

What a service does enters several kinds of entries from several rooms. Written one by one, each costs its own look at
the log, its own tile and its own size; together they cost what one costs. Nothing else changes: they stand in the
transaction of what they say, in the order in which they were said, and what a savepoint took back is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from garant.ledger import Entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry to be written, its canonical bytes, and whether its key, if it has one, cannot be there yet."""

    entry: Entry
    data: bytes
    first: bool


@dataclass(eq=False, slots=True)
class _Said:
    """Kept by the connection until the transaction ends, or until the savepoint that it was said in is rolled back."""

    entries: Sequence[Wanted]

    def __call__(self) -> None:
        """Nothing is done at the end: by then they are written."""


@dataclass(slots=True)
class Gathering:
    """What has been said in a transaction and is not written yet."""

    _said: list[_Said] = field(default_factory=list[_Said])

    def say(self, entries: Sequence[Wanted]) -> None:
        """Have these written at the end."""
        said = _Said(entries)
        self._said.append(said)
        transaction.on_commit(said)

    def take(self) -> list[Wanted]:
        """What is to be written now; then nothing waits."""
        kept = {id(one[1]) for one in transaction.get_connection().run_on_commit}
        found = [entry for said in self._said if id(said) in kept for entry in said.entries]
        self._said.clear()
        return found


_open: WeakKeyDictionary[BaseDatabaseWrapper, dict[str, Gathering]] = WeakKeyDictionary()


def gathering(organisation: str) -> Gathering | None:
    """What this transaction gathers for the ledger of an organisation; None where it writes each entry when it is said."""
    return _open.get(transaction.get_connection(), {}).get(organisation)


@contextmanager
def gathered(organisation: str) -> Iterator[Gathering]:
    """Gather, in the transaction that this is in, what is entered into the ledger of an organisation."""
    here = _open.setdefault(transaction.get_connection(), {})
    here[organisation] = Gathering()
    try:
        yield here[organisation]
    finally:
        del here[organisation]
