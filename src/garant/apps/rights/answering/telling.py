"""Those who received the data are told (GDPR art. 19), and answer by a link of their own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.mails import services as mails
from garant.apps.policies import services as policies
from garant.apps.rights import refusals
from garant.apps.rights.each import values
from garant.apps.rights.entries import RequestRecipientAnswered, RequestRecipientTold
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import Whom, mark, opened, seal
from garant.apps.rights.models import Request, Told
from garant.apps.rights.receiving.intake import address
from garant.apps.rights.words import STATES, Outcome, Reply, Right, State
from garant.apps.scoping import for_organisation, scoped
from garant.policy.document import Processor, Recipient
from garant.policy.periods import Period, expiry
from garant.policy.text import Language, Text
from garant.publish.letters import LetterFacts
from garant.publish.letters import write as write_letter

WITHIN: Final = Period(months=1)
"""How long a recipient has to say what they did."""
RIGHTS: Final = (Right.ERASURE, Right.RECTIFICATION, Right.RESTRICTION, Right.OBJECTION)
"""What recipients are told of."""


@dataclass(frozen=True, slots=True)
class Whoever:
    """A recipient or a processor of the policy, and its address where the policy has it."""

    key: str
    label: Text
    email: str


def recipients(organisation: str) -> Mapping[str, Whoever]:
    """Everybody outside who receives data, as the policy in force names them."""
    version = policies.published(organisation)
    if version is None:
        return {}
    outside: dict[str, Recipient | Processor] = {
        **{key: one for key, one in version.policy.recipients.items() if one.kind != "internal-service"},
        **version.policy.processors,
    }
    return {
        key: Whoever(key, one.label, (one.contact.email if one.contact else None) or "")
        for key, one in outside.items()
    }


@store.moving(State.RUNNING, State.ANSWERED)
def tell(request: Request, recipient: str, email: str, *, actor: str) -> Told:
    """Tell a recipient what the person obtained, and ask what they do about it.

    Raises:
        RequestRefusedError: the policy has no such recipient, they were told, or nothing was granted to tell of.
    """
    known, whom = tellable(request, recipient)
    to = address(email or known.email)
    secret, made = note(request, known, whom, actor)
    write(request, made, whom, to, secret)
    return made


def tellable(request: Request, recipient: str) -> tuple[Whoever, Whom]:
    """Whom, and of whom. Raises RequestRefusedError: as `tell` does."""
    known = recipients(request.organisation).get(recipient)
    whom = opened(request)
    if known is None or Told.objects.filter(request=request, recipient=recipient).exists():
        raise refusals.unknown_recipient()
    if whom is None or Right(request.right) not in RIGHTS or request.outcome == Outcome.REFUSED:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    return known, whom


def note(request: Request, known: Whoever, whom: Whom, actor: str) -> tuple[str, Told]:
    """Write down that a recipient is told, and until when it is asked to answer; with the secret of its link. In the
    caller's transaction."""
    secret, due = secrets.token_urlsafe(24), expiry(store.today(request.organisation), WITHIN)
    made = Told.objects.create(
        organisation=request.organisation,
        request=request,
        recipient=known.key,
        label=known.label.model_dump(),
        mark=mark(request.organisation, "told", secret),
        told_at=store.now(),
        due_on=due,
    )
    whom.told.append(known.label.say(cast(Language, request.language)))
    seal(request, whom)
    request.save(update_fields=["sealed"])
    store.note(request, "told", actor, recipient=known.key)
    store.enter(
        request.organisation, actor, RequestRecipientTold(request=request.key, recipient=known.key, due=due)
    )
    evidence.checkpoint(request.organisation)
    return secret, made


def write(request: Request, made: Told, whom: Whom, to: str, secret: str) -> None:
    """The letter to a recipient."""
    language = cast(Language, request.language)
    found = whom.identities(request.identified_by)
    facts = LetterFacts(
        **letters.common(request),
        due=made.due_on,
        identities=tuple(found.values()),
        reasons=values.told(whom.values, language),
        link=letters.address(request, f"told/{secret}/"),
    )
    mails.send(
        request.organisation,
        to,
        write_letter("told_recipient", facts, language),
        about=letters.about(request),
    )


def told(request: Request) -> list[Told]:
    """Who was told, and what they answered."""
    with scoped(request.organisation):
        return list(Told.objects.filter(request=request))


@for_organisation
def behind(organisation: str, secret: str) -> Told | None:
    """Whom a link belongs to."""
    found = Told.objects.filter(organisation=organisation, mark=mark(organisation, "told", secret))
    return found.select_related("request").first()


@for_organisation
def reply(organisation: str, secret: str, answer: Reply) -> bool:
    """Take the answer of a recipient, the first one; whether there was one to take."""
    with transaction.atomic():
        found = Told.objects.select_for_update().filter(mark=mark(organisation, "told", secret)).first()
        return found is not None and _answered(found, answer)


@for_organisation
def replied(organisation: str, key: str, recipient: str, answer: Reply) -> bool:
    """Take the answer that a recipient's program gave, the first one; whether there was one to take."""
    with transaction.atomic():
        rows = Told.objects.select_for_update().filter(
            organisation=organisation, request_id=key, recipient=recipient
        )
        found = rows.first()
        return found is not None and _answered(found, answer)


def _answered(found: Told, answer: Reply) -> bool:
    if found.answer:
        return False
    found.answer, found.answered_at = answer, store.now()
    found.save(update_fields=["answer", "answered_at"])
    one: Any = found.request
    store.note(one, "recipient-answered", "recipient", recipient=found.recipient, answer=answer.value)
    entry = RequestRecipientAnswered(request=one.key, recipient=found.recipient, answer=answer.value)
    store.enter(found.organisation, store.GARANT, entry)
    evidence.checkpoint(found.organisation)
    return True
