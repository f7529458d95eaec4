"""Ways that are lost before they are walked: a foreign key takes, or empties, what rows of a later step are found by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from garant.systems.changing import Step
from garant.systems.model import Do
from garant.systems.port import Blocker
from garant.systems.sql.going import Doing
from garant.systems.sql.references import Reference

UNFOUND = "rows would stay behind: what they are found by goes first, and the map gives no key of them"
"""What a change is refused for that would leave rows of which nobody knows any more whose they are."""


def before_ways_go(steps: Sequence[Step], known: Sequence[Reference]) -> Sequence[Step]:
    """The steps, where those whose way to the root a foreign key takes or empties before them gather their rows first.

    Otherwise an earlier deletion would leave them nothing to be found by. The same steps where none is so.
    """
    losing = _Losing(known)
    settled = [
        replace(step, collect=True)
        if step.key is not None and not step.collect and losing.way_goes(step, steps[:number])
        else step
        for number, step in enumerate(steps)
    ]
    return steps if all(a is b for a, b in zip(settled, steps, strict=True)) else settled


def left_behind(doing: Doing) -> Iterator[Blocker]:
    """Rows of a step that can gather none, since the map gives no key, and that nothing would find when its turn comes."""
    kept = doing.statements.kept
    for number, step in kept.once(lambda: _lost(doing), "lost", doing.steps):
        if step.concerns(doing.in_force) and number not in doing.idle:
            rows = doing.connection.scalar(kept.once(partial(doing.statements.count, step), "lost", step))
            if rows:
                yield Blocker(step.table, UNFOUND, int(rows))


def _lost(doing: Doing) -> list[tuple[int, Step]]:
    """The steps that can gather no rows, whose way goes before their turn, and not their rows with it."""
    losing = _Losing(doing.known)
    keyless = [(number, step) for number, step in enumerate(doing.steps) if step.key is None]
    return [(number, step) for number, step in keyless if losing.way_alone(step, doing.steps[:number])]


class _Losing:
    """What goes, or is emptied, with what earlier steps delete: the same for all the steps between two deletions."""

    def __init__(self, known: Sequence[Reference]) -> None:
        self._cascading = [one for one in known if one.cascades]
        self._letting_go = [one for one in known if one.lets_go]
        self._found: dict[frozenset[str], tuple[set[str], set[tuple[str, str]]]] = {}

    def way_goes(self, step: Step, earlier: Sequence[Step]) -> bool:
        """Whether what earlier steps delete takes along, or empties, something on the step's ways."""
        gone, emptied = self._of(earlier)
        hops = [hop for path in (*step.paths, *step.owners) for hop in path.hops]
        crossed = any(hop.table in gone and hop.table != step.table for hop in hops)
        return crossed or any((hop.table, hop.link.column) in emptied for hop in hops)

    def way_alone(self, step: Step, earlier: Sequence[Step]) -> bool:
        """Whether the step's way goes so, and not its rows with it."""
        return step.table not in self._of(earlier)[0] and self.way_goes(step, earlier)

    def _of(self, earlier: Sequence[Step]) -> tuple[set[str], set[tuple[str, str]]]:
        """The tables of which rows go, and the columns that are emptied."""
        deleted = frozenset(one.table for one in earlier if one.do is Do.DELETE and one.paths)
        if deleted not in self._found:
            gone = set(deleted)
            while more := {one.table for one in self._cascading if one.target_table in gone} - gone:
                gone |= more
            emptying = [one for one in self._letting_go if one.target_table in gone]
            self._found[deleted] = gone, {(one.table, column) for one in emptying for column in one.columns}
        return self._found[deleted]
