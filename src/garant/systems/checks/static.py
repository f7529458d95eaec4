"""What is wrong with a data map by itself, and beside the policy it answers (GAR5xx)."""

from __future__ import annotations

from collections.abc import Iterator

from garant.policy.diagnostics import Diagnostic, sorted_by_place
from garant.policy.document.policy import Policy
from garant.systems.checks.actions import check_actions
from garant.systems.checks.aparts import check_apart
from garant.systems.checks.archives import check_findable, check_phases
from garant.systems.checks.findings import Finding
from garant.systems.checks.foreign_grounds import check_foreign_grounds
from garant.systems.checks.found_again import check_found_again
from garant.systems.checks.kept_grounds import check_kept_grounds
from garant.systems.checks.kept_ways import check_kept_ways
from garant.systems.checks.references import check_policy_references, check_references
from garant.systems.checks.sql_fragments import check_fragments
from garant.systems.loader import LoadedMap


def check_map(loaded: LoadedMap, policy: Policy | None = None) -> list[Diagnostic]:
    """What is wrong with a data map, sorted by place; beside `policy` too when it is given."""
    return sorted_by_place(finding.diagnostic(loaded.positions) for finding in _findings(loaded, policy))


def _findings(loaded: LoadedMap, policy: Policy | None) -> Iterator[Finding]:
    yield from check_references(loaded.map, policy)
    yield from check_actions(loaded.map)
    yield from check_kept_ways(loaded.map)
    yield from check_kept_grounds(loaded.map)
    yield from check_found_again(loaded.map, whole=policy is not None)
    yield from check_apart(loaded.map)
    yield from check_fragments(loaded.map)
    yield from check_findable(loaded.map)
    if policy is not None:
        yield from check_policy_references(loaded.map, policy)
        yield from check_phases(loaded.map, policy)
        yield from check_foreign_grounds(loaded.map, policy)
