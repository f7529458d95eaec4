"""The SQL connector: *find*, *read* and *verify* on a read-only snapshot, *apply* in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from garant.systems.archiving import ApartRecord, Archive
from garant.systems.changing import ChangeSet, Counts, Marked, Marking, Step
from garant.systems.files.store import FileStore
from garant.systems.finding import RootKey
from garant.systems.model import DataMap, Do
from garant.systems.port import Blocked, Blocker, ConnectorError, Interrupted
from garant.systems.residue import Keeper
from garant.systems.returns import Returns
from garant.systems.sql.asking import create_asked
from garant.systems.sql.blockers import blockers_of, is_refusal, make_sure, named_blocker
from garant.systems.sql.counting import Counting
from garant.systems.sql.dialects import Dialect, dialect_of
from garant.systems.sql.engines import open_engine, plain_errors, read_url
from garant.systems.sql.holding import among, name_departing, name_held
from garant.systems.sql.losing import before_ways_go
from garant.systems.sql.marks import Marker, find_marked
from garant.systems.sql.named_files import release
from garant.systems.sql.owned import with_either
from garant.systems.sql.references import Reference, insist_on_seeing, references
from garant.systems.sql.residue import keeper_of
from garant.systems.sql.returning import Returning
from garant.systems.sql.scratch import create_scratch, fill, scratch_of
from garant.systems.sql.snapshot import SqlSnapshot
from garant.systems.sql.statements import Statements
from garant.systems.sql.taking import isolated
from garant.systems.sql.views import Views, as_shown, fold_of, views
from garant.systems.sql.working import Work

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
                work: Work | None = None
                try:
                    with connection.begin():
                        work = Work(self, connection, change)
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
