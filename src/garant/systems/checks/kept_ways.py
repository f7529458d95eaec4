"""Does what a duty keeps stay somebody's, for as long as it is kept?

A duty keeps rows, or columns, of the roots it holds; what leads from there to the root must stay as long. Once a row on
the way has gone, or a column of it has changed, nothing says any more whose the kept row is: the duty holds it no longer,
so that another owner's leaving takes it too soon, and no term and no request ever finds it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.checks import kept_way_rules as rules
from garant.systems.checks.effects import changes, ways
from garant.systems.checks.endings import Ending
from garant.systems.checks.findings import Finding, said
from garant.systems.model import DataMap, Do, Relation
from garant.systems.paths import Hop, Path


def check_kept_ways(data_map: DataMap) -> Iterator[Finding]:
    """Duties that keep something and let go of the way from there to the root."""
    for number, duty in enumerate(data_map.duties):
        told: set[str] = set()
        for disposition in data_map.dispositions.values():
            if disposition.root == duty.root:
                for finding in _Kept(data_map, duty, disposition).findings(number):
                    message = str(finding.message)
                    if message not in told:
                        told.add(message)
                        yield finding


@dataclass(frozen=True)
class _Kept(Ending):
    """The same, looked at for what the duty keeps."""

    def findings(self, number: int) -> Iterator[Finding]:
        for table in self.duty.keeps:
            place: Place = ("duties", number, "keeps", table)
            whole = ways(self.data_map, table, self.duty.root) if self._stays(table) else None
            cuts = [(way, self._cut(way)) for way in whole or []]
            staying = [way for way, cut in cuts if cut is None]
            for way, cut in cuts:
                if cut is not None:
                    rule = rules.WAY_DOUBTFUL if _stands_in(way, staying) else rules.WAY_NOT_KEPT
                    yield Finding(rule, place, _said(table, *cut))

    def _stays(self, table: str) -> bool:
        """Whether something of the table is there afterwards because of the duty."""
        if table not in self.data_map.tables:
            return False  # said elsewhere
        return table in self.rows_kept or bool(self._columns_kept(table))

    def _columns_kept(self, table: str) -> set[str]:
        """The columns of rows that stay anyway, which would change if the duty did not keep them."""
        kept: set[str] = set()
        reach = ways(self.data_map, table, self.duty.root) or []
        for action in self.disposition.actions:
            if action.table == table:
                changed = set(changes(self.data_map, action))
                own = {column for way in reach for column in way.own_columns}
                kept |= changed if action.do is Do.TREAT else own
        return {column for column in kept if self.keeps(table, column)}

    def _cut(self, way: Path) -> tuple[str, str | None] | None:
        """The first row of a way that goes, or the first column of it that changes."""
        for hop in way.hops:
            if hop.link.parent in self.gone:
                return hop.link.parent, None
            for table, column in _read(hop):
                if (table, column) in self.changed:
                    return table, column
        return None


def _read(hop: Hop) -> list[tuple[str, str]]:
    """The columns that a hop goes through, those of its condition included."""
    mine = [hop.link.column, *re.findall(r"\w+", hop.link.when or "")]
    reached = [(hop.link.parent, hop.target_column)] if hop.link.parent else []
    return [*((hop.table, column) for column in mine), *reached]


def _stands_in(cut: Path, staying: list[Path]) -> bool:
    """Whether another way may well lead to the same root: one that every row may have, where rows have one owner."""
    return cut.relation is Relation.OWNED and any(
        way.relation is Relation.OWNED
        and all(hop.link.when is None and hop.link.prefix is None for hop in way.hops)
        for way in staying
    )


def _said(table: str, parent: str, column: str | None) -> Text:
    if column is not None:
        return said(
            f"«\u202f{table}\u202f» est retenue, et {parent}.{column}, qui dit à qui, est changée.",
            f"“{table}” is kept, and {parent}.{column}, which says whose it is, is changed.",
        )
    return said(
        f"«\u202f{table}\u202f» est retenue, et la ligne de «\u202f{parent}\u202f» qui dit à qui part.",
        f"“{table}” is kept, and the row of “{parent}” that says whose it is goes.",
    )
