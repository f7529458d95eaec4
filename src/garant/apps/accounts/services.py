"""The only way accounts and habilitations change: each change and its ledger entry in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django_scopes import scopes_disabled

from garant.apps.accounts import refusals
from garant.apps.accounts.entries import (
    HabilitationsReviewed,
    InvitationWithdrawn,
    MemberAdded,
    MemberAttested,
    MemberChanged,
    MemberRemoved,
    PersonalDataRead,
)
from garant.apps.accounts.models import Invitation, Membership, User
from garant.apps.accounts.roles import GRANTED, TIME_BOXED, May, Role
from garant.apps.evidence import services as evidence
from garant.apps.mails import services as mails
from garant.apps.organisations import services as organisations
from garant.ledger.entries import Entry, Payload


@dataclass(frozen=True, slots=True)
class Habilitation:
    """A role to give: its last day where it has one, the activities and systems it covers (none: all), and for whom
    a client's contact comes."""

    role: str
    until: date | None = None
    activities: Sequence[str] = field(default=())
    systems: Sequence[str] = field(default=())
    clients: Sequence[str] = field(default=())


def address(email: str) -> str:
    """An address as accounts are known by. Raises AccountRefusedError for what is none."""
    plain = email.strip().lower()
    try:
        validate_email(plain)
    except ValidationError:
        raise refusals.not_an_address(email) from None
    return plain


def user_of(email: str) -> User | None:
    """The user of this address, if there is one."""
    return User.objects.filter(email__iexact=email).first()


def ensure_user(email: str, name: str = "", *, language: str = "fr", operator: bool = False) -> User:
    """The user of this address, created without a password where there is none yet.

    Raises AccountRefusedError for what is no address.
    """
    known_by = address(email)
    found = user_of(known_by)
    if found is not None:
        return found
    user = User(email=known_by, name=name.strip(), language=language, is_operator=operator, joined_at=_now())
    user.set_unusable_password()
    user.save()
    return user


def whoever(email: str, name: str = "") -> User:
    """Somebody who is not kept: what a password is compared with before there is an account."""
    return User(email=email, name=name)


def set_password(user: User, password: str) -> None:
    """Give a user a password, hashed with Argon2."""
    user.set_password(password)
    user.save(update_fields=["password"])


def set_language(user: User, language: str) -> None:
    """The language a user reads."""
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def give(organisation: str, user: User, habilitation: Habilitation, *, actor: str) -> Membership:
    """Give somebody a role in an organisation, or another one than they have.

    Whoever comes back begins anew: the programs that acted for them before act no more, nor do they consult the archive.

    Raises AccountRefusedError: no such role, or a role that ends without its day.
    """
    check(organisation, habilitation)
    with organisations.scoped(organisation):
        former = _in_force(organisation, user)
        if former is None or is_over(former):
            _end_programs(organisation, user, actor)
        _withdraw_invitations(organisation, user.email, actor)
        if former is not None:
            _keep_a_manager(former, habilitation)
            former.ended_at = _now()
            former.save(update_fields=["ended_at"])
        given = Membership.objects.create(
            organisation_id=organisation,
            user=user,
            role=habilitation.role,
            activities=list(habilitation.activities),
            systems=list(habilitation.systems),
            clients=list(habilitation.clients),
            until=habilitation.until,
            given_at=_now(),
            reviewed_at=_now(),
            trained_on=former.trained_on if former else None,
            confidentiality_signed_on=former.confidentiality_signed_on if former else None,
        )
        payload = MemberAdded if former is None else MemberChanged
        said = payload(
            member=pseudonym(organisation, user.email),
            role=habilitation.role,
            activities=list(habilitation.activities),
            systems=list(habilitation.systems),
            clients=list(habilitation.clients),
            until=habilitation.until,
        )
        enter(organisation, said, actor)
    return given


@transaction.atomic
def take(organisation: str, email: str, *, actor: str) -> None:
    """End somebody's role, what their programs may do, their access to the archive, and the invitation that waits for them.

    Raises AccountRefusedError: they have none, or nobody would manage roles any more.
    """
    with organisations.scoped(organisation):
        held = _of_address(organisation, email)
        _keep_a_manager(held, None)
        held.ended_at = _now()
        held.save(update_fields=["ended_at"])
        _end_programs(organisation, held.user, actor)
        _withdraw_invitations(organisation, held.user.email, actor)
        enter(organisation, MemberRemoved(member=pseudonym(organisation, held.user.email)), actor)


@transaction.atomic
def review(organisation: str, emails: Sequence[str], *, actor: str) -> int:
    """Confirm that these habilitations are still needed; how many they were."""
    with organisations.scoped(organisation):
        chosen = Membership.objects.filter(ended_at=None, user__email__in=emails)
        confirmed: int = chosen.update(reviewed_at=_now())
        enter(organisation, HabilitationsReviewed(confirmed=confirmed), actor)
    return confirmed


@transaction.atomic
def attest(
    organisation: str, email: str, *, trained: date | None, confidentiality: date | None, actor: str
) -> Membership:
    """Note that somebody was trained, or signed an undertaking of confidentiality, on a day."""
    with organisations.scoped(organisation):
        held = _of_address(organisation, email)
        held.trained_on = trained or held.trained_on
        held.confidentiality_signed_on = confidentiality or held.confidentiality_signed_on
        held.save(update_fields=["trained_on", "confidentiality_signed_on"])
        said = MemberAttested(
            member=pseudonym(organisation, held.user.email), trained=trained, confidentiality=confidentiality
        )
        enter(organisation, said, actor)
    return held


def members(organisation: str) -> list[Membership]:
    """The habilitations in force today: whoever is told of something is among them."""
    return [one for one in kept(organisation) if not is_over(one)]


def kept(organisation: str) -> list[Membership]:
    """The habilitations that nobody ended; those whose last day is past too, which allow nothing and may be prolonged."""
    with organisations.scoped(organisation):
        return list(Membership.objects.filter(ended_at=None).select_related("user", "organisation"))


def membership(organisation: str, user: User) -> Membership | None:
    """What somebody is in an organisation today; None where they are nothing, or it has ended."""
    with organisations.scoped(organisation):
        held = _in_force(organisation, user)
    return None if held is None or not user.is_active or is_over(held) else held


def invites(organisation: str, name: str) -> bool:
    """Whether somebody manages habilitations still; whoever has no account gives them from a terminal."""
    user = user_of(name)
    if user is None:
        return True
    held = membership(organisation, user)
    return held is not None and held.may(May.MANAGE_PEOPLE)


def stamp(organisation: str, user: int) -> tuple[Any, ...]:
    """Everything that what somebody may do follows from, as it stands: it changes when that does. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, [organisation, user])
        return tuple(cursor.fetchall())


_STAMP = """
    SELECT m.id, m.role, m.activities, m.systems, m.clients, m.until, u.is_active, u.email
    FROM accounts_user u LEFT JOIN accounts_membership m
        ON m.user_id = u.id AND m.organisation_id = %s AND m.ended_at IS NULL
    WHERE u.id = %s
"""


def portfolio(user: User) -> list[Membership]:
    """Every organisation in which somebody is something today: the one question asked across organisations,
    and it is about one person."""
    with scopes_disabled():
        held = list(Membership.objects.filter(user=user, ended_at=None).select_related("organisation"))
    return [one for one in held if not is_over(one)]


def looked(organisation: str, user: User, place: str, *, about: str | None = None, people: int = 0) -> None:
    """Enter in the ledger that somebody looks at personal data, before they see them."""
    said = PersonalDataRead(place=place, about=about, people=people)
    enter(organisation, said, user.email)


def pseudonym(organisation: str, name: str) -> str:
    """The name under which the ledger of an organisation knows somebody."""
    return evidence.person(organisation, name)


def check(organisation: str, habilitation: Habilitation) -> None:
    """Refuse what is no habilitation: an unknown role, an end that is over or missing. Raises AccountRefusedError."""
    if habilitation.role not in [one.value for one in Role]:
        raise refusals.unknown_role(habilitation.role)
    if Role(habilitation.role) in TIME_BOXED and habilitation.until is None:
        raise refusals.no_end(habilitation.role)
    if habilitation.until is not None and habilitation.until < _today(organisation):
        raise refusals.past_end()


def _in_force(organisation: str, user: User) -> Membership | None:
    held = Membership.objects.filter(organisation_id=organisation, user=user, ended_at=None)
    return held.select_related("user", "organisation").first()


def _of_address(organisation: str, email: str) -> Membership:
    # All of them, in one order: two managers who decide about each other wait one for the other, and not in a ring.
    held = Membership.objects.select_for_update(of=("self",)).filter(
        organisation_id=organisation, ended_at=None
    )
    every = held.select_related("user").order_by("pk")
    found = next((one for one in every if one.user.email.lower() == email.lower()), None)
    if found is None:
        raise refusals.no_member()
    return found


def _end_programs(organisation: str, user: User, actor: str) -> None:
    """And that they may consult the archive: whoever comes back is entitled again by somebody, or is not."""
    from garant.apps.archives import services as archives
    from garant.apps.tokens import services as tokens  # they know accounts

    tokens.revoke_all(organisation, user, actor=actor)
    archives.revoke(organisation, user.email, by=actor)


def _withdraw_invitations(organisation: str, email: str, actor: str) -> None:
    """Close what waits for somebody whose habilitation is decided otherwise."""
    waiting = Invitation.objects.select_for_update().filter(
        organisation_id=organisation, email=email.lower(), accepted_at=None, withdrawn_at=None
    )
    for one in waiting:
        one.withdrawn_at = _now()
        one.save(update_fields=["withdrawn_at"])
        mails.forget(organisation, one.key)
        enter(organisation, InvitationWithdrawn(invitation=one.key), actor)


def _keep_a_manager(leaving: Membership, becomes: Habilitation | None) -> None:
    """Refuse to leave an organisation without anybody who manages habilitations, now or after a day."""
    manages = frozenset(role for role, granted in GRANTED.items() if May.MANAGE_PEOPLE in granted)
    if Role(leaving.role) not in manages or leaving.narrow:
        return
    stays = (
        becomes is not None and Role(becomes.role) in manages and not (becomes.activities or becomes.systems)
    )
    if stays and becomes is not None and (becomes.until is None or leaving.until is not None):
        return
    every = Membership.objects.filter(ended_at=None, role__in=manages).order_by("pk")
    others = [one for one in every.select_for_update() if one.pk != leaving.pk]  # two may remove each other
    if all(one.narrow or one.until is not None for one in others):
        raise refusals.last_manager()


def enter(organisation: str, payload: Payload, actor: str) -> None:
    """Enter in the ledger what somebody did to an account, in the caller's transaction."""
    who = actor if actor == "garant" else pseudonym(organisation, actor)
    evidence.append(organisation, [Entry(payload, _now(), who)])


def is_over(held: Membership) -> bool:
    """Whether its last day is past, where its organisation is."""
    return (
        held.until is not None
        and held.until < _now().astimezone(ZoneInfo(held.organisation.time_zone)).date()
    )


def _today(organisation: str) -> date:
    return _now().astimezone(ZoneInfo(organisations.organisation(organisation).time_zone)).date()


def _now() -> datetime:
    return datetime.now(UTC)
