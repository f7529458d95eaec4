"""Requests that came by e-mail: taken out of the mailbox once, shown to staff, made into requests or thrown away.

A message becomes a draft, in the same transaction as how far the mailbox was read; a person looks at it, because who
writes and what they ask is for a person to tell. What is kept of it is sealed, and destroyed with the decision.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May
from garant.apps.evidence import services as evidence
from garant.apps.mails import imap, refusals, services
from garant.apps.mails.entries import ArrivalEnded, ArrivalReceived
from garant.apps.mails.models import Arrival, MailboxCursor
from garant.apps.mails.parsing import Incoming, read
from garant.apps.organisations import services as organisations
from garant.apps.scoping import for_organisation, scoped
from garant.ledger import unwrap, wrap
from garant.ledger.entries import Entry, Payload
from garant.publish.letters import LetterFacts, write
from garant.site.environment import Mailbox, mailboxes

MOST: Final = 200
"""Messages taken at one look."""


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


def look_all() -> dict[str, str]:
    """Read every mailbox of the installation; for each organisation what came of it, or why it could not be read."""
    outcome: dict[str, str] = {}
    known = set(organisations.keys())
    for box in mailboxes():
        if box.organisation not in known:
            outcome[box.organisation] = "unknown"
            continue
        try:
            outcome[box.organisation] = str(look(box.organisation, box))
        except imap.MailboxError as error:
            outcome[box.organisation] = str(error)
    return outcome


def look(organisation: str, box: Mailbox) -> int:
    """Take what arrived in a mailbox since the last look; how many messages. Raises MailboxError."""
    taken = 0
    with imap.opened(box) as inside:
        read_until = _read_until(organisation, inside.validity)
        for uid in inside.until(read_until) if box.delete else ():  # read, and not deleted: a crash between
            inside.remove(uid)
        for letter in inside.after(read_until, MOST):
            _take(organisation, inside.validity, letter)
            if box.delete:
                inside.remove(letter.uid)
            taken += 1
    return taken


@for_organisation
def _read_until(organisation: str, validity: int) -> int:
    found = MailboxCursor.objects.filter(organisation=organisation, validity=validity).first()
    return found.uid if found is not None else 0


@transaction.atomic
def _take(organisation: str, validity: int, letter: imap.Letter) -> None:
    """A draft, or the end of one of our letters; and how far was read."""
    message = read(letter.raw, cut=letter.cut)
    with scoped(organisation):
        MailboxCursor.objects.get_or_create(
            organisation=organisation, defaults={"validity": validity, "uid": 0}
        )
        cursor = MailboxCursor.objects.select_for_update().get(organisation=organisation)
        if cursor.validity == validity and cursor.uid >= letter.uid:  # another look took it meanwhile
            return
        if message.kind == "bounce" and message.bounced:
            services.bounced(message.bounced, message.status)
        elif message.kind == "request":
            _draft(organisation, message, letter.at)
        cursor.validity, cursor.uid = validity, letter.uid
        cursor.save(update_fields=["validity", "uid"])


def _draft(organisation: str, message: Incoming, at: datetime) -> None:
    key = f"a-{secrets.token_hex(8)}"
    kept = asdict(message)
    zone = ZoneInfo(organisations.organisation(organisation).time_zone)
    on = min(at, _now()).astimezone(zone).date()
    sealed = wrap(_key(organisation, key), json.dumps(kept, ensure_ascii=False).encode(), key)
    Arrival.objects.create(key=key, organisation=organisation, on=on, sealed=sealed, taken_at=_now())
    _enter(organisation, ArrivalReceived(arrival=key, on=on), f"{key}/received", "garant")


def drafts(organisation: str) -> list[Draft]:
    """The messages that wait, the oldest first."""
    with scoped(organisation):
        return [_opened(one) for one in Arrival.objects.all()]


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
        return _opened(found)


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


def remind(organisation: str, today: date) -> int:
    """Write to those who answer requests, where a message has waited since a day before; to how many."""
    with scoped(organisation):
        waiting = list(Arrival.objects.values_list("on", flat=True))
    if not waiting or min(waiting) >= today:
        return 0
    name = organisations.organisation(organisation).name
    link = f"{settings.GARANT_URL}/o/{organisation}/mail/"
    facts = LetterFacts(organisation=name, count=len(waiting), received=min(waiting), link=link)
    told = [one.user for one in accounts.members(organisation) if one.may(May.ANSWER)]
    for user in told:
        letter = write("arrivals", facts, "en" if user.language == "en" else "fr")
        until = _now() + timedelta(days=1)
        services.send(organisation, user.email, letter, about=f"arrivals/{today.isoformat()}", until=until)
    return len(told)


def unreachable(box: Mailbox) -> Any:
    """Why a mailbox cannot be read now, in words; nothing where it can."""
    return imap.unreachable(box)


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


def _opened(one: Arrival) -> Draft:
    kept = json.loads(unwrap(_key(one.organisation, one.key), bytes(one.sealed), one.key))
    return Draft(
        one.key, one.on, kept["sender"], kept["name"], kept["subject"], kept["text"], tuple(kept["attachments"]),
        kept["cut"],
    )  # fmt: skip


def _key(organisation: str, key: str) -> bytes:
    return evidence.subject_key(organisation, _whose(key))


def _whose(key: str) -> tuple[str, ...]:
    return ("garant", "arrivals", key)


def _enter(organisation: str, payload: Payload, key: str, actor: str) -> None:
    evidence.append(organisation, [Entry(payload, _now(), actor, key=f"arrival/{key}")])


def _now() -> datetime:
    return datetime.now(UTC)
