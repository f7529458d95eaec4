"""The durable part: a message is a workflow, an attempt a step, tried again after longer and longer."""

from __future__ import annotations

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID
from dbos import error as dbos_errors
from django.db import close_old_connections

from garant.apps.webhooks import services

QUEUE = "webhooks"


@DBOS.step(
    name="garant.webhook_attempt",
    retries_allowed=True,
    max_attempts=services.ATTEMPTS,
    interval_seconds=2.0,
    backoff_rate=4.0,
)
def attempt(key: str) -> bool:
    """Try it once."""
    close_old_connections()
    return services.deliver(key)


@DBOS.workflow(name="garant.webhook", max_recovery_attempts=None)
def tell(key: str) -> bool:
    """Tell one address of one entry, until it takes it or is given up."""
    try:
        return attempt(key)
    except dbos_errors.DBOSMaxStepRetriesExceeded:
        services.give_up(key)
        return False


def hand_over(handed: set[str]) -> None:
    """Give DBOS the messages it has not got; under the same key it takes one once."""
    close_old_connections()
    waiting = services.gather()
    handed.intersection_update(waiting)
    for key in waiting:
        if key not in handed:
            with SetWorkflowID(key), SetEnqueueOptions(deduplication_id=key):
                DBOS.enqueue_workflow(QUEUE, tell, key)
            handed.add(key)
