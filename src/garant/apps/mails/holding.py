"""Letters that waited in a database that was put back: many of them have gone already, and nobody has read yet which.

They are kept until somebody decides which go. Codes and the links of a password go on: they say nothing of what was
forgotten, and are true for minutes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.mails.entries import LettersLetGo
from garant.apps.mails.models import Mail, MailState
from garant.apps.mails.services import GIVEN_UP
from garant.apps.scoping import for_organisation, scoped
from garant.ledger.entries import Entry

GOES_ON: Final = ("code", "forgotten_password", "trial")
"""Kinds of letters that are never kept."""


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that is kept: nothing of whom it is to."""

    key: str
    kind: str
    about: str
    written_at: datetime


def hold(organisation: str) -> int:
    """Keep the letters that wait from going; how many."""
    with scoped(organisation):
        waiting = Mail.objects.filter(state=MailState.WAITING).exclude(kind__in=GOES_ON)
        return int(waiting.update(state=MailState.HELD))


def held(organisation: str) -> list[Held]:
    """The letters that are kept, the oldest first; those that were forgotten meanwhile are none."""
    with scoped(organisation):
        rows = Mail.objects.filter(state=MailState.HELD).exclude(sealed=None)
        return [Held(*row) for row in rows.values_list("key", "kind", "about", "written_at")]


@for_organisation
@transaction.atomic
def let_go(organisation: str, going: Collection[str], *, actor: str) -> tuple[int, int]:
    """Let these letters go, and end all the others that are kept; how many of either.

    A letter that was tried for as long as letters are is tried so long from now on; one that said something true until an
    instant is not sent after it.
    """
    now = datetime.now(UTC)
    rows = list(Mail.objects.select_for_update().filter(state=MailState.HELD).exclude(sealed=None))
    for one in rows:
        if one.key not in going:
            one.until = now  # the next attempt ends it
        elif one.until - one.written_at == GIVEN_UP:
            one.until = now + GIVEN_UP
        one.state, one.due_at = MailState.WAITING, now
    Mail.objects.bulk_update(rows, ["state", "due_at", "until"], batch_size=100)
    gone = sum(one.key in going for one in rows)
    if rows:
        decided = LettersLetGo(going=gone, kept_back=len(rows) - gone)
        evidence.append(organisation, [Entry(decided, now, evidence.person(organisation, actor))])
    return gone, len(rows) - gone
