"""A transaction whose entries are written at its end, at once, with the keys of people whom nobody met before.

What a service does enters several kinds of entries from several rooms. Written one by one, each costs its own look at
the log, its own tile and its own size; together they cost what one costs. Nothing else changes: they stand in the
transaction of what they say, in the order in which they were said, and what a savepoint took back is not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from garant.apps.evidence.filing import Person
from garant.ledger import Entry, new_key


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry to be written, its canonical bytes, whether its key, if it has one, cannot be there yet, and of whose
    pseudonym it is, where it is one of the staff's: that is known once the log is locked.
    """

    entry: Entry
    data: bytes
    first: bool
    staff: str | None = None


@dataclass(eq=False, slots=True)
class _Said:
    """Kept by the connection until the transaction ends, or until the savepoint that it was said in is rolled back."""

    entries: Sequence[Wanted] = ()
    keys: Mapping[Person, bytes] = field(default_factory=dict[Person, bytes])

    def __call__(self) -> None:
        """Nothing is done at the end: by then they are written."""


@dataclass(slots=True)
class Gathering:
    """What has been said in a transaction and is not written yet."""

    _said: list[_Said] = field(default_factory=list[_Said])
    _made: list[_Said] = field(default_factory=list[_Said])

    def say(self, entries: Sequence[Wanted]) -> None:
        """Have these written at the end."""
        said = _Said(entries)
        self._said.append(said)
        transaction.on_commit(said)

    def make(self, people: Iterable[Person]) -> None:
        """Make the keys of people whom nobody met before, to be written at the end."""
        made = _Said(keys={who: new_key() for who in people})
        self._made.append(made)
        transaction.on_commit(made)

    def take(self) -> list[Wanted]:
        """The entries that are to be written now; then none waits."""
        found = [entry for said in _kept(self._said) for entry in said.entries]
        self._said.clear()
        return found

    def keys(self) -> dict[Person, bytes]:
        """The keys that wait."""
        return {who: key for made in _kept(self._made) for who, key in made.keys.items()}

    def take_keys(self) -> dict[Person, bytes]:
        """The keys that are to be written now; then none waits."""
        found = self.keys()
        self._made.clear()
        return found


def _kept(said: Sequence[_Said]) -> list[_Said]:
    """Without those that a savepoint took back."""
    kept = {id(one[1]) for one in transaction.get_connection().run_on_commit} if said else set[int]()
    return [one for one in said if id(one) in kept]


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
