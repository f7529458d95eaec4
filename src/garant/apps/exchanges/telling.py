"""The durable part: each attempt to tell another organisation is a workflow of DBOS's queue, short and bounded."""

from __future__ import annotations

import time
from typing import Final

from dbos import DBOS
from django.db import close_old_connections, connections

from garant.apps.exchanges import services
from garant.site import queues

QUEUE: Final = "exchanges"
AT_ONCE: Final = 2
"""Attempts at a time."""


LOOK: Final = 5.0
"""Seconds between two looks for recipients that are to be told of a request: they have a month."""
_looked = [float("-inf")]


def _is_time() -> bool:
    if time.monotonic() - _looked[0] < LOOK:
        return False
    _looked[0] = time.monotonic()
    return True


@DBOS.step(name="garant.exchange_attempt")
def attempt(name: str) -> bool:
    """Try once."""
    close_old_connections()
    return services.attempt(name)


@DBOS.workflow(name="garant.exchange", max_recovery_attempts=None)
def tell(name: str) -> bool:
    """One attempt, durably; the thread that made it keeps no connection."""
    try:
        return attempt(name)
    finally:
        connections.close_all()


def register() -> None:
    """Make the queue; DBOS is launched."""
    DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=0.5)


def hand_over(handed: set[str]) -> None:
    """Give DBOS the attempts that are due and that it has not got; under the same name it takes one once."""
    close_old_connections()
    queues.hand_over(QUEUE, tell, {name: (name,) for name in services.gather(look=_is_time())}, handed)
