"""Handing work over to the queues of DBOS. What waits is a row of ours; DBOS takes each once, under its name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

PAUSE: Final = timedelta(minutes=1)
"""How long after it broke something is handed over again."""
_BROKEN: Final = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


def broken(names: Collection[str], *, since: timedelta = timedelta(0)) -> list[str]:
    """Those whose workflow broke, and that DBOS will not take up again by itself.

    Args:
        names: of workflows.
        since: how long ago they broke at least.
    """
    if not names:
        return []
    before = (datetime.now(UTC) - since).isoformat()
    found = DBOS.list_workflows(
        workflow_ids=[*names], status=_BROKEN, completed_before=before, load_input=False, load_output=False
    )
    return [one.workflow_id for one in found]


def _done(names: Collection[str]) -> list[str]:
    """Those that DBOS says were done."""
    if not names:
        return []
    found = DBOS.list_workflows(workflow_ids=[*names], status="SUCCESS", load_input=False, load_output=False)
    return [one.workflow_id for one in found]


def hand_over(
    queue: str, workflow: Callable[..., Any], due: Mapping[str, tuple[Any, ...]], handed: set[str]
) -> None:
    """Give DBOS what is due and what it has not got; what broke without having been done, once more.

    What it says was done and is due all the same is done again: its files are newer than a database that was put back, in
    which a number may be of something else. Who does it looks at its row first.

    Args:
        queue: its name.
        workflow: what does one.
        due: what to call it with, by its name.
        handed: the names that this worker has given before; kept up to date.
    """
    handed.intersection_update(due)
    again = broken(handed, since=PAUSE)
    if again:
        DBOS.delete_workflows(again)
        handed.difference_update(again)
    if done := _done([name for name in due if name not in handed]):
        DBOS.delete_workflows(done)
    for name, about in due.items():
        if name not in handed:
            with SetWorkflowID(name), SetEnqueueOptions(deduplication_id=name):
                DBOS.enqueue_workflow(queue, workflow, *about)
            handed.add(name)
