"""The only way people are invited: a link that works once, until a day, for the address it was made for.

The habilitation is given when the link is accepted. Whoever never could sign in chooses a password with it; whoever
has an account signs in first: a link alone opens no account that there is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from garant.apps.accounts import refusals, services
from garant.apps.accounts.entries import InvitationAccepted, InvitationWithdrawn, MemberInvited
from garant.apps.accounts.models import Invitation, User
from garant.apps.accounts.services import Habilitation
from garant.apps.mails import sending
from garant.apps.mails import services as mails
from garant.apps.organisations import services as organisations
from garant.apps.scoping import for_organisation, scope_of
from garant.policy.text import Language, Text
from garant.publish.letters import LetterFacts, write

LASTS: Final = timedelta(days=7)
"""How long a link of an invitation works."""
PAGE: Final = "/account/invitation"
"""Where invitations are accepted."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation, and its link, which is in its letter and kept nowhere else.

    Args:
        mailed: whether a letter takes the link there; else whoever invited hands it over.
    """

    key: str
    link: str
    mailed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invitation that nobody has accepted yet."""

    key: str
    email: str
    words: Text
    sent_at: datetime
    expires_at: datetime
    over: bool
    letter: str
    """Where its last letter stands: waiting, sent, lost, bounced; empty where there is none."""


@transaction.atomic
@for_organisation
def invite(
    organisation: str,
    email: str,
    habilitation: Habilitation,
    *,
    name: str = "",
    language: Language = "fr",
    actor: str,
) -> Sent:
    """Invite an address; invited again, the link before opens nothing any more.

    Raises AccountRefusedError: no address, no such habilitation, or they have one here.
    """
    address = services.address(email)
    services.check(organisation, habilitation)
    user = services.user_of(address)
    if user is not None and services.membership(organisation, user) is not None:
        raise refusals.already_member()
    found = _waiting(organisation).select_for_update().filter(email=address).first()
    made = found or Invitation(key=f"i-{secrets.token_hex(6)}", organisation_id=organisation, email=address)
    made.name, made.language, made.invited_by = name.strip(), language, actor
    made.role, made.until = habilitation.role, habilitation.until
    made.activities, made.systems = list(habilitation.activities), list(habilitation.systems)
    made.clients = list(habilitation.clients)
    return _sent(made, actor)


@transaction.atomic
@for_organisation
def resend(organisation: str, key: str, *, actor: str) -> Sent:
    """Send another link, in the name of whoever sends it now; the one before opens nothing any more.

    Raises AccountRefusedError.
    """
    found = _one(organisation, key)
    found.invited_by = actor
    return _sent(found, actor)


@transaction.atomic
@for_organisation
def withdraw(organisation: str, key: str, *, actor: str) -> None:
    """Close an invitation. Raises AccountRefusedError."""
    found = _one(organisation, key)
    found.withdrawn_at = _now()
    found.save(update_fields=["withdrawn_at"])
    mails.forget(organisation, key)
    services.enter(organisation, InvitationWithdrawn(invitation=key), actor)


@for_organisation
def waiting(organisation: str) -> list[Waiting]:
    """Who is invited and has not accepted, the latest first."""
    now = _now()
    return [
        Waiting(one.key, one.email, one.words, one.sent_at, one.expires_at, _is_over(one, now), _letter(one))
        for one in _waiting(organisation)
    ]


def opened(key: str, secret: str) -> Invitation:
    """What a link opens. Raises AccountRefusedError: nothing."""
    with scope_of(Invitation, "organisation_id", key=key):
        return _opened(Invitation.objects.all(), key, secret)


def has_account(invitation: Invitation) -> bool:
    """Whether whoever is invited could sign in already, or is somebody elsewhere: then a link alone sets nothing."""
    user = services.user_of(invitation.email)
    if user is None:
        return False
    return user.has_usable_password() or user.last_login is not None or bool(services.portfolio(user))


@transaction.atomic
def accept(
    key: str, secret: str, *, name: str = "", password: str | None = None, user: User | None = None
) -> str:
    """Give the habilitation to whoever holds the link; gives the organisation's key.

    Args:
        password: chosen by somebody who never had an account.
        user: who is signed in, where there is one.

    Raises AccountRefusedError: the link opens nothing, or somebody else is signed in, or somebody has to sign in.
    """
    with scope_of(Invitation, "organisation_id", key=key):
        found = _opened(Invitation.objects.select_for_update(), key, secret)
        who = user if user is not None else _newcomer(found, name, password)
        if who.email.lower() != found.email:
            raise refusals.another_person()
        wanted = Habilitation(found.role, found.until, found.activities, found.systems, found.clients)
        found.accepted_at = _now()
        found.save(update_fields=["accepted_at"])
        organisation = found.organisation_id
        services.enter(organisation, InvitationAccepted(invitation=key), who.email)
        services.give(organisation, who, wanted, actor=found.invited_by)
        mails.forget(organisation, key)
    return organisation


def send_password_link(user: User, link: str, *, language: Language) -> bool:
    """Write to somebody who forgot their password, in the name of an organisation of theirs; whether they have one."""
    held = services.portfolio(user)
    if not held:
        return False
    one = held[0]
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    letter = write(
        "forgotten_password",
        LetterFacts(organisation=one.organisation.name, link=link, minutes=minutes),
        language,
    )
    about = f"password/{services.pseudonym(one.organisation_id, user.email)}"
    until = _now() + timedelta(minutes=minutes)
    mails.send(one.organisation_id, user.email, letter, about=about, until=until)
    return True


def _newcomer(invitation: Invitation, name: str, password: str | None) -> User:
    if has_account(invitation) or password is None:
        raise refusals.sign_in_first()
    user = services.ensure_user(invitation.email, name or invitation.name, language=invitation.language)
    services.set_password(user, password)
    return user


def _sent(invitation: Invitation, actor: str) -> Sent:
    now, secret = _now(), secrets.token_urlsafe(32)
    invitation.digest = _digest(secret)
    invitation.sent_at, invitation.expires_at = now, now + LASTS
    invitation.save()
    organisation, key = invitation.organisation_id, invitation.key
    link = f"{settings.GARANT_URL}{PAGE}/{key}/{secret}/"
    said = MemberInvited(
        member=services.pseudonym(organisation, invitation.email),
        invitation=key,
        role=invitation.role,
        expires=invitation.expires_at.date(),
    )
    services.enter(organisation, said, actor)
    mailed = sending.has_server()
    if mailed:
        facts = LetterFacts(
            organisation=organisations.organisation(organisation).name,
            link=link,
            until=invitation.expires_at.date(),
            role=invitation.words,
        )
        letter = write("invitation", facts, "en" if invitation.language == "en" else "fr")
        mails.send(organisation, invitation.email, letter, about=key, until=invitation.expires_at)
    return Sent(key, link, mailed)


def _letter(invitation: Invitation) -> str:
    letters = mails.of(invitation.organisation_id, invitation.key)
    return letters[-1].state if letters else ""


def _waiting(organisation: str) -> Any:
    return Invitation.objects.filter(organisation_id=organisation, accepted_at=None, withdrawn_at=None)


def _one(organisation: str, key: str) -> Invitation:
    found = _waiting(organisation).select_for_update().filter(key=key).first()
    if found is None:
        raise refusals.invitation_over()
    return found


def _opened(rows: Any, key: str, secret: str) -> Invitation:
    found = rows.filter(key=key, accepted_at=None, withdrawn_at=None).first()
    if found is None or not hmac.compare_digest(found.digest, _digest(secret)) or _is_over(found, _now()):
        raise refusals.invitation_over()
    return found


def _is_over(invitation: Invitation, now: datetime) -> bool:
    """Whether its link opens nothing: its days are over, or whoever invited may not invite any more."""
    return now >= invitation.expires_at or not services.invites(
        invitation.organisation_id, invitation.invited_by
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
