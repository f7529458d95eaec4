"""From draft to published: submitted, refused or taken back, approved, announced, published."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction

from garant.apps.organisations import services as organisations
from garant.apps.policies import refusals
from garant.apps.policies.advance import Announced, earliest, to_announce
from garant.apps.policies.documents import loaded
from garant.apps.policies.entries import (
    PolicyApproved,
    PolicyNoticeGiven,
    PolicyPublished,
    PolicyReturned,
    PolicySubmitted,
)
from garant.apps.policies.hanging import refuse_hanging
from garant.apps.policies.models import NoticeGiven, State, Version
from garant.apps.policies.reading import notices, published, published_versions, today
from garant.apps.policies.writing import alone, enter, keep, locked, now, plain, same_person
from garant.policy.checks import findings


def submit(organisation: str, key: str, *, actor: str) -> Version:
    """Ask for a review: from here on the words stand still.

    Raises RefusedError when it is no draft, when the checks find an error, when it says nothing new, or when what hangs on
    the keys of the policy would be let go of.
    """
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)
        version = locked(key, State.DRAFT)
        found = findings(loaded(version.policy), today(organisation))
        errors = [finding.message for finding in found if finding.severity == "error"]
        if errors:
            raise refusals.errors_left(version.number, errors)
        there = _standing(organisation)
        if there and all(one.document == version.document for one in there):
            raise refusals.nothing_new(version.number)
        refuse_hanging(version)
        version.state, version.submitted_at, version.submitted_by = State.IN_REVIEW, now(), actor
        version.reason = ""
        keep(version)
        enter(version, actor, PolicySubmitted(**_named(version), warnings=len(found)))
    return version


def reject(organisation: str, key: str, *, reason: str, actor: str) -> Version:
    """Send a version in review, or approved, back to its author with a reason. Raises RefusedError."""
    return _returned(organisation, key, reason, actor, "review")


def withdraw(organisation: str, key: str, *, reason: str, actor: str) -> Version:
    """Take back a version in review, or approved, to change it further. Raises RefusedError."""
    return _returned(organisation, key, reason, actor, "author")


def approve(
    organisation: str, key: str, *, digest: str, actor: str, against: Collection[str] | None = None
) -> Version:
    """Approve what the version says, which `digest` names.

    Args:
        organisation: whose policy it is.
        key: of the version.
        digest: what was read.
        actor: who approves.
        against: the keys of what was published when it was read (`standing`); not asked where nobody says.

    Raises RefusedError when it is not in review, says something else, was submitted by the same person, when something else is
    published since it was read, or when what hangs on the keys of the policy would be let go of.
    """
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)
        version = locked(key, State.IN_REVIEW)
        if same_person(version.submitted_by, actor):
            raise refusals.same_person(version.number)
        if version.digest != digest:
            raise refusals.another_digest(digest, version.digest)
        if against is not None and {*against} != {*standing(organisation)}:
            raise refusals.published_meanwhile(version.number)
        refuse_hanging(version)
        version.state, version.approved_at, version.approved_by = State.APPROVED, now(), actor
        keep(version)
        enter(version, actor, PolicyApproved(**_named(version)))
    return version


def record_notice_given(
    organisation: str, key: str, *, channel: str, on: date, evidence: str, actor: str
) -> NoticeGiven:
    """Note that the people concerned were told of what a version changes: how, when, and what shows it.

    The version stands still meanwhile: it is in review or approved. Raises RefusedError.
    """
    channel, evidence = plain(channel), plain(evidence)
    if not channel or not evidence:
        raise refusals.notice_without_proof()
    if on > today(organisation):
        raise refusals.notice_to_come(on, today(organisation))
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)
        version = locked(key, State.IN_REVIEW, State.APPROVED)
        notice = NoticeGiven.objects.create(
            version=version,
            organisation=organisation,
            digest=version.digest,
            channel=channel[:200],
            on=on,
            evidence=evidence,
            recorded_at=now(),
            recorded_by=actor,
        )
        shown = hashlib.sha256(notice.evidence.encode()).hexdigest()
        enter(version, actor, PolicyNoticeGiven(**_named(version), on=on, evidence=shown))
    return notice


def _standing(organisation: str) -> list[Version]:
    """The version in force and those to come."""
    day, current = today(organisation), published(organisation)
    to_come = [one for one in published_versions(organisation) if (one.effective_on or day) > day]
    return [*to_come, current] if current else to_come


def standing(organisation: str) -> list[str]:
    """The keys of the version in force and of those to come: what a version is read against before it is approved."""
    return [one.key for one in _standing(organisation)]


def announcements(version: Version, on: date | None = None) -> tuple[Announced, ...]:
    """The changes of which people have to be told before the version takes effect on a day, today unless said."""
    current = published(version.organisation, on)
    return to_announce(current.policy if current else None, version.policy)


def earliest_day(version: Version, on: date | None = None) -> date | None:
    """The first day on which the version may take effect; none while people have not been told."""
    now_ = today(version.organisation)
    changes = announcements(version, on)
    if not changes:
        return now_
    told = notices(version)
    return max(now_, earliest(changes, told[0].on)) if told else None


def publish(organisation: str, key: str, *, on: date, actor: str) -> Version:
    """Publish an approved version: it is in force from the day `on`, in the organisation's time zone.

    Raises RefusedError when it is not approved, when `on` is over, when another version was published since it was approved,
    when what hangs on the keys of the policy would be let go of, and when people were promised to be told of a change
    beforehand and that delay has not run on that day.
    """
    day = today(organisation)
    if on < day:
        raise refusals.past_day(on, day)
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)  # two versions are not published past each other
        version = locked(key, State.APPROVED)
        changes = announcements(version, on)
        _refuse_unread(version)
        refuse_hanging(version)
        _refuse_too_soon(version, changes, on)
        version.state, version.published_at, version.published_by = State.PUBLISHED, now(), actor
        version.effective_on, version.reason = on, ""
        keep(version)
        entry = PolicyPublished(**_named(version), effective=on, announced=len(changes))
        enter(version, actor, entry)
        follow_naming(organisation)
    return version


def follow_naming(organisation: str) -> bool:
    """Take the organisation's name and time zone from the version in force; whether they were others before."""
    current = published(organisation)
    if current is None:
        return False
    of = current.policy.organisation
    return organisations.rename(organisation, name=of.name, time_zone=of.time_zone, policy=current.digest)


def _refuse_unread(version: Version) -> None:
    """Who approved it compared it with what was published then; what has been since, they have not seen it undo."""
    assert version.approved_at is not None
    since = [
        one for one in published_versions(version.organisation) if _published_since(one, version.approved_at)
    ]
    if any(one.document != version.document for one in since):
        raise refusals.undone(version.number, max(one.number for one in since))


def _published_since(one: Version, instant: datetime) -> bool:
    return one.published_at is not None and one.published_at > instant


def _refuse_too_soon(version: Version, changes: tuple[Announced, ...], on: date) -> None:
    first = earliest_day(version, on)
    words = [change.what for change in changes]
    if first is None:
        raise refusals.not_told(words)
    if on < first:
        raise refusals.too_soon(on, first, words)


def _returned(organisation: str, key: str, reason: str, actor: str, by: str) -> Version:
    reason = plain(reason)
    if not reason:
        raise refusals.no_reason()
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)
        version = locked(key, State.IN_REVIEW, State.APPROVED)
        version.state, version.reason = State.DRAFT, reason
        version.submitted_at, version.submitted_by = None, ""
        version.approved_at, version.approved_by = None, ""
        keep(version)
        enter(version, actor, PolicyReturned.model_validate({**_named(version), "by": by}))
    return version


def _named(version: Version) -> dict[str, Any]:
    return {"version": version.key, "number": version.number, "digest": version.digest}
