"""Requests that came by e-mail: shown to staff, made into requests or thrown away.

A person looks at each, because who writes and what they ask is for a person to tell. What is kept of a message is sealed,
and destroyed with the decision.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.mails import refusals
from garant.apps.mails.entries import ArrivalEnded, ArrivalReceived
from garant.apps.mails.models import Arrival, ToRemove
from garant.apps.mails.parsing import Incoming
from garant.apps.organisations import services as organisations
from garant.apps.scoping import for_organisation, scoped
from garant.ledger import unwrap, wrap
from garant.ledger.entries import Entry, Payload


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that waits for somebody to decide."""

    key: str
    on: date
    """The day it arrived, where the organisation is: time runs from it."""
    sender: str
    name: str
    subject: str
    text: str
    attachments: tuple[str, ...]
    cut: bool
    program: bool
    """A program or a list sent it on."""
    stays: bool
    """It is deleted from the mailbox once somebody has decided, and not before: not all of it was taken."""


def write_down(organisation: str, message: Incoming, at: datetime) -> str:
    """Have a message wait for somebody to decide; its key. In the caller's transaction, in its scope.

    Args:
        organisation: whose mailbox it came to.
        message: as it was read.
        at: when it arrived.
    """
    key = f"a-{secrets.token_hex(8)}"
    kept = asdict(message)
    zone = ZoneInfo(organisations.organisation(organisation).time_zone)
    on = min(at, _now()).astimezone(zone).date()
    sealed = wrap(_key(organisation, key), json.dumps(kept, ensure_ascii=False).encode(), key)
    Arrival.objects.create(key=key, organisation=organisation, on=on, sealed=sealed, taken_at=_now())
    _enter(organisation, ArrivalReceived(arrival=key, on=on), f"{key}/received", "garant")
    return key


def drafts(organisation: str) -> list[Draft]:
    """The messages that wait, the oldest first."""
    with scoped(organisation):
        staying = set(ToRemove.objects.values_list("arrival", flat=True))
        return [_opened(one, one.key in staying) for one in Arrival.objects.all()]


@for_organisation
def waiting(organisation: str) -> int:
    """How many messages wait."""
    return int(Arrival.objects.filter(organisation=organisation).count())


def draft(organisation: str, key: str) -> Draft:
    """One of them. Raises MailRefusedError."""
    with scoped(organisation):
        found = Arrival.objects.filter(key=key).first()
        if found is None:
            raise refusals.unknown_arrival(key)
        return _opened(found, ToRemove.objects.filter(arrival=key).exists())


@transaction.atomic
def make(organisation: str, key: str, receive: Callable[[], str], *, actor: str) -> str:
    """Make a message into a request, and destroy it; the request's number. Raises MailRefusedError.

    Args:
        organisation: whose.
        key: of the message.
        receive: writes the request down, in this transaction, and gives its number.
        actor: who decided.
    """
    with scoped(organisation):
        one = _found(key)
        number = receive()
        _end(one, "request", actor, number)
    return number


@transaction.atomic
def dismiss(organisation: str, key: str, *, actor: str) -> None:
    """Throw a message away: it asks for nothing that the law gives. Raises MailRefusedError."""
    with scoped(organisation):
        _end(_found(key), "dismissed", actor, None)


def _found(key: str) -> Arrival:
    found = Arrival.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise refusals.unknown_arrival(key)
    return found


def _end(one: Arrival, outcome: str, actor: str, request: str | None) -> None:
    ended = ArrivalEnded.model_validate({"arrival": one.key, "outcome": outcome, "request": request})
    _enter(one.organisation, ended, f"{one.key}/ended", evidence.person(one.organisation, actor))
    organisation, key = one.organisation, one.key
    one.delete()
    evidence.destroy_subject_keys(organisation, [_whose(key)])


def _opened(one: Arrival, stays: bool) -> Draft:
    kept = json.loads(unwrap(_key(one.organisation, one.key), bytes(one.sealed), one.key))
    return Draft(
        one.key, one.on, kept["sender"], kept["name"], kept["subject"], kept["text"], tuple(kept["attachments"]),
        kept["cut"], kept.get("program", False), stays,
    )  # fmt: skip


def _key(organisation: str, key: str) -> bytes:
    return evidence.subject_key(organisation, _whose(key))


def _whose(key: str) -> tuple[str, ...]:
    return ("garant", "arrivals", key)


def _enter(organisation: str, payload: Payload, key: str, actor: str) -> None:
    evidence.append(organisation, [Entry(payload, _now(), actor, key=f"arrival/{key}")])


def _now() -> datetime:
    return datetime.now(UTC)
