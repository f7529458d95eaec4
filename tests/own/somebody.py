"""People in an installation of Garant: rows of every kind, as old as is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

OWN = "garant"
LONG_AGO = timedelta(days=6 * 365)
"""Before every term but those of the rows that last."""


def leave(name: str, days: int | None = None) -> None:
    """Somebody who left so many days ago, or who is still in post."""
    from django_scopes import scopes_disabled

    from garant.apps.accounts.models import Membership

    at = datetime.now(UTC)
    _somebody(name, at)
    with scopes_disabled():
        ended = None if days is None else at - timedelta(days=days)
        Membership.objects.filter(user__email=f"{name}@people.example").update(ended_at=ended)


def fill(name: str, old: int = 1, new: int = 1) -> None:
    """One of everything for each of these people: `old` whose terms are over, `new` whose terms run."""
    for number in range(old):
        _somebody(f"{name}-old-{number}", datetime.now(UTC) - LONG_AGO)
    for number in range(new):
        _somebody(f"{name}-new-{number}", datetime.now(UTC))


def _somebody(name: str, at: datetime) -> None:
    """Rows as the rooms write them, at another time: each model's own, by Django."""
    from django.apps import apps
    from django.db import connection

    def make(model: str, **values: Any) -> Any:
        of = apps.get_model(model)
        return of._base_manager.create(**values)

    email = f"{name}@people.example"
    org: dict[str, Any] = {"organisation": OWN}
    user = make("accounts.User", email=email, name=name, joined_at=at, last_login=at)
    make("account.EmailAddress", user=user, email=email)
    make("mfa.Authenticator", user=user, type="totp", data={})
    make(
        "accounts.Membership",
        organisation_id=OWN,
        user=user,
        role="dpo",
        given_at=at,
        reviewed_at=at,
        ended_at=at,
    )
    make("sessions.Session", session_key=name, session_data="x", expire_date=at)
    seen = make(
        "usersessions.UserSession", user=user, ip="192.0.2.1", session_key=name, user_agent="y", data={}
    )
    type(seen)._base_manager.filter(pk=seen.pk).update(last_seen_at=at, created_at=at)
    make(
        "tokens.Token",
        key=name,
        name="t",
        digest=name,
        scopes=[],
        user=user,
        created_at=at,
        expires_at=at,
        **org,
    )
    make("tokens.KeptAnswer", token=name, key=name, request="r", body="b", at=at, **org)
    make("accounts.Invitation", organisation_id=OWN, key=name, email=email, role="dpo", digest=name,
         invited_by=email, sent_at=at, expires_at=at)  # fmt: skip
    make("archives.Consultation", key=name, record="r", actor=email, reason=b"x", at=at, **org)
    make("jobs.Job", key=name, kind="look", asked_by=email, asked_at=at, ended_at=at, state="done", **org)
    make("holds.Hold", key=name, on="people", owner="o", reason="because", placed_at=at, placed_by=email,
         ended_at=at, ended_by=email, **org)  # fmt: skip
    make("tasks.Task", key=name, run="r", purpose="erasure", statement={"who": "x"}, created_at=at,
         due_on=at.date(), state="done", answered_at=at, **org)  # fmt: skip
    make(
        "promises.Plan",
        digest=name,
        kind="retention",
        document={"k": [1]},
        registered_at=at,
        made_by=email,
        **org,
    )
    _requests(make, name, email, at, org)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO site_cache VALUES (%s, 'v', %s)", [name, at])


def _requests(make: Callable[..., Any], name: str, email: str, at: datetime, org: dict[str, Any]) -> None:
    from django.conf import settings

    ended = {
        "ended_at": at,
        "received_at": at,
        "received_on": at.date(),
        "due_on": at.date(),
        "forget_on": at.date(),
    }
    said = {"right": "access", "channel": "form", "state": "answered", **ended, **org}
    known = make("rights.Request", key=f"{name}-k", sealed=b"known", handler=email, **said)
    make("rights.Request", key=f"{name}-f", forgotten_at=at, **said)
    make("rights.Request", key=f"{name}-r", sealed=b"restricted", **{**said, "forget_on": None})
    peer = make(
        "exchanges.Peer", key=name[:20], name="p", url="https://p.example", roles=[], made_at=at, **org
    )
    for key in ("k", "f"):
        handed = {
            "number": key,
            "request": f"{name}-{key}",
            "type": "access",
            "digest": "d",
            "told": "pending",
        }
        incoming = make("exchanges.Incoming", peer=peer, received_at=at, **handed, **org)
        make(
            "exchanges.Callback",
            incoming=incoming,
            url=f"https://{name}.example",
            status="pending",
            due_at=at,
        )
    sent = {"number": f"{name}-t"[:36], "size": 1, "sha256": "s"}
    make(
        "exchanges.Transmission",
        key=name,
        peer=peer,
        request=f"{name}-f",
        due_at=at,
        made_at=at,
        **sent,
        **org,
    )
    make("exchanges.Reception", key=name, peer=peer, received_at=at, until=at, **sent, **org)
    make("rights.Code", request=known, mark=name, sent_at=at, expires_at=at)
    make("rights.Door", request=known, mark=name, expires_at=at, **org)
    make("rights.Step", request=known, kind="answered", at=at, by=email)
    make("rights.Directive", key=name, wish="erase", whose="w", mark="m", sealed=b"d", registered_at=at, ended_at=at,
         **org)  # fmt: skip
    sent = {
        "kind": "answer",
        "language": "fr",
        "written_at": at,
        "due_at": at,
        "until": at,
        "ended_at": at,
        **org,
    }
    make("mails.Mail", key=name, about="other", sealed=b"l", state="sent", **sent)
    make("mails.Mail", key=f"{name}-k", about=f"request/{name}-k", sealed=b"l", state="sent", **sent)
    make("mails.Arrival", key=name, on=at.date(), sealed=b"m", taken_at=at, **org)
    until = at + timedelta(days=3)
    for place in (f"deliveries/{name}.age", f"outbox/{name}.eml"):
        file = settings.GARANT_HOME / place
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"somebody")
    make(
        "deliveries.Handover",
        key=name,
        about=name,
        lookup=name,
        sealed=b"h",
        size=1,
        made_at=at,
        until=until,
        **org,
    )
