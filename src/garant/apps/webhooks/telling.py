"""The durable part: an attempt is a workflow of DBOS's queue, short and bounded; when the next is due stands in its row."""

from __future__ import annotations

from typing import Final

from dbos import DBOS
from django.db import close_old_connections

from garant.apps.webhooks import services
from garant.site import queues

QUEUE: Final = "webhooks"
AT_ONCE: Final = 2
"""Attempts at a time: an address that hangs does not keep the others waiting."""


@DBOS.step(name="garant.webhook_attempt")
def attempt(key: str) -> bool:
    """Try a message once."""
    close_old_connections()
    return services.deliver(key)


@DBOS.workflow(name="garant.webhook", max_recovery_attempts=None)
def tell(key: str) -> bool:
    """One attempt, durably."""
    return attempt(key)


def register() -> None:
    """Make the queue; DBOS is launched."""
    DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=0.5)


def hand_over(handed: set[str]) -> None:
    """Give DBOS the attempts that are due and that it has not got; under the same name it takes one once."""
    close_old_connections()
    queues.hand_over(QUEUE, tell, {name: (key,) for name, key in services.gather().items()}, handed)
