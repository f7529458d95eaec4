"""What is done for a client, cut to that client: nothing of other clients, of other activities, of how many people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from garant.apps.controls import services as controls
from garant.apps.controls.findings import State
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.register import services as register
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
    """A rule that was carried out and verified: its words, the run, when it ended."""

    label: Text
    run: str
    at: datetime


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


def may_prove(organisation: str, clients: Sequence[str], run: str) -> bool:
    """Whether a run carried out a rule of an activity done for these clients."""
    version = policies.published(organisation)
    if version is None:
        return False
    rules = [
        rule
        for one in version.policy.processor_activities
        if _theirs(one, clients)
        for rule in _rules(version.policy, one)
    ]
    return any(one.run == run for one in decisions.carried_out(organisation, rules))


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
        [
            Carried(policy.retention[one.rule].label, one.run, one.at)
            for one in decisions.carried_out(organisation, rules)
        ],
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
