"""The files of processors lie encrypted among those that are handed over; here they end."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from garant.apps.deliveries import services as deliveries
from garant.apps.rights.models import Copy, Request
from garant.apps.scoping import owners, scoped

MARK: Final = "c"
"""How the names of these files begin."""


def destroy(request: Request) -> int:
    """Destroy the files of a request, in the caller's transaction, which holds their rows too; how many there were."""
    keys = list(Copy.objects.filter(collected__request=request).values_list("key", flat=True))
    Copy.objects.filter(key__in=keys).delete()
    for key in keys:
        transaction.on_commit(lambda key=key: deliveries.destroy(key))
    return len(keys)


def destroy_strays(now: datetime) -> int:
    """Destroy files that no row knows: a process died between the two. How many."""
    known: set[str] = set()
    for organisation in owners(Copy, "organisation"):
        with scoped(organisation):
            known |= set(Copy.objects.values_list("key", flat=True))
    return deliveries.destroy_strays(MARK, known, now)
