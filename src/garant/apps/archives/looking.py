"""What is in the archive, without opening it: how many records end when, and which are a person's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from garant.apps.promises.opening.archiving import archive_source
from garant.engine.identities import roots_found
from garant.policy import Policy
from garant.policy.loader import LoadedPolicy
from garant.policy.periods import expiry
from garant.systems.archive.store import ArchiveStore, Group, RecordEntry


@dataclass(frozen=True, slots=True)
class Ending:
    """The records of a rule of a system whose last day is in one year; without days where the rule is no more."""

    system: str
    rule: str
    first: date | None
    last: date | None
    records: int
    rows: int


def last_day(policy: Policy | None, rule: str, counted_from: date) -> date | None:
    """The last day of a record, as the policy now says; None: it says nothing any more."""
    known = None if policy is None else policy.retention.get(rule)
    return None if known is None else expiry(counted_from, known.total_period)


def by_end(
    policy: Policy | None, groups: Iterable[Group]
) -> Mapping[tuple[str, str, date | None], tuple[int, int]]:
    """System, rule and last day → how many records and rows."""
    sums: dict[tuple[str, str, date | None], tuple[int, int]] = {}
    for group in groups:
        place = (group.system, group.rule, last_day(policy, group.rule, group.counted_from))
        records, rows = sums.get(place, (0, 0))
        sums[place] = (records + group.records, rows + group.rows)
    return sums


def by_year(policy: Policy | None, groups: Iterable[Group]) -> list[Ending]:
    """The same, a line for each year in which records end, the first year first."""
    lines: dict[tuple[str, str, int], Ending] = {}
    for (system, rule, last), (records, rows) in by_end(policy, groups).items():
        place = (system, rule, 0 if last is None else last.year)
        so_far = lines.get(place, Ending(system, rule, last, last, 0, 0))
        days = [one for one in (so_far.first, so_far.last, last) if one is not None]
        first, end = (min(days), max(days)) if days else (None, None)
        lines[place] = Ending(system, rule, first, end, so_far.records + records, so_far.rows + rows)
    return [lines[place] for place in sorted(lines)]


def found(
    store: ArchiveStore, policy: LoadedPolicy, identities: Iterable[tuple[str, str]]
) -> list[RecordEntry]:
    """The records of whoever is known by these identities, as the index says them: none is opened.

    Raises:
        ConnectorError: the archive cannot be asked.
    """
    source = archive_source(store, policy, [])
    try:
        with source.connector.snapshot() as snapshot:
            keys = roots_found(source.data_map, snapshot, identities)
    finally:
        source.connector.close()
    return [store.entry(str(key)) for of_root in keys.values() for key in of_root]
