"""Random queries of the shapes by which rows are found, for two databases to answer alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

TABLES = ("t0", "t1", "t2", "t3")
INTEGERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "INT UNSIGNED", "DECIMAL(9,0)")
VALUES = (None, 1, 2, 3, 4, 5, 6, 11, 99)
IN_ORDER = "/* in order */"
"""Where a dialect may be told to take the tables in the order they are written."""

CREATE_LEAVING = "CREATE TEMPORARY TABLE leaving (id BIGINT PRIMARY KEY)"


def create_tables(chance: Random) -> list[str]:
    """Four tables whose columns are of all widths, some with an index; and the keys that leave."""
    made = []
    for table in TABLES:
        columns = ", ".join(f"{name} {chance.choice(INTEGERS)}" for name in "abc")
        made += [
            f"CREATE TABLE {table} (id {chance.choice(INTEGERS)} PRIMARY KEY, {columns}, m VARCHAR(9))",
            *(f"CREATE INDEX {table}_{n} ON {table} ({n})" for n in "abc" if chance.random() < 0.4),
        ]
    return [*made, CREATE_LEAVING]


def fill_tables(chance: Random) -> list[str]:
    """Up to eight rows each, whose numbers refer to one another's, or to none."""
    filled = [
        f"INSERT INTO {table} VALUES ({row}, {', '.join(_literal(chance.choice(VALUES)) for _ in 'abc')},"
        f" {chance.choice(('NULL', _LIKE, _UNLIKE))})"
        for table in TABLES
        for row in range(1, chance.randint(0, 9) + 1)
    ]
    leaving = chance.sample((1, 2, 3, 4, 11, 99), chance.randint(0, 4))
    return filled + [f"INSERT INTO leaving VALUES ({key})" for key in leaving]


_LIKE, _UNLIKE = "'x'", "'y'"


def _literal(value: int | None) -> str:
    return "NULL" if value is None else str(value)


@dataclass
class Query:
    """One random query for the rows of one table."""

    chance: Random
    expressions: list[str] = field(default_factory=list[str])
    names: int = 0

    def write(self, depth: int) -> str:
        """The query; common table expressions come out as its conditions are written."""
        table = self.chance.choice(TABLES)
        where = self._condition(table, depth)
        start = f"SELECT {table}.id FROM {table}"
        if self.chance.random() < 0.25:
            start = f"SELECT {IN_ORDER} {table}.id FROM {self._gathered(table, depth)}"
        before = f"WITH {', '.join(self.expressions)} " if self.expressions else ""
        return f"{before}{start} WHERE {where}"

    def _gathered(self, table: str, depth: int) -> str:
        """The rows reached in two ways, then the table itself, as rows that may have other owners are found."""
        ways = [
            f"SELECT {table}.id AS v FROM {table} WHERE {self._condition(table, depth - 1)}" for _ in "ab"
        ]
        name = self._name()
        return f"({' UNION '.join(ways)}) AS {name} JOIN {table} ON {table}.id = {name}.v"

    def _condition(self, name: str, depth: int) -> str:
        column = f"{name}.{self._one('id', 'a', 'b', 'c')}"
        if depth == 0:
            return self._one(
                f"{column} IN (SELECT leaving.id FROM leaving)",
                f"({name}.m = {self._one(_LIKE, _UNLIKE)}) {self._one('', '= 1', 'IS TRUE')}",
            )
        shape = self.chance.randrange(8)
        if shape < 4:
            return f"{column} {self._one('', '', '', 'NOT')} IN ({self._select(depth - 1)})"
        if shape == 4:
            return self._exists(column, depth)
        joined = self._one(" OR ", " AND ").join(self._condition(name, depth - 1) for _ in range(2))
        return f"({joined})"

    def _exists(self, column: str, depth: int) -> str:
        if self.chance.random() < 0.5:
            return f"{self._one('', 'NOT')} EXISTS (SELECT 1 FROM leaving WHERE leaving.id = {column})"
        other = self._name()
        met = f"{other}.{self._one('a', 'b', 'c')} = {column} AND {self._condition(other, depth - 1)}"
        return f"{self._one('', 'NOT')} EXISTS (SELECT 1 FROM {self._one(*TABLES)} AS {other} WHERE {met})"

    def _select(self, depth: int) -> str:
        table, column = self._one(*TABLES), self._one("id", "a", "b", "c")
        body = f"SELECT {table}.{column} AS v FROM {table} WHERE {self._condition(table, depth)}"
        shape = self.chance.randrange(7)
        if shape == 0:
            return "SELECT leaving.id FROM leaving"
        if shape < 3:
            name = self._name()
            self.expressions.append(f"{name} AS ({body})")
            return f"SELECT {name}.v FROM {name}"
        if shape == 3 and depth:
            both = f"{body} UNION ALL {self._select(depth - 1)}"
            return self._one(both, f"SELECT v FROM ({both}) AS {self._name()}")
        if shape == 4:
            return f"SELECT v FROM ({body}) AS {self._name()}"
        if shape == 5:
            joined = f"{table} JOIN leaving ON leaving.id = {table}.{self._one('a', 'b', 'c')}"
            return f"SELECT {table}.{column} FROM {joined} WHERE {self._condition(table, depth)}"
        return body

    def _one(self, *choices: str) -> str:
        return self.chance.choice(choices)

    def _name(self) -> str:
        self.names += 1
        return f"x{self.names}"


def queries(chance: Random, number: int) -> Sequence[str]:
    """So many queries for the same tables."""
    return [Query(chance).write(chance.randint(1, 3)) for _ in range(number)]
