"""The only way webhooks are made and ended, and entries told.

An outbox: looking at the ledger for an address writes what it is to be told, in one transaction with how far was
looked; each message is then tried until it is taken. Nothing is lost by a crash, and something may be told twice:
`webhook-id` says that it is the same. After a restore none goes until somebody has read what was forgotten: an address
that was ended since the backup is there again.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from garant.apps.backups import unread
from garant.apps.evidence import services as evidence
from garant.apps.scoping import apart, for_organisation, owners, scope_of, scoped
from garant.apps.webhooks import refusals, sending
from garant.apps.webhooks.entries import WebhookAdded, WebhookEnded
from garant.apps.webhooks.models import Delivery, DeliveryState, Endpoint
from garant.apps.webhooks.refusals import NotTakenError
from garant.ledger import unwrap, wrap
from garant.ledger.entries import KINDS, Entry, Payload, Record, write_instant

ATTEMPTS = 8
"""Times that a message is tried, over some three hours."""
FIRST = 2
"""Seconds until the second attempt; each wait is four times the one before."""
SILENCE = 20
"""Messages in a row that were never taken, after which an address is told no more."""
KEPT = timedelta(days=30)
"""How long it is remembered what was told."""
_MOST = 200
"""Entries looked at for an address at a time."""
_SEAL = ("garant", "webhooks")


@transaction.atomic
@for_organisation
def add(organisation: str, url: str, kinds: Sequence[str], *, actor: str) -> tuple[Endpoint, str]:
    """Tell an address of entries from now on, and give the secret of its signatures: shown once.

    Raises WebhookRefusedError: not an address that is called, or no such kind of entry.
    """
    sending.check(url)
    for kind in kinds or ["*"]:
        _check_kind(kind)
    key, secret = f"w-{secrets.token_hex(6)}", secrets.token_bytes(32)
    _enter(organisation, WebhookAdded(webhook=key), actor)
    made = Endpoint.objects.create(
        key=key,
        organisation=organisation,
        url=url,
        kinds=sorted(set(kinds)) or ["*"],
        sealed=wrap(evidence.subject_key(organisation, _SEAL), secret, key),
        next_index=evidence.unsigned_head(organisation).size,
        created_at=_now(),
    )
    return made, sending.MARK + b64encode(secret).decode()


def _check_kind(kind: str) -> None:
    known = any(one == kind or (kind.endswith("*") and one.startswith(kind[:-1])) for one in KINDS)
    if not known:
        raise refusals.unknown_kind(kind)


def end(organisation: str, key: str, *, actor: str) -> None:
    """Tell an address no more. Raises WebhookRefusedError."""
    with transaction.atomic(), scoped(organisation):
        found = Endpoint.objects.select_for_update().filter(key=key, ended_at=None).first()
        if found is None:
            raise refusals.unknown_webhook(key)
        _end(found, "decision", actor)


def listing(organisation: str) -> list[Endpoint]:
    """The addresses that are told, in the order they were given."""
    with scoped(organisation):
        return list(Endpoint.objects.filter(ended_at=None))


def silent(organisation: str, now: datetime | None = None) -> list[Endpoint]:
    """The addresses that are told no more because they took nothing any more, the latest first: those of the last days."""
    with scoped(organisation):
        ended = Endpoint.objects.filter(ended_at__gte=(now or _now()) - KEPT, failures__gte=SILENCE)
        return list(ended.order_by("-ended_at"))


def deliveries(organisation: str, key: str) -> list[Delivery]:
    """What an address was told, the latest first. Raises WebhookRefusedError."""
    with scoped(organisation):
        if not Endpoint.objects.filter(key=key).exists():
            raise refusals.unknown_webhook(key)
        return list(Delivery.objects.filter(endpoint_id=key)[:1000])


def gather(now: datetime | None = None) -> dict[str, str]:
    """Look at every ledger for what is to be told: a name for each attempt that is due, and its message's key."""
    due: dict[str, str] = {}
    for organisation in owners(Endpoint, "organisation"):
        with scoped(organisation):
            for endpoint in Endpoint.objects.filter(ended_at=None):
                with apart(f"webhook {endpoint.key}"):
                    _look(endpoint)
            rows = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=now or _now()).order_by(
                "index"
            )
            found = {f"{key}/{attempts}": key for key, attempts in rows.values_list("key", "attempts")}
            due |= found if found and not unread.waiting(organisation) else {}
    return due


@transaction.atomic
def _look(endpoint: Endpoint) -> None:
    found = evidence.entries_from(endpoint.organisation, endpoint.next_index, _MOST)
    if not found:
        return
    now = _now()
    told = [(index, record) for index, record in found if _wanted(endpoint.kinds, record.kind)]
    Delivery.objects.bulk_create(
        [
            Delivery(
                key=f"{endpoint.key}-{index}",
                endpoint=endpoint,
                index=index,
                kind=record.kind,
                due_at=now,
                written_at=now,
            )
            for index, record in told
        ],
        ignore_conflicts=True,
    )
    Endpoint.objects.filter(key=endpoint.key).update(next_index=found[-1][0] + 1)


def _wanted(kinds: Sequence[str], kind: str) -> bool:
    return any(one == kind or (one.endswith("*") and kind.startswith(one[:-1])) for one in kinds)


def deliver(key: str) -> bool:
    """Try a message once; whether it is taken. One that is not is due again later, or given up.

    The attempt is counted before it is made: whatever breaks in it, the next one comes, and under another name.

    Raises RefusedError where somebody is still to read what a restored Garant forgot.
    """
    with scope_of(Delivery, "endpoint__organisation", key=key):
        one = Delivery.objects.select_related("endpoint").filter(key=key).first()
        if one is None or one.state != DeliveryState.WAITING or one.endpoint.ended_at is not None:
            return one is not None and one.state == DeliveryState.TAKEN
        unread.refuse(one.endpoint.organisation)
        if one.attempts >= ATTEMPTS:  # the last of them broke before its answer was noted
            _lost(one)
            return False
        if not _claim(one):
            return False
        status, taken = _answered(one)
        if taken:
            Delivery.objects.filter(key=key).update(status=status, state=DeliveryState.TAKEN)
            Endpoint.objects.filter(key=one.endpoint.key).update(failures=0)
            return True
        Delivery.objects.filter(key=key).update(status=status)
        if one.attempts + 1 >= ATTEMPTS:
            _lost(one)
    return False


def _claim(one: Delivery) -> bool:
    """Count an attempt that is about to be made; whether nobody else makes it."""
    now = _now()
    mine = Delivery.objects.filter(key=one.key, state=DeliveryState.WAITING, attempts=one.attempts)
    due = now + timedelta(seconds=FIRST * 4**one.attempts)
    return bool(mine.update(attempts=one.attempts + 1, due_at=due, written_at=now))


def _answered(one: Delivery) -> tuple[int | None, bool]:
    """The status that an address answered with, and whether it took the message."""
    try:
        return _post(one), True
    except NotTakenError as failed:
        return failed.status, False
    except refusals.WebhookRefusedError:  # its name leads inside, today
        return None, False


@transaction.atomic
def _lost(one: Delivery) -> None:
    """Give a message up; an address that takes nothing any more is told no more."""
    Delivery.objects.filter(key=one.key, state=DeliveryState.WAITING).update(state=DeliveryState.LOST)
    endpoint = Endpoint.objects.select_for_update().get(key=one.endpoint.key)
    endpoint.failures += 1
    endpoint.save(update_fields=["failures"])
    if endpoint.failures >= SILENCE and endpoint.ended_at is None:
        _end(endpoint, "silence", "garant")


def forget_old(now: datetime | None = None) -> None:
    """Forget what every address was told long ago."""
    before = (now or _now()) - KEPT
    for organisation in owners(Endpoint, "organisation"):
        with scoped(organisation):
            Delivery.objects.filter(written_at__lt=before).exclude(state=DeliveryState.WAITING).delete()


def _post(one: Delivery) -> int:
    endpoint = one.endpoint
    ((_, record),) = evidence.entries_from(endpoint.organisation, one.index, 1)
    body, at = message(endpoint.organisation, one.index, record), int(_now().timestamp())
    name = named(endpoint.organisation, one.index, body)
    secret = unwrap(evidence.subject_key(endpoint.organisation, _SEAL), bytes(endpoint.sealed), endpoint.key)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Garant",
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": sending.sign(secret, name, at, body),
    }
    return sending.post(endpoint.url, body, headers)


def named(organisation: str, index: int, body: bytes) -> str:
    """The identifier of a message, the same whenever it is sent. By what it says, too: in a ledger that was put back another
    entry takes the place of one that was told, and whoever hears of it would take it for that one."""
    return f"msg_{organisation}_{index}_{sha256(body).hexdigest()[:16]}"


def message(organisation: str, index: int, record: Record) -> bytes:
    """An entry as it is told: what the ledger holds, which is no personal data."""
    data: dict[str, Any] = {
        "organisation": organisation,
        "index": index,
        "key": record.key,
        "payload": record.payload,
    }
    told = {"type": record.kind, "timestamp": write_instant(record.at), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _end(endpoint: Endpoint, by: str, actor: str) -> None:
    endpoint.ended_at = _now()
    endpoint.save(update_fields=["ended_at"])
    Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING).update(state=DeliveryState.LOST)
    _enter(endpoint.organisation, WebhookEnded.model_validate({"webhook": endpoint.key, "by": by}), actor)


def _enter(organisation: str, payload: Payload, actor: str) -> None:
    who = actor if actor == "garant" else evidence.person(organisation, actor)
    evidence.append(organisation, [Entry(payload, _now(), who)])


def _now() -> datetime:
    return datetime.now(UTC)
