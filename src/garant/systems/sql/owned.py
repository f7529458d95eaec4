"""Whose rows are, and why they stay, where a foreign key would take them along with somebody else's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import Step
from garant.systems.model import Do, Relation, RootKind
from garant.systems.paths import Hop, Path, owning_paths
from garant.systems.sql.references import Reference
from garant.systems.sql.statements import Statements


class Owned:
    """Which rows stay, by the map: those of somebody who stays, those that a duty keeps, and those that are sealed."""

    def __init__(
        self, statements: Statements, steps: Sequence[Step], cascading: Sequence[Reference], in_force: int
    ) -> None:
        self._whole = replace(statements, in_order=False)
        self._cascading = cascading
        keeps = next((step.keeps for step in steps if step.do is Do.DELETE), dict[str, int]())
        self._keeps = {table: duties & in_force for table, duties in keeps.items()}
        self._known: dict[str, ColumnElement[bool] | None] = {}

    def of(self, table: str) -> ColumnElement[bool] | None:
        """Whether a row of the table stays; None where none ever does."""
        if table not in self._whole.data_map.tables:
            return None
        if table not in self._known:
            self._known[table] = self._stays(table)
        return self._known[table]

    def tied(self, reference: Reference) -> ColumnElement[bool] | None:
        """Whether a row must not lose what the foreign key names: a duty keeps it, and the map finds its person so."""
        table, columns = reference.table, set(reference.columns)
        if table not in self._whole.data_map.tables:
            return None
        own = tuple(owning_paths(self._whole.data_map, table, self._whole.root))
        step = Step(table, Do.DELETE, own, unless=self._keeps.get(table, 0))
        leading = any(path.hops[0].link.column in columns for path in own)
        seals = [
            s for s in self._whole.data_map.seals if s.table == table and columns.intersection(s.columns)
        ]
        reasons = [self._whole.sealed(seal) for seal in seals]
        reasons += [self._whole.held_to(step)] if leading and step.unless else []
        return sa.or_(*reasons) if reasons else None

    def _stays(self, table: str) -> ColumnElement[bool] | None:
        data_map, whole = self._whole.data_map, self._whole
        reasons = [whole.sealed(seal) for seal in data_map.seals if seal.table == table]
        own = tuple(owning_paths(data_map, table, whole.root))
        step = Step(table, Do.DELETE, own, unless=self._keeps.get(table, 0), others="none", owners=own)
        if step.unless:
            reasons.append(whole.held_to(step))
        shared = len(own) > 1 or any(path.relation is Relation.CO_OWNED for path in own)
        if shared and not is_between(own, self._cascading):
            reasons.append(sa.and_(whole.reached(step), whole.owned_still(step)))
        return sa.or_(*reasons, *self._cards(table)) if reasons or self._is_card(table) else None

    def _cards(self, table: str) -> Iterator[ColumnElement[bool]]:
        """Whether a row is somebody's own who does not leave here.

        Whoever leaves by another batch goes with all that is theirs: without their own row nothing would find it.
        """
        for name, root in self._whole.data_map.roots.items():
            if root.table == table and root.kind is RootKind.SUBJECT:
                own = tuple(p for p in owning_paths(self._whole.data_map, table, name) if p.names_its_root)
                here = replace(self._whole, root=name, departing=self._whole.batch)
                step = Step(table, Do.DELETE, own, others="none", owners=own)
                yield here.owned_still(step) if name == self._whole.root else here.owned(own)

    def _is_card(self, table: str) -> bool:
        roots = self._whole.data_map.roots.values()
        return any(root.table == table and root.kind is RootKind.SUBJECT for root in roots)


def is_between(ways: Sequence[Path], cascading: Sequence[Reference]) -> bool:
    """Whether rows are between two, or hang on rows that are: shared by columns each of which takes them along.

    The relation of two people is nothing without either of them.
    """
    taking = {(one.table, one.columns[0]) for one in cascading if len(one.columns) == 1}
    return len(links := _parting(ways)) > 1 and links <= taking


def _parting(ways: Sequence[Path]) -> set[tuple[str, str]]:
    """Table and column of the links by which ways part, on the first row on which they do."""
    return {(first.table, first.link.column) for first, *_ in _shared_from([path.hops for path in ways])}


def _shared_from(ways: Sequence[Sequence[Hop]]) -> Sequence[Sequence[Hop]]:
    """The ways, from the first row on which they part."""
    while ways and all(len(hops) > 1 and hops[0].link is ways[0][0].link for hops in ways):
        ways = [hops[1:] for hops in ways]
    return ways


def with_either(steps: Sequence[Step], cascading: Sequence[Reference]) -> Sequence[Step]:
    """The steps, where what is between people goes with each of them, as it would by itself: it waits for nobody.

    Not where the map lets go of who leaves first: the row then stays for the other. The same steps where nothing is.
    """
    waiting = [step.owners for step in steps if step.do is Do.DELETE and step.others == "none"]
    between = [
        owners
        for owners in waiting
        if is_between(owners, cascading) and not any(_lets_go(step, owners) for step in steps)
    ]
    return [_with_either(step) if step.owners in between else step for step in steps] if between else steps


def _lets_go(step: Step, owners: Sequence[Path]) -> bool:
    """Whether the step writes something else where a shared row names one of its owners."""
    if step.do is not Do.TREAT or step.others != "some":
        return False
    return not _parting(owners).isdisjoint((step.table, column) for column in step.columns)


def _with_either(step: Step) -> Step:
    if step.others == "some":
        return replace(step, paths=())  # nobody's row stays for somebody else
    return replace(step, others="any", owners=())
