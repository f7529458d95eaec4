"""What is done for a client, cut to that client: nothing of other clients, of other activities, of how many other people.

Each rule that was carried out is proved by an entry that counts nothing. Its receipts count rows: they are a client's own,
and are shown, where nobody else's data were under that rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from garant.apps.controls import services as controls
from garant.apps.controls.findings import State
from garant.apps.evidence import services as evidence
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.promises.recording.receipts import rule_kept
from garant.apps.register import services as register
from garant.ledger import InclusionProof
from garant.policy import Policy
from garant.policy.document import ProcessorActivity
from garant.policy.text import Language, Text
from garant.publish.words import period

OF_ALL: Final = ("measure", "transfer")
"""Kinds of promises that are every client's (GDPR art. 28(3)(c), 44)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise that concerns a client, and how it stands; what was seen counts other clients' people too."""

    label: dict[str, str]
    state: str
    since: Any


@dataclass(frozen=True, slots=True)
class Carried:
    """A rule that was carried out and verified: its words, the run, when it ended; records and rows where all of them are
    the client's."""

    label: Text
    rule: str
    run: str
    at: datetime
    receipts: decisions.Receipts | None
    proved: bool
    """Whether there is an entry to show; a run of before may have none that speaks of nobody else."""


@dataclass(frozen=True, slots=True)
class Done:
    """An activity done for a client: its sheet, its promises, what was carried out by its rules, and how long before a
    new sub-processor they are told."""

    key: str
    page: register.Page
    promises: Sequence[Kept]
    carried: Sequence[Carried]
    notice: Text | None


def activities(organisation: str, clients: Sequence[str], language: Language) -> list[Done]:
    """What is done for these clients, by the policy in force."""
    version = policies.published(organisation)
    if version is None:
        return []
    policy = version.policy
    return [
        _done(organisation, policy, one, clients, language)
        for one in policy.processor_activities
        if _theirs(one, clients)
    ]


def proofs(organisation: str, clients: Sequence[str], run: str, rule: str) -> list[InclusionProof]:
    """That a run carried out a rule of an activity done for these clients, and how much of theirs; nothing where it is not
    one, or where no entry speaks of them alone."""
    version = policies.published(organisation)
    if version is None:
        return []
    rules = {
        key
        for one in version.policy.processor_activities
        if _theirs(one, clients)
        for key in _rules(version.policy, one)
    }
    found = decisions.carried_out(organisation, [rule] if rule in rules else [])
    one = next((each for each in found if each.run == run), None)
    if one is None:
        return []
    own = _own(organisation, clients, one)
    return evidence.prove_each(organisation, [rule_kept(run, rule), *(own.keys if own is not None else ())])


def _carried(
    organisation: str, policy: Policy, clients: Sequence[str], found: Sequence[decisions.Carried]
) -> list[Carried]:
    said = evidence.known_keys(organisation, [rule_kept(one.run, one.rule) for one in found])
    own = {(one.run, one.rule): _own(organisation, clients, one) for one in found}
    return [
        Carried(
            policy.retention[one.rule].label,
            one.rule,
            one.run,
            one.at,
            receipts := own[one.run, one.rule],
            receipts is not None or rule_kept(one.run, one.rule) in said,
        )
        for one in found
    ]


def _own(organisation: str, clients: Sequence[str], carried: decisions.Carried) -> decisions.Receipts | None:
    """The receipts of a rule, where by the policy that it was carried out by it was about these clients' data alone."""
    version = next(
        (one for one in policies.published_versions(organisation) if one.digest == carried.policy), None
    )
    if version is None or carried.rule not in version.policy.retention:
        return None
    done_for = {one.key: one.clients.keys() for one in version.policy.processor_activities}
    about = version.policy.retention[carried.rule].activities
    if not all(key in done_for and done_for[key] <= set(clients) for key in about):
        return None
    return decisions.receipts_of(organisation, carried.run, carried.rule)


def _theirs(activity: ProcessorActivity, clients: Sequence[str]) -> list[str]:
    return [key for key in activity.clients if key in clients]


def _rules(policy: Policy, activity: ProcessorActivity) -> list[str]:
    return [key for key, rule in policy.retention.items() if activity.key in rule.activities]


def _done(
    organisation: str, policy: Policy, activity: ProcessorActivity, clients: Sequence[str], language: Language
) -> Done:
    page = register.sheet(_cut(policy, activity, _theirs(activity, clients)), activity.key, language)
    assert page is not None
    rules = _rules(policy, activity)
    about = {f"instructions.{activity.key}", *(f"retention.{key}" for key in rules)}
    about |= {f"processor.{key}" for key in activity.processors}
    notice = activity.sub_processor_notice
    return Done(
        activity.key,
        page,
        list(_promises(organisation, about)),
        _carried(organisation, policy, clients, decisions.carried_out(organisation, rules)),
        period(notice) if notice is not None else None,
    )


def _cut(policy: Policy, activity: ProcessorActivity, own: Sequence[str]) -> Policy:
    """The policy with an activity as these clients may read it; instructions say not whose they are, so that they are
    shown only where nobody else has given any."""
    kept = {key: client for key, client in activity.clients.items() if key in own}
    alone = len(kept) == len(activity.clients)
    instructions = activity.instructions if alone else ()
    shown = activity.model_copy(update={"clients": kept, "instructions": instructions})
    return policy.model_copy(update={"activities": {**policy.activities, activity.key: shown}})


def _promises(organisation: str, about: Iterable[str]) -> Iterable[Kept]:
    wanted = frozenset(about)
    for _, _, standings in controls.board(organisation).articles:
        for one in standings:
            if one.promise in wanted or one.promise.partition(".")[0] in OF_ALL:
                yield Kept(one.label, State(one.state).value, one.since)
