"""What arrived in a mailbox is taken once, in order, and how far it was read is written down with it.

Whatever a stranger sends, the next message is still taken, and the next mailbox still read. A mailbox that is new to us, or
whose messages have other numbers than before, is read from a month back: what is older was to be answered before, and is
left alone. Where what is read is deleted, a message of which something was left there stays until somebody has decided.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May
from garant.apps.mails import imap, inbox, services
from garant.apps.mails.models import Arrival, MailboxCursor, ToRemove
from garant.apps.mails.parsing import Incoming, read
from garant.apps.organisations import services as organisations
from garant.apps.scoping import for_organisation, scoped
from garant.policy.text import Text
from garant.publish.letters import LetterFacts, write
from garant.site.environment import Mailbox, mailboxes

MOST: Final = 200
"""Messages taken at one look."""
BACK: Final = timedelta(days=31)
"""How far back a mailbox is read that is new to us: the time that one has to answer a request (art. 12(3))."""
PATIENCE: Final = timedelta(days=1)
"""How long a mailbox may be away before those who answer requests are written to."""
_LOG: Final = logging.getLogger(__name__)
_NOBODY: Final = "unknown"
_BROKEN: Final = "broken"


def look_all() -> dict[str, int | Text]:
    """Read every mailbox of the installation; for each organisation how many messages were taken, or why none."""
    outcome: dict[str, int | Text] = {}
    known = set(organisations.keys())
    for box in mailboxes():
        if box.organisation not in known:
            outcome[box.organisation] = imap.why(_NOBODY)
            continue
        try:
            outcome[box.organisation] = look(box.organisation, box)
        except imap.MailboxError as error:
            outcome[box.organisation] = imap.why(str(error))
        except Exception:  # one mailbox keeps no other from being read
            _LOG.exception("the mailbox of %s", box.organisation)
            _failed(box.organisation, _BROKEN)
            outcome[box.organisation] = imap.why(_BROKEN)
    return outcome


def look(organisation: str, box: Mailbox) -> int:
    """Take what arrived in a mailbox since the last look; how many messages. Raises MailboxError."""
    try:
        with imap.opened(box) as inside:
            taken = _look(organisation, box, inside)
    except imap.MailboxError as error:
        _failed(organisation, str(error))
        raise
    _read_to_its_end(organisation)
    return taken


def _look(organisation: str, box: Mailbox, inside: imap.Opened) -> int:
    cursor = _place(organisation, inside.validity)
    taken = 0
    if box.delete:  # decided meanwhile; or taken, and a crash between
        _remove_decided(organisation, inside)
    for letter in inside.after(cursor.uid, MOST, since=cursor.since):
        take(organisation, inside.validity, letter, delete=box.delete)
        taken += 1
        if box.delete:
            _remove_decided(organisation, inside)
    return taken


@transaction.atomic
def _place(organisation: str, validity: int) -> MailboxCursor:
    """How far it was read; anew, from a month back, where its numbers are not those that we know."""
    with scoped(organisation):
        new = {"validity": validity, "uid": 0, "since": _back(organisation, None)}
        cursor, _ = MailboxCursor.objects.select_for_update().get_or_create(
            organisation=organisation, defaults=new
        )
        if cursor.validity != validity:
            cursor.validity, cursor.uid = validity, 0
            cursor.since = _back(organisation, cursor.looked_at)
            cursor.save(update_fields=["validity", "uid", "since"])
            ToRemove.objects.exclude(validity=validity).delete()  # no number says any more which they are
    return cursor


def _back(organisation: str, looked_at: datetime | None) -> date:
    at = min(looked_at or _now(), _now())
    return at.astimezone(_zone(organisation)).date() - BACK


@transaction.atomic
def take(organisation: str, validity: int, letter: imap.Letter, *, delete: bool = False) -> None:
    """A draft, or the end of one of our letters; and how far was read.

    Args:
        organisation: whose mailbox it is.
        validity: what the numbers of its messages mean.
        letter: the message.
        delete: whether what is read is deleted there.
    """
    message = read(letter.raw, cut=letter.cut)
    with scoped(organisation):
        MailboxCursor.objects.get_or_create(
            organisation=organisation, defaults={"validity": validity, "uid": 0}
        )
        cursor = MailboxCursor.objects.select_for_update().get(organisation=organisation)
        if cursor.validity == validity and cursor.uid >= letter.uid:  # another look took it meanwhile
            return
        key = ""
        if message.kind == "bounce":
            services.bounced(message.bounced, message.status)
        elif message.kind == "written":
            key = inbox.write_down(organisation, message, letter.at)
        if delete:
            waits_for = key if _something_left(message) else ""
            ToRemove.objects.create(
                organisation=organisation, validity=validity, uid=letter.uid, arrival=waits_for
            )
        cursor.validity, cursor.uid = validity, letter.uid
        cursor.save(update_fields=["validity", "uid"])


def _something_left(message: Incoming) -> bool:
    """Whether the mailbox has something of it that was not taken."""
    return message.cut or bool(message.attachments)


@for_organisation
def _remove_decided(organisation: str, inside: imap.Opened) -> None:
    """Delete from the mailbox what nobody has to decide about any more."""
    waiting = set(Arrival.objects.values_list("key", flat=True))
    for one in ToRemove.objects.filter(organisation=organisation, validity=inside.validity):
        if one.arrival not in waiting:
            inside.remove(one.uid)
            one.delete()


def _failed(organisation: str, why: str) -> None:
    with scoped(organisation):
        MailboxCursor.objects.get_or_create(organisation=organisation, defaults={"validity": 0, "uid": 0})
        found = MailboxCursor.objects.filter(organisation=organisation)
        found.update(why=why[:40])
        found.filter(failing_since=None).update(failing_since=_now())


def _read_to_its_end(organisation: str) -> None:
    with scoped(organisation):
        found = MailboxCursor.objects.filter(organisation=organisation)
        found.update(looked_at=_now(), failing_since=None, why="")


@for_organisation
def failing(organisation: str) -> tuple[datetime, Text] | None:
    """Since when the organisation's mailbox cannot be read, and why; nothing where it can."""
    found = MailboxCursor.objects.filter(organisation=organisation).exclude(failing_since=None).first()
    if found is None or found.failing_since is None or not _named(organisation):
        return None
    return found.failing_since, imap.why(found.why)


def _named(organisation: str) -> bool:
    return any(box.organisation == organisation for box in mailboxes())


def remind(organisation: str, today: date) -> int:
    """Write to those who answer requests, where a message has waited since a day before; to how many letters.

    So they are where the mailbox could not be read for a day: what people write arrives, and nobody sees it.
    """
    written = 0
    with scoped(organisation):
        waiting = list(Arrival.objects.values_list("on", flat=True))
    if waiting and min(waiting) < today:
        written += _tell(organisation, "arrivals", today, count=len(waiting), received=min(waiting))
    failed = failing(organisation)
    if failed is not None and _now() - failed[0] > PATIENCE:
        since = failed[0].astimezone(_zone(organisation)).date()
        written += _tell(organisation, "mailbox_away", today, received=since, awaited=(failed[1],))
    return written


def _tell(organisation: str, kind: str, today: date, **said: Any) -> int:
    name = organisations.organisation(organisation).name
    facts = LetterFacts(organisation=name, link=f"{settings.GARANT_URL}/o/{organisation}/mail/", **said)
    told = [one.user for one in accounts.members(organisation) if one.may(May.ANSWER)]
    for user in told:
        letter = write(kind, facts, "en" if user.language == "en" else "fr")
        until = _now() + timedelta(days=1)
        services.send(organisation, user.email, letter, about=f"arrivals/{today.isoformat()}", until=until)
    return len(told)


def unreachable(box: Mailbox) -> Text | None:
    """Why a mailbox cannot be read now, in words; nothing where it can."""
    return imap.unreachable(box)


def _zone(organisation: str) -> ZoneInfo:
    return ZoneInfo(organisations.organisation(organisation).time_zone)


def _now() -> datetime:
    return datetime.now(UTC)
