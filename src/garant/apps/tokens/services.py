"""The only way tokens are issued, recognised and revoked, and answers kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May
from garant.apps.evidence import services as evidence
from garant.apps.scoping import for_organisation, owners, scope_of, scoped
from garant.apps.tokens import refusals
from garant.apps.tokens.entries import TokenIssued, TokenRevoked
from garant.apps.tokens.models import KeptAnswer, Token
from garant.ledger import unwrap, wrap
from garant.ledger.entries import Entry, Payload

LONGEST = 366
"""Days that a token lasts at most."""
KEPT = timedelta(hours=24)
"""How long an answer is kept to be given again."""
_SEAL = ("garant", "answers")
"""Under which the key that seals kept answers is filed."""
_MARK = "sealed:"
_USED = timedelta(minutes=1)
"""How exactly the last use is known: a read costs no write each time."""
_FORM = re.compile(r"garant_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who comes with a token: for whom, in which organisation, and what they may do there."""

    token: str
    organisation: str
    actor: str
    user: Any
    granted: frozenset[May]


def issue(
    organisation: str, user: Any, name: str, scopes: Sequence[str], *, until: date | None = None, actor: str
) -> tuple[Token, str]:
    """Issue a token, and give its text: shown once, kept nowhere.

    Args:
        user: for whom it acts; what they may not do any more, it may not either.
        scopes: what it may do, of what the person may do.
        until: its last day (UTC); ninety days from now unless said.

    Raises:
        TokenRefusedError: no such right, a right beyond the person's, or no end within a year.
    """
    _check(organisation, user, scopes)
    now = datetime.now(UTC)
    day = until or now.date() + timedelta(days=90)
    if not now.date() <= day <= now.date() + timedelta(days=LONGEST):
        raise refusals.bad_end(LONGEST)
    key, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    with transaction.atomic(), scoped(organisation):
        made = Token.objects.create(
            key=key,
            organisation=organisation,
            name=name.strip()[:100],
            digest=_digest(secret),
            scopes=sorted(set(scopes)),
            user=user,
            created_at=now,
            expires_at=datetime.combine(day + timedelta(days=1), time(), UTC),
        )
        member = accounts.pseudonym(organisation, user.email)
        _enter(organisation, TokenIssued(token=key, member=member, scopes=made.scopes, until=day), actor)
    return made, f"garant_{key}_{secret}"


def _check(organisation: str, user: Any, scopes: Sequence[str]) -> None:
    known = [may.value for may in May]
    if not scopes:
        raise refusals.no_scope()
    held = accounts.membership(organisation, user)
    if held is None:
        raise refusals.not_a_member(user.email, organisation)
    if held.narrow:
        raise refusals.of_a_part()
    for scope in scopes:
        if scope not in known:
            raise refusals.unknown_scope(scope, known)
        if not held.may(May(scope)):
            raise refusals.beyond(scope)


@for_organisation
@transaction.atomic
def revoke(organisation: str, key: str, *, of: Any = None, actor: str) -> None:
    """Revoke a token, at once; only one of somebody's where they are named.

    Raises TokenRefusedError: none in force has this key.
    """
    found = _of(Token.objects.select_for_update().filter(key=key, revoked_at=None), of).first()
    if found is None:
        raise refusals.unknown_token(key)
    found.revoked_at = datetime.now(UTC)
    found.save(update_fields=["revoked_at"])
    _enter(organisation, TokenRevoked(token=key), actor)


@for_organisation
@transaction.atomic
def revoke_all(organisation: str, user: Any, *, actor: str) -> int:
    """Revoke the tokens of somebody who leaves, at once; how many opened something still."""
    held = Token.objects.select_for_update().filter(
        user=user, revoked_at=None, expires_at__gt=datetime.now(UTC)
    )
    for one in held:
        one.revoked_at = datetime.now(UTC)
        one.save(update_fields=["revoked_at"])
        _enter(organisation, TokenRevoked(token=one.key), actor)
    return len(held)


def listing(organisation: str, *, of: Any = None) -> list[Token]:
    """The tokens of an organisation, the latest first; only those of somebody where they are named."""
    with scoped(organisation):
        return list(_of(Token.objects.select_related("user"), of))


def in_force(token: Token) -> bool:
    """Whether a token opens anything now."""
    return token.in_force(datetime.now(UTC))


def _of(tokens: Any, user: Any) -> Any:
    return tokens if user is None else tokens.filter(user=user)


def recognise(text: str) -> Bearer | None:
    """Who comes with a token; None where it opens nothing: unknown, over, revoked, or of somebody who left, or who
    is habilitated to a part alone: what is told to programs is not cut to it."""
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    now, name = datetime.now(UTC), _digest(text)
    found = _recognised.get(name)
    if found is not None and found.stamp == _stamp(form[1], now):
        return found.bearer
    stamp = _stamp(form[1], now)
    bearer = _recognise(form, now)
    if bearer is not None and stamp is not None:
        if len(_recognised) >= _MOST_RECOGNISED:
            _recognised.clear()
        _recognised[name] = _Recognised(stamp, bearer)
    return bearer


@dataclass(frozen=True, slots=True)
class _Recognised:
    """Who came with a token, and everything that this followed from."""

    stamp: tuple[Any, ...]
    bearer: Bearer


_recognised: dict[str, _Recognised] = {}
"""By the digest of the whole token. Asked again at each request what it follows from: a revocation counts at once."""
_MOST_RECOGNISED = 1000
_AS_IT_STANDS = (
    "SELECT organisation, digest, user_id, scopes, revoked_at, expires_at FROM tokens_token WHERE key = %s"
)


def _stamp(key: str, now: datetime) -> tuple[Any, ...] | None:
    """What makes a token open something, as it stands; the minute, because days and uses are counted."""
    with connection.cursor() as cursor:
        cursor.execute(_AS_IT_STANDS, [key])
        row = cursor.fetchone()
    if row is None:
        return None
    return (*row, *accounts.stamp(row[0], row[2]), int(now.timestamp() // 60))


def _recognise(form: re.Match[str], now: datetime) -> Bearer | None:
    with scope_of(Token, "organisation", key=form[1]):
        found = Token.objects.select_related("user").filter(key=form[1]).first()
        if (
            found is None
            or not hmac.compare_digest(found.digest, _digest(form[2]))
            or not found.in_force(now)
        ):
            return None
        held = accounts.membership(found.organisation, found.user)
        if held is None or held.narrow:
            return None
        if found.last_used_at is None or now - found.last_used_at > _USED:
            Token.objects.filter(key=found.key).update(last_used_at=now)
    granted = frozenset(May(scope) for scope in found.scopes if held.may(May(scope)))
    return Bearer(found.key, found.organisation, found.user.email, found.user, granted)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    request: str
    status: int
    content_type: str
    body: str


def kept(bearer: Bearer, key: str) -> Answer | None:
    """What was answered under an idempotency key, if it was within a day."""
    after = datetime.now(UTC) - KEPT
    with scoped(bearer.organisation):
        rows = KeptAnswer.objects.filter(token=bearer.token, key=key, status__isnull=False, at__gte=after)
        found = rows.first()
    if found is None:
        return None
    return Answer(found.request, found.status, found.content_type, _opened(bearer, key, found.body))


def reserve(bearer: Bearer, key: str, request: str) -> int:
    """Take an idempotency key, in the caller's transaction: whoever comes second waits for its end.

    Raises django.db.IntegrityError: it is taken.
    """
    now = datetime.now(UTC)
    with scoped(bearer.organisation):
        KeptAnswer.objects.filter(at__lt=now - KEPT).delete()
        made = KeptAnswer.objects.create(
            organisation=bearer.organisation, token=bearer.token, key=key, request=request, at=now
        )
    return made.pk


def forget_old(now: datetime | None = None) -> None:
    """Destroy the answers that are given again no more, in every organisation: they hold what was asked for, secrets too."""
    before = (now or datetime.now(UTC)) - KEPT
    for organisation in owners(KeptAnswer, "organisation"):
        with scoped(organisation):
            KeptAnswer.objects.filter(at__lt=before).delete()


def keep(bearer: Bearer, reserved: int, status: int, content_type: str, body: str) -> None:
    """Keep an answer under the key that was reserved for it, in the transaction of what it says; sealed, as it may hold
    a secret that is shown once, and people."""
    with scoped(bearer.organisation):
        rows = KeptAnswer.objects.filter(pk=reserved)
        key = rows.values_list("key", flat=True).get()
        rows.update(status=status, content_type=content_type, body=_sealed(bearer, key, body))


def _sealed(bearer: Bearer, key: str, body: str) -> str:
    wrapped = wrap(evidence.subject_key(bearer.organisation, _SEAL), body.encode(), f"{bearer.token}/{key}")
    return _MARK + b64encode(wrapped).decode()


def _opened(bearer: Bearer, key: str, body: str) -> str:
    if not body.startswith(_MARK):  # kept before answers were sealed, less than a day ago
        return body
    wrapped = b64decode(body.removeprefix(_MARK))
    return unwrap(evidence.subject_key(bearer.organisation, _SEAL), wrapped, f"{bearer.token}/{key}").decode()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _enter(organisation: str, payload: Payload, actor: str) -> None:
    who = actor if actor == "garant" else evidence.person(organisation, actor)
    evidence.append(organisation, [Entry(payload, datetime.now(UTC), who)])
