"""What a change comes to: its steps on one open transaction, with all that is looked at before and after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from garant.systems.changing import ChangeSet, Counts, Step, bits_of
from garant.systems.finding import RootKey
from garant.systems.model import Do
from garant.systems.port import Blocked, Blocker
from garant.systems.sql.create_as import CreateAs
from garant.systems.sql.due import NAMED, Finder, Scratch
from garant.systems.sql.emptiness import empty_tables, passable
from garant.systems.sql.going import Doing
from garant.systems.sql.holding import Watch, count_held
from garant.systems.sql.kept import Part
from garant.systems.sql.marks import taken_down
from garant.systems.sql.named_files import files_of
from garant.systems.sql.residue.sample import canaries_of
from garant.systems.sql.returning import Rehearsal
from garant.systems.sql.scratch import create_scratch, fill
from garant.systems.sql.staying import Staying, refuse_losses
from garant.systems.sql.taking import hand_over

if TYPE_CHECKING:
    from garant.systems.sql.connector import SqlConnector


class Work:
    """The steps of one change set on one open transaction."""

    def __init__(self, connector: SqlConnector, connection: sa.Connection, change: ChangeSet) -> None:
        self.connector = connector
        self.connection = connection
        self.change = change = connector.settled(connection, change)
        self.statements = connector.statements_again(connection, change)
        self.kept = self.statements.kept
        self.in_force = 0
        self.steps: Sequence[Step] = change.steps
        self.current: Step | None = None

    def run(self) -> Counts:
        """Gather what later steps would lose sight of, do the steps, and look again."""
        kind = self.connector.data_map.roots[self.change.root].type
        scratch = create_scratch(self.connection, self.connector.dialect, kind)
        fill(self.connection, self.connector.dialect, scratch.batch, self.change.keys, self.change.held)
        spared = self._spare(scratch)
        watch = self._watch()
        held = count_held(self.connection, self.statements, self.change)
        taking = taken_down(self.connection, self.connector.dialect, self.statements, self.change)
        canaries = canaries_of(self.connection, self.statements, self.change, self.connector.data_map)
        hand_over(self.connection, self.statements, self.change, self.connector.read_file)
        rehearsal = self._rehearsal()
        self.steps = self._passable()
        collected = {
            n: self._collect(n, step)
            for n, step in enumerate(self.steps)
            if step.collect and step.concerns(self.in_force)
        }
        files = self._files()
        staying = self._staying()
        rows = tuple(self._do(step, collected.get(n)) for n, step in enumerate(self.steps))
        self._look_again(collected)
        if rehearsal is not None:
            rehearsal.walk()
        watch.check()
        staying.check()
        self.current = None
        transaction, marks = self.connector.dialect.transaction(self.connection), taking and taking.marks()
        return Counts(rows, files, transaction, tuple(spared), held, canaries, marks or ())

    def _watch(self) -> Watch:
        """What holds keep, where the system itself might take it along."""
        known = self.connector.references(self.connection) if self.change.guards else []
        views = self.connector.through(self.connection) if known else ()
        return Watch(self.connection, self.statements, self.change, known, views)

    def _staying(self) -> Staying:
        """What the change reaches and leaves, where a foreign key might take it along."""
        force, whole = self.in_force, self.steps
        steps = self.kept.once(lambda: [s for s in whole if s.concerns(force)], "concerned", force, whole)
        deleting = any(step.do is Do.DELETE for step in steps)
        known = self.connector.references(self.connection)
        refuse_losses(Doing(self.connection, self.statements, steps, known, self.in_force))
        cascading = [one for one in known if one.cascades and deleting]
        views = self.connector.through(self.connection) if cascading else ()
        return Staying(self.connection, self.statements, steps, cascading, views)

    def _rehearsal(self) -> Rehearsal | None:
        """The way back of values that the change sets apart, as their archive has them."""
        archivist = self.change.archivist
        if not self.change.apart or archivist is None:
            return None
        records = list(archivist.read_back())
        return Rehearsal(self.connector.returning(self.connection), records)

    def _spare(self, scratch: Scratch) -> list[RootKey]:
        """Leave alone whoever is no longer due at the very moment of the change.

        Who stays is an owner again of what they share with those who leave.
        """
        concerned = self.change.departing if self.change.besides else self.change.keys
        self.in_force = bits_of(map(self.change.held.get, concerned, repeat(0)))
        if self.change.recheck is None:
            return []
        zone, kept = self.connector.data_map.zone, self.kept
        finder = Finder(self.connection, self.connector.dialect, scratch, zone, kept=kept)
        gone = [key for key in self.change.keys if key in self.change.gone] if self.change.gone else []
        spared, holding = finder.spare(self.change.recheck, gone)
        self.in_force |= holding
        if spared and self.change.shares:
            leaving = scratch.departing.c.key
            back = [key for key in spared if key not in self.change.gone]
            for start in range(0, len(back), NAMED):
                some = leaving.in_(back[start : start + NAMED])
                self.connection.execute(sa.delete(scratch.departing).where(some))
        return spared

    def _passable(self) -> Sequence[Step]:
        """The steps, by the ways that cross no empty table; the same objects as before where these are the same."""
        empty = empty_tables(self.connection, self.connector.data_map.tables, self.kept)
        steps = self.change.steps
        return self.kept.once(lambda: passable(steps, empty, looking=False), "passable", *sorted(empty))

    def _collect(self, number: int, step: Step) -> sa.TableClause:
        name = f"garant_rows_{number}"
        self.connection.exec_driver_sql(self.connector.dialect.drop_temporary(name))
        self._run(lambda: CreateAs(name, self.statements.row_keys(step)), "collect", step)
        return sa.table(name, sa.column("key"))

    def _run(self, build: Callable[[], sa.Executable], *made_for: Part) -> sa.CursorResult[Any]:
        """Run the statement that is kept for these."""
        return self.connection.execute(self.kept.once(build, *made_for))

    def _files(self) -> tuple[tuple[str, str], ...]:
        """The files that are there, so that it can be said afterwards, whenever that is, how many have gone."""
        found: dict[tuple[str, str], None] = {}
        for step in self.change.steps:
            for files in files_of(self.connector.data_map, step):
                named = partial(self.statements.values_of, step, files.columns)
                for values in self._run(named, "files", step, files):
                    if (name := files.name(*values)) is not None:
                        found[(files.store.env, name)] = None
        # Before anything is changed: a folder that nobody named stops here.
        stores = {env: self.connector.store(env) for env in {env for env, _ in found}}
        return tuple((env, name) for env, name in found if stores[env].path(name) is not None)

    def _do(self, step: Step, collected: sa.TableClause | None) -> int:
        if not step.concerns(self.in_force):
            return 0
        self.current = step
        gone = self._do_leaves(step, collected)
        change = self._run(lambda: self.statements.change(step, collected=collected), "change", step)
        changed = change.rowcount + gone
        if changed < 0:
            # Python's sqlite3 does not count the rows of a statement that begins with WITH.
            return int(self.connection.scalar(sa.select(sa.func.changes())) or 0)
        return changed

    def _do_leaves(self, step: Step, collected: sa.TableClause | None) -> int:
        """Where rows are judged one by one, those that nothing refers to go first, as often as there are any."""
        leaves = self.kept.once(lambda: self.statements.leaves(step, collected=collected), "leaves", step)
        gone = 0
        while leaves is not None and (some := self.connection.execute(leaves).rowcount):
            gone += some
        return gone

    def _look_again(self, collected: dict[int, sa.TableClause]) -> None:
        for number, table in collected.items():
            step = self.steps[number]
            left = self._run(partial(self.statements.remaining, step, table), "left", step).scalar()
            self.connection.exec_driver_sql(self.connector.dialect.drop_temporary(table.name))
            if left:
                raise Blocked([Blocker(step.table, "rows still there after the statement ran", int(left))])
