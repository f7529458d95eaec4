"""What was published for a wrong day, or said of a wrong day, put right: the ledger keeps what was said, and says it too."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.db import transaction

from garant.apps.organisations import services as organisations
from garant.apps.policies import refusals
from garant.apps.policies.advance import earliest, to_announce
from garant.apps.policies.entries import PolicyNoticeCorrected, PolicyUnpublished
from garant.apps.policies.models import NoticeGiven, State, Version
from garant.apps.policies.reading import find, notices, published, published_versions, today
from garant.apps.policies.writing import alone, enter, locked, now, plain


def unpublish(organisation: str, key: str, *, reason: str, actor: str) -> Version:
    """Withdraw a publication whose day is to come: the version is approved again, to be published for another day or
    sent back.

    Raises RefusedError when it is not published, when its day has begun, when a version published since begins with it
    or after it, and rests on what it announced.
    """
    reason = plain(reason)
    if not reason:
        raise refusals.no_reason_to_unpublish()
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)
        version = locked(key, State.PUBLISHED)
        day, first, at = today(organisation), version.effective_on, version.published_at
        assert first is not None
        assert at is not None
        if first <= day:
            raise refusals.begun(version.number, first)
        for one in published_versions(organisation):
            if (one.effective_on or day) >= first and (one.published_at or at) > at:
                raise refusals.others_rest_on_it(version.number, one.number)
        entry = PolicyUnpublished(
            version=version.key, number=version.number, digest=version.digest, effective=first
        )
        version.unpublish(day, reason)
        enter(version, actor, entry)
    return find(organisation, key)


def correct_notice(organisation: str, key: str, notice: int, *, on: date, actor: str) -> NoticeGiven:
    """Put the day of a notice that was recorded right. What was recorded stays, and counts no more.

    Raises RefusedError when the version has no such notice that counts, or the day is to come, or is the one recorded.
    """
    if on > today(organisation):
        raise refusals.notice_to_come(on, today(organisation))
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)  # nothing is published by the wrong day meanwhile
        version = find(organisation, key)
        old = next((one for one in notices(version) if one.pk == notice), None)
        if old is None:
            raise refusals.no_such_notice(version.number)
        if old.on == on:
            raise refusals.that_day_already(on)
        made = NoticeGiven.objects.create(
            version=version,
            organisation=organisation,
            digest=old.digest,
            channel=old.channel,
            on=on,
            evidence=old.evidence,
            recorded_at=now(),
            recorded_by=actor,
            corrects=old,
        )
        entry = PolicyNoticeCorrected(
            version=version.key,
            number=version.number,
            digest=old.digest,
            on=on,
            was_on=old.on,
            evidence=hashlib.sha256(made.evidence.encode()).hexdigest(),
        )
        enter(version, actor, entry)
    return made


def too_soon(version: Version) -> date | None:
    """Of a version to come whose people were told later than was recorded when it was published: the first day on which
    it may take effect; none where its day is lawful, or has begun.
    """
    first = version.effective_on
    if first is None or first <= today(version.organisation):
        return None
    before = published(version.organisation, first - timedelta(days=1))
    changes = to_announce(before.policy if before else None, version.policy)
    told = notices(version)
    if not changes or not told:  # told of by another version, which it replaces on its day
        return None
    lawful = earliest(changes, told[0].on)
    return lawful if lawful > first else None
