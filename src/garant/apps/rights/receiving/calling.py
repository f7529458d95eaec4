"""A one-time code that staff dictate: it shows that the telephone that somebody declared is theirs.

Staff call the number that the person gave and read them the code; they write it on their own page. So whoever asks holds
the address and the telephone, and no third party takes part. The page offers the field to everybody who declared a number,
known here or not, called or not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from garant.apps.jobs import services as jobs
from garant.apps.rights import refusals
from garant.apps.rights.entries import RequestIdentified
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import opened
from garant.apps.rights.models import Code, Request
from garant.apps.rights.receiving import identity
from garant.apps.rights.words import STATES, Capacity, Method, State
from garant.apps.scoping import scoped

MINUTES: Final = 15
"""How long a code that is dictated holds: as long as a call."""
CALLS: Final = 3
"""Codes of a request that may be dictated within a day."""
_LOOKING: Final = (State.SEARCHING, State.PLANNED)


def number(request: Request) -> str:
    """The telephone that would be called; empty where there is nothing to show by it, or it was shown."""
    whom = opened(request)
    fits = request.capacity == Capacity.SELF and request.identified_by == Method.CODE
    return whom.phone if whom is not None and fits and State(request.state) in _LOOKING else ""


def shown(request: Request) -> bool:
    """Whether a code that was dictated showed who they are."""
    return request.identified_by == Method.CALL


@store.moving(*_LOOKING)
def dictate(request: Request, *, actor: str) -> str:
    """A new code to be read to whoever answers the declared telephone; it is shown to staff this once.

    Raises:
        RequestRefusedError: no telephone to call, or it was called often enough today.
    """
    if not number(request):
        raise refusals.not_now(request.key, STATES[State(request.state)])
    a_day = store.now() - timedelta(days=1)
    if Code.objects.filter(request=request, way="call", sent_at__gt=a_day).count() >= CALLS:
        raise refusals.called_enough()
    digits = identity.new_code(request, "call", MINUTES)
    store.note(request, "dictated", actor)
    return f"{digits[:4]} {digits[4:]}"


def enter(organisation: str, key: str, digits: str) -> None:
    """Take the code that the person was told: from then on they are searched by that number too.

    Each try counts, right or wrong, and is durable whatever becomes of the page.

    Raises:
        RequestRefusedError: it is not the code that was dictated last, or it holds no more.
    """
    with scoped(organisation), transaction.atomic():
        request = Request.objects.select_for_update().get(organisation=organisation, key=key)
        right = bool(number(request)) and identity.fits(request, "call", digits)
        if right:
            _shown(request)
    if not right:
        raise refusals.other_code()


def _shown(request: Request) -> None:
    request.identified_by = Method.CALL
    request.save(update_fields=["identified_by"])
    entry = RequestIdentified(request=request.key, method=Method.CALL.value)
    store.enter(request.organisation, store.PERSON, entry)
    store.note(request, "identified", store.PERSON, method=Method.CALL.value)
    jobs.want(request.organisation, "request-search", {"request": request.key}, actor=store.PERSON)
