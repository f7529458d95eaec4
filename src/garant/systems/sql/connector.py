"""The SQL connector: *find*, *read* and *verify* on a read-only snapshot, *apply* in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import repeat
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from garant.systems.archiving import ApartRecord, Archive
from garant.systems.changing import ChangeSet, Counts, Marked, Marking, Step, bits_of
from garant.systems.files.store import FileStore
from garant.systems.finding import RootKey
from garant.systems.model import DataMap, Do
from garant.systems.port import Blocked, Blocker, ConnectorError, Interrupted
from garant.systems.residue import Keeper
from garant.systems.returns import Returns
from garant.systems.sql.asking import create_asked
from garant.systems.sql.blockers import blockers_of, is_refusal, make_sure, named_blocker
from garant.systems.sql.counting import Counting
from garant.systems.sql.create_as import CreateAs
from garant.systems.sql.dialects import Dialect, dialect_of
from garant.systems.sql.due import NAMED, Finder, Scratch
from garant.systems.sql.emptiness import empty_tables, passable
from garant.systems.sql.engines import open_engine, plain_errors, read_url
from garant.systems.sql.going import Doing
from garant.systems.sql.holding import Watch, among, count_held, name_departing, name_held
from garant.systems.sql.kept import Part
from garant.systems.sql.losing import before_ways_go
from garant.systems.sql.marks import Marker, find_marked, taken_down
from garant.systems.sql.named_files import files_of, release
from garant.systems.sql.owned import with_either
from garant.systems.sql.references import Reference, insist_on_seeing, references
from garant.systems.sql.residue import keeper_of
from garant.systems.sql.residue.sample import canaries_of
from garant.systems.sql.returning import Rehearsal, Returning
from garant.systems.sql.scratch import create_scratch, fill, scratch_of
from garant.systems.sql.snapshot import SqlSnapshot
from garant.systems.sql.statements import Statements
from garant.systems.sql.staying import Staying, refuse_losses
from garant.systems.sql.taking import hand_over, isolated
from garant.systems.sql.views import Views, as_shown, fold_of, views

SETTLED = 8
"""Steps whose settled form is remembered: the same objects again, so that what is built of them is too."""


class SqlConnector:
    """One relational system, reached by its map.

    Args:
        data_map: what the tables mean.
        url: SQLAlchemy URL; kept out of every message.
        pseudonym_key: key of the hashes that replace values in place, 32 bytes or more.
        stores: folders of the map's file stores, by the name of their variable.
        archive: has the values that restrictions set apart.
    """

    def __init__(
        self,
        data_map: DataMap,
        url: str,
        *,
        pseudonym_key: bytes,
        stores: dict[str, FileStore] | None = None,
        archive: Archive | None = None,
    ) -> None:
        self.data_map = data_map
        self.archive = archive
        self._stores = stores or {}
        self._pseudonym_key = pseudonym_key
        parsed = read_url(url, data_map.system)
        self._looking = open_engine(parsed, writing=False, pseudonym_key=pseudonym_key, zone=data_map.zone)
        self._changing = open_engine(parsed, writing=True, pseudonym_key=pseudonym_key, zone=data_map.zone)
        self.dialect: Dialect = dialect_of(self._looking)
        self._references: list[Reference] | None = None
        self._through: Views | None = None
        self._building: tuple[tuple[object, ...], Statements] | None = None
        self._settled: list[tuple[Sequence[Step], Sequence[Step]]] = []
        self.counting = Counting()

    @contextmanager
    def snapshot(self) -> Generator[SqlSnapshot]:
        """A consistent view: temporary tables first, then a read-only transaction."""
        kinds = sorted({root.type for root in self.data_map.roots.values()})
        with plain_errors(self.data_map.system), self._looking.connect() as connection:
            self.dialect.learn(connection, self.data_map)
            for kind in kinds:
                create_scratch(connection, self.dialect, kind, looking=True)
            create_asked(connection, self.dialect)
            connection.commit()
            self.dialect.begin_snapshot(connection)
            yield self._view(connection)
            connection.rollback()

    def _view(self, connection: sa.Connection) -> SqlSnapshot:
        return SqlSnapshot(self, connection)

    def apply(self, change: ChangeSet, before_commit: Callable[[Counts], None]) -> Counts:
        """Do every step over the roots of the set, in one transaction."""
        if not change.keys:
            counts = Counts(tuple(0 for _ in change.steps))
            before_commit(counts)
            return counts
        with plain_errors(self.data_map.system):
            with self._changing.connect() as opened:
                connection = isolated(opened, self.dialect.name, change)
                make_sure(connection, self.dialect, self.data_map, change.steps)
                name_departing(connection, self.dialect, self.data_map, change)
                name_held(connection, self.dialect, self.data_map, change.guards)
                work: _Work | None = None
                try:
                    with connection.begin():
                        work = _Work(self, connection, change)
                        counts = work.run()
                        self.prepare(connection, counts, before_commit)
                    return counts
                except DBAPIError as error:
                    if not is_refusal(error):
                        raise
                    refusal = error
            raise Blocked(self._explain(change, work and work.current, refusal)) from None

    def prepare(self, _: sa.Connection, counts: Counts, before_commit: Callable[[Counts], None], /) -> None:
        """Say what the transaction of this connection is about to commit; a journal in the same database goes with it."""
        before_commit(counts)

    def put_back(self, records: Sequence[ApartRecord], before_commit: Callable[[Returns], None]) -> Returns:
        """Write what was set apart back, in one transaction."""
        with plain_errors(self.data_map.system), self._changing.connect() as connection:
            self.dialect.learn(connection, self.data_map)
            connection.rollback()
            try:
                with connection.begin():
                    returns = self.returning(connection).write(records)
                    # A journal in the same database goes with it.
                    self.prepare(connection, Counts(()), lambda _: before_commit(returns))
                return returns
            except DBAPIError as error:
                if not is_refusal(error):
                    raise
                raise Blocked([named_blocker(error, Step(records[0].rows[0].table, Do.TREAT, ()))]) from None

    def returning(self, connection: sa.Connection) -> Returning:
        """What puts back on an open connection."""
        return Returning(connection, self.dialect, self.data_map, self._pseudonym_key)

    def match(
        self, root: str, marking: Marking, marks: Sequence[str], among: Sequence[RootKey] | None = None
    ) -> list[Marked]:
        """The roots that are there under a marked key."""
        with plain_errors(self.data_map.system), self._looking.connect() as connection:
            self.dialect.learn(connection, self.data_map)
            marker = Marker(connection, self.dialect, self.data_map, root, marking)
            return list(find_marked(marker, marks, among))

    def committed(self, transaction: str) -> bool | None:
        """What the system remembers of a transaction: PostgreSQL all, MariaDB whether it still runs, SQLite nothing."""
        with plain_errors(self.data_map.system), self._looking.connect() as connection:
            fate = self.dialect.fate(connection, transaction)
        if fate == "in progress":
            raise Interrupted(f"{self.data_map.system}: the transaction of the batch is not over yet")
        return None if fate is None else fate == "committed"

    def release_files(self, files: Sequence[tuple[str, str]]) -> int:
        """Delete the files named by (variable, name) that no row refers to any more."""
        with plain_errors(self.data_map.system), self._looking.connect() as connection:
            return release(connection, self.data_map, self.store, files)

    def read_file(self, env: str, name: str) -> Iterator[bytes]:
        """Stream a file that a row names."""
        return self.store(env).read(name)

    def store(self, env: str) -> FileStore:
        """The folder of files behind a variable.

        Raises:
            ConnectorError: nobody said where it is, or it is not there.
        """
        if env not in self._stores:
            raise ConnectorError(f"{self.data_map.system}: nothing says where the files of {env} are")
        store = self._stores[env]
        if not store.is_there:  # each file would seem to have gone already
            raise ConnectorError(f"{self.data_map.system}: {env} names no folder that can be read")
        return store

    def residue(self) -> Keeper:
        """What the database keeps of what is gone."""
        return keeper_of(self.data_map, self._looking, self._changing)

    def close(self) -> None:
        """Give the connections back."""
        self._looking.dispose()
        self._changing.dispose()

    def statements(self, connection: sa.Connection, change: ChangeSet) -> Statements:
        """The statement builder for one change; others than its keys may leave too."""
        scratch = scratch_of(self.data_map.roots[change.root].type)
        departing = scratch.departing if change.shares else scratch.batch
        return Statements(
            self.data_map,
            change.root,
            self.dialect,
            scratch.batch,
            departing,
            self._pseudonym_key,
            in_order=change.shares and change.in_order,
            later=change.later,
            besides=change.besides,
            references=among(self.data_map, self.references(connection)) if change.guards else (),
        )

    def statements_again(self, connection: sa.Connection, change: ChangeSet) -> Statements:
        """The builder of the last change, with what it has built, where this one does the same to other keys."""
        asked = (
            change.root,
            change.steps,
            change.recheck,
            change.shares,
            change.in_order,
            change.later,
            change.besides,
        )
        if self._building is None or any(a is not b for a, b in zip(self._building[0], asked, strict=True)):
            self._building = asked, self.statements(connection, change)
        return self._building[1]

    def references(self, connection: sa.Connection) -> list[Reference]:
        """The foreign keys of the system, read once; those of a table that a view of the map shows are the view's."""
        if self._references is None:
            tables = self.data_map.tables
            known = references(connection, tables)
            if any(one.table not in tables or one.target_table not in tables for one in known):
                known = as_shown(known, tables, self.through(connection), fold_of(self.dialect.name))
            self._references = known
        return self._references

    def through(self, connection: sa.Connection) -> Views:
        """The tables of the map whose rows are stored under another name, asked once."""
        if self._through is None:
            self._through = views(connection, self.data_map.tables)
        return self._through

    def settled(self, connection: sa.Connection, change: ChangeSet) -> ChangeSet:
        """The change as the system's own foreign keys let it be: what is between two people waits for neither."""
        if not any(step.do is Do.DELETE for step in change.steps):
            return change
        for steps, settled in self._settled:
            if steps is change.steps or settled is change.steps:
                return replace(change, steps=settled)
        known = self.references(connection)
        insist_on_seeing(self.data_map, known)
        settled = before_ways_go(with_either(change.steps, [one for one in known if one.cascades]), known)
        self._settled = [(change.steps, settled), *self._settled[: SETTLED - 1]]
        return replace(change, steps=settled)

    def _explain(self, change: ChangeSet, step: Step | None, error: DBAPIError) -> list[Blocker]:
        """Look again, in a transaction that is thrown away, at what the failed step ran into.

        Not for many roots: each will be tried by itself.
        """
        if len(change.keys) > 1:
            return [named_blocker(error, step or change.steps[-1])]
        with self._changing.connect() as connection:
            name_departing(connection, self.dialect, self.data_map, change)
            name_held(connection, self.dialect, self.data_map, change.guards)
            statements = self.statements(connection, change)
            with connection.begin() as transaction:
                create_scratch(connection, self.dialect, self.data_map.roots[change.root].type)
                fill(connection, self.dialect, statements.batch, change.keys, change.held)
                known = self.references(connection)
                found = blockers_of(connection, known, statements, change.steps, step, error)
                transaction.rollback()
        return found


class _Work:
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
        steps = [step for step in self.steps if step.concerns(self.in_force)]
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
                for values in self.connection.execute(self.statements.values_of(step, files.columns)):
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
