"""The durable part: an attempt is a workflow of DBOS's queue; when the next is due stands in the letter's row."""

from __future__ import annotations

from typing import Final

from dbos import DBOS
from django.db import close_old_connections

from garant.apps.mails import services
from garant.site import queues

QUEUE: Final = "mails"
AT_ONCE: Final = 2
"""Letters at a time."""


@DBOS.step(name="garant.mail_attempt")
def attempt(key: str, number: int) -> bool:
    """Try a letter once."""
    close_old_connections()
    return services.deliver(key, number)


@DBOS.workflow(name="garant.mail", max_recovery_attempts=None)
def tell(key: str, number: int) -> bool:
    """One attempt, durably."""
    return attempt(key, number)


def register() -> None:
    """Make the queue; DBOS is launched."""
    DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=0.5)


def hand_over(handed: set[str]) -> None:
    """Give DBOS the attempts that are due and that it has not got; under the same name it takes one once."""
    close_old_connections()
    queues.hand_over(QUEUE, tell, services.due(), handed)
