"""Directives for after death (French Act no. 78-17, art. 85): registered in life, revocable, carried out on proof."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.promises import services as promises
from garant.apps.rights import refusals
from garant.apps.rights.entries import DirectiveEnded, DirectiveRegistered, RequestAnswered
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import Whom, mark, opened, person, seal
from garant.apps.rights.models import Directive, Request, Step
from garant.apps.rights.words import WISHES, Capacity, Outcome, Right, State, Wish
from garant.apps.scoping import for_organisation
from garant.ledger.commitments import unwrap, wrap
from garant.policy.text import Text
from garant.publish.letters import Done


@dataclass(frozen=True, slots=True)
class Said:
    """Directives, as somebody registered them."""

    key: str
    wish: Wish
    email: str
    trusted_name: str
    trusted_email: str
    message: str


def register(request: Request, actor: str) -> None:
    """Register the directives of a request whose person just confirmed their address; former ones are replaced.

    In the caller's transaction. The request is answered by it. Raises RequestRefusedError: they say nothing.
    """
    whom = opened(request)
    if whom is None:
        return
    if whom.notes.get("wish") not in WISHES:  # a letter that was written down when nobody was asked for it
        raise refusals.no_wish()
    organisation, whose = request.organisation, _whose(request.organisation, whom.email)
    for former in Directive.objects.select_for_update().filter(whose=whose, ended_at=None):
        _end(former, "replaced", actor)
    key, secret = f"D{store.number()[1:]}", secrets.token_urlsafe(24)
    wish = Wish(whom.notes["wish"])
    said = {
        "email": whom.email,
        "trusted_name": whom.notes.get("trusted_name", ""),
        "trusted_email": whom.notes.get("trusted_email", ""),
        "message": whom.message,
    }
    sealing = evidence.subject_key(organisation, _filed(key))
    Directive.objects.create(
        key=key,
        organisation=organisation,
        wish=wish,
        whose=whose,
        mark=mark(organisation, "directive", secret),
        sealed=wrap(sealing, json.dumps(said).encode(), key),
        registered_at=store.now(),
    )
    store.enter(organisation, actor, DirectiveRegistered(directive=key, wish=wish.value))
    letters.write(
        request,
        "directive_registered",
        number=key,
        done=_decided(wish, said),
        link=letters.address(request, f"directive/{secret}/"),
    )
    request.handler = ""
    promise = evidence.subject_commitment(
        organisation, person(request.key), [RequestAnswered.kind, request.key, "fully"]
    )
    answered = RequestAnswered(request=request.key, outcome="fully", late=0, people=[promise])
    store.finish(request, State.ANSWERED, Outcome.FULLY, store.GARANT, answered)


def _decided(wish: Wish, said: Mapping[str, str]) -> tuple[Done, ...]:
    """What becomes of the data, and who is trusted with it, as the letter says it."""
    words = WISHES[wish]
    becomes = Done(where=_AFTER, what=Text(fr=_low(words.fr), en=_low(words.en)))
    trusted = " ".join(filter(None, (said["trusted_name"], said["trusted_email"])))
    return (becomes, Done(where=_TRUSTED, what=Text(fr=trusted, en=trusted))) if trusted else (becomes,)


def _low(words: str) -> str:
    return words[0].lower() + words[1:]


def registers(request: Request) -> bool:
    """Whether a request is about one's own directives, and no heir's."""
    return request.right == Right.POST_MORTEM and request.capacity == Capacity.SELF


def awaits_a_yes(request: Request) -> bool:
    """Whether its person has still to read these directives on their own page, and to say that this is what they want."""
    return registers(request) and request.state == State.IDENTITY and not request.identified_by


def seen(request: Request) -> str:
    """A mark of what the directives of a request say, as its page shows it."""
    whom = opened(request)
    said = [] if whom is None else [whom.name, whom.message, *(whom.notes.get(part, "") for part in _PARTS)]
    return mark(request.organisation, "directives-seen", json.dumps([request.key, *said]))


@for_organisation
def behind(organisation: str, secret: str) -> Said | None:
    """The directives behind a link."""
    found = Directive.objects.filter(mark=mark(organisation, "directive", secret), ended_at=None).first()
    return None if found is None else _said(found)


@for_organisation
def revoke(organisation: str, secret: str) -> bool:
    """The person takes their directives back; whether there were any."""
    with transaction.atomic():
        rows = Directive.objects.select_for_update()
        found = rows.filter(mark=mark(organisation, "directive", secret), ended_at=None).first()
        if found is None:
            return False
        _end(found, "person", store.PERSON)
        evidence.checkpoint(organisation)
    return True


@for_organisation
def of_person(organisation: str, email: str) -> Said | None:
    """The directives of a person who died, by their address."""
    whose = _whose(organisation, email)
    found = Directive.objects.filter(whose=whose, ended_at=None).first() if email else None
    return None if found is None else _said(found)


def look_up(request: Request) -> None:
    """For an heir or a trusted person: what the person who died had asked for, if anything. In the transaction."""
    whom = opened(request) if request.right == Right.POST_MORTEM else None
    if whom is None:
        return
    found = of_person(request.organisation, whom.about.get("email", ""))
    if found is None and request.capacity == Capacity.CONTROLLER:
        return  # the controller says what the person wished, or what the heirs may ask
    if found is None:
        store.note(request, "no-directives", store.GARANT)
        return
    whom.notes |= {
        "wish": found.wish,
        "trusted_name": found.trusted_name,
        "trusted_email": found.trusted_email,
        "directives": found.message,
    }
    seal(request, whom)
    request.save(update_fields=["sealed"])
    store.note(request, "directives", store.GARANT, directive=found.key, wish=found.wish.value)


def hands_first(request: Request) -> bool:
    """Whether a copy is to be handed over before the data are erased, and has not been yet."""
    whom = opened(request) if request.right == Right.POST_MORTEM else None
    if whom is None or whom.notes.get("wish") != Wish.HAND:
        return False
    return not Step.objects.filter(request=request, kind="packed").exists()


def trusts(whom: Whom) -> bool:
    """Whether the directives entrust a copy to whoever asks."""
    trusted = whom.notes.get("trusted_email", "").lower()
    return whom.notes.get("wish") == Wish.HAND and bool(trusted) and trusted == whom.email.lower()


def carried_out(request: Request) -> None:
    """Where a request executed directives, they end. In the caller's transaction."""
    whom = opened(request) if request.right == Right.POST_MORTEM else None
    if whom is not None and whom.notes.get("wish"):
        executed(request.organisation, whom.about.get("email", ""))


@for_organisation
def executed(organisation: str, email: str) -> None:
    """They were carried out. In the caller's transaction."""
    for one in Directive.objects.select_for_update().filter(whose=_whose(organisation, email), ended_at=None):
        one.executed = True
        _end(one, "executed", store.GARANT)


def _end(one: Directive, by: str, actor: str) -> None:
    if by != "executed":
        _follow_no_more(one)
    one.ended_at, one.sealed, one.whose, one.mark = store.now(), None, "", ""
    one.save()
    evidence.destroy_subject_keys(one.organisation, [_filed(one.key)])
    ended = DirectiveEnded.model_validate({"directive": one.key, "by": by})
    store.enter(one.organisation, actor, ended)


def _follow_no_more(one: Directive) -> None:
    """Whoever revokes or replaces directives is alive: what somebody else asks for by these is not planned or done any more.

    A person decides about such a request. What is being carried out is not stopped. In the caller's transaction.
    """
    asked = Step.objects.filter(kind="directives", detail__directive=one.key).values("request")
    open_ones = Request.objects.select_for_update(of=("self",)).filter(
        organisation=one.organisation, pk__in=asked, state__in=_NOT_BEGUN
    )
    for request in open_ones:
        if (whom := opened(request)) is None:
            continue
        whom.notes = {name: said for name, said in whom.notes.items() if name not in _LOOKED_UP}
        seal(request, whom)
        plan, request.plan = request.plan, ""
        store.move(request, State.SEARCHING, store.GARANT, after=("directives-ended", {}))
        if plan:
            promises.forget_plan(request.organisation, plan)


def _said(one: Directive) -> Said:
    key = evidence.subject_key(one.organisation, _filed(one.key))
    found: dict[str, Any] = json.loads(unwrap(key, bytes(one.sealed or b""), one.key))
    return Said(key=one.key, wish=Wish(one.wish), **found)


def _whose(organisation: str, email: str) -> str:
    return mark(organisation, "directives-of", email.lower())


def _filed(key: str) -> tuple[str, str]:
    return ("directive", key)


_PARTS = ("wish", "trusted_name", "trusted_email")
_LOOKED_UP = (*_PARTS, "directives")
_NOT_BEGUN = (State.SEARCHING, State.PLANNED, State.APPROVED)
_AFTER = Text(fr="Vos données, après votre mort", en="Your data, after your death")
_TRUSTED = Text(fr="La personne de confiance", en="The person trusted")
