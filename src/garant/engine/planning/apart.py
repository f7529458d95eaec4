"""What is planned where a restriction without a mark is lifted: what comes back, and what cannot by itself (ADR 0079)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from garant.engine.document import PlannedAction
from garant.policy.text import Text
from garant.systems.changing import Step
from garant.systems.model import Do
from garant.systems.returns import Returns
from garant.systems.treatments import PutBack


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
