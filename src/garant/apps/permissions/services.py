"""The only way permissions are asked and what they rest on is recorded."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from garant.apps.evidence import services as evidence
from garant.apps.permissions import counting, knowing, people, refusals
from garant.apps.permissions.entries import (
    ConsentGiven,
    ConsentWithdrawn,
    PermissionsCounted,
    RestrictionLifted,
    RestrictionRecorded,
)
from garant.apps.permissions.models import REQUESTED, TOLD, Asked, Fact, Look, Past
from garant.apps.permissions.people import Identity
from garant.apps.promises.opening.discretion import brief
from garant.apps.promises.opening.published import maps_folder, policy_in_force
from garant.apps.promises.opening.workspace import open_workspace
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.running import locks
from garant.apps.scoping import scoped
from garant.engine.planning.lapsed import Lapsed, lapsed
from garant.engine.terms import Source
from garant.ledger.entries import Entry, Payload, write_instant
from garant.ledger.keys import key_source
from garant.policy.diagnostics import UnusableDocument
from garant.policy.loader import LoadedPolicy
from garant.policy.permission import Answer, Permissions, Use
from garant.systems.loader import LoadedMap, load_each, spoken_of
from garant.systems.port import ConnectorError

_ROWS = 5000
"""Marks written in one statement."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a system was looked at that has not answered yet."""


def may(organisation: str, subject: Iterable[Identity], purpose: str, data: Collection[str] = ()) -> Answer:
    """Whether a person's data may be used for a purpose, today, and because of what. Counted; nothing is kept of whom.

    Args:
        subject: by what the person is known: ``email``, ``phone``, ``row`` (``SYSTEM/ROOT/KEY``), or another
            identity. Several are of one person: what is known of any of them counts.
        purpose: ``activity/purpose``, or the purpose alone where one activity has it.
        data: keys of the data categories to be used; all those of the purpose where empty.

    Raises:
        PermissionRefusedError: nobody is named, or no policy is in force: take it for a no.
    """
    identities = people.one_form(subject)
    permissions = _permissions(organisation)
    use = permissions.use(purpose)
    answer = permissions.judge(use, data, knowing.known(organisation, identities))
    counting.count(organisation, use.name if use else None, answer.code)
    return answer


def consent(organisation: str, subject: Iterable[Identity], purpose: str, *, given: bool, actor: str) -> None:
    """Record that a person gave, or withdrew, their consent to a purpose (GDPR art. 7).

    Raises PermissionRefusedError: nobody is named, or the purpose is none or does not rest on consent.
    """
    use = _use(organisation, purpose)
    if use.ground != "consent":
        raise refusals.no_consent_there(use.name)
    kind = ConsentGiven if given else ConsentWithdrawn
    _record(organisation, subject, ("consent", use.name, given), kind, actor, purpose=use.name)


def restrict(
    organisation: str, subject: Iterable[Identity], *, on: bool, actor: str, requested: bool = False
) -> bool:
    """Record that the processing of a person's data is restricted (GDPR art. 18), or no more; whether it still is.

    What requests restrict ends with the last of them, and what programs or a terminal told ends when one of them
    says so: neither ends the other.

    Args:
        requested: whether it is a request of the person that restricts, or ends.

    Raises PermissionRefusedError: nobody is named.
    """
    identities = people.one_form(subject)
    kind = RestrictionRecorded if on else RestrictionLifted
    _record(organisation, identities, (REQUESTED if requested else TOLD, "", on), kind, actor)
    return knowing.restricted(organisation, identities)


def look(organisation: str) -> int:
    """Ask every system who is past their term, and remember it by keyed hashes; how many systems answered.

    A system that does not answer, or whose map cannot be used, keeps what was last seen of it, which is believed for
    three days. One that has never answered is remembered too: until it does, nobody knows who is past the terms that it
    answers. :func:`unusable_maps` says which maps were not looked at.

    Raises:
        RefusedError: no policy is published.
        UnusableMap: the folder of maps has none at all.
        ConnectorError: a system stopped answering midway; nothing is remembered.
    """
    policy = policy_in_force(organisation)
    mapped = _mapped(organisation)
    today = datetime.now(UTC).astimezone(ZoneInfo(policy.document.organisation.time_zone)).date()
    with ExitStack() as opened:
        sources = _answering(organisation, policy, mapped, opened)
        found = lapsed(policy, sources, as_of=today)
    with scoped(organisation), transaction.atomic():
        locks.in_turn(f"past-{organisation}")
        for seen in (Past, Look):
            seen.objects.filter(system__in=list(sources)).delete()
            seen.objects.exclude(system__in=list(mapped)).delete()
        rules = {(one.system, one.rule) for one in found}
        Look.objects.bulk_create(
            [Look(organisation=organisation, system=s, rule=r, at=_now()) for s, r in sorted(rules)]
        )
        never = {(name, rule) for name in mapped.keys() - sources for rule in mapped[name]}
        Look.objects.bulk_create(
            [Look(organisation=organisation, system=s, rule=r, at=_NEVER) for s, r in sorted(never)],
            ignore_conflicts=True,
        )
        for one in found:
            Past.objects.bulk_create(_marked(organisation, one), batch_size=_ROWS)
    knowing.forget_looks()
    return len(sources)


def unusable_maps(organisation: str) -> list[tuple[str, str]]:
    """The maps that nobody can use, by their files, with why: their systems are not looked at."""
    folder = maps_folder(organisation)
    if not folder.is_dir():
        return []
    return [(file, brief(problem)) for file, problem in load_each(folder)[1].items()]


def enter_counts(organisation: str) -> int:
    """Enter the counts of the days that are over in the ledger, and how many entries that made."""
    counting.write()
    today = _now().date()
    with scoped(organisation), transaction.atomic():
        rows = list(Asked.objects.select_for_update().filter(day__lt=today, number__gt=F("entered")))
        entries = [_counted(day, purpose, list(some)) for (day, purpose), some in groupby(rows, _by_purpose)]
        if entries:
            evidence.append(organisation, [Entry(one, _now(), "garant") for one in entries])
            Asked.objects.filter(pk__in=[one.pk for one in rows]).update(entered=F("number"))
    return len(entries)


def counts(organisation: str) -> list[Asked]:
    """What was asked and answered, the latest day first."""
    counting.write()
    with scoped(organisation):
        return list(Asked.objects.all()[:1000])


def _permissions(organisation: str) -> Permissions:
    found = knowing.in_force(organisation)
    if found is None:
        raise refusals.nothing_published(organisation)
    return found


def _use(organisation: str, purpose: str) -> Use:
    found = _permissions(organisation).use(purpose)
    if found is None:
        raise refusals.unknown_purpose(purpose)
    return found


def _record(
    organisation: str,
    subject: Iterable[Identity],
    fact: tuple[str, str, bool],
    entry: Any,
    actor: str,
    **payload: str,
) -> None:
    identities = people.one_form(subject)
    kind, purpose, said = fact
    at = _now()
    with scoped(organisation), transaction.atomic():
        for mark in people.marks(organisation, identities):
            Fact.objects.update_or_create(
                organisation=organisation,
                mark=mark,
                kind=kind,
                purpose=purpose,
                defaults={"said": said, "at": at},
            )
        about = [entry.kind, write_instant(at)]
        committed = [
            evidence.subject_commitment(organisation, ("identity", *one), about) for one in identities
        ]
        _enter(organisation, entry(people=committed, **payload), actor)


def _answering(
    organisation: str, policy: LoadedPolicy, names: Iterable[str], opened: ExitStack
) -> dict[str, Source]:
    """The systems that can be asked today."""
    keys = key_source(settings.GARANT_KEYS, os.environ)
    sources: dict[str, Source] = {}
    for name in names:
        try:
            workspace = opened.enter_context(
                open_workspace(policy, maps_folder(organisation), keys, only=[name])
            )
            for source in workspace.sources.values():
                with source.connector.snapshot():
                    pass
        except (RefusedError, ConnectorError, UnusableDocument, OSError):
            continue
        sources |= workspace.sources
    return sources


def _mapped(organisation: str) -> dict[str, frozenset[str]]:
    """The systems that a program reaches, whether they can be asked today or not, and the rules that each answers."""
    folder = maps_folder(organisation)
    if not folder.is_dir():
        return {}
    there, unusable = load_each(folder)
    mapped = {
        name: frozenset(promise.rule for promise in one.map.promises)
        for name, one in there.items()
        if isinstance(one, LoadedMap)
    }
    for name, rules in (spoken_of(folder / file) for file in unusable):
        if name not in there:
            mapped[name] = mapped.get(name, frozenset()) | rules
    return mapped


def _marked(organisation: str, one: Lapsed) -> list[Past]:
    rows = [people.row(one.system, one.root, key) for key in one.keys]
    named = people.readable(one.identities)
    return [
        Past(organisation=organisation, system=one.system, rule=one.rule, mark=mark)
        for mark in people.marks(organisation, [*rows, *named])
    ]


def _by_purpose(one: Asked) -> tuple[Any, str]:
    return one.day, one.purpose


def _counted(day: Any, purpose: str, some: list[Asked]) -> PermissionsCounted:
    allowed = sum(one.number - one.entered for one in some if one.code == "permitted")
    refused = sum(one.number - one.entered for one in some) - allowed
    return PermissionsCounted(purpose=purpose, day=day, allowed=allowed, refused=refused)


def _enter(organisation: str, payload: Payload, actor: str) -> None:
    evidence.append(organisation, [Entry(payload, _now(), evidence.person(organisation, actor))])


def _now() -> datetime:
    return datetime.now(UTC)
