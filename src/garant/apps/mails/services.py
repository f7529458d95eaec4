"""The only way letters are sent, seen and forgotten.

An outbox: `send` writes a row in the caller's transaction, so that a letter goes if and only if what it tells is true;
the worker hands it to the mail server, again and again until it is taken. An attempt is claimed in the row before the
server is spoken to: two workers never try one letter at once. A machine that dies between the server's “taken” and the
row's “sent” sends it once more, under the same Message-ID.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django_scopes import scopes_disabled

from garant.apps.evidence import services as evidence
from garant.apps.mails import addresses, refusals, sending
from garant.apps.mails.entries import MailBounced, MailForgotten, MailLost, MailSent, MailWritten
from garant.apps.mails.frames import frame, frame_beside, frame_read, set_frame
from garant.apps.mails.models import Mail, MailState
from garant.apps.mails.refusals import NoSuchAddressError, NotSentError
from garant.apps.mails.sending import Outgoing
from garant.apps.scoping import for_organisation, owners, scope_of, scoped
from garant.ledger import unwrap, wrap
from garant.ledger.commitments import UnwrapRefusedError
from garant.ledger.entries import Entry, Payload
from garant.policy.text import Text
from garant.publish.letters import Letter
from garant.publish.letters import check as check_frame

__all__ = [
    "Going",
    "Sent",
    "bounced",
    "check_frame",
    "deliver",
    "due",
    "forget",
    "forget_old",
    "frame",
    "frame_beside",
    "frame_read",
    "of",
    "overdue",
    "send",
    "send_all",
    "send_now",
    "set_frame",
    "unreachable",
    "whose",
]

FIRST: Final = timedelta(minutes=1)
"""Until the second attempt; each wait is twice the one before …"""
LONGEST: Final = timedelta(hours=2)
"""… up to this."""
GIVEN_UP: Final = timedelta(days=3)
"""How long a letter is tried, where it does not say less."""
KEPT: Final = timedelta(days=400)
"""How long letters are kept where nothing forgets them sooner: the year after an answer, in which it may be contested."""
MOST: Final = 500
"""Attempts handed over at a time."""
_ABOUT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,127}", re.ASCII)
_HIDDEN: Final = "•••"


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter as staff see it: what it opens is hidden; the words are gone once they are forgotten."""

    key: str
    kind: str
    language: str
    state: str
    status: int | None
    attempts: int
    written_at: datetime
    ended_at: datetime | None
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Going:
    """A letter to be sent.

    Args:
        to: an e-mail address.
        letter: what `garant.publish.letters.write` made.
        reply_to: where an answer goes, if not to the sender.
        until: an instant after which it says nothing true any more; three days from now, unless given.
    """

    to: str
    letter: Letter
    reply_to: str = ""
    until: datetime | None = None


def send(
    organisation: str,
    to: str,
    letter: Letter,
    *,
    about: str,
    reply_to: str = "",
    until: datetime | None = None,
) -> str:
    """Have a letter sent, as :func:`send_all` does several; its key."""
    return send_all(organisation, [Going(to, letter, reply_to, until)], about=about)[0]


@for_organisation
@evidence.joined()
def send_all(organisation: str, letters: Sequence[Going], *, about: str) -> list[str]:
    """Have letters sent, if the caller's transaction ends well; their keys, in their order.

    Args:
        organisation: whose letters they are.
        letters: what is sent to whom.
        about: a key without personal data, such as the number of a request; its letters are forgotten together.

    Raises MailRefusedError: not an address, or not a key.
    """
    if not _ABOUT.fullmatch(about):
        raise refusals.bad_subject(about)
    made = [_mail(organisation, about, one) for one in letters]
    Mail.objects.bulk_create([mail for mail, _ in made])
    evidence.append(organisation, [entry for _, entry in made], first=True)
    return [mail.key for mail, _ in made]


def _mail(organisation: str, about: str, one: Going) -> tuple[Mail, Entry]:
    """The row of a letter, and its entry in the ledger."""
    letter = one.letter
    words = {
        "to": addresses.checked(one.to),
        "reply_to": addresses.checked(one.reply_to) if one.reply_to else "",
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "secrets": list(letter.secrets),
    }
    key, now = f"m-{secrets.token_hex(12)}", _now()
    mail = Mail(
        key=key,
        organisation=organisation,
        about=about,
        kind=letter.kind or "letter",
        language=letter.language,
        sealed=_seal(organisation, about, key, words),
        written_at=now,
        due_at=now,
        until=one.until or now + GIVEN_UP,
    )
    commitment = evidence.subject_commitment(organisation, whose(about), _evidence(words))
    written = MailWritten(mail=key, about=about, letter=letter.kind or "letter", commitment=commitment)
    return mail, Entry(written, _now(), key=f"mail/{key}")


def send_now(organisation: str, to: str, letter: Letter) -> bool:
    """Try a letter once and forget it: to see whether letters go. Raises MailRefusedError."""
    about, soon = f"trial/{secrets.token_hex(6)}", _now() + timedelta(minutes=1)
    with transaction.atomic(), scoped(organisation):
        key = send(organisation, to, letter, about=about, until=soon)
        Mail.objects.filter(key=key).update(due_at=soon)  # no worker takes it meanwhile
    gone = deliver(key, 0)
    forget(organisation, about)
    return gone


def of(organisation: str, about: str) -> list[Sent]:
    """The letters about a matter, the oldest first."""
    with scoped(organisation):
        return [_seen(one) for one in Mail.objects.filter(about=about)]


@transaction.atomic
def forget(organisation: str, about: str) -> int:
    """Destroy the letters about a matter, and the key of their commitments; how many of them still wait.

    A letter that waits goes first: it is destroyed once it has gone, come back or been given up.
    """
    with scoped(organisation):
        rows = list(Mail.objects.select_for_update().filter(about=about))
        Mail.objects.filter(about=about).update(to_forget=True)
        for one in rows:
            if one.state != MailState.WAITING:
                _drop(one)
        waiting = sum(one.state == MailState.WAITING for one in rows)
        if not waiting:
            _forgotten(organisation, about, len(rows))
    return waiting


def due(now: datetime | None = None) -> dict[str, tuple[str, int]]:
    """The attempts that are due, of every organisation: a name for each, its letter's key and its number.

    First those that are true for the shortest time: a code does not wait behind a thousand notices.
    """
    with scopes_disabled():  # keys and numbers alone, asked twice a second
        rows = Mail.objects.filter(state=MailState.WAITING, due_at__lte=now or _now()).order_by("until")
        found = list(rows.values_list("key", "attempts", "due_at")[:MOST])
    # By the instant too: an attempt that found its letter held, after a restore, is one that was not made.
    return {f"{key}/{number}/{at:%Y%m%dT%H%M%S%f}": (key, number) for key, number, at in found}


def forget_old(now: datetime | None = None) -> int:
    """Destroy the letters that nobody forgot in time, in every organisation; how many matters."""
    before, gone = (now or _now()) - KEPT, 0
    for organisation in owners(Mail, "organisation"):
        with scoped(organisation):
            old = Mail.objects.filter(ended_at__lt=before).exclude(sealed=None)
            for about in sorted(set(old.values_list("about", flat=True))):
                forget(organisation, about)
                gone += 1
    return gone


def deliver(key: str, number: int) -> bool:
    """Try a letter once, if this attempt is still to be made; whether it has gone."""
    with scope_of(Mail, "organisation", key=key):
        one = _claimed(key, number)
        if one is None:
            return False
        if _now() >= one.until:
            _end(one, MailState.LOST, None)
            return False
        try:
            status = sending.send(_outgoing(one))
        except UnwrapRefusedError:  # its key was destroyed: there is nothing left to send
            _end(one, MailState.LOST, None)
        except NoSuchAddressError as refused:
            _end(one, MailState.BOUNCED, refused.status)
        except NotSentError as failed:
            Mail.objects.filter(key=key).update(status=failed.status)
        else:
            _end(one, MailState.SENT, status)
            return True
    return False


def bounced(key: str, status: int) -> bool:
    """A letter that had gone came back; whether it is one of ours."""
    with scope_of(Mail, "organisation", key=key), transaction.atomic():
        one = Mail.objects.select_for_update().filter(key=key, state=MailState.SENT).first()
        if one is None:
            return False
        _end(one, MailState.BOUNCED, status)
    return True


def unreachable() -> Text | None:
    """Why no letter can go now, in words; nothing where it can."""
    return sending.unreachable()


def overdue(now: datetime | None = None) -> int:
    """Letters that have waited for over an hour, in any organisation: for the health of the installation."""
    limit = (now or _now()) - timedelta(hours=1)
    with scopes_disabled():
        return int(Mail.objects.filter(state=MailState.WAITING, written_at__lt=limit).count())


def wait(attempts: int) -> timedelta:
    """How long until a letter is tried again, after so many attempts."""
    return min(FIRST * 2 ** min(attempts, 20), LONGEST)


def _claimed(key: str, number: int) -> Mail | None:
    """The letter, counted as tried once more; none where another does that attempt, or it no longer waits."""
    mine = Mail.objects.filter(key=key, state=MailState.WAITING, attempts=number).update(
        attempts=number + 1, due_at=_now() + wait(number)
    )
    return Mail.objects.get(key=key) if mine else None


def _outgoing(one: Mail) -> Outgoing:
    words = _words(one)
    return Outgoing(
        key=one.key,
        to=words["to"],
        subject=words["subject"],
        text=words["text"],
        html=words["html"],
        language=one.language,
        at=one.written_at,
        reply_to=words["reply_to"],
    )


@transaction.atomic
def _end(one: Mail, state: MailState, status: int | None) -> None:
    """A letter no longer waits: what it opens is not kept, and all of it goes where it is to be forgotten."""
    one.state, one.status, one.ended_at = state, status, _now()
    one.sealed = _hidden(one)
    one.save(update_fields=["state", "status", "ended_at", "sealed"])
    _enter(one.organisation, _entry(one), f"{one.key}/{state}")
    if Mail.objects.select_for_update().get(key=one.key).to_forget:
        _drop(one)
        left = Mail.objects.filter(about=one.about)
        if not left.filter(state=MailState.WAITING).exists():
            _forgotten(one.organisation, one.about, left.count())


def _entry(one: Mail) -> Payload:
    match one.state:
        case MailState.SENT:
            return MailSent(mail=one.key, about=one.about, attempts=one.attempts)
        case MailState.BOUNCED:
            return MailBounced(mail=one.key, about=one.about, status=one.status or 0)
        case _:
            return MailLost(mail=one.key, about=one.about, attempts=one.attempts)


def _hidden(one: Mail) -> bytes | None:
    """The same letter without its codes and links."""
    try:
        words = _words(one)
    except UnwrapRefusedError:
        return None
    if not words["secrets"]:
        return one.sealed
    for secret in words["secrets"]:
        for name in ("text", "html"):
            words[name] = words[name].replace(secret, _HIDDEN)
    return _seal(one.organisation, one.about, one.key, {**words, "html": "", "secrets": []})


def _drop(one: Mail) -> None:
    Mail.objects.filter(key=one.key).update(sealed=None)
    sending.remove_from_folder(one.key)


def _forgotten(organisation: str, about: str, mails: int) -> None:
    evidence.destroy_subject_keys(organisation, [whose(about)])
    if mails:
        _enter(organisation, MailForgotten(about=about, mails=mails), None)


def _seen(one: Mail) -> Sent:
    words: dict[str, Any] = {"to": "", "subject": "", "text": "", "secrets": []}
    if one.sealed is not None:
        words = _words(one)
    text = words["text"]
    for secret in words["secrets"]:
        text = text.replace(secret, _HIDDEN)
    return Sent(
        one.key, one.kind, one.language, one.state, one.status, one.attempts, one.written_at, one.ended_at,
        words["to"], words["subject"], text,
    )  # fmt: skip


def _seal(organisation: str, about: str, key: str, words: dict[str, Any]) -> bytes:
    secret = evidence.subject_key(organisation, whose(about))
    return wrap(secret, json.dumps(words, ensure_ascii=False).encode(), key)


def _words(one: Mail) -> dict[str, Any]:
    """Raises UnwrapRefusedError: the key is another now."""
    if one.sealed is None:
        raise UnwrapRefusedError(one.key)
    secret = evidence.subject_key(one.organisation, whose(one.about))
    return json.loads(unwrap(secret, bytes(one.sealed), one.key))


def _evidence(words: dict[str, Any]) -> dict[str, Any]:
    """What is committed to: the words as they are kept."""
    text = words["text"]
    for secret in words["secrets"]:
        text = text.replace(secret, _HIDDEN)
    return {"to": words["to"], "subject": words["subject"], "text": text}


def whose(about: str) -> tuple[str, ...]:
    """Under what the key of the letters about something is filed."""
    return ("garant", "mails", about)


def _enter(organisation: str, payload: Payload, key: str | None) -> None:
    evidence.append(organisation, [Entry(payload, _now(), key=f"mail/{key}" if key else None)])


def _now() -> datetime:
    return datetime.now(UTC)
