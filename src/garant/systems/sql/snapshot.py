"""*Find*, *read* and *verify* on one read-only transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from garant.systems.archiving import ApartRecord
from garant.systems.changing import ChangeSet, Counts, Recheck, Step
from garant.systems.finding import DueQuestion, DutyQuestion, Found, RootKey
from garant.systems.guards import UNGUARDED, RowGuard
from garant.systems.paths import Path
from garant.systems.port import Blocker, ByItself, Rows
from garant.systems.returns import Returns
from garant.systems.sql.abreast import abreast
from garant.systems.sql.asking import find_identities
from garant.systems.sql.blockers import by_itself, foresee
from garant.systems.sql.counting import Counting
from garant.systems.sql.due import Finder, Remembered, Scratch, plain_key
from garant.systems.sql.emptiness import empty_tables, passable
from garant.systems.sql.going import Doing
from garant.systems.sql.guards import fill_held, present
from garant.systems.sql.holding import roots_on_hold
from garant.systems.sql.indexes import missing_indexes
from garant.systems.sql.past import find_past
from garant.systems.sql.references import Reference
from garant.systems.sql.scratch import fill, scratch_of
from garant.systems.sql.statements import Statements
from garant.systems.sql.staying import would_be_lost

if TYPE_CHECKING:
    from garant.systems.sql.connector import SqlConnector

STREAM = 1_000
"""Rows fetched at a time when a person's data are read."""
CHANGES = 8
"""Changes whose questions are kept, to be asked again about other keys."""


@dataclass(slots=True)
class _Asked:
    """The steps of a change, and the queries that count them: keys are in temporary tables, and nothing else differs."""

    same: tuple[object, ...]
    steps: Sequence[Step]
    counting: Counting
    groups: Sequence[tuple[int, ...]]
    """The positions of the steps, those together that one query counts."""
    _queries: dict[tuple[int, ...], sa.Select[Any]] = field(
        default_factory=dict[tuple[int, ...], sa.Select[Any]]
    )

    def query(self, group: tuple[int, ...], statements: Statements) -> sa.Select[Any]:
        """The query that counts some steps, built once."""
        if group not in self._queries:
            self._queries[group] = self.counting.query([self.steps[n] for n in group], statements)
        return self._queries[group]


class SqlSnapshot:
    """One read-only transaction on the system."""

    def __init__(self, connector: SqlConnector, connection: sa.Connection) -> None:
        self._connector = connector
        self._connection = connection
        self._map = connector.data_map
        self._dialect = connector.dialect
        self._guards = UNGUARDED
        self._remembered: Remembered = {}
        self._dates: dict[str, bool] = {}
        self._sent: tuple[str, Sequence[RootKey], Mapping[RootKey, int]] | None = None
        """The root and keys that the batch holds, and what holds them, where that is known."""
        self._named: tuple[str, Sequence[RootKey], Mapping[RootKey, int]] | None = None
        """The same of those who leave."""
        self._apart: Mapping[str, frozenset[RootKey]] | None = None
        self._empty: set[str] = set()
        self._looked_at: set[str] = set()
        self._indexed: dict[str, set[str | None]] = {}
        self._questions: list[_Asked] = []
        """Of the last changes, the last first: several dispositions may be asked about in turn."""

    def find_due(self, question: DueQuestion, duties: Sequence[DutyQuestion]) -> Found:
        """Select the due roots in the system itself; only their keys come back."""
        return self._there(question.root, self._finder(question.root).due(question, duties))

    def roots(self, root: str) -> Iterator[RootKey]:
        """The keys of all roots of a kind, streamed."""
        declared = self._map.roots[root]
        schema, _, name = declared.table.rpartition(".")
        table = sa.table(name, sa.column(declared.key), schema=schema or None)
        return (plain_key(key) for (key,) in self._stream(sa.select(table.c[declared.key])))

    def find_past(self, questions: Sequence[DueQuestion]) -> list[RootKey]:
        """Whom one of the questions may select; temporary tables stay as they are."""
        return find_past(self._finder(questions[0].root), questions) if questions else []

    def find_among(
        self, question: DueQuestion, keys: Sequence[RootKey], duties: Sequence[DutyQuestion]
    ) -> Found:
        """The oldest of the given due roots, those selected early, and the duties that hold them."""
        self._fill(question.root, keys, {})
        return self._there(question.root, self._finder(question.root).among(question, duties))

    def find_held(self, root: str, keys: Sequence[RootKey], duties: Sequence[DutyQuestion]) -> Found:
        """The duties that hold the given roots."""
        self._fill(root, keys, {})
        return self._there(root, self._finder(root).held(duties))

    def find_still(self, root: str, keys: Sequence[RootKey], recheck: Recheck) -> Found:
        """Which of the given roots are still due, asked of them alone, and the duties that hold them."""
        self._fill(root, keys, {})
        return self._there(root, self._finder(root).still(recheck, keys))

    def find_identity(self, query: str, identity: str) -> list[RootKey]:
        """The roots an identity leads to, in order; it is bound, never spliced."""
        return [key for _, key in self.find_identities(query, [identity])]

    def find_identities(self, query: str, identities: Sequence[str]) -> list[tuple[int, RootKey]]:
        """The roots that many identities lead to. What no text can hold finds nobody."""
        return find_identities(self._connection, self._dialect, query, identities)

    def find_apart(self, root: str, kind: str, identities: Sequence[str]) -> list[tuple[int, RootKey]]:
        """The roots that identities led to before a restriction set these apart."""
        archive = self._connector.archive
        if archive is None or root not in self.apart():
            return []
        return archive.find_apart(self._map.system, root, kind, identities)

    def apart(self) -> Mapping[str, frozenset[RootKey]]:
        """Root → keys of those whose values a restriction has set apart; looked for once."""
        archive = self._connector.archive
        if self._apart is None:
            self._apart = {} if archive is None else archive.apart(self._map.system)
        return self._apart

    def judge(self, records: Sequence[ApartRecord]) -> Returns:
        """What would come back of what was set apart."""
        return self._connector.returning(self._connection).judge(records)

    def count(self, change: ChangeSet) -> Counts:
        """Rows each step would still change."""
        change = self._connector.settled(self._connection, change)
        statements, force, asked = self._load(change), change.in_force, self._asked(change)
        rows = [0] * len(asked.steps)
        for group in asked.groups:
            if any(asked.steps[number].concerns(force) for number in group):
                found = self._connection.execute(asked.query(group, statements)).one()
                for number, counted in zip(group, found, strict=True):
                    rows[number] = int(counted or 0)
        return Counts(tuple(rows))

    def _asked(self, change: ChangeSet) -> _Asked:
        """The questions of a change, and what has been built of them where one before did the same to other keys."""
        same = (change.root, change.steps, change.guards, change.shares, change.in_order, change.besides)
        for asked in self._questions:
            if all(a is b for a, b in zip(asked.same, same, strict=True)):
                return asked
        steps = self._passable(change)
        asked = _Asked(same, steps, self._connector.counting, abreast(steps, besides=change.besides))
        self._questions = [asked, *self._questions[: CHANGES - 1]]
        return self._questions[0]

    def unsettled(self, change: ChangeSet) -> set[RootKey]:
        """The roots of the set for which some step would still change a row."""
        change = self._connector.settled(self._connection, change)
        statements, force = self._load(change), change.in_force
        batch = statements.batch
        left: set[RootKey] = set()
        # A map with many ways would make one query too large to plan. The shortest first: they may tell of all.
        for step in sorted(self._passable(change), key=_length):
            if not step.concerns(force):
                continue
            if len(step.paths) > 1 and not self._connection.scalar(statements.count(step)):
                continue
            for roots in statements.roots_of(step):
                left |= self._known(batch, roots, change.keys)
                if len(left) == len(change.keys):
                    return left
        return left

    def _known(self, batch: sa.TableClause, roots: sa.Select[Any], keys: Sequence[RootKey]) -> set[RootKey]:
        """Which of the keys, those of the batch, are among the roots: counted first, for it is often all of them."""
        among = batch.c.key.in_(roots)
        number = self._connection.scalar(sa.select(sa.func.count()).select_from(batch).where(among))
        if number == len(keys):
            return set(keys)
        known = sa.select(batch.c.key).where(among)
        return {plain_key(key) for key in self._connection.scalars(known).all()} if number else set()

    def owners(self, change: ChangeSet) -> set[RootKey]:
        """All the owners of the rows that stay because not all of them leave."""
        change = self._connector.settled(self._connection, change)
        # Of several ways in and several out, MariaDB would take no more than 64 common table expressions.
        statements, found = self._load(change).as_changes_ask, set[RootKey]()
        for step in self._passable(change):
            if step.others != "none" or not step.concerns(change.in_force):
                continue
            staying = replace(step, others="some")
            if len(step.owners) < 3 or self._connection.scalar(statements.count(staying)):
                for query in statements.owners(step.owners, statements.rows(staying)):
                    keys = chain.from_iterable(self._connection.execute(query))
                    found.update(plain_key(key) for key in keys if key is not None)
        return found

    def present(self, rows: RowGuard) -> frozenset[str]:
        """Which of these rows are there, by the texts of their keys."""
        return present(self._connection, self._map, rows)

    def on_hold(self, change: ChangeSet) -> Mapping[str, set[RootKey]]:
        """The held roots for whose sake a step of the change leaves some row as it is."""
        change = self._connector.settled(self._connection, change)
        return roots_on_hold(self._connection, self._load(change), change)

    def foresee(self, change: ChangeSet, idle: Collection[int]) -> list[Blocker]:
        """The references that will refuse a deletion of the change; ``idle`` steps find no row."""
        change = self._connector.settled(self._connection, change)
        doing = self._doing(change, idle)
        refusing = foresee(self._connection, doing.known, doing.statements, doing.steps, idle, whole=True)
        return [*refusing, *would_be_lost(doing)]

    def cascades(self, change: ChangeSet) -> ByItself:
        """The rows that foreign keys take away with those of the change, and those that they empty."""
        change = self._connector.settled(self._connection, change)
        return by_itself(self._doing(change))

    def _doing(self, change: ChangeSet, idle: Collection[int] = ()) -> Doing:
        known, statements, steps = self._referring(), self._load(change), self._passable(change)
        return Doing(self._connection, statements, steps, known, change.in_force, idle)

    def advice(self, change: ChangeSet) -> list[str]:
        """CREATE INDEX statements for the columns the steps search by and no index leads with."""
        searched = {(hop.table, hop.link.column) for s in change.steps for p in s.paths for hop in p.hops}
        return missing_indexes(self._connection, searched, self._indexed)

    def read(
        self, table: str, columns: Sequence[str], paths: Sequence[Path], keys: Sequence[RootKey]
    ) -> Rows:
        """Stream the rows of a table that reach the given roots."""
        root = paths[0].root
        self._fill(root, keys, {})
        statements = self._connector.statements(self._connection, ChangeSet(root, keys, ()))
        statement = statements.visible(table, columns, paths)
        return Rows(table, columns, self._stream(statement))

    def _holds(self, change: ChangeSet) -> bool:
        """Whether the batch holds the keys of the change already, each with what holds it."""
        if self._sent is None or self._sent[:2] != (change.root, change.keys):
            return False
        sent, asked = (list(map(held.get, change.keys, repeat(0))) for held in (self._sent[2], change.held))
        return sent == asked

    def _passable(self, change: ChangeSet) -> list[Step]:
        """The steps of the change, without the ways that lead nowhere: this transaction sees no row come."""
        return passable(change.steps, self._without_rows(self._map.tables), looking=True)

    def _referring(self) -> list[Reference]:
        """The foreign keys by which rows may refer to others: not those of a table without rows."""
        known = self._connector.references(self._connection)
        empty = self._without_rows(reference.table for reference in known)
        return [reference for reference in known if reference.table not in empty]

    def _without_rows(self, tables: Iterable[str]) -> set[str]:
        """The tables that have no row, each asked once."""
        names = set(tables)
        self._empty.update(empty_tables(self._connection, names - self._looked_at))
        self._looked_at |= names
        return names & self._empty

    def _stream(self, statement: sa.Select[Any]) -> Iterator[Sequence[Any]]:
        """The rows one by one; they come, and are passed on, by the thousand."""
        return chain.from_iterable(self._fetched(statement))

    def _fetched(self, statement: sa.Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
        """As the driver gives them: no column here has a type that SQLAlchemy would convert."""
        streaming = (
            {} if self._dialect.name == "sqlite" else {"yield_per": STREAM}
        )  # a file streams by itself
        # On the execution, not the connection: there the option would stay and stream every statement.
        with self._connection.execute(statement, execution_options=streaming) as result:
            cursor: Any = result.cursor
            while some := result.cursor_strategy.fetchmany(result, cursor, STREAM):
                yield some

    def _finder(self, root: str) -> Finder:
        self._sent = None
        scratch, zone = self._scratch(root), self._map.zone
        return Finder(self._connection, self._dialect, scratch, zone, self._remembered, self._dates)

    def _there(self, root: str, found: Found) -> Found:
        """What was found is what the batch holds now: it need not be sent again."""
        self._sent = (root, found.keys, found.held)
        return found

    def _scratch(self, root: str) -> Scratch:
        return scratch_of(self._map.roots[root].type)

    def _fill(self, root: str, keys: Sequence[RootKey], held: Mapping[RootKey, int]) -> None:
        self._sent = None
        fill(self._connection, self._dialect, self._scratch(root).batch, keys, held)

    def _load(self, change: ChangeSet) -> Statements:
        """Send the keys of a change, and give the builder of its statements."""
        if not self._holds(change):
            self._fill(change.root, change.keys, change.held)
            self._sent = (change.root, change.keys, change.held)
        if change.shares and self._named != (change.root, change.departing, change.held):
            departing = self._scratch(change.root).departing
            fill(self._connection, self._dialect, departing, change.departing, change.held)
            self._named = (change.root, change.departing, change.held)
        if change.guards and change.guards != self._guards:
            fill_held(self._connection, self._dialect, self._map, change.guards)
            self._guards = change.guards
        return self._connector.statements(self._connection, change)


def _length(step: Step) -> int:
    """How far the rows of a step are from their roots."""
    return max((len(path.hops) for path in step.paths), default=0)
