"""The port: what Garant asks of any store. Four verbs: find, read, apply (a set), verify.

A connector is one folder that implements :class:`Connector`. The engine speaks only in
these terms, so that a lake, a folder of files or an API answer the same questions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from typing import Any, Literal, Protocol

from garant.policy.text import Text
from garant.systems.archiving import ApartRecord, Archivist
from garant.systems.guards import UNGUARDED, Guards, RowGuard
from garant.systems.model import Do, EventSource, Role, Seal
from garant.systems.paths import Path
from garant.systems.residue import Canary
from garant.systems.returns import Returns
from garant.systems.treatments import Holding, Treatment

RootKey = int | str
"""The key of a root in its system: an integer, a text, or a UUID in its text form."""


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
class Clock:
    """A cut-off computed by Garant: the last calendar day that is due, and when it ended.

    ``day`` is in the organisation's time zone ``zone``; ``instant`` (aware) is the first moment
    after it.
    """

    day: date
    instant: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class DueQuestion:
    """Which roots have a role and a last event on or before the clock's day?

    And which have an event of ``sooner`` (a consent withdrawn …), on or before the day of
    ``sooner_clock``, that ends their retention without waiting?
    """

    root: str
    role: Role
    sources: Sequence[EventSource]
    clock: Clock
    sooner: Sequence[EventSource] = ()
    sooner_clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class DutyQuestion:
    """Which of the selected roots does a duty hold? Without clock, all who have the role.

    One that nothing dates is held, but for ``dated``.
    """

    number: int
    root: str
    role: Role
    sources: Sequence[EventSource] = ()
    clock: Clock | None = None
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Holders:
    """How many selected roots a duty holds, and the latest event it counts from."""

    number: int
    count: int
    latest: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """Answer to a :class:`DueQuestion`: counts of roots, and the selected keys.

    ``held`` gives, per key, the bits of the duties that hold it (bit ``n`` = duty ``n``);
    ``sooner`` counts the roots selected only because of an event that ends retention early.
    """

    population: int = 0
    undated: int = 0
    unreadable: int = 0
    sooner: int = 0
    oldest: date | None = None
    keys: Sequence[RootKey] = ()
    held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    holders: Sequence[Holders] = ()


LATER = 1 << 61
"""A bit of ``held`` that no duty uses: the root leaves by a later selection of the plan."""

BESIDES = 1 << 60
"""Another: the root, which a duty holds, leaves by no batch of this selection. It is from those of the batch that the
rows are reached whose columns the duty does not keep."""

Others = Literal["any", "none", "some"]
"""On a shared row: whatever owners remain, none besides those who leave, or some."""


@dataclass(frozen=True, slots=True)
class Step:
    """One set-based change of one table for a set of roots.

    Rows are those that reach a leaving root by one of ``paths``. A root leaves when it is in
    the set and no duty of ``unless`` (bits) holds it; with ``only``, when one of these does.
    ``when`` is one more condition on the row, a fragment of the map; ``holding`` are others, on values.
    With ``collect``, rows on the way are deleted by an earlier step: for whom ``staying`` (bits)
    holds excepted, a copy to refresh is about to be wrong.
    Rows that ``guards`` keep are left as they are; with ``on_hold``, only these are counted.
    """

    table: str
    do: Do
    paths: tuple[Path, ...]
    columns: Mapping[str, Treatment] = field(default_factory=dict[str, Treatment])
    unless: int = 0
    only: int = 0
    others: Others = "any"
    owners: tuple[Path, ...] = ()
    seals: tuple[Seal, ...] = ()
    when: str | None = None
    holding: tuple[Holding, ...] = ()
    collect: bool = False
    staying: int = 0
    key: str | None = None
    action: int = 0
    guards: Guards = UNGUARDED
    on_hold: bool = False

    def concerns(self, in_force: int) -> bool:
        """Whether the step is about anyone where only these duties hold someone."""
        return bool(self.paths) and (not self.only or bool(self.only & in_force))


@dataclass(frozen=True, slots=True)
class Recheck:
    """Asked once more inside the change's own transaction: who is still due, and what holds them.

    Without ``due`` (a person's request) only the duties are asked again. Of roots that have left by an earlier
    selection of the plan, some of the duties are asked as ``dated`` asks them.
    """

    due: DueQuestion | None
    duties: Sequence[DutyQuestion]
    dated: Sequence[DutyQuestion] = ()


@dataclass(frozen=True, slots=True)
class Marking:
    """How the roots that a change erases are marked: with this key, by these columns of their row."""

    key: bytes
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Keyed hashes of an erased root: of its key, of its row before, and of what is left of the row."""

    mark: str
    before: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A root that is there, under a key that was marked, with the fingerprint of its row now."""

    key: RootKey
    mark: str
    now: str


def bits_of(masks: Iterable[int]) -> int:
    """The duties (bits) that are in at least one of the masks: of many roots, there are few."""
    return reduce(lambda some, more: some | more, set(masks), 0)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Steps over a set of roots; ``held`` as in :class:`Found`.

    ``departing`` are all the roots that leave by the same plan, in this set or in another: on a row
    they share, none of them is an owner who stays. Empty, it means ``keys``. With ``in_order``, a row
    that goes waits for the last of them: those after ``keys`` still hang on it. About ``sample`` of the
    values that go are given back, so that the bytes can be searched for them afterwards; none is looked for in the
    ``unsampled`` tables, from which the plan takes nothing. With an ``archivist``,
    the rows about to change are handed to it first, whole, inside the change's own transaction.
    With ``marking``, the roots are marked, to be known again when a backup brings them back.
    ``gone`` have left already by an earlier selection of the plan: not due by this one, they are no owners yet.
    With ``later``, some of ``departing`` leave by a later selection (the bit LATER of ``held``): until then what is one
    owner's alone on a row they share is treated, since the row waits for them. With ``besides``, some are held and of no
    batch of this selection (the bit BESIDES). With ``apart``, the values come back one day: before the change is
    committed, that way is walked once and thrown away.
    """

    root: str
    keys: Sequence[RootKey]
    steps: Sequence[Step]
    held: Mapping[RootKey, int] = field(default_factory=dict[RootKey, int])
    departing: Sequence[RootKey] = ()
    in_order: bool = False
    recheck: Recheck | None = None
    sample: int = 0
    unsampled: AbstractSet[str] = frozenset()
    archivist: Archivist | None = None
    marking: Marking | None = None
    gone: AbstractSet[RootKey] = frozenset()
    later: bool = False
    besides: bool = False
    apart: bool = False

    @property
    def in_force(self) -> int:
        """The duties (bits) that hold at least one of the roots."""
        return bits_of(self.held.values())

    @property
    def shares(self) -> bool:
        """Whether somebody besides ``keys`` matters: rows are shared, and others leave too."""
        others_leave = self.departing and self.departing is not self.keys
        return bool(others_leave) and any(step.others != "any" for step in self.steps)

    @property
    def guards(self) -> Guards:
        """What holds keep; the same for every step."""
        return next((step.guards for step in self.steps if step.guards), UNGUARDED)


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows per step (same order), and the files the steps name.

    ``spared`` are the roots that the change left alone: asked again, they were no longer due.
    ``transaction`` is what the system calls the transaction, where it can say later what became of it.
    ``held`` rows would have changed but for a hold.
    ``canaries`` are a sample of the values that go: personal, so to be kept encrypted, and not for long.
    """

    rows: tuple[int, ...]
    files: tuple[tuple[str, str], ...] = ()
    transaction: str | None = None
    spared: tuple[RootKey, ...] = ()
    held: int = 0
    canaries: tuple[Canary, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def total(self) -> int:
        """All rows of all steps."""
        return sum(self.rows)


@dataclass(frozen=True, slots=True)
class Blocker:
    """What stopped a change: the constraint, where, and how many rows refer to it."""

    table: str
    constraint: str
    rows: int | None = None
    referring_table: str | None = None


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

    def cascades(self, change: ChangeSet) -> list[Blocker]:
        """Rows that the system itself deletes with those of the change, and that no step names."""
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

    def match(self, root: str, marking: Marking, marks: Sequence[str]) -> list[Marked]:
        """The roots that are there under a marked key: found by the system itself, set against set."""
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

    def advice(self, change: ChangeSet) -> list[str]:
        """Statements that would make the change quick: missing indexes."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...
