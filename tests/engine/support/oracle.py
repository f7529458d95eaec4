"""The oracle: what a plan must say and what a run must leave, by brute force over rows in memory.

Written from the words of a data map alone: dicts and loops, no SQL, nothing of the engine. A row's
*ways* are all the chains of links that lead from it to a root. ``leaving`` maps the key of each
root that goes to the numbers of the duties that hold it.
"""

from __future__ import annotations

import hmac
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from dateutil.relativedelta import relativedelta

from garant.systems.model import Action, DataMap, Duty, Link, Seal
from tests.engine.support.databases import Contents, Row

WEAKNESS = {"owned": 0, "co-owned": 1, "visible": 2}
EQUALS = re.compile(r"(\w+) = '?(.*?)'?")


@dataclass(frozen=True)
class Way:
    """One chain of links from a row to a root: which links, whose key, how weak."""

    links: tuple[int, ...]
    key: str
    relation: str


@dataclass
class Expected:
    """What one action does, and what it leaves to duties, seals and other owners."""

    table: str
    deleted: int = 0
    treated: int = 0
    sealed: int = 0
    shared: int = 0
    kept: dict[int, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Effects:
    """Everything a disposition does to the rows."""

    actions: list[Expected] = field(default_factory=list)
    gone: set[tuple[str, int]] = field(default_factory=set)
    changed: dict[tuple[str, int], Row] = field(default_factory=lambda: defaultdict(dict))
    concerned: set[str] = field(default_factory=set)
    """Keys of the roots from which some row that changes is reached."""

    def applied(self, rows: Contents) -> Contents:
        """The rows as they must be afterwards."""
        return {
            table: {
                rid: row | self.changed.get((table, rid), {})
                for rid, row in content.items()
                if (table, rid) not in self.gone
            }
            for table, content in rows.items()
        }


def ends(event: date, period: str) -> date:
    """The last day of a period that begins on an event: calendar addition, by another library."""
    parts = {unit: int(number) for number, unit in re.findall(r"(\d+)([YMD])", period)}
    try:
        months = relativedelta(years=parts.get("Y", 0), months=parts.get("M", 0))
        return event + months + timedelta(days=parts.get("D", 0))
    except (OverflowError, ValueError):
        return date.max


@lru_cache
def latest_day(as_of: date, period: str) -> date:
    """The last event day that is over on a day, by trying every day backwards."""
    day = as_of
    while ends(day, period) >= as_of:
        day -= timedelta(days=1)
    return day


@dataclass
class Oracle:
    """One state of the rows, and the map that says what they mean."""

    data_map: DataMap
    rows: Contents
    root: str
    key: bytes
    """Key of the pseudonyms."""

    def ways(self, table: str, row: Row) -> list[Way]:
        """Every chain from this row to the root."""
        return [
            Way(links, key, relation)
            for root, links, key, relation in self._climb(table, row)
            if root == self.root
        ]

    def _climb(self, table: str, row: Row) -> Iterator[tuple[str, tuple[int, ...], str, str]]:
        for number, link in enumerate(self.data_map.tables[table].links):
            value = row[link.column]
            if value is None or not holds(link.when, row):
                continue
            if link.root is not None:
                yield link.root, (number,), str(value), link.relation.value
                continue
            for parent in self._parents(link, value):
                for root, links, key, relation in self._climb(link.parent or "", parent):
                    weakest = max(relation, link.relation.value, key=WEAKNESS.__getitem__)
                    yield root, (number, *links), key, weakest

    def _parents(self, link: Link, value: Any) -> Iterator[Row]:
        assert link.parent is not None
        column = link.parent_column or self.data_map.tables[link.parent].key
        for parent in self.rows[link.parent].values():
            if parent[column] is not None and str(parent[column]) == str(value):
                yield parent

    def alive(self) -> set[str]:
        """Keys of the roots whose own row is there."""
        root = self.data_map.roots[self.root]
        return {str(row[root.key]) for row in self.rows[root.table].values()}

    def effects(self, disposition: str, duties: list[Duty], leaving: Mapping[str, set[int]]) -> Effects:
        """What the disposition does when all of ``leaving`` leave together."""
        effects = Effects()
        alive = self.alive()
        for action in self.data_map.dispositions[disposition].actions:
            deed = _Deed(self, action, duties, leaving, alive, effects)
            deed.run()
            if deed.steps:
                effects.actions.append(deed.expected)
        return effects

    def seen(self, keys: Iterable[str]) -> dict[str, int]:
        """Rows of each table that a person may see, visible links included."""
        wanted = set(keys)
        found = {
            table: sum(
                any(way.key in wanted for way in self.ways(table, row)) for row in self.rows[table].values()
            )
            for table in self.data_map.tables
        }
        return {table: number for table, number in found.items() if number}

    def is_shared(self, table: str) -> bool:
        """Whether the map itself lets several people own a row."""
        kinds = [kind for root, kind in self._declared(table) if root == self.root and kind != "visible"]
        return len(kinds) > 1 or "co-owned" in kinds

    def _declared(self, table: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for link in self.data_map.tables[table].links:
            if link.root is not None:
                found.append((link.root, link.relation.value))
            else:
                found += [
                    (root, max(kind, link.relation.value, key=WEAKNESS.__getitem__))
                    for root, kind in self._declared(link.parent or "")
                ]
        return found

    def new_value(self, how: Any, value: Any) -> Any:
        """What a disposition makes of a value; the same value when there is nothing to do."""
        if value is None or how == "blank":
            return None
        kind, argument = next(iter(how.model_dump().items()))
        if kind == "constant":
            return str(argument)
        if kind == "pseudonymise":
            digits = f"[0-9a-f]{{{argument['length']}}}"
            shape = re.escape(argument["prefix"]) + digits + re.escape(argument["suffix"])
            if re.fullmatch(shape, value):
                return value
            digest = hmac.new(self.key, value.encode(), "sha256").hexdigest()[: argument["length"]]
            return argument["prefix"] + digest + argument["suffix"]
        if argument == "year":
            return value[:4] + "-01-01"
        return value[:7] + "-01" if argument == "month" else value[: argument["prefix"]]


@dataclass
class _Deed:
    """One action over every row of its table."""

    oracle: Oracle
    action: Action
    duties: list[Duty]
    leaving: Mapping[str, set[int]]
    alive: set[str]
    effects: Effects

    def run(self) -> None:
        table = self.action.table
        self.expected = Expected(table)
        self.keeping = {n for n, d in enumerate(self.duties) if table in d.keeps and d.keeps[table].row}
        self.seals = [seal for seal in self.oracle.data_map.seals if seal.table == table]
        self.shared = self.oracle.is_shared(table)
        self.links = self.oracle.data_map.tables[table].links
        self.steps = self.action.do.value == "delete" or bool(self._columns())
        for rid, row in self.oracle.rows[table].items():
            self.rid, self.row = rid, row
            self.ways = [way for way in self.oracle.ways(table, row) if way.relation != "visible"]
            self._delete() if self.action.do.value == "delete" else self._treat()

    def _delete(self) -> None:
        going = self._going(self.ways, self.keeping)
        if going and self._others(self.keeping):
            self.expected.shared += self.shared
        elif going and any(holds(seal.when, self.row) for seal in self.seals):
            self.expected.sealed += 1
        elif going:
            self.effects.gone.add((self.action.table, self.rid))
            self.expected.deleted += 1
            self.effects.concerned |= {way.key for way in self.ways}
        for number in self.keeping:
            self.expected.kept[number] += any(number in self.leaving.get(way.key, ()) for way in self.ways)
        self._own(lambda kept: self._others(kept))
        held = [way for way in self.ways if self.leaving.get(way.key, set()) & self.keeping]
        for (kept, seals), columns in self._groups(self._columns()).items():
            if self._going(held, kept) and not self._others(kept):
                self._change(columns, seals, self.ways)

    def _treat(self) -> None:
        self._own(lambda _kept: True)
        own = {column for link in self.links for column in self._own_columns(link)}
        rest = {column: how for column, how in self._columns().items() if column not in own}
        for (kept, seals), columns in self._groups(rest).items():
            if self._going(self.ways, kept) and not self._others(kept):
                self._change(columns, seals, self.ways)

    def _own(self, condition: Any) -> None:
        """The columns that are one link's person's alone, where the row stays for others."""
        for chain in sorted({way.links for way in self.ways}):
            ways = [way for way in self.ways if way.links == chain]
            mine = {c: self._columns().get(c, "blank") for c in self._own_columns(self.links[chain[0]])}
            for (kept, seals), columns in self._groups(mine).items():
                if self._going(ways, kept) and condition(kept):
                    self._change(columns, seals, ways)

    def _own_columns(self, link: Link) -> list[str]:
        return link.columns if self.shared and link.relation.value != "visible" else []

    def _going(self, ways: list[Way], kept: Iterable[int]) -> bool:
        return any(way.key in self.leaving and not self.leaving[way.key] & set(kept) for way in ways)

    def _others(self, kept: Iterable[int]) -> bool:
        """Whether somebody who stays, or whom a duty holds here, owns the row too."""
        if not self.shared:
            return False
        return any(
            self.leaving[way.key] & set(kept) if way.key in self.leaving else way.key in self.alive
            for way in self.ways
        )

    def _columns(self) -> dict[str, Any]:
        declared = self.oracle.data_map.tables[self.action.table].columns
        chosen = {name: column.erase for name, column in declared.items()} | dict(self.action.columns)
        return {name: how for name, how in chosen.items() if how not in (None, "keep")}

    def _groups(
        self, columns: Mapping[str, Any]
    ) -> dict[tuple[frozenset[int], frozenset[int]], dict[str, Any]]:
        """Columns that the same duties and the same seals keep: a row is counted once for each."""
        groups: dict[tuple[frozenset[int], frozenset[int]], dict[str, Any]] = defaultdict(dict)
        for name, how in columns.items():
            kept = frozenset(
                n for n, duty in enumerate(self.duties) if keeps_column(duty, self.action.table, name)
            )
            seals = frozenset(n for n, seal in enumerate(self.seals) if name in seal.columns)
            groups[kept, seals][name] = how
        return groups

    def _change(self, columns: Mapping[str, Any], seals: Iterable[int], ways: list[Way]) -> None:
        new = {name: self.oracle.new_value(how, self.row[name]) for name, how in columns.items()}
        undone = {name: value for name, value in new.items() if value != self.row[name]}
        if not undone:
            return
        if any(holds(self.seals[n].when, self.row) for n in seals):
            self.expected.sealed += 1
            return
        self.expected.treated += 1
        self.effects.changed[self.action.table, self.rid] |= undone
        self.effects.concerned |= {way.key for way in ways}


def holds(when: str | None, row: Row) -> bool:
    """Whether a row meets a condition of the form ``column = 'value'``."""
    if when is None:
        return True
    match = EQUALS.fullmatch(when)
    assert match is not None
    return row[match[1]] is not None and str(row[match[1]]) == match[2]


def keeps_column(duty: Duty, table: str, column: str) -> bool:
    """Whether a duty keeps this column of the rows of its roots."""
    return table in duty.keeps and (duty.keeps[table].columns == "all" or column in duty.keeps[table].columns)


def sealed_rows(rows: Contents, seals: Iterable[Seal]) -> dict[tuple[str, int], Row]:
    """The rows that must still be there, with the columns that must not have changed."""
    return {
        (seal.table, rid): {column: row[column] for column in seal.columns}
        for seal in seals
        for rid, row in rows[seal.table].items()
        if holds(seal.when, row)
    }
