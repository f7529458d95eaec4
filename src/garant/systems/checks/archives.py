"""Is the intermediate archive of the policy carried out, and would its records be found again?"""

from __future__ import annotations

from collections.abc import Iterator

from garant.policy.document.policy import Policy
from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.archiving import KINDS
from garant.systems.checks import archive_rules as rules
from garant.systems.checks.findings import Finding, said
from garant.systems.model import DataMap, PromiseBinding


def check_findable(data_map: DataMap) -> Iterator[Finding]:
    """Promises whose archived records nothing would lead to."""
    for number, promise in enumerate(data_map.promises):
        if promise.archive and not _findable(data_map, promise):
            yield Finding(rules.ARCHIVED_UNFINDABLE, ("promises", number, "archive"))


def check_phases(data_map: DataMap, policy: Policy) -> Iterator[Finding]:
    """Archives that the policy does not promise, and promised ones that no promise of the map carries out."""
    settled = {promise.rule for promise in data_map.promises if "archive" in promise.model_fields_set}
    for number, promise in enumerate(data_map.promises):
        rule = policy.retention.get(promise.rule)
        if rule is None or not rule.phases:
            continue  # said elsewhere
        place: Place = ("promises", number)
        if promise.archive and rule.archive_phase is None:
            yield Finding(rules.ARCHIVE_WITHOUT_PHASE, (*place, "archive"), _no_phase(promise.rule))
        elif rule.archive_phase is not None and promise.rule not in settled:
            yield Finding(rules.PHASE_NOT_CARRIED_OUT, place, _not_carried_out(promise.rule))
            settled.add(promise.rule)


def _findable(data_map: DataMap, promise: PromiseBinding) -> bool:
    """Whether a table that is archived has a column by which its person is known; unknown names are said elsewhere."""
    disposition = data_map.dispositions.get(promise.dispositions)
    if disposition is None:
        return True
    tables = [data_map.tables[a.table] for a in disposition.actions if a.table in data_map.tables]
    return any(set(KINDS) & column.corrected.keys() for table in tables for column in table.columns.values())


def _no_phase(rule: str) -> Text:
    return said(
        f"La règle «\u202f{rule}\u202f» n’a pas de phase d’archivage intermédiaire.",
        f"The rule “{rule}” has no intermediate archive phase.",
    )


def _not_carried_out(rule: str) -> Text:
    return said(
        f"La règle «\u202f{rule}\u202f» a une phase d’archivage intermédiaire\u202f: aucune promesse ne la réalise ici.",
        f"The rule “{rule}” has an intermediate archive phase: no promise carries it out here.",
    )
