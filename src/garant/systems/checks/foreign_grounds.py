"""Does what a duty is judged by stay where it goes with somebody else's leaving?

A duty's role and date may read rows that another root owns. Where these go with that root before the duty ends, it ends
sooner than the plan said. The other root's own duty, or its own term, keeps them where it is counted from the same
event for no less time; the row of that root itself is what the duty is there for, and may end it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from garant.policy.document.policy import Policy
from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.checks import kept_way_rules as rules
from garant.systems.checks.effects import changes, ways
from garant.systems.checks.endings import Ending
from garant.systems.checks.findings import Finding, said
from garant.systems.checks.kept_grounds import WHAT, stood_on
from garant.systems.fragments import Facts, FragmentRefused, Ground, facts, parse_expression
from garant.systems.model import DataMap, Disposition, Duty, PromiseBinding
from garant.systems.paths import Path


def check_foreign_grounds(data_map: DataMap, policy: Policy) -> Iterator[Finding]:
    """Duties whose role or event reads what goes, or is changed, with another root while they hold."""
    for number, duty in enumerate(data_map.duties):
        told: set[tuple[str, str | None, str, str]] = set()
        for disposition in data_map.dispositions.values():
            if disposition.root != duty.root and disposition.root in data_map.roots:
                taking = _Taking(data_map, policy, duty, disposition)
                for part, ground in stood_on(data_map, duty):
                    told |= {(*lost, disposition.root, part) for lost in taking.lost(part, ground)}
        for table, column, root, part in sorted(told, key=str):
            place: Place = ("duties", number, part)
            yield Finding(rules.GROUND_OF_ANOTHER, place, _said(table, column, root, part))


@dataclass(frozen=True)
class _Taking:
    """A disposition of one root, and a duty of another that may read the rows it deletes."""

    data_map: DataMap
    policy: Policy
    duty: Duty
    disposition: Disposition

    def lost(self, part: str, ground: Ground) -> Iterator[tuple[str, str | None]]:
        """The tables of a SELECT whose rows go before the duty ends, and the columns of others that are changed."""
        gone = ground.tables & self._ending.deleted
        yield from ((table, None) for table in gone if self._is_lost(part, ground, table))
        for table, column in ground.columns & self._changed:
            if table not in gone and self._is_lost(part, ground, table):
                yield table, column

    @cached_property
    def _ending(self) -> Ending:
        return Ending(self.data_map, self.duty, self.disposition)

    @cached_property
    def _changed(self) -> set[tuple[str, str]]:
        """The columns that are changed: what the duty keeps of its own root does not keep them here."""
        actions = self.disposition.actions
        return {(one.table, column) for one in actions for column in changes(self.data_map, one)}

    def _is_lost(self, part: str, ground: Ground, table: str) -> bool:
        itself = part == "role" and table == self.data_map.roots[self.disposition.root].table
        return not itself and self._meets(table, ground) and not self._kept(table)

    def _meets(self, table: str, ground: Ground) -> bool:
        """Whether a row that the SELECT reads may be one that goes: not where one column would have to be two things."""
        return any(one.may_meet(read, table) for one in self._going(table) for read in ground.facts)

    def _going(self, table: str) -> Sequence[Facts]:
        """What is sure of the rows that go; where nobody asks for the root, of its own row its roles are."""
        root = self.disposition.root
        if not self._asked and table == self.data_map.roots[root].table:
            roles = [
                self.data_map.roles[one.role].query
                for one in self._promises
                if one.role in self.data_map.roles
            ]
            return [one for role in roles for one in _sure(role)]
        return [one for way in ways(self.data_map, table, root) or [] for one in _sure_of(way)]

    def _kept(self, table: str) -> bool:
        """Whether the other root's own duty, or its term where nobody asks for it, keeps the rows for as long."""
        own = [
            one for one in self.data_map.duties if one.root == self.disposition.root and table in one.keeps
        ]
        if any(
            one.seal or (self._as_long(one) and self._counts(one, table))
            for one in own
            if one.keeps[table].row
        ):
            return True
        return not self._asked and all(self._as_long(one) for one in self._promises)

    @cached_property
    def _asked(self) -> bool:
        """Whether somebody may ask for the other root."""
        return any(
            one.root == self.disposition.root for found in self.data_map.identities.values() for one in found
        )

    @cached_property
    def _promises(self) -> Sequence[PromiseBinding]:
        """The promises that this disposition answers."""
        names = {name for name, one in self.data_map.dispositions.items() if one is self.disposition}
        return [one for one in self.data_map.promises if one.dispositions in names]

    def _as_long(self, other: Duty | PromiseBinding) -> bool:
        """Whether another term is no shorter than the duty's."""
        mine, theirs = (self.policy.retention.get(one.rule or "") for one in (self.duty, other))
        return mine is not None and theirs is not None and not mine.total_period.exceeds(theirs.total_period)

    def _counts(self, other: Duty, table: str) -> bool:
        """Whether another duty ends no sooner for these rows: it counts from the same event, or from them too."""
        if other.event == self.duty.event:
            return True
        read = [ground for part, ground in stood_on(self.data_map, other) if part == "event"]
        return any(table in ground.tables for ground in read)


def _sure_of(way: Path) -> Sequence[Facts]:
    """What is sure of the rows of a way, read as one query."""
    joined = "".join(
        f" JOIN {hop.link.parent} ON {hop.table}.{hop.link.column} = {hop.link.parent}.{hop.target_column}"
        for hop in way.hops[:-1]
    )
    try:
        asked = [parse_expression(hop.link.when, table=hop.table).sql for hop in way.hops if hop.link.when]
    except FragmentRefused:
        return ()  # said elsewhere
    where = f" WHERE {' AND '.join(f'({one})' for one in asked)}" if asked else ""
    last = f"{way.hops[-1].table}.{way.hops[-1].link.column}"
    return _sure(f"SELECT {last} AS key FROM {way.table}{joined}{where}")  # noqa: S608 (read, never run)


def _sure(query: str) -> Sequence[Facts]:
    try:
        return facts(query)
    except FragmentRefused:
        return ()  # said elsewhere


def _said(table: str, column: str | None, root: str, part: str) -> Text:
    fr, en = WHAT[part]
    if column is not None:
        return said(
            f"{table}.{column}, qui {fr}, est changée avec «\u202f{root}\u202f».",
            f"{table}.{column}, which {en}, is changed with “{root}”.",
        )
    return said(
        f"Les lignes de «\u202f{table}\u202f», par lesquelles le devoir {fr}, partent avec «\u202f{root}\u202f».",
        f"The rows of “{table}”, by which the duty {en}, go with “{root}”.",
    )
