"""What is changed for a set of roots, step by step, and the counts of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

from garant.systems.archiving import Archivist
from garant.systems.finding import DueQuestion, DutyQuestion, RootKey
from garant.systems.guards import UNGUARDED, Guards
from garant.systems.model import Do, Seal
from garant.systems.paths import Path
from garant.systems.residue import Canary
from garant.systems.treatments import Holding, Treatment

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
    ``keeps``: of each table, the duties (bits) that keep its rows, whatever a foreign key does.
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
    keeps: Mapping[str, int] = field(default_factory=dict[str, int])

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
