"""The durable workflow: a run is a workflow, a batch is a step.

DBOS remembers which steps ended. A step may run again when the process died between its end
and DBOS's note of it; services make that harmless, because a receipt is written once.
"""

from __future__ import annotations

from typing import Any

from dbos import DBOS
from django.db import close_old_connections, connections

from garant.apps.promises import services
from garant.apps.promises.observers import Progress, present

WORKFLOW = "garant.run_plan"


class RunStoppedError(Exception):
    """Somebody asked the run to stop between two batches; the same command goes on."""


@DBOS.step(name="garant.list_batches")
def list_batches(run_key: str) -> list[str]:
    """Fix the list of batches, so that a recovered run follows the same one."""
    return list(present(run_key).work.batch_keys())


@DBOS.step(name="garant.run_batch")
def run_batch(run_key: str, batch_key: str) -> dict[str, Any]:
    """Carry out one batch unless its receipt exists, and write the receipt."""
    batch = services.receipt(run_key, batch_key)
    if batch is None:
        outcome = present(run_key).work.execute(batch_key, services.RunJournal(run_key))
        batch = services.record_receipt(run_key, batch_key, outcome)
    return {"state": batch.state, "recovered": batch.recovered}


@DBOS.step(name="garant.finish_run")
def finish_run(run_key: str) -> str:
    """Ask the systems again, close the run, sign the ledger."""
    return services.finish_run(run_key, present(run_key).work.verify()).state


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
def run_plan(run_key: str) -> str:
    """Carry out every batch of a run in order, then verify; gives the final state."""
    close_old_connections()
    try:
        batch_keys = list_batches(run_key)
        for done, batch_key in enumerate(batch_keys, start=1):
            _stop_if_asked(run_key)
            result = run_batch(run_key, batch_key)
            _report(run_key, batch_key, done, len(batch_keys), recovered=result["recovered"])
        return finish_run(run_key)
    finally:
        connections.close_all()


def _stop_if_asked(run_key: str) -> None:
    if present(run_key).stop.is_set():
        raise RunStoppedError(run_key)


def _report(run_key: str, batch_key: str, done: int, total: int, *, recovered: bool) -> None:
    present(run_key).observer(Progress(run_key, batch_key, done, total, recovered))
