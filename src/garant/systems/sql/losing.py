"""Ways that are lost before they are walked: a foreign key takes, or empties, what rows of a later step are found by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

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
    settled = [
        replace(step, collect=True)
        if step.key is not None and not step.collect and _way_goes(step, steps[:number], known)
        else step
        for number, step in enumerate(steps)
    ]
    return steps if all(a is b for a, b in zip(settled, steps, strict=True)) else settled


def left_behind(doing: Doing) -> Iterator[Blocker]:
    """Rows of a step that can gather none, since the map gives no key, and that nothing would find when its turn comes."""
    for number, step in enumerate(doing.steps):
        if step.key is not None or not step.concerns(doing.in_force) or number in doing.idle:
            continue
        if _stays_lost(step, doing.steps[:number], doing.known):
            rows = doing.connection.scalar(doing.statements.count(step))
            if rows:
                yield Blocker(step.table, UNFOUND, int(rows))


def _stays_lost(step: Step, earlier: Sequence[Step], known: Sequence[Reference]) -> bool:
    """Whether the step's way goes, and not its rows with it."""
    return step.table not in _gone(earlier, known) and _way_goes(step, earlier, known)


def _gone(earlier: Sequence[Step], known: Sequence[Reference]) -> set[str]:
    """The tables of which rows go by those steps, or with what goes by them."""
    gone = {one.table for one in earlier if one.do is Do.DELETE and one.paths}
    while more := {one.table for one in known if one.cascades and one.target_table in gone} - gone:
        gone |= more
    return gone


def _way_goes(step: Step, earlier: Sequence[Step], known: Sequence[Reference]) -> bool:
    """Whether what earlier steps delete takes along, or empties, something on the step's ways."""
    gone = _gone(earlier, known)
    emptied = {
        (one.table, column)
        for one in known
        if one.lets_go and one.target_table in gone
        for column in one.columns
    }
    hops = [hop for path in (*step.paths, *step.owners) for hop in path.hops]
    crossed = any(hop.table in gone and hop.table != step.table for hop in hops)
    return crossed or any((hop.table, hop.link.column) in emptied for hop in hops)
