"""Plan: every promise of the policy that a system can answer, held against reality."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from garant.engine.document import Plan, Selection
from garant.engine.holds import Hold, Standing, held_terms, stand, told_by_hand
from garant.engine.manual import ManualSource, ManualTask, digests, retention_tasks
from garant.engine.planning.choosing import Choice
from garant.engine.planning.notes import unreached
from garant.engine.terms import Source, Terms, UnknownRule
from garant.policy.loader import LoadedPolicy
from garant.systems.port import Snapshot

Progress = Callable[[str, str], None]
"""Told the system and the retention rule that are being looked at."""

TOLERANCE = 0.01
"""Drift accepted between a plan and its run unless said: one root in a hundred, one row in a hundred."""


def terms_of(policy: LoadedPolicy, as_of: date) -> Terms:
    """The retention rules of a policy on a day (the organisation's calendar)."""
    document = policy.document
    return Terms(document.retention, document.organisation.time_zone, as_of)


def plan_retention(
    policy: LoadedPolicy,
    sources: Mapping[str, Source],
    *,
    as_of: date,
    tolerance: float = TOLERANCE,
    holds: Sequence[Hold] = (),
    manual: Mapping[str, ManualSource] | None = None,
    progress: Progress = lambda _system, _rule: None,
) -> Plan:
    """What is overdue on ``as_of``, what would be done about it, what is kept and why (art. 5(1)(e) GDPR).

    Nothing is written anywhere but in temporary tables that vanish with the connection.

    Args:
        policy: the policy, as loaded.
        sources: the systems to look at, by name.
        as_of: the day, in the organisation's time zone, on which terms are judged; a term that
            ends that day is not over yet.
        tolerance: share of drift (0 to 1) beyond which a run of this plan will be refused.
        holds: the holds in force: what they keep stays as it is, and the plan says for whom and why.
        manual: the systems worked by hand, by name.
        progress: told before each selection.

    Raises:
        UnknownRule: a map answers a rule that the policy does not have.
        ConnectorError: a system did not answer.
    """
    terms = terms_of(policy, as_of)
    selections: list[Selection] = []
    for name in sorted(sources):
        source = sources[name]
        _check_rules(terms, source)
        with source.connector.snapshot() as snapshot:
            standing = stand(policy, source.data_map, snapshot, holds)
            held = held_terms(terms, standing)
            for choice in choices(held, source, snapshot, standing):
                progress(name, choice.binding.rule)
                selections.append(choice.selection())
    tasks = retention_tasks(policy, manual or {}, told_by_hand(holds))
    return Plan(
        kind="retention",
        organisation=policy.document.organisation.key,
        zone=terms.zone,
        as_of=as_of,
        policy_digest=policy.digest,
        map_digests={
            **{name: source.digest for name, source in sorted(sources.items())},
            **digests(manual or {}, tasks),
        },
        tolerance=tolerance,
        unanswered=_unanswered(terms, selections, tasks),
        unreached=unreached(sources),
        selections=selections,
        tasks=tasks,
    )


def _unanswered(terms: Terms, selections: list[Selection], tasks: list[ManualTask]) -> list[str]:
    """A promise that nothing looks at is not kept: it is unproven, and the plan says so."""
    looked_at = {selection.rule for selection in selections} | {task.rule for task in tasks}
    return sorted(set(terms.rules) - looked_at)


def _check_rules(terms: Terms, source: Source) -> None:
    data_map = source.data_map
    for binding in data_map.promises:
        rule = terms.rules.get(binding.rule)
        if binding.archive and rule is not None and rule.archive_phase is None:
            raise UnknownRule(
                f"{data_map.system}: {binding.rule} asks for the archive, and its rule has no such phase"
            )
    named = [b.rule for b in data_map.promises] + [d.rule for d in data_map.duties if d.rule]
    for rule in named:
        try:
            terms.rule(rule)
        except UnknownRule as error:
            raise UnknownRule(f"{data_map.system}: {error}") from None


def choices(terms: Terms, source: Source, snapshot: Snapshot, standing: Standing) -> Iterator[Choice]:
    """Whom each promise ends and, where the map asks for it, whom it archives: the end has not come for them yet."""
    made = [
        Choice(terms, source, snapshot, binding, standing, archive=archive)
        for binding in source.data_map.promises
        for archive in ((False, True) if binding.archive else (False,))
    ]
    for one in made:
        one.beside = [other for other in made if other.root == one.root]
    yield from made
