"""What need not be asked: rows that a step takes away with those they refer to, whoever leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from garant.systems.changing import Step
from garant.systems.model import Do
from garant.systems.paths import Path
from garant.systems.sql.references import Reference


def surely_taken(steps: Sequence[Step], going: Step, reference: Reference, *, in_order: bool) -> bool:
    """Whether every row that refers to a row of ``going`` is deleted, or let go, by one of the steps.

    Where it is shared, two do it between them: it goes with the last of its owners, and lets the others go before.
    That is so of all who leave together; with ``in_order`` a row may wait for one who leaves later, and refuse.
    """
    if any(surely_takes(step, going, reference) for step in steps):
        return True
    shared = [
        s for s in steps if s.others != "any" and surely_takes(replace(s, others="any"), going, reference)
    ]
    last = [(step.unless, step.owners) for step in shared if step.others == "none"]
    return not in_order and any(s.others == "some" and (s.unless, s.owners) in last for s in shared)


def surely_takes(step: Step, going: Step, reference: Reference) -> bool:
    """Whether every row that refers to a row of ``going`` is deleted, or let go, by ``step``.

    So it is when the map reaches the referring row by the foreign key itself, and whoever takes the one
    away takes the other too. False says nothing: the rows are then to be asked.
    """
    if len(reference.columns) != 1 or step.unless & ~going.unless or step.others != "any":
        return False
    if step.only or step.when is not None or step.seals or step.guards:
        return False
    if step.do is Do.TREAT and step.columns.get(reference.columns[0]) != "blank":
        return False
    return all(any(_follows(way, path, reference) for way in step.paths) for path in going.paths)


def _follows(way: Path, path: Path, reference: Reference) -> bool:
    """Whether a row leads to the root by its foreign key and then as the row it refers to does."""
    first, target = way.hops[0], reference.targets[0]
    if first.link.column != reference.columns[0] or first.link.when or first.link.prefix:
        return False
    if first.link.parent is not None:
        return first.link.parent == path.table and first.target_column == target and way.hops[1:] == path.hops
    # Both name the root: by its key, which is what the reference holds.
    own = path.hops[0].link
    return len(path.hops) == 1 and own.column == target and not own.prefix
