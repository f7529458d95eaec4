"""What controllers are told when a request changes its status: written first, then tried until it is taken.

Looking for changes writes what is to be told in one transaction with what was seen; an attempt is a workflow of DBOS,
short and bounded; when the next is due stands in its row. Something may be told twice: it is the same, and says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction

from garant.apps.backups import unread
from garant.apps.exchanges import processor
from garant.apps.exchanges.models import Callback, Incoming
from garant.apps.rights import services as rights
from garant.apps.scoping import owners, scope_of, scoped
from garant.apps.webhooks import sending
from garant.apps.webhooks.refusals import NotTakenError, WebhookRefusedError

ATTEMPTS: Final = 20
"""Times that a status is told, over some three days: a receiver may be down for one."""
FIRST: Final = 10
"""Seconds until the second attempt; each wait is three times the one before, a quarter of a day at most."""
LONGEST: Final = 6 * 3600
_MOST: Final = 500
"""Open requests that one look compares."""


def gather(now: datetime | None = None) -> dict[str, int]:
    """Look for changes, and for what is due: a name for each attempt, and its row."""
    due: dict[str, int] = {}
    for organisation in owners(Incoming, "organisation"):
        with scoped(organisation):
            _look(organisation)
            rows = Callback.objects.filter(state="waiting", due_at__lte=now or _now())
            found = {f"callback/{pk}/{attempts}": pk for pk, attempts in rows.values_list("pk", "attempts")}
            due |= found if found and not unread.waiting(organisation) else {}
    return due


def _look(organisation: str) -> None:
    """Write down each change of a status that was not told yet."""
    waiting = list(Incoming.objects.filter(organisation=organisation, ended=False)[:_MOST])
    if not waiting:
        return
    known = rights.briefs(organisation, {one.request for one in waiting})
    for one in waiting:
        brief = known.get(one.request)
        status = processor.standing(brief) if brief is not None else processor.CANCELLED
        if status != one.told or status in processor.FINAL:
            _change(one.pk, status)


@transaction.atomic
def _change(pk: int, status: str) -> None:
    one = Incoming.objects.select_for_update().get(pk=pk)
    ended = status in processor.FINAL
    if one.ended or (one.told == status and not ended):
        return
    if one.told != status:
        Callback.objects.bulk_create(
            [Callback(incoming=one, url=url, status=status, due_at=_now()) for url in one.callbacks]
        )
    one.told, one.ended = status, ended
    one.save(update_fields=["told", "ended"])


def deliver(pk: int) -> bool:
    """Try to tell once; whether it is taken. What is not is due again later, or given up."""
    with scope_of(Callback, "incoming__organisation", pk=str(pk)):
        one = Callback.objects.select_related("incoming__peer").filter(pk=pk).first()
        if one is None or one.state != "waiting":
            return one is not None and one.state == "taken"
        unread.refuse(one.incoming.organisation)
        try:
            status: int | None = _post(one)
        except (NotTakenError, WebhookRefusedError) as failed:
            status = getattr(failed, "status", None)
            _tried(one, status, "lost" if one.attempts + 1 >= ATTEMPTS else "waiting")
            return False
        _tried(one, status, "taken")
        return True


def _post(one: Callback) -> int:
    incoming = one.incoming
    if incoming.peer.ended_at is not None:
        raise NotTakenError(None, "ended")
    said = {**processor.told(incoming), "request_status": one.status, "status_callback_url": one.url}
    signed = processor.signed(incoming.organisation, said)
    headers = {"Content-Type": "application/json", "User-Agent": "Garant", **signed.headers}
    return sending.post(one.url, signed.body, headers)


def _tried(one: Callback, answer: int | None, state: str) -> None:
    wait = min(FIRST * 3**one.attempts, LONGEST)
    Callback.objects.filter(pk=one.pk).update(
        answer=answer, state=state, attempts=one.attempts + 1, due_at=_now() + timedelta(seconds=wait)
    )


def _now() -> datetime:
    return datetime.now(UTC)
