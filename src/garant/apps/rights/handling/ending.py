"""What the night does: reminders, requests dropped, and everything forgotten whose time is over, in every final state."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Max, Q

from garant.apps.backups import unread
from garant.apps.evidence import services as evidence
from garant.apps.promises import services as promises
from garant.apps.rights.answering import collecting, reaching
from garant.apps.rights.clock import IDENTITY_WITHIN, threshold
from garant.apps.rights.entries import RequestClosed, RequestForgotten, RequestReminded
from garant.apps.rights.handling import lifting
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import person
from garant.apps.rights.models import Code, Door, Request
from garant.apps.rights.receiving import questions
from garant.apps.rights.words import FINAL, Outcome, State
from garant.apps.scoping import for_organisation, owners
from garant.policy.periods import expiry

_SENT: Final = (State.RECEIVED, "repeated", "added")
"""Steps from which the person has their time to confirm: a letter may be written down weeks after it came."""


def organisations_with_requests() -> list[str]:
    """Whose nights have something to do."""
    return owners(Request, "organisation")


@for_organisation
def night(organisation: str) -> dict[str, int]:
    """Remind, propose to lift, drop, forget; how many of each.

    Nobody is told that they did not answer, or that their request is over, while somebody has still to read what a restored
    Garant forgot: they may have.
    """
    today, told = store.today(organisation), not unread.waiting(organisation)
    questions.fade(organisation)
    return {
        "reminded": remind(organisation, today),
        "recipients": reaching.remind(organisation, today) if told else 0,
        "copies": collecting.remind(organisation, today) if told else 0,
        "lifted": lifting.propose_due(organisation, today),
        "dropped": drop(organisation, today) if told else 0,
        "forgotten": forget(organisation, today),
    }


@for_organisation
def remind(organisation: str, today: date) -> int:
    """Remind of each deadline that is 15, 7 or 2 days away, or over, once each."""
    told = 0
    for one in Request.objects.exclude(state__in=FINAL).filter(organisation=organisation):
        told += _remind(organisation, one.key, today)
    return told


@store.moving()
def _remind(request: Request, today: date) -> int:
    clock = request.clock(today)
    if request.due_on != clock.due:
        request.due_on = clock.due
        request.save(update_fields=["due_on"])
    left = clock.left(today)
    reached = None if request.waiting else threshold(left)
    if reached is None or not request.open or (request.reminded is not None and request.reminded <= reached):
        return 0
    request.reminded = reached
    request.save(update_fields=["reminded"])
    store.note(request, "reminded", store.GARANT, left=left)
    store.enter(request.organisation, store.GARANT, RequestReminded(request=request.key, left=left))
    letters.remind(request, left)
    return 1


@for_organisation
def drop(organisation: str, today: date) -> int:
    """End the requests whose person never confirmed who they are, since it was written down or sent last."""
    waiting = Request.objects.filter(
        organisation=organisation, state=State.IDENTITY, identified_by="", paused_on=None
    )
    sent = Max("steps__at", filter=Q(steps__kind__in=_SENT))
    over = [
        one.key
        for one in waiting.annotate(sent=sent)
        if expiry(store.day(organisation, one.sent or one.received_at), IDENTITY_WITHIN) < today
    ]
    return sum(_drop(organisation, key) for key in over)


@store.moving()
def _drop(request: Request) -> int:
    if request.state != State.IDENTITY:
        return 0
    closed = RequestClosed(request=request.key, outcome="abandoned")
    letters.write(request, "abandoned")
    store.finish(request, State.CLOSED, Outcome.ABANDONED, store.GARANT, closed)
    return 1


@for_organisation
def forget(organisation: str, today: date) -> int:
    """Destroy what ended requests held about people, once its day has come."""
    ended = Request.objects.filter(
        organisation=organisation, state__in=FINAL, forgotten_at=None, forget_on__lte=today
    )
    return sum(_forget(organisation, key) for key in list(ended.values_list("key", flat=True)))


@store.moving(*FINAL)
def _forget(request: Request) -> int:
    if request.forgotten_at is not None:
        return 0
    Code.objects.filter(request=request).delete()
    Door.objects.filter(request=request).delete()
    for digest in filter(None, (request.plan, request.lift_plan)):
        promises.forget_plan(request.organisation, digest)
    letters.forget(request)
    store.destroy_copies(request)
    evidence.destroy_subject_keys(request.organisation, [person(request.key)])
    request.sealed, request.mark, request.handler, request.forgotten_at = None, None, "", store.now()
    request.save()
    store.note(request, "forgotten", store.GARANT)
    store.enter(request.organisation, store.GARANT, RequestForgotten(request=request.key))
    evidence.checkpoint(request.organisation)
    return 1
