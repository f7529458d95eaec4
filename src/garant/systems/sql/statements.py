"""From a step to its statements: one set-based UPDATE or DELETE, and the count of its rows.

Rows reach the leaving roots through nested semi-joins, one per hop, keyed by a temporary
table of root keys. In a nested form every name belongs to the innermost table, so that the
conditions of a data map need no alias, even where a table is its own parent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.changing import BESIDES, LATER, Step
from garant.systems.model import Do, Link, Refresh, Seal
from garant.systems.paths import Path
from garant.systems.sql.fragment_text import predicate
from garant.systems.sql.guards import kept
from garant.systems.sql.kept import Kept
from garant.systems.sql.references import Reference
from garant.systems.sql.values import holds, new_value, undone
from garant.systems.sql.walking import Walking, is_long
from garant.systems.sql.ways import End, Ways, certain, groups, named, others, to_keys
from garant.systems.sql.written import written


@dataclass
class Statements(Walking):
    """Builds the statements of one root's steps for one dialect.

    ``batch`` is the temporary table of keys: (key, held), where held has bit n when duty n
    holds that root; ``departing`` is alike, with every root that leaves by the same plan; with
    ``in_order``, only those up to the last of the batch count as gone.
    ``pseudonym_key`` keys the hashes that replace values; ``references`` are the foreign keys of the
    system by which a row that a hold keeps may need another.
    """

    departing: sa.TableClause
    pseudonym_key: bytes
    in_order: bool = False
    later: bool = False
    besides: bool = False
    references: Sequence[Reference] = ()
    kept: Kept = field(default_factory=Kept)
    """Statements built once for all the batches of a run."""

    def count(self, step: Step) -> sa.Select[Any]:
        """Rows the step would still change."""
        return self._chosen(step, sa.func.count(), self.of_the_row(step))

    def of_the_row(self, step: Step) -> list[ColumnElement[bool]]:
        """Not sealed, not on hold, not yet done: what the row itself says."""
        return [*self._unsealed(step), *self._only(step), *self._to_do(step)]

    def change(self, step: Step, *, collected: sa.TableClause | None = None) -> sa.Delete | sa.Update:
        """The step itself; with ``collected``, over the row keys gathered beforehand."""
        whole = self._change(step, collected)
        if isinstance(whole, sa.Update) and any(isinstance(how, Refresh) for how in step.columns.values()):
            return (
                whole  # what one column is computed from may change beside it: not for every form of UPDATE
            )
        return self.dialect.quick(whole, step.table)

    def _change(self, step: Step, collected: sa.TableClause | None) -> sa.Delete | sa.Update:
        table = self.table(step.table)
        asking = self.as_changes_ask
        where = asking.rows(step) if collected is None else asking._among(step, collected)
        if step.do is Do.DELETE:
            return sa.delete(table).where(where)
        written = {name.lower() for name in step.columns}
        moving = (name for name in self.dialect.moving(step.table) if name.lower() not in written)
        still = {name: table.c[name] for name in moving}
        values = {
            name: new_value(self.dialect, table.c[name], step.table, name, how, self.pseudonym_key)
            for name, how in step.columns.items()
        }
        return sa.update(table).where(where).values(still | values)

    @property
    def as_changes_ask(self) -> Statements:
        """This, without common table expressions where no change may begin with them."""
        return self if self.dialect.with_before_change else replace(self, sharing=False)

    def leaves(self, step: Step, *, collected: sa.TableClause | None = None) -> sa.Delete | None:
        """The same deletion, of the rows that no other row of the table refers to; None where it is needless."""
        references = self.dialect.own_references(step.table) if step.do is Do.DELETE else ()
        if not references:
            return None
        table = self.table(step.table)
        child = table.alias("garant_child")
        whole: Any = self._change(step, collected)
        for reference in references:
            met = [named(child, column) == named(table, target) for column, target in reference]
            itself = [named(child, column) == named(child, target) for column, target in reference]
            whole = whole.where(
                ~sa.select(sa.literal(1)).select_from(child).where(*met, ~sa.and_(*itself)).exists()
            )
        return whole

    def row_keys(self, step: Step) -> sa.Select[Any]:
        """The keys of the rows the step may change, gathered before earlier steps run.

        What is already done is left to the statement itself: a copy to refresh is right until
        the rows it is copied from are gone.
        """
        assert step.key is not None
        return self._chosen(step, self.table(step.table).c[step.key].label("key"), ())

    def remaining(self, step: Step, collected: sa.TableClause) -> sa.Select[Any]:
        """How many of the collected rows the step has left undone."""
        where = self._among(step, collected)
        return sa.select(sa.func.count()).select_from(self.table(step.table)).where(where)

    def values_of(self, step: Step, columns: Sequence[str]) -> sa.Select[Any]:
        """Distinct values of some columns, the first of them not null, in the rows the step would change."""
        first, *others = (self.table(step.table).c[column] for column in columns)
        return sa.select(first, *others).distinct().where(self.rows(step), first.is_not(None))

    def roots_of(self, step: Step) -> list[sa.Select[Any]]:
        """The leaving roots of the rows the step would change, one query per path.

        Where a duty of one owner keeps the row (``only``), the others who leave with it count too: it is
        because they leave that its columns are treated.
        """
        return [
            self.outward(path, self.rows(step if step.only else replace(step, paths=(path,))))
            for path in step.paths
        ]

    def visible(self, table: str, columns: Sequence[str], paths: Sequence[Path]) -> sa.Select[Any]:
        """The rows that reach the roots of the batch by any of the paths."""
        target = self.table(table)
        every = sa.select(self.batch.c.key).correlate(None)
        return sa.select(*(target.c[c] for c in columns)).where(self.lead(paths, to_keys(every)))

    def rows(self, step: Step) -> ColumnElement[bool]:
        """Which rows the step would change: reached, not sealed, not shared, not yet done."""
        return sa.and_(
            self._reach(step),
            *self._shared(step),
            *self.of_the_row(step),
        )

    def _chosen(
        self, step: Step, what: ColumnElement[Any], own: Sequence[ColumnElement[bool]]
    ) -> sa.Select[Any]:
        """Something of the rows that the step reaches, shared as it says, and that meet conditions of their own.

        Owners are asked of each row, which costs the most: where the engine would not begin with the rows that are
        reached, they are gathered first.
        """
        table, shared = self.table(step.table), self._shared(step)
        ways = self.ways(step.paths, to_keys(self._leaving(step))) if shared else []
        if len(ways) < 2 or not self.dialect.gathers_first or self._reaches_besides(step):
            chosen = sa.select(what).select_from(table)
            return chosen.where(sa.and_(self._reach(step), *shared, *own))
        reached = sa.union(*ways).subquery("garant_reached")
        start = reached.join(table, table.c[self._key(step.table)] == reached.c.key)
        return sa.select(what).select_from(start).where(*shared, *own).prefix_with("STRAIGHT_JOIN")

    def _shared(self, step: Step) -> list[ColumnElement[bool]]:
        """Whether rows have other owners, as the step says."""
        if step.others == "any":
            return []
        other = certain(self._remaining_owner(step))
        return [other if step.others == "some" else sa.not_(other)]

    def _reach(self, step: Step) -> ColumnElement[bool]:
        """Which rows lead to a leaving root."""
        reached = self.lead(step.paths, to_keys(self._leaving(step)))
        if not self._reaches_besides(step):
            return reached
        besides = self._leaving(step, self.departing).where(self.departing.c.held.bitwise_and(BESIDES) != 0)
        both = (self._leaving(replace(step, only=0)), besides)
        return sa.or_(reached, sa.and_(*(self.lead(step.paths, to_keys(keys)) for keys in both)))

    def _reaches_besides(self, step: Step) -> bool:
        """Whether somebody of no batch may be the one whose duty keeps the row of those who leave."""
        return self.besides and bool(step.only) and step.others == "none"

    def _leaving(self, step: Step, of: sa.TableClause | None = None) -> sa.Select[Any]:
        leaving = self.batch if of is None else of
        held, keys = leaving.c.held, sa.select(leaving.c.key)
        if step.unless:
            keys = keys.where(held.bitwise_and(step.unless) == 0)
        if step.only:
            keys = keys.where(held.bitwise_and(step.only) != 0)
        return keys.correlate(None)

    def owned_still(self, step: Step) -> ColumnElement[bool]:
        """The same as makes a shared row stay, of any row of the step's table, whether the change reaches it or not."""
        return certain(self._remaining_owner(step, whoever=True))

    def owned(self, ways: Sequence[Path]) -> ColumnElement[bool]:
        """Whether a row leads by one of the ways to a root that is there."""
        return certain(sa.or_(sa.false(), *self._conditions(ways, self.lives)))

    def reached(self, step: Step) -> ColumnElement[bool]:
        """Whether a row leads to a root of the batch, whatever holds it."""
        return certain(self._reach(replace(step, unless=0, only=0)))

    def held_to(self, step: Step) -> ColumnElement[bool]:
        """Whether a row leads to a root of the batch that a duty of the step holds."""
        held = self._leaving(replace(step, only=step.unless, unless=0))
        return certain(self.lead(step.paths, to_keys(held)))

    def _remaining_owner(self, step: Step, *, whoever: bool = False) -> ColumnElement[bool]:
        """Whether a path leads to a root that exists and does not leave, or that a duty holds here.

        Whoever leaves in another batch of the plan is no remaining owner, or the end would depend on how
        the plan was cut. A deletion alone waits for the last of them: until then, the rows that tie the
        others to the shared one are there, and may refuse.
        """
        departing = self.departing
        leaving = sa.select(sa.literal(1)).select_from(departing).where(*self.until_now(step, departing))
        free, held = (
            leaving.where(condition)
            for mask in [departing.c.held.bitwise_and(step.unless)]
            for condition in (mask == 0, mask != 0)
        )

        # The likeliest first: who leaves is looked for once, and who stays twice.
        def stays(key: ColumnElement[Any], link: Link) -> ColumnElement[bool]:
            lives = self.lives(key, link)
            if not step.unless:
                return sa.and_(sa.not_(_is_among(leaving, departing, "key", key, link)), lives)
            kept = _is_among(held, departing, "key", key, link)
            return sa.and_(sa.not_(_is_among(free, departing, "key", key, link)), sa.or_(lives, kept))

        owners = others(step)
        end = End(stays, shared=self.sharing and is_long(owners))
        return sa.or_(
            sa.false(),
            *(
                self._linked(group, end, None if whoever else self._among_parents(group, self._reach(step)))
                for group in groups([path.hops for path in owners])
            ),
        )

    def lives(self, key: ColumnElement[Any], link: Link) -> ColumnElement[bool]:
        """Whether the root with this key, as the link writes it, is there."""
        root = self.data_map.roots[self.root]
        alive = self.table(root.table).alias("garant_alive")
        return _is_among(sa.select(sa.literal(1)).select_from(alive), alive, root.key, key, link)

    def _among_parents(self, ways: Ways, reached: ColumnElement[bool]) -> sa.Select[Any] | None:
        """The parents of the rows reached: no other matters. Not where a statement would nest too deep."""
        if max(len(hops) for hops in ways) != 2:
            return None
        return self._outward(ways[0][0], reached).correlate(None)

    def until_now(self, step: Step, departing: sa.FromClause) -> list[ColumnElement[bool]]:
        """Of those who leave, a deletion counts only the ones up to this batch, in the order of the plan.

        What is one owner's own on a row that stays for the moment is treated, so that nothing ties them to it any more.
        """
        if self.later and step.do is Do.TREAT and step.others == "some":
            return [departing.c.held.bitwise_and(LATER) == 0]
        if not self.in_order or step.do is Do.TREAT:
            return []
        named = self.departing.alias("named")
        mine = sa.select(self.batch.c.key).correlate(None)
        last = sa.select(sa.func.max(named.c.number)).where(named.c.key.in_(mine))
        return [departing.c.number <= last.scalar_subquery()]

    def _among(self, step: Step, collected: sa.TableClause) -> ColumnElement[bool]:
        assert step.key is not None
        key = self.table(step.table).c[step.key]
        among = key.in_(sa.select(collected.c.key).correlate(None))
        return sa.and_(among, *self._unsealed(step), *self._only(step), *self._undone_columns(step))

    def _only(self, step: Step) -> list[ColumnElement[bool]]:
        """The step's own conditions on the row, where it has some."""
        table = self.table(step.table)
        values = [
            holds(self.dialect, [table.c[name] for name in one.columns], step.table, one)
            for one in step.holding
        ]
        if step.when is None:
            return values
        return [certain(predicate(step.when, step.table, self.dialect.name)), *values]

    def sealed(self, seal: Seal) -> ColumnElement[bool]:
        """Whether a row of its table is sealed."""
        return certain(predicate(seal.when, seal.table, self.dialect.name))

    def _unsealed(self, step: Step) -> list[ColumnElement[bool]]:
        return [*(sa.not_(self.sealed(seal)) for seal in step.seals), *self._released(step)]

    def _released(self, step: Step) -> list[ColumnElement[bool]]:
        """Rows that no hold keeps; or, where the step only counts them, those that one keeps."""
        if not step.guards:
            return []
        on_hold = kept(self, step, self.references)
        if on_hold is None:
            return [sa.false()] if step.on_hold else []
        return [on_hold if step.on_hold else sa.not_(on_hold)]

    def _to_do(self, step: Step) -> list[ColumnElement[bool]]:
        """Rows with a column to change now, or a copy that earlier steps are about to make wrong."""
        undone = self._undone_columns(step)
        if undone and step.collect and any(isinstance(how, Refresh) for how in step.columns.values()):
            parting = replace(step, unless=step.unless | step.staying)
            return [sa.or_(*undone, self._reach(parting))]
        return undone

    def _undone_columns(self, step: Step) -> list[ColumnElement[bool]]:
        if step.do is not Do.TREAT:
            return []
        columns = self.table(step.table).c
        changes = (
            undone(self.dialect, columns[name], step.table, name, how) for name, how in step.columns.items()
        )
        return [sa.or_(*changes)]


def _is_among(
    query: sa.Select[Any], own: sa.FromClause, name: str, key: ColumnElement[Any], link: Link
) -> ColumnElement[bool]:
    """Whether a query has the key. Asked of each row by an index: those who stay are far too many to gather."""
    if link.prefix is not None:
        return key.in_(written(query.with_only_columns(own.c[name]).correlate(None), link))
    return query.where(own.c[name] == key).correlate_except(own).exists()
