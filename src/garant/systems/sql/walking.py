"""Ways walked: from rows inwards to the roots they lead to, and outwards to the keys of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count as numbers
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.model import DataMap, Link
from garant.systems.paths import Hop, Path
from garant.systems.sql.dialects import Dialect
from garant.systems.sql.fragment_text import predicate
from garant.systems.sql.tables import table_of
from garant.systems.sql.ways import Condition, End, Ways, groups, together
from garant.systems.sql.written import key_as_written, written

NESTED = 3
"""Hops outwards that one condition nests. SQLite's parser is a stack of a hundred places, and each hop takes several."""

LONG = 6
"""Hops of a way whose rows are found each in a common table expression, rather than one within the other."""


@dataclass
class Walking:
    """Writes the ways of a data map for one dialect, as nested conditions.

    ``batch`` is the temporary table of keys: (key, held). With ``sharing``, what several paths share is asked once.
    """

    data_map: DataMap
    root: str
    dialect: Dialect
    batch: sa.TableClause
    sharing: bool = field(default=True, kw_only=True)
    _tables: dict[str, sa.TableClause] = field(default_factory=dict[str, sa.TableClause], kw_only=True)
    _numbers: Iterator[int] = field(default_factory=numbers, kw_only=True)

    def table(self, name: str) -> sa.TableClause:
        """The table as Core sees it: its name and whatever columns are asked of it."""
        if name not in self._tables:
            self._tables[name] = table_of(self.data_map, name, self.dialect.moving(name))
        return self._tables[name]

    def column(self, table: str, name: str) -> ColumnElement[Any]:
        """A column of a table, one that the map does not name included."""
        found = self.table(table)
        if name not in found.c:
            found.append_column(sa.column(name))
        return found.c[name]

    def lead(self, paths: Sequence[Path], condition: Condition) -> ColumnElement[bool]:
        """Whether a row leads, by any of the paths, to a root key that meets the condition.

        The ways are gathered rather than tried row by row: no database uses an index for one way *or*
        another. Where the table has no key to gather, they are tried.
        """
        ways = self.ways(paths, condition)
        if len(ways) < 2:
            # No way to the root reaches no row: without the false, no condition would be every row.
            return sa.or_(sa.false(), *self._conditions(paths, condition))
        name = paths[0].table
        return self.table(name).c[self._key(name)].in_(self.dialect.any_of(sa.union_all(*ways)))

    def ways(self, paths: Sequence[Path], condition: Condition) -> list[sa.Select[Any]]:
        """The keys of the rows by each way; none where the table has no key."""
        name = paths[0].table if paths else ""
        key = self.data_map.tables[name].key if name in self.data_map.tables else None
        if key is None:
            return []
        column = self.table(name).c[key].label("key")
        return [sa.select(column).where(way).correlate(None) for way in self._conditions(paths, condition)]

    def _conditions(self, paths: Sequence[Path], condition: Condition) -> list[ColumnElement[bool]]:
        """Whether a row leads to the end, by the ways that begin with each hop."""
        end = End(condition, shared=self.sharing and (len(paths) > 1 or is_long(paths)))
        return [self._linked(group, end) for group in groups([path.hops for path in paths])]

    def _key(self, table: str) -> str:
        key = self.data_map.tables[table].key
        assert key is not None
        return key

    def _linked(self, ways: Ways, end: End, met: sa.Select[Any] | None = None) -> ColumnElement[bool]:
        """Whether a row leads to the end by ways that all begin with the same hop.

        ``met``: the only values of the hop's column that matter, where there is no need to look at others.
        """
        hop = ways[0][0]
        column = self.table(hop.table).c[hop.link.column]
        if hop.link.parent is None:
            reached = end.condition(column, hop.link)
        else:
            rest = [hops[1:] for hops in ways]
            reached = self._is_in(column, hop.link, self._parents(rest, hop, end, met))
        return self.under_condition(hop, reached)

    def under_condition(self, hop: Hop, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """The condition, and that of the hop's own link."""
        return sa.and_(condition, self._when(hop)) if hop.link.when else condition

    def _parents(self, ways: Ways, hop: Hop, end: End, met: sa.Select[Any] | None = None) -> sa.SelectBase:
        """The parent's rows that lead to the end, as the column of ``hop`` writes them.

        Where several paths come by the same parent, its rows are found once for all of them, in a
        common table expression.
        """
        name, column = ways[0][0].table, hop.target_column
        parent = self.table(name)
        if not end.shared or met is not None:
            among = [] if met is None else [self._met(parent.c[column], hop.link, met)]
            rows = self._parent_rows(ways, [parent.c[column]], end, among)
            return together([written(row, hop.link) for row in rows])
        known = frozenset(tuple(id(hop.link) for hop in hops) for hops in ways)
        if known not in end.parents:
            columns = [parent.c[c] for c in self._reached_by(name)]
            rows = together(self._parent_rows(ways, columns, end, []))
            end.parents[known] = rows.cte(f"garant_{next(self._numbers)}_{parent.name}")
        return written(sa.select(end.parents[known].c[column]).correlate(None), hop.link)

    def _parent_rows(
        self,
        ways: Ways,
        columns: Sequence[ColumnElement[Any]],
        end: End,
        among: Sequence[ColumnElement[bool]],
    ) -> list[sa.Select[Any]]:
        """The parent's rows by each of its ways, one query each."""
        return [
            sa.select(*columns).where(*among, self._linked(group, end)).correlate(None)
            for group in groups(ways)
        ]

    def _reached_by(self, name: str) -> list[str]:
        """The columns by which other tables reach this one."""
        own = self.data_map.tables[name].key
        links = [link for table in self.data_map.tables.values() for link in table.links]
        found = {link.parent_column or own for link in links if link.parent == name}
        return sorted(column for column in found if column is not None)

    def _when(self, hop: Hop) -> ColumnElement[bool]:
        assert hop.link.when is not None
        return predicate(hop.link.when, hop.table, self.dialect.name)

    def outward(
        self, path: Path, where: ColumnElement[bool], among: ColumnElement[Any] | None = None
    ) -> sa.Select[Any]:
        """Walk the hops outwards from the rows to the keys of their roots.

        What a long way has found so far is named rather than nested: a parser takes no depth of any size. Where the last
        hop names the root by a prefix, only keys ``among`` these are known by it; without, those of the batch.
        """
        query = self._outward(path.hops[0], where)
        for number, (hop, previous) in enumerate(zip(path.hops[1:], path.hops, strict=False)):
            if len(path.hops) > NESTED and number % NESTED == 0:
                found = query.cte(f"garant_{next(self._numbers)}_{previous.table.rpartition('.')[2]}")
                query = sa.select(found.c.key)
            met = self._met(self.table(hop.table).c[previous.target_column], previous.link, query)
            query = self._outward(hop, met)
        if path.hops[-1].link.prefix is None:
            return query
        keys = self.batch.c.key if among is None else among
        return sa.select(keys).where(self._met(keys, path.hops[-1].link, query))

    def owners(self, ways: Sequence[Path], where: ColumnElement[bool]) -> list[sa.Select[Any]]:
        """The keys of the roots that the rows name or lead to: those that they name themselves in one query."""
        near = [path for path in ways if path.names_its_root]
        columns = dict.fromkeys(path.hops[0].link.column for path in near)
        table = self.table(near[0].table) if near else None
        named = [] if table is None else [sa.select(*(table.c[c] for c in columns)).distinct().where(where)]
        far = [path for path in ways if path not in near]
        return [*named, *(self.outward(path, where, self._alive(path.root)) for path in far)]

    def _alive(self, root: str) -> ColumnElement[Any]:
        """The keys of all the roots that are there."""
        known = self.data_map.roots[root]
        return self.table(known.table).alias("garant_owner").c[known.key]

    def _met(self, key: ColumnElement[Any], link: Link, found: sa.Select[Any]) -> ColumnElement[bool]:
        """Whether a key is among those that a link's column holds."""
        return self._is_in(key_as_written(key, link), link, found.correlate(None))

    def _is_in(self, value: ColumnElement[Any], link: Link, found: sa.SelectBase) -> ColumnElement[bool]:
        """Whether a value is among those found: to the accent, where a column that is no key says whose a row is."""
        heeding = self.dialect.heeding(value, link)
        return value.in_(found) if heeding is None else sa.and_(value.in_(found), heeding.in_(found))

    def _outward(self, hop: Hop, where: ColumnElement[bool]) -> sa.Select[Any]:
        column = self.table(hop.table).c[hop.link.column].label("key")
        return sa.select(column).distinct().where(self.under_condition(hop, where))


def is_long(paths: Sequence[Path]) -> bool:
    """Whether the rows of some way are found apart."""
    return any(len(path.hops) > LONG for path in paths)
