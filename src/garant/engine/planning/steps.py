"""From a disposition, the duties and the seals to steps: what is done to which rows, by which way.

An action of a data map says what should become of a table. What really happens depends on
duties (a lawful reason that keeps a row or a column of some roots), on seals (rows and columns
that must never change) and on sharing (a row that other people own too). Each combination is a
step of its own, set-based like the others; together they treat every row once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from garant.engine.document import Added, Replacement
from garant.engine.identities import replacing
from garant.engine.planning.parts import LINES, Change, added, replaced
from garant.policy.text import Text
from garant.systems.changing import Step
from garant.systems.model import (
    Action,
    ColumnDisposition,
    DataMap,
    Disposition,
    Do,
    Duty,
    Keep,
    PromiseBinding,
    Relation,
    Table,
)
from garant.systems.model import Constant as ConstantValue
from garant.systems.paths import Hop, Path, owning_paths
from garant.systems.treatments import Mark, Treatment

Columns = Mapping[str, Treatment]

ANOTHER_TERM = Text(
    fr="Une autre règle garde cette personne plus longtemps.",
    en="Another rule keeps this person longer.",
)


def duties_of(
    data_map: DataMap, root: str, *, besides: tuple[str | None, str | None] = (None, None)
) -> list[Duty]:
    """The duties that may hold a root, the rule and event being carried out excepted.

    A rule does not hold back its own selection: its term is what has just been checked. The same
    rule counted from another event (a colleague's last contact) has not been checked, and holds.
    """
    declared = [d for d in data_map.duties if d.root == root and (d.seal or (d.rule, d.event) != besides)]
    return [*declared, *_promised(data_map, root, besides)]


def _promised(data_map: DataMap, root: str, besides: tuple[str | None, str | None]) -> list[Duty]:
    """What the other promises on the same root keep until their own term: all of it.

    Somebody who is a former prospect and a customer is kept as a customer: the longest term wins. So it does where
    both terms are those of one rule, counted from two events; counted from one, they end together.
    A person's own request is no rule's sweep (``rule`` is None): there only declared duties hold.
    """
    if besides[0] is None:
        return []
    declared = {(duty.rule, duty.role) for duty in data_map.duties if duty.root == root}
    return [
        duty_of(data_map, promise)
        for promise in data_map.promises
        if (promise.rule, promise.event) != besides
        and data_map.roles[promise.role].root == root
        and (promise.rule, promise.role) not in declared
    ]


def duty_of(data_map: DataMap, promise: PromiseBinding) -> Duty:
    """What a promise keeps until its own term is over: all of the root."""
    return Duty(
        rule=promise.rule,
        root=data_map.roles[promise.role].root,
        role=promise.role,
        event=promise.event,
        keeps={table: Keep(row=True, columns="all") for table in data_map.tables},
        why=ANOTHER_TERM,
    )


def steps_of(data_map: DataMap, disposition: Disposition, duties: Sequence[Duty]) -> list[Step]:
    """Every step of a disposition, in order; ``Step.action`` is the action's position.

    Bit ``n`` of a step's ``unless`` and ``only`` stands for ``duties[n]``.
    """
    steps: list[Step] = []
    keeps = {table: _keeps_rows(table, duties) for table in data_map.tables}
    keeps = {table: bits for table, bits in keeps.items() if bits}
    for number, action in enumerate(disposition.actions):
        planned = _action_steps(data_map, disposition.root, action, duties)
        steps.extend(replace(step, action=number, keeps=keeps) for step in planned)
    return [_collected(steps, position) for position in range(len(steps))]


def last_owner_steps(data_map: DataMap, disposition: Disposition, duties: Sequence[Duty]) -> list[Step]:
    """Of a disposition, what becomes of rows that several people own once all of them have left."""
    planned = [step for step in steps_of(data_map, disposition, duties) if step.others == "none"]
    alone = [replace(step, collect=False, staying=0) for step in planned]
    return [_collected(alone, position) for position in range(len(alone))]


def rectification_steps(
    data_map: DataMap,
    root: str,
    corrections: Mapping[str, str],
    replacements: Sequence[Replacement] = (),
    additions: Sequence[Added] = (),
) -> list[Step]:
    """Steps that correct what columns hold of an identity kind (e-mail, phone, name, address).

    ``replacements`` change only the cells that hold the value they name, and what has parts only in rows that
    hold all of them; ``corrections`` every cell of their kind; ``additions`` only what is empty. Only rows the
    person owns alone are corrected; sealed rows are not (art. 16 GDPR yields to the integrity of closed books,
    which keep the document as it was issued).
    """
    steps: list[Step] = []
    for number, (name, table) in enumerate(data_map.tables.items()):
        paths = [p for p in owning_paths(data_map, name, root) if p.relation is Relation.OWNED]
        if not paths:
            continue
        for when, columns in _corrected(table, corrections, replacements):
            base = Step(name, Do.TREAT, (), action=number, when=when, key=table.key)
            steps.extend(_treat(data_map, name, columns, [], tuple(paths), base))
        in_parts = [one for one in replacements if one.kind in LINES]
        changes = [change for one in in_parts for change in replaced(table, one)]
        base = Step(name, Do.TREAT, tuple(paths), action=number, key=table.key)
        steps.extend(_together(data_map, base, change) for change in changes)
        for place, one in enumerate(additions, 1):
            adding = replace(base, action=place * len(data_map.tables) + number)
            steps.extend(_together(data_map, adding, change) for change in added(data_map, root, name, one))
    return [_collected(steps, position) for position in range(len(steps))]


def _together(data_map: DataMap, base: Step, change: Change) -> Step:
    """One step for columns that change together: a row of which a seal protects one is left as it is."""
    seals = tuple(
        seal
        for seal in data_map.seals
        if seal.table == base.table and set(seal.columns) & change.columns.keys()
    )
    return replace(base, columns=change.columns, holding=change.holding, when=change.when, seals=seals)


def _corrected(
    table: Table, corrections: Mapping[str, str], replacements: Sequence[Replacement]
) -> Iterator[tuple[str | None, Columns]]:
    """The columns to correct, by the condition of the rows where they hold that kind of value.

    A single value is looked for in each column by itself: a row changes where that column holds it.
    """
    whole: dict[str | None, dict[str, Treatment]] = {}
    for column, spec in table.columns.items():
        for kind, when in spec.corrected.items():
            if kind in corrections:
                whole.setdefault(when, {})[column] = ConstantValue(constant=corrections[kind])
            for one in replacements:
                if one.kind == kind:
                    yield when, {column: replacing(kind, one.was, one.becomes)}
    yield from whole.items()


def restriction_steps(
    data_map: DataMap,
    root: str,
    *,
    lifted: bool = False,
    only: Sequence[str] | None = None,
    besides: Sequence[str] = (),
) -> list[Step]:
    """Steps that mark a person's data as restricted (art. 18 GDPR), or take the mark off again.

    None when the map has no mark, or does not say what takes it off.

    Args:
        data_map: of the system.
        root: of the map.
        lifted: to take it off.
        only: the columns of the mark that are meant, where not all.
        besides: those that are left as they are.
    """
    restriction = data_map.restriction.get(root)
    every = {} if restriction is None else restriction.lift if lifted else restriction.set
    meant = set(every if only is None else only).difference(besides)
    wanted = {column: value for column, value in every.items() if column in meant}
    if restriction is None or not wanted:
        return []
    table = restriction.table
    paths = tuple(owning_paths(data_map, table, root))
    marks: Columns = {column: Mark(constant=value) for column, value in wanted.items()}
    return _treat(data_map, table, marks, [], paths, Step(table, Do.TREAT, ()))


def apart_steps(data_map: DataMap, root: str) -> list[Step]:
    """Steps that put something else where values are set apart, on rows that are one person's alone."""
    steps: list[Step] = []
    for number, (name, columns) in enumerate(data_map.apart.get(root, {}).items()):
        base = Step(name, Do.TREAT, (), action=number, key=data_map.tables[name].key)
        steps.extend(_treat(data_map, name, columns, [], tuple(owning_paths(data_map, name, root)), base))
    return steps


def _action_steps(data_map: DataMap, root: str, action: Action, duties: Sequence[Duty]) -> list[Step]:
    table = data_map.tables[action.table]
    steps: list[Step] = []
    for paths in _apart(owning_paths(data_map, action.table, root)):
        base = Step(action.table, action.do, paths, key=table.key)
        if _is_shared(paths):
            steps.extend(_shared_steps(data_map, action, duties, base))
        elif action.do is Do.TREAT:
            steps.extend(_treat(data_map, action.table, _columns(data_map, action), duties, paths, base))
        else:
            steps.extend(_delete(data_map, action, duties, base))
    return steps


def _delete(data_map: DataMap, action: Action, duties: Sequence[Duty], base: Step) -> list[Step]:
    """Rows go; where a duty keeps the row, the columns it does not keep are treated."""
    kept = _keeps_rows(action.table, duties)
    seals = tuple(s for s in data_map.seals if s.table == action.table)
    spared: list[Step] = []
    if kept:
        columns = _columns(data_map, action)
        rows = replace(base, do=Do.TREAT, only=kept)
        spared = _treat(data_map, action.table, columns, duties, base.paths, rows)
    return [*spared, replace(base, do=Do.DELETE, unless=kept, seals=seals)]


def _treat(
    data_map: DataMap,
    table: str,
    columns: Columns,
    duties: Sequence[Duty],
    paths: tuple[Path, ...],
    base: Step,
) -> list[Step]:
    """One step per group of columns that the same duties and seals keep."""
    groups: dict[tuple[int, tuple[int, ...]], dict[str, Treatment]] = {}
    for name, how in columns.items():
        kept = _bits(_keeps_column(duty, table, name) for duty in duties)
        sealed = tuple(n for n, s in enumerate(data_map.seals) if s.table == table and name in s.columns)
        groups.setdefault((kept, sealed), {})[name] = how
    return [
        replace(
            base,
            do=Do.TREAT,
            paths=paths,
            columns=group,
            unless=kept,
            seals=tuple(data_map.seals[n] for n in sealed),
        )
        for (kept, sealed), group in groups.items()
    ]


def _shared_steps(data_map: DataMap, action: Action, duties: Sequence[Duty], base: Step) -> list[Step]:
    """A row that several people own goes with the last of them.

    Until then only the columns that a link declares as its own person's are treated.
    """
    columns = _columns(data_map, action)
    own: list[Step] = []
    for path in base.paths:
        mine: Columns = {c: columns.get(c, "blank") for c in path.own_columns}
        own.extend(_treat(data_map, action.table, mine, duties, (path,), base))
    alone = replace(base, others="none", owners=base.paths)
    mine_anyway = {column for path in base.paths for column in path.own_columns}
    if action.do is Do.TREAT:
        rest: Columns = {name: how for name, how in columns.items() if name not in mine_anyway}
        return [*own, *_treat(data_map, action.table, rest, duties, base.paths, alone)]
    going = _delete(data_map, action, duties, alone)
    return [*(replace(s, others="some", owners=base.paths) for s in own), *going]


def _apart(paths: Sequence[Path]) -> list[tuple[Path, ...]]:
    """The paths in groups that no row has in common: a reference that begins otherwise is another row's.

    Where every row of several groups has one owner, they are one group: one statement serves them all.
    """
    groups: list[tuple[Path, ...]] = []
    for path in paths:
        met = [group for group in groups if any(_may_meet(path, other) for other in group)]
        groups = [group for group in groups if group not in met]
        groups.append((*(other for group in met for other in group), path))
    single = [group for group in groups if not _is_shared(group)]
    if len(single) > 1:
        groups = [tuple(path for group in single for path in group), *(g for g in groups if g not in single)]
    return groups or [()]


def _may_meet(one: Path, other: Path) -> bool:
    """Whether a row could be reached by both: not where one column would have to begin in two ways."""
    mine, theirs = one.hops[0].link, other.hops[0].link
    if mine.column != theirs.column or mine.prefix is None or theirs.prefix is None:
        return True
    return mine.prefix.startswith(theirs.prefix) or theirs.prefix.startswith(mine.prefix)


def _is_shared(paths: Sequence[Path]) -> bool:
    """Whether a row reached by the paths may have several owners; by different references, it has one."""
    if any(path.relation is Relation.CO_OWNED for path in paths):
        return True
    return any(_may_meet(one, other) for number, one in enumerate(paths) for other in paths[:number])


def _columns(data_map: DataMap, action: Action) -> Columns:
    """The dispositions of the table's columns, those of the action first; what is kept left out."""
    table = data_map.tables[action.table]
    chosen: dict[str, ColumnDisposition | None] = {name: c.erase for name, c in table.columns.items()}
    chosen |= action.columns
    return {name: how for name, how in chosen.items() if how is not None and how != "keep"}


def _keeps_rows(table: str, duties: Sequence[Duty]) -> int:
    return _bits(table in duty.keeps and duty.keeps[table].row for duty in duties)


def _keeps_column(duty: Duty, table: str, column: str) -> bool:
    if table not in duty.keeps:
        return False
    kept = duty.keeps[table].columns
    return kept == "all" or column in kept


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << number for number, flag in enumerate(flags) if flag)


def _collected(steps: Sequence[Step], position: int) -> Step:
    """A step whose way to the root an earlier step takes away, or changes, gathers its keys first."""
    step, earlier = steps[position], steps[:position]
    ways = (*step.paths, *step.owners)
    crossed = {table for path in ways for table in path.parents}
    deletions = [s for s in earlier if s.do is Do.DELETE and s.table in crossed]
    hops = [hop for path in ways for hop in path.hops]
    cut = step.key is not None and any(_cuts(s, hop) for s in earlier if s.do is Do.TREAT for hop in hops)
    if not deletions and not cut:
        return step
    staying = 0
    for deletion in deletions:
        staying |= deletion.unless
    return replace(step, collect=True, staying=staying)


def _cuts(step: Step, hop: Hop) -> bool:
    """Whether a step changes a column that a hop goes through, or that its condition reads."""
    if step.table == hop.link.parent and hop.target_column in step.columns:
        return True
    read = re.findall(r"\w+", hop.link.when or "")
    return step.table == hop.table and not step.columns.keys().isdisjoint([hop.link.column, *read])
