"""What is sure of the rows that a fragment reads together: which hold what, and which are each other's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from garant.systems.fragments.columns import table_name, tables_behind

Cell = tuple[str, str]
"""A table and a column of it."""

Join = frozenset[Cell]
"""Two cells that are equal."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds in all that a SELECT reads. Of a table that it names twice, nothing is sure.

    `tables`: those that it names. `texts`: a cell holds one of these, in small letters; `never`: none of these.
    `empty` and `present`: cells that are NULL, or are not.
    `joins`: cells that are equal; `absent`: joins by which no row is there.
    """

    tables: frozenset[str] = frozenset()
    texts: Mapping[Cell, frozenset[str]] = field(default_factory=dict[Cell, frozenset[str]])
    never: Mapping[Cell, frozenset[str]] = field(default_factory=dict[Cell, frozenset[str]])
    empty: frozenset[Cell] = frozenset()
    present: frozenset[Cell] = frozenset()
    joins: frozenset[Join] = frozenset()
    absent: frozenset[Join] = frozenset()

    def may_meet(self, other: Facts, table: str) -> bool:
        """Whether one row of a table may be read by both."""
        if table not in self.tables or table not in other.tables:
            return False
        same = _reached(table, self.joins & other.joins)
        for mine, theirs in ((self, other), (other, self)):
            for cell, texts in mine.texts.items():
                if cell[0] in same and not (texts & theirs.texts.get(cell, texts)) - theirs.never.get(
                    cell, frozenset()
                ):
                    return False
        if any(cell[0] in same for cell in (self.empty & other.present) | (self.present & other.empty)):
            return False
        return not (self.absent & other.joins or self.joins & other.absent)


def facts_of(sql: str, read: exp.Expr, tree: exp.Expr) -> tuple[Facts, ...]:
    """For each SELECT in a part of a query, what holds in all that it reads together; those inside NOT are left out."""
    selects = [one for one in read.find_all(exp.Select) if not one.find_ancestor(exp.Not)]
    return tuple(_facts(sql, select, tree, keyed=select is read) for select in selects)


def _facts(sql: str, select: exp.Select, tree: exp.Expr, *, keyed: bool) -> Facts:
    named = Counter(table_name(one) for one in _tables(select))
    found = _Found(sql, tree, {table for table, times in named.items() if times == 1})
    for condition in _conditions(select):
        found.take(condition)
    if keyed:
        found.say(select.expressions[0].unalias())  # without a key, a row says nothing
    return found.facts(frozenset(named))


def _tables(select: exp.Expr) -> Iterator[exp.Table]:
    """The tables whose rows are read together: in FROM and JOIN, and so within EXISTS."""
    start = select.args.get("from_")
    for one in [start, *(select.args.get("joins") or ())]:
        if one is not None and isinstance(one.this, exp.Table):
            yield one.this
    where = select.args.get("where")
    for one in _all_of(where.this if where else None):
        if isinstance(one, exp.Exists):
            yield from _tables(one.this)


def _conditions(select: exp.Expr) -> Iterator[exp.Expr]:
    """What is true of every row that is read: WHERE, ON of inner joins, and so within EXISTS."""
    where = select.args.get("where")
    on = [join.args.get("on") for join in select.args.get("joins") or () if not join.side]
    for clause in [where.this if where else None, *on]:
        for one in _all_of(clause):
            if isinstance(one, exp.Exists):
                yield from _conditions(one.this)
            else:
                yield one


def _all_of(clause: exp.Expr | None) -> Iterator[exp.Expr]:
    if isinstance(clause, exp.And):
        yield from _all_of(clause.this)
        yield from _all_of(clause.expression)
    elif isinstance(clause, exp.Paren):
        yield from _all_of(clause.this)
    elif clause is not None:
        yield clause


class _Found:
    """What conditions say, gathered."""

    def __init__(self, sql: str, whole: exp.Expr, single: set[str]) -> None:
        self._sql, self._whole, self._single = sql, whole, single
        self._texts: dict[Cell, frozenset[str]] = {}
        self._never: dict[Cell, frozenset[str]] = {}
        self._sets: dict[str, set[Cell]] = {"empty": set(), "present": set()}
        self._joins: dict[bool, set[Join]] = {True: set(), False: set()}

    def take(self, condition: exp.Expr) -> None:
        """What one condition says; nothing where it is of another kind."""
        if isinstance(condition, exp.EQ):
            self._equal(condition.this, condition.expression)
        elif isinstance(condition, exp.In):
            self._among(condition.this, condition.expressions)
        elif isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null):
            self._sets["empty"] |= self._cells(condition.this)
        elif isinstance(condition, exp.Not):
            self._denied(condition.this)

    def say(self, key: exp.Expr) -> None:
        """That something is there."""
        self._sets["present"] |= self._cells(key)

    def facts(self, tables: frozenset[str]) -> Facts:
        """All of them."""
        sets = {name: frozenset(cells) for name, cells in self._sets.items()}
        return Facts(
            tables,
            self._texts,
            self._never,
            joins=frozenset(self._joins[True]),
            absent=frozenset(self._joins[False]),
            **sets,
        )

    def _equal(self, one: exp.Expr, other: exp.Expr) -> None:
        for side, value in ((one, other), (other, one)):
            if not isinstance(value, exp.Column):
                self._among(side, [value])
        cells = self._cells(one) | self._cells(other)
        self._sets["present"] |= cells
        if len(cells) > 1:
            self._joins[True].add(frozenset(cells))

    def _among(self, side: exp.Expr, values: list[exp.Expr]) -> None:
        cells = self._cells(side)
        self._sets["present"] |= cells
        if texts := _texts(values):
            self._texts |= {cell: self._texts.get(cell, texts) & texts for cell in cells}

    def _denied(self, condition: exp.Expr) -> None:
        if isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null):
            self._sets["present"] |= self._cells(condition.this)
        elif isinstance(condition, exp.In):
            texts = _texts(condition.expressions)
            self._never |= {
                cell: self._never.get(cell, texts) | texts for cell in self._cells(_bare(condition.this))
            }
        elif isinstance(condition, exp.Exists):
            for one in _conditions(condition.this):
                if isinstance(one, exp.EQ):
                    cells = self._cells(one.this, inside=True) | self._cells(one.expression, inside=True)
                    self._joins[False] |= {frozenset(cells)} if len(cells) > 1 else set()

    def _cells(self, side: exp.Expr, *, inside: bool = False) -> set[Cell]:
        if not isinstance(side, exp.Column):
            return set()
        behind = tables_behind(self._sql, side, self._whole)
        return {
            (table, side.name) for table in behind if len(behind) == 1 and (inside or table in self._single)
        }


def _reached(table: str, joins: frozenset[Join]) -> set[str]:
    """The tables that the same joins lead to from a row."""
    found = {table}
    while more := {t for join in joins if found & {t for t, _ in join} for t, _ in join} - found:
        found |= more
    return found


def _texts(values: list[exp.Expr]) -> frozenset[str]:
    """What texts are written, where nothing else is."""
    if not all(isinstance(value, exp.Literal) and value.is_string for value in values):
        return frozenset()
    return frozenset(value.name.lower() for value in values)


def _bare(side: exp.Expr) -> exp.Expr:
    """The column of `COALESCE(column, …)`."""
    return side.this if isinstance(side, exp.Coalesce) else side
