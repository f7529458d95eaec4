"""Recipients whose programs are told: which requests they are to be told of, what of them, and who stays silent."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from django.conf import settings
from django.db.models import Count, Q

from garant.apps.mails import services as mails
from garant.apps.rights.answering import telling
from garant.apps.rights.entries import RequestRecipientReminded
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import mark, opened
from garant.apps.rights.models import Request, Step, Told
from garant.apps.rights.words import Outcome, Right, State
from garant.apps.scoping import for_organisation
from garant.policy.text import Language, Text
from garant.publish.letters import LetterFacts
from garant.publish.letters import write as write_letter

BEFORE: Final = 7
"""Days before the last one at which a recipient that has not answered is reminded."""


@dataclass(frozen=True, slots=True)
class ToTell:
    """A request that recipients are to be told of, and those who were."""

    key: str
    right: Right
    purpose: str
    ended_at: datetime | None
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a recipient's program is told of a request."""

    right: Right
    purpose: str
    language: str
    received_at: datetime
    identities: Mapping[str, str]
    corrections: list[dict[str, str]]
    organisation: str


@for_organisation
def to_tell(organisation: str, recipients: Collection[str], since: datetime) -> list[ToTell]:
    """The requests that were carried out or granted, and whose person is not forgotten.

    Args:
        organisation: whose they are.
        recipients: without those that all of these were told of.
        since: without those that ended before.
    """
    done = Count("told", filter=Q(told__recipient__in=list(recipients)))
    rows = Request.objects.filter(
        organisation=organisation,
        right__in=list(telling.RIGHTS),
        state__in=[State.RUNNING, State.ANSWERED],
        forgotten_at=None,
        sealed__isnull=False,
    ).exclude(outcome=Outcome.REFUSED)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gte=since))
    rows = rows.annotate(done=done).filter(done__lt=len(recipients))
    found = list(rows.only("key", "right", "purpose", "state", "ended_at").order_by("key"))
    told: dict[str, set[str]] = {one.key: set() for one in found}
    for request, recipient in Told.objects.filter(request__in=found).values_list("request_id", "recipient"):
        told[request].add(recipient)
    running = [one.key for one in found if one.state == State.RUNNING]
    steps = Step.objects.filter(request__in=running, kind="ran") if running else ()
    ran = {step.request.pk for step in steps if step.detail.get("state") != "not-kept"}
    return [
        ToTell(one.key, Right(one.right), one.purpose, one.ended_at, frozenset(told[one.key]))
        for one in found
        if one.state == State.ANSWERED or one.key in ran
    ]


@store.moving(State.RUNNING, State.ANSWERED)
def tell_program(request: Request, recipient: str) -> str:
    """Write down that a recipient is told by its program; gives the secret of the link by which it may answer.

    In the caller's transaction.

    Raises:
        RequestRefusedError: the policy has no such recipient, they were told, or nothing was granted to tell of.
    """
    known, whom = telling.tellable(request, recipient)
    return telling.note(request, known, whom, store.GARANT)[0]


@for_organisation
def facts(organisation: str, key: str) -> Facts | None:
    """What is told of a request; None once its person is forgotten."""
    request = Request.objects.filter(organisation=organisation, key=key).first()
    whom = None if request is None else opened(request)
    if request is None or whom is None:
        return None
    return Facts(
        right=Right(request.right),
        purpose=request.purpose,
        language=request.language,
        received_at=request.received_at,
        identities=whom.identities(request.identified_by),
        corrections=whom.values,
        organisation=str(letters.common(request)["organisation"]),
    )


@for_organisation
def link_again(organisation: str, key: str, recipient: str) -> str:
    """A new link by which a recipient answers; the one before ends."""
    request = store.find(organisation, key)
    secret = secrets.token_urlsafe(24)
    Told.objects.filter(request=request, recipient=recipient, answer="").update(
        mark=mark(organisation, "told", secret)
    )
    return letters.address(request, f"told/{secret}/")


@for_organisation
def silent(organisation: str, today: date) -> tuple[int, int]:
    """How many recipients were told, and how many of them are past the day by which they were to answer."""
    rows = Told.objects.filter(organisation=organisation)
    return rows.count(), rows.filter(answer="", due_on__lt=today).count()


@for_organisation
def remind(organisation: str, today: date) -> int:
    """Remind each recipient that has not answered a week before its last day, and tell the officer once it is over."""
    open_ones = Told.objects.filter(organisation=organisation, answer="").values_list(
        "request_id", "recipient"
    )
    return sum(_remind(organisation, key, recipient, today) for key, recipient in list(open_ones))


@store.moving()
def _remind(request: Request, recipient: str, today: date) -> int:
    made = Told.objects.select_for_update().get(request=request, recipient=recipient)
    left = (made.due_on - today).days
    reached = -1 if left < 0 else BEFORE if left <= BEFORE else None
    if reached is None or made.answer or (made.reminded is not None and made.reminded <= reached):
        return 0
    made.reminded = reached
    made.save(update_fields=["reminded"])
    whom = opened(request)
    if whom is not None:
        _write_again(request, made)
        if left < 0:
            _escalate(request, made, left)
    store.note(request, "recipient-reminded", store.GARANT, recipient=recipient, left=left)
    entry = RequestRecipientReminded(request=request.key, recipient=recipient, left=left)
    store.enter(request.organisation, store.GARANT, entry)
    return 1


def _write_again(request: Request, made: Told) -> None:
    """To the address of the policy, if it has one; a program is told again by its own means."""
    known, whom = telling.recipients(request.organisation).get(made.recipient), opened(request)
    if known is None or not known.email or whom is None:
        return
    secret = secrets.token_urlsafe(24)
    made.mark = mark(request.organisation, "told", secret)
    made.save(update_fields=["mark"])
    telling.write(request, made, whom, known.email, secret)


def _escalate(request: Request, made: Told, left: int) -> None:
    """The officer decides what is done about a recipient that stays silent."""
    label = Text(**made.label)
    for user in letters.officers(request.organisation):
        language: Language = "en" if user.language == "en" else "fr"
        said: dict[str, Any] = letters.common(request) | {
            "due": made.due_on,
            "days": left,
            "recipients": (label.say(language),),
            "link": f"{settings.GARANT_URL}/o/{request.organisation}/requests/{request.key}/",
        }
        letter = write_letter("recipient_silent", LetterFacts(**said), cast(Language, language))
        mails.send(request.organisation, user.email, letter, about=letters.about(request))
