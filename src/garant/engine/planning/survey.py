"""Survey one selection: count what each step would do, what stays and why. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import repeat

from garant.engine.document import Block, HeldBy, KeptRows, PlannedAction
from garant.engine.planning.leaving import NOBODY, Others, waits
from garant.engine.terms import Terms
from garant.systems.changing import ChangeSet, Counts, Step, bits_of
from garant.systems.finding import Found, RootKey
from garant.systems.model import (
    Constant,
    Disposition,
    Do,
    Duty,
    Generalise,
    Prefix,
    Pseudonymise,
    Refresh,
)
from garant.systems.port import Blocker, Snapshot
from garant.systems.treatments import Country, Mark, PutBack, Replace, Treatment, Written


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Counts the steps of one disposition over one set of roots."""

    snapshot: Snapshot
    root: str
    duties: Sequence[Duty]
    steps: Sequence[Step]
    others: Others = NOBODY

    def unsettled(self, found: Found, root_table: str) -> list[RootKey]:
        """The roots for which something is left to do.

        A root whose own row goes is unsettled by being there; only the others are asked about.
        """
        sure = self._own_row_goes(found, root_table)
        asked = [key for key in found.keys if key not in sure]
        departing = [*self.others.before, *found.keys]
        besides = waits(found.held, self.others.before)
        change = ChangeSet(self.root, asked, self.steps, found.held, departing, besides=besides)
        left = self.snapshot.unsettled(change) if asked else set[RootKey]()
        return [key for key in found.keys if key in sure or key in left]

    def only_held(self, keys: Sequence[RootKey], held: Mapping[RootKey, int]) -> int:
        """How many of these roots, for which nothing is left to do, have something that a hold keeps."""
        on_hold = [replace(step, on_hold=True) for step in self.steps if step.guards]
        if not on_hold or not keys:
            return 0
        return len(self.snapshot.unsettled(self.change(keys, held, on_hold)))

    def _own_row_goes(self, found: Found, root_table: str) -> set[RootKey]:
        """The roots whose own row is there and will be deleted; a role may name one that has long gone."""
        for step in self.steps:
            if step.table == root_table and step.do is Do.DELETE and not step.seals and step.others == "any":
                free = [key for key in found.keys if not found.held.get(key, 0) & step.unless]
                return self.snapshot.unsettled(self.change(free, found.held, [step]))
        return set()

    def change(
        self, keys: Sequence[RootKey], held: Mapping[RootKey, int], steps: Sequence[Step] | None = None
    ) -> ChangeSet:
        """The steps over these roots."""
        return self.others.with_keys(self.root, keys, self.steps if steps is None else steps, held)

    def survey(self, keys: Sequence[RootKey], held: Mapping[RootKey, int]) -> Survey:
        """What each action would do, the rows it leaves and to whom, and what will refuse it."""
        probes = self._probes(bits_of(map(held.get, keys, repeat(0))))
        counts = self.snapshot.count(self.change(keys, held, [probe.step for probe in probes]))
        planned = _planned(self.steps, probes, counts)
        idle = {number for number, rows in enumerate(counts.rows[: len(self.steps)]) if not rows}
        if len(idle) == len(self.steps):
            return Survey(planned, [], [], [])
        blocks = self._blocks(keys, held, idle)
        busy = [step for number, step in enumerate(self.steps) if number not in idle]
        itself = self.snapshot.cascades(self.change(keys, held, busy))
        return Survey(planned, blocks_of(blocks), blocks_of(itself.going), blocks_of(itself.emptied))

    def _blocks(
        self, keys: Sequence[RootKey], held: Mapping[RootKey, int], idle: AbstractSet[int]
    ) -> list[Blocker]:
        """What will refuse the steps: not the rows of those who leave before, which will be gone by then."""
        found = self.snapshot.foresee(self.change(keys, held), idle)
        if not found or not self.others.before:
            return found
        alone = ChangeSet(self.root, keys, self.steps, held)
        near = self.snapshot.owners(alone).intersection(self.others.before)
        whole = replace(alone, keys=[*(key for key in self.others.before if key in near), *keys])
        still = {(one.table, one.constraint) for one in self.snapshot.foresee(whole, ())}
        return [one for one in found if (one.table, one.constraint) in still]

    def _probes(self, in_force: int) -> list[_Probe]:
        """What to count; a duty (bit) that holds none of the roots keeps no row."""
        probes = [_Probe(step, step.action, "done") for step in self.steps]
        probes += [_Probe(replace(s, on_hold=True), s.action, "held") for s in self.steps if s.guards]
        for step in self.steps:
            if step.seals:
                probes.append(_Probe(replace(step, seals=()), step.action, "unsealed"))
            if _goes_with_the_last(step):
                whoever = replace(step, others="any", seals=())
                probes.append(_Probe(whoever, step.action, "reached"))
            if step.do is Do.DELETE:
                probes.extend(self._kept(step, in_force))
        return probes

    def _kept(self, step: Step, in_force: int) -> list[_Probe]:
        """One probe for each duty that keeps rows of the step's table."""
        return [
            _Probe(
                replace(step, unless=0, only=1 << number, seals=(), others="any"), step.action, "kept", number
            )
            for number in range(len(self.duties))
            if step.unless & in_force & 1 << number
        ]


@dataclass(frozen=True, slots=True)
class Survey:
    """The actions counted, the references that will refuse them, those that will take more away, or be emptied."""

    actions: list[PlannedAction]
    blocks: list[Block]
    cascades: list[Block]
    emptied: list[Block]


@dataclass(frozen=True, slots=True)
class _Probe:
    """A question to count: a step, the action it is about, and what its count means."""

    step: Step
    action: int
    meaning: str
    duty: int = -1


def _planned(steps: Sequence[Step], probes: Sequence[_Probe], counts: Counts) -> list[PlannedAction]:
    numbers = list(dict.fromkeys(step.action for step in steps))
    sums: dict[tuple[int, str], int] = defaultdict(int)
    kept: dict[int, list[KeptRows]] = defaultdict(list)
    columns: dict[int, dict[str, str]] = defaultdict(dict)
    for probe, rows in zip(probes, counts.rows, strict=True):
        if probe.meaning == "done":
            sums[(probe.action, probe.step.do)] += rows
            if rows:
                columns[probe.action] |= {name: describe(how) for name, how in probe.step.columns.items()}
        elif probe.meaning == "kept":
            kept[probe.action] += [KeptRows(duty=probe.duty, rows=rows)] if rows else []
        for meaning, sign in _told_by(probe):
            sums[(probe.action, meaning)] += sign * rows
    return [
        PlannedAction(
            table=own[0].table,
            do=Do.DELETE.value if any(s.do is Do.DELETE for s in own) else Do.TREAT.value,
            columns=columns[number],
            deleted=sums[(number, Do.DELETE)],
            treated=sums[(number, Do.TREAT)],
            kept=kept[number],
            sealed=sums[(number, "sealed")],
            shared=sums[(number, "shared")],
            held=sums[(number, "held")],
        )
        for number in numbers
        if (own := [step for step in steps if step.action == number])
    ]


def _goes_with_the_last(step: Step) -> bool:
    """Whether the step takes a shared row away once nobody else owns it."""
    return step.do is Do.DELETE and step.others == "none"


def _told_by(probe: _Probe) -> list[tuple[str, int]]:
    """The sums that a count goes into, and whether it is added or taken off.

    What is sealed is what would go without the seals, less what goes; what stays for other owners, what is
    reached whoever owns it, less what goes with the last owner, seals left aside in both.
    """
    step, last = probe.step, _goes_with_the_last(probe.step)
    match probe.meaning:
        case "done" if step.seals:
            return [("sealed", -1)]
        case "done" if last:
            return [("shared", -1)]
        case "unsealed":
            return [("sealed", 1), *([("shared", -1)] if last else [])]
        case "reached":
            return [("shared", 1)]
        case "held":
            return [("held", 1)]
        case _:
            return []


def held_by(terms: Terms, duties: Sequence[Duty], found: Found) -> list[HeldBy]:
    """The duties in words, with how many of the selected roots they hold."""
    return [
        HeldBy(rule=duty.rule, why=duty.why, roots=holders.count, until=terms.until(duty, holders))
        for duty, holders in zip(duties, found.holders, strict=True)
    ]


def blocks_of(blockers: Sequence[Blocker]) -> list[Block]:
    """Foreign keys that were foreseen, as a plan writes them."""
    return [
        Block(
            table=blocker.table,
            constraint=blocker.constraint,
            referring_table=blocker.referring_table,
            rows=blocker.rows,
        )
        for blocker in blockers
    ]


def describe(how: Treatment) -> str:
    """A column's disposition in a word or two, for plans and receipts; never a value that is personal."""
    match how:
        case Constant():
            return "replace" if isinstance(how, Written) and not isinstance(how, Mark) else "constant"
        case Pseudonymise():
            return "pseudonymise"
        case Generalise(generalise=Prefix(prefix=length)):
            return f"generalise to {length} characters"
        case Generalise(generalise=unit):
            return f"generalise to {unit}"
        case Refresh() | Replace() | Country():
            return "refresh" if isinstance(how, Refresh) else "replace"
        case word:
            return "put back" if isinstance(word, PutBack) else str(word)


def first_disposition(dispositions: Mapping[str, Disposition], root: str) -> str | None:
    """The disposition an erasure request uses: the first that the map declares for the root."""
    return next((name for name, d in dispositions.items() if d.root == root), None)
