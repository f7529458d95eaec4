"""How a request comes in: written down once, whoever asks, however often the same is sent."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db import IntegrityError

from garant.apps.evidence import services as evidence
from garant.apps.mails import services as mails
from garant.apps.policies import services as policies
from garant.apps.rights import refusals
from garant.apps.rights.clock import Clock
from garant.apps.rights.entries import RequestMoved, RequestReceived, RequestRepeated
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import Whom, marks, marks_beside, person, seal
from garant.apps.rights.models import Door, Request
from garant.apps.rights.receiving import identity, repeating
from garant.apps.rights.words import WISHES, Capacity, Channel, Right, State, Wish
from garant.apps.scoping import for_organisation
from garant.engine.planning.parts import LINES
from garant.policy.document import Policy
from garant.policy.text import Language, Text
from garant.publish.letters import Frame

LONGEST: Final = {"name": 120, "email": 254, "phone": 40, "number": 60, "message": 4000}
"""Characters of what a person writes."""

_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,180}\.[^\s@.]{2,63}")
_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as somebody makes it.

    Args:
        right: what is asked.
        whom: who asks, and for whom.
        channel: how it came.
        capacity: in whose name.
        purpose: ``activity/purpose``; none for all direct marketing.
        language: of the answers.
        on: the day it came, where that was before today: a letter has its own date.
        reach: the systems that it is about, where not all.
        controller: the key of the controller that hands it over: what two of them ask about one person is two requests.
    """

    right: Right
    whom: Whom
    channel: Channel = Channel.FORM
    capacity: Capacity = Capacity.SELF
    purpose: str = ""
    language: Language = "fr"
    on: date | None = None
    reach: tuple[str, ...] = ()
    controller: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of what was sent: a request, new or known already, and the way back to it."""

    request: Request
    link: str
    """The secret of the link; worth nothing without a code."""
    again: bool = field(default=False, compare=False)


def cleaned(kind: str, text: str) -> str:
    """What somebody wrote, in one form: without what is not seen, at most so long, on one line but for a message."""
    normal = _TURNING.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(
        one
        for one in normal.replace("\r\n", "\n")
        if unicodedata.category(one) not in ("Cc", "Cs", "Cn", "Zl", "Zp")
        or (one == "\n" and kind == "message")
    )
    return (kept.strip() if kind == "message" else " ".join(kept.split()))[: LONGEST.get(kind, 120)]


def as_held(kind: str, was: str, becomes: str, *, added: bool) -> dict[str, str]:
    """A correction that a program hands over, as a request holds it."""
    lines = becomes.split("\n") if kind in LINES else [becomes]
    right = "\n".join(cleaned(kind, one) for one in lines)
    return {"kind": kind, "was": was, "becomes": right, **({"added": "1"} if added else {})}


def address(text: str) -> str:
    """An e-mail address. Raises RequestRefusedError: it is none."""
    found = cleaned("email", text)
    if not _ADDRESS.fullmatch(found):
        raise refusals.no_address()
    return found


def purposes(policy: Policy) -> dict[str, Text]:
    """Every use of data: ``activity/purpose`` → what it is for."""
    return {
        f"{key}/{name}": purpose.label
        for key, activity in policy.activities.items()
        for name, purpose in getattr(activity, "purposes", {}).items()
    }


def purposes_for(policy: Policy, right: Right) -> dict[str, Text]:
    """The uses that a person is offered: to take a consent back, those that rest on one, where there are any."""
    every = purposes(policy)
    if right != Right.CONSENT:
        return every
    grounds = {
        f"{activity.key}/{purpose.key}": purpose.legal_basis and purpose.legal_basis.ground
        for activity, purpose in policy.purposes()
    }
    return {key: label for key, label in every.items() if grounds.get(key) == "consent"} or every


@for_organisation
def receive(organisation: str, asked: Asked, *, actor: str = store.PERSON) -> Taken:
    """Write a request down, acknowledge it, and ask for a code; the same again is the same request.

    Raises:
        RequestRefusedError: no address, no such right or purpose, or a day to come.
    """
    today, version = policies.published_today(
        organisation, **mails.frame_beside("organisation"), **marks_beside(organisation)
    )
    policy = None if version is None else version.policy
    _check(asked, policy)
    if asked.on is not None and asked.on > today:
        raise refusals.to_come(asked.on, today)
    secret = secrets.token_urlsafe(24)
    whose, door = marks(organisation, _who(asked), ("door", secret), read=version)
    frame = None if version is None else mails.frame_read(version)
    sent = _Sent(asked, policy, frame, actor, secret, whose, door, today)
    try:
        with evidence.one_transaction(organisation):
            return _new(organisation, sent)
    except IntegrityError:  # the same again: what makes it one request is the mark, held by the database
        with evidence.one_transaction(organisation):
            return _again(organisation, sent)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent, and what it is known by."""

    asked: Asked
    policy: Policy | None
    frame: Frame | None
    actor: str
    secret: str
    whose: str
    door: str
    today: date


def _check(asked: Asked, policy: Policy | None) -> None:
    if asked.channel in (Channel.FORM, Channel.MAIL, Channel.API) or asked.whom.email:
        asked.whom.email = address(asked.whom.email)
    if asked.purpose and (policy is None or asked.purpose not in purposes(policy)):
        raise refusals.unknown_purpose()
    if asked.right == Right.POST_MORTEM and asked.capacity == Capacity.SELF:
        _check_directives(asked.whom)


def _check_directives(whom: Whom) -> None:
    """One's own directives say what becomes of the data, and are found again by the person's address."""
    whom.email = address(whom.email)
    wish = whom.notes.get("wish", "")
    if wish not in WISHES:
        raise refusals.no_wish()
    if wish == Wish.HAND and not whom.notes.get("trusted_email"):
        raise refusals.no_trusted()


def _who(asked: Asked) -> list[str]:
    """Who asks for what: by the address, or by the name where a letter gives none; or the controller by its key."""
    whom = asked.whom
    who = asked.controller or whom.email.lower() or f"{whom.name.lower()}\x1e{whom.phone}"
    return [asked.right, asked.purpose, asked.capacity, who, *_people(whom.about)]


def _people(about: Mapping[str, str]) -> list[str]:
    return [f"{name}={about[name].lower()}" for name in sorted(about) if about[name]]


def _new(organisation: str, sent: _Sent) -> Taken:
    asked, policy = sent.asked, sent.policy
    on = asked.on or sent.today
    promised = None if policy is None else policy.rights.deadline
    clock = Clock(on, promised)
    request = Request(
        key=store.number(),
        organisation=organisation,
        right=asked.right,
        purpose=asked.purpose,
        channel=asked.channel,
        capacity=asked.capacity,
        language=asked.language,
        reach=list(asked.reach),
        state=State.IDENTITY,
        mark=sent.whose,
        received_at=store.now(),
        received_on=on,
        promised="" if promised is None else str(promised),
        due_on=clock.due,
    )
    letters.knows(request, policy, sent.frame)
    evidence.subject_keys(organisation, [person(request.key), letters.person(request)], new=True)
    seal(request, asked.whom)
    request.save(force_insert=True)
    _enter_new(request, clock, sent.actor)
    _link(request, sent)
    link = letters.address(request, f"code/{sent.secret}/")
    several: list[tuple[str, Mapping[str, Any]]] = [("acknowledged", {"due": clock.due, "link": link})]
    if sent.actor == store.PERSON:
        several.append(("code", identity.code_facts(request)))
    letters.write_all(request, several)
    return Taken(request, sent.secret)


def _enter_new(request: Request, clock: Clock, actor: str) -> None:
    right, _, channel, capacity, _ = request.names()
    received = RequestReceived(
        request=request.key,
        right=right.value,
        channel=channel.value,
        capacity=capacity.value,
        received=request.received_on,
        due=clock.due,
        rules=clock.rules.version,
        purpose=request.purpose or None,
    )
    steps = (State.ACKNOWLEDGED, State.IDENTITY)
    moved = [RequestMoved(request=request.key, state=state.value) for state in steps]
    store.note_all(request, [(State.RECEIVED, actor), *((state, store.GARANT) for state in steps)])
    store.enter(request.organisation, actor, received, *moved)


def _again(organisation: str, sent: _Sent) -> Taken:
    request = Request.objects.select_for_update().get(organisation=organisation, mark=sent.whose)
    letters.knows(request, sent.policy, sent.frame)
    sure = sent.actor != store.PERSON
    _link(request, sent)
    more = repeating.take(request, sent.asked.whom, way=sent.asked.channel, door=sent.door, sure=sure)
    store.note(request, "added" if more else "repeated", sent.actor)
    since = _since(request, sent)
    store.enter(organisation, sent.actor, RequestRepeated(request=request.key, **since))
    if sent.actor == store.PERSON:
        identity.send_code(request)
    return Taken(request, sent.secret, again=True)


def _since(request: Request, sent: _Sent) -> dict[str, date]:
    """Where it turns out to have come earlier, as a letter that is written down after a form: time runs from that day."""
    on = sent.asked.on
    if on is None or on >= request.received_on:
        return {}
    request.received_on = on
    request.due_on = request.clock(sent.today).due
    request.save(update_fields=["received_on", "due_on"])
    return {"received": on, "due": request.due_on}


def _link(request: Request, sent: _Sent) -> None:
    """The way back."""
    Door.objects.create(
        organisation=request.organisation,
        request=request,
        mark=sent.door,
        expires_at=store.now() + timedelta(days=identity.LINK_DAYS),
    )
