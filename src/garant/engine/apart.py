"""A restriction without a mark: values wait, sealed, in the archive, and come back when it is lifted (ADR 0079).

To set apart is an ordinary change whose rows are archived before. To put back goes from the records to the rows; a
batch that was interrupted is done again, since what is back already is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from garant.engine.document import PlannedAction
from garant.engine.journal import BatchJournal, read_counts, write_counts
from garant.policy.text import Text
from garant.systems.archiving import ApartRecord
from garant.systems.changing import Counts, Step
from garant.systems.finding import RootKey
from garant.systems.model import Do
from garant.systems.port import Snapshot
from garant.systems.returns import Returns
from garant.systems.treatments import PutBack

if TYPE_CHECKING:
    from garant.engine.course import Course


def planned(returns: Returns) -> list[PlannedAction]:
    """What a lifting does, table by table."""
    rows, columns = returns.count(), dict[str, dict[str, str]]()
    for one in returns.rows:
        columns.setdefault(one.table, {}).update(dict.fromkeys(one.back, "put back"))
    return [
        PlannedAction(
            table=table,
            do="treat",
            columns=named,
            deleted=0,
            treated=rows[table],
            kept=[],
            sealed=0,
            shared=0,
        )
        for table, named in columns.items()
    ]


def putting_back(actions: Sequence[PlannedAction]) -> list[Step]:
    """The steps of a lifting, as a receipt tells them: no statement is made of them."""
    return [
        Step(one.table, Do.TREAT, (), dict.fromkeys(one.columns, PutBack()), action=number)
        for number, one in enumerate(actions)
    ]


def sealed(course: Course, keys: Sequence[RootKey]) -> list[ApartRecord]:
    """What is set apart of these roots."""
    archive = course.source.archive
    assert archive is not None
    return archive.sealed(course.selection.system, course.selection.root, set(keys))


def waiting(course: Course, keys: Sequence[RootKey], snapshot: Snapshot) -> tuple[Counts, set[RootKey]]:
    """Rows, step by step, in which something would come back now, and whose they are."""
    returns = snapshot.judge(sealed(course, keys))
    return _counts(course, returns), {one.root for one in returns.rows if one.back}


def lift(course: Course, keys: Sequence[RootKey], key: str, journal: BatchJournal) -> tuple[Counts, bool]:
    """Put back what is set apart of these roots, then destroy the records of which nothing is left apart.

    The others are for somebody to decide.

    Returns:
        The rows that came back, and whether they had before this attempt.

    Raises:
        Blocked: a constraint refuses; nothing was changed.
    """
    before, records = journal.prepared(key), sealed(course, keys)
    if not records:
        return (read_counts(before), True) if before else (Counts(tuple(0 for _ in course.steps)), False)
    earlier = read_counts(before) if before else None

    def prepare(returns: Returns) -> None:
        if earlier is None or any(_counts(course, returns).rows):
            journal.prepare(key, write_counts(_counts(course, returns), []))

    returns = course.source.connector.put_back(records, prepare)
    assert course.source.archive is not None
    course.source.archive.leave(returns.unfinished)
    course.source.archive.let_go(returns.whole)
    counts = _counts(course, returns)
    return (earlier, True) if earlier is not None and not counts.total else (counts, False)


def _counts(course: Course, returns: Returns) -> Counts:
    rows = returns.count()
    return Counts(tuple(rows[step.table] for step in course.steps))


def left_notes(returns: Returns) -> Iterator[Text]:
    """What does not come back by itself, column by column, and in which record its value is."""
    found: dict[tuple[str, str, bool], set[str]] = {}
    for one in returns.left:
        found.setdefault((one.record, one.table, one.gone), set()).update(one.changed)
    for (record, table, gone), columns in found.items():
        names = ", ".join(sorted(columns))
        yield _left(record, table, names, gone=gone)


def _left(record: str, table: str, names: str, *, gone: bool) -> Text:
    if gone:
        return Text(
            fr=f"{table} : une ligne n’est plus là ; ses valeurs ({names}) restent scellées dans le dossier {record}.",
            en=f"{table}: a row is there no more; its values ({names}) stay sealed in record {record}.",
        )
    return Text(
        fr=f"{table} : changées depuis, ces colonnes ne sont pas écrasées : {names} ; leurs valeurs restent scellées dans "
        f"le dossier {record}.",
        en=f"{table}: changed since, these columns are not overwritten: {names}; their values stay sealed in record "
        f"{record}.",
    )
