"""Plan: every promise of the policy that a system can answer, held against reality."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from garant.engine.document import Plan, Selection, packed
from garant.engine.holds import Hold, Standing, held_terms, speak, stand, under
from garant.engine.manual import ManualSource, ManualTask, digests, retention_tasks
from garant.engine.notes import archive_notes, notes_of, unreached
from garant.engine.steps import duties_of, steps_of
from garant.engine.survey import Surveyor, held_by
from garant.engine.terms import Source, Terms, UnknownRule
from garant.policy.loader import LoadedPolicy
from garant.systems.model import PromiseBinding
from garant.systems.port import Found, RootKey, Snapshot

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
            for binding in source.data_map.promises:
                progress(name, binding.rule)
                selections.extend(_answers(held, source, snapshot, binding, standing))
    tasks = retention_tasks(policy, manual or {}, [(hold.key, hold.reason) for hold in holds])
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


def _answers(
    terms: Terms, source: Source, snapshot: Snapshot, binding: PromiseBinding, standing: Standing
) -> list[Selection]:
    """Whom the promise ends and, where the map asks for it, whom it archives: the end has not come for them yet."""
    ended, over = select(terms, source, snapshot, binding, standing)
    if not binding.archive:
        return [ended]
    return [ended, select(terms, source, snapshot, binding, standing, archive=True, without=over)[0]]


def select(
    terms: Terms,
    source: Source,
    snapshot: Snapshot,
    binding: PromiseBinding,
    standing: Standing,
    *,
    archive: bool = False,
    without: Found | None = None,
    only: AbstractSet[RootKey] | None = None,
) -> tuple[Selection, Found]:
    """One selection of a promise, and all the roots past their term, settled ones included.

    ``without`` these roots, who leave by another selection of the promise and own nothing that would stay for
    them; or of these ``only``.
    """
    data_map = source.data_map
    disposition = data_map.dispositions[binding.dispositions]
    rule = terms.rule(binding.rule)
    if data_map.roles[binding.role].root != disposition.root:
        raise UnknownRule(f"{data_map.system}: {binding.rule} selects one root and would end another")
    duties = duties_of(data_map, disposition.root, besides=(binding.rule, binding.event))
    question = terms.due_question(data_map, binding, archive=archive)
    asked = terms.duty_questions(data_map, duties)
    every = snapshot.find_due(question, asked)
    found = every if without is None else _less(every, without)
    if only is not None:
        found = replace(found, keys=[key for key in found.keys if key in only])
    steps = under(steps_of(data_map, disposition, duties), standing.guards)
    past = () if without is None else without.keys
    surveyor = Surveyor(snapshot, disposition.root, duties, steps, past)
    keys = surveyor.unsettled(found, data_map.roots[disposition.root].table)
    settled = set(found.keys) - set(keys)
    on_hold = surveyor.only_held([key for key in found.keys if key in settled], found.held)
    left = every if len(keys) == len(every.keys) else snapshot.find_among(question, keys, asked)
    survey = surveyor.survey(keys, found.held)
    selection = Selection(
        system=data_map.system,
        root=disposition.root,
        disposition=binding.dispositions,
        rule=binding.rule,
        archive=archive,
        label=rule.label,
        role=binding.role,
        event=binding.event,
        period=str(rule.active_period if archive else rule.total_period),
        cutoff=question.clock.day,
        population=found.population,
        due=len(keys),
        oldest=left.oldest,
        undated=0 if archive else found.undated,  # said once, of the whole promise
        unreadable=0 if archive else found.unreadable,
        sooner=left.sooner,
        notes=archive_notes(rule)
        if archive
        else notes_of(rule, data_map, disposition, archived=binding.archive),
        settled=len(settled) - on_hold,
        on_hold=on_hold,
        keys=packed(keys),
        duties=held_by(terms, duties, left),
        holds=speak(standing, data_map, snapshot, surveyor.change(found.keys, found.held)),
        actions=survey.actions,
        blocks=survey.blocks,
        cascades=survey.cascades,
        advice=source.connector.advice(surveyor.change(keys, found.held)),
    )
    return selection, every


def _less(found: Found, without: Found) -> Found:
    """The answer for the roots that are not among these; what holds either of them is told still."""
    gone, held = set(without.keys), {**without.held, **found.held}
    return replace(found, keys=[key for key in found.keys if key not in gone], held=held) if gone else found
