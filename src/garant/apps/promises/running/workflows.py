"""The durable workflow: a run is a workflow, a batch is a step; the last batch and the end of the run are one.

DBOS remembers which steps ended. A step may run again when the process died between its end
and DBOS's note of it; services make that harmless, because a receipt is written once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dbos import DBOS
from dbos import error as dbos_errors
from django.db import close_old_connections, connections

from garant.apps.promises import services
from garant.apps.promises.opening.discretion import brief
from garant.apps.promises.refusals import (
    OtherVersionError,
    PassingError,
    RunInterruptedError,
    RunStoppedError,
)
from garant.apps.promises.running.observers import Attendance, present
from garant.apps.scoping import scoped
from garant.systems.port import Interrupted, SystemUnreachable

WORKFLOW = "garant.run_plan"

_OTHER_VERSION = "the run was begun by another version of Garant"

END = "end"
"""What comes after the batches of a run."""

ATTEMPTS = 4
"""Times a batch is tried when its system is locked or lost: at once, then after half a second, 1.5 s and 4.5 s."""


def is_passing(error: BaseException) -> bool:
    """Say whether what stopped a batch may be over in a while."""
    return isinstance(error, PassingError)


@DBOS.step(
    name="garant.run_batch",
    retries_allowed=True,
    max_attempts=ATTEMPTS,
    interval_seconds=0.5,
    backoff_rate=3.0,
    should_retry=is_passing,
)
def run_batch(run_key: str, batch_key: str) -> dict[str, Any]:
    """Carry out one batch unless its receipt exists, and write the receipt."""
    with _in_one_scope(run_key), _one_sentence():
        return _carry_out(present(run_key), batch_key)


def _carry_out(here: Attendance, batch_key: str) -> dict[str, Any]:
    run = here.run
    batch = None if here.first_time(batch_key) else services.batch_of(run.key, batch_key)
    if batch is None or not batch.written:
        journal = services.RunJournal(run.key, run, read={batch_key: batch and batch.prepared})
        result = here.work.execute(batch_key, journal)
        batch = services.record_receipt(run.key, batch_key, result, journal.just(batch_key))
    return {"rows": batch.rows, "state": batch.state, "recovered": batch.recovered}


@DBOS.step(
    name="garant.finish_run",
    retries_allowed=True,
    max_attempts=ATTEMPTS,
    interval_seconds=0.5,
    backoff_rate=3.0,
    should_retry=is_passing,
)
def finish_run(run_key: str, last: Sequence[str]) -> str:
    """Carry out the last batch, where there is one; search what the systems keep, ask them again, close the run, sign
    the ledger."""
    with _in_one_scope(run_key), _one_sentence():
        here = present(run_key)
        for batch_key in last:
            total = len(here.work.batch_keys())
            here.tell(batch_key, total, total, _carry_out(here, batch_key))
        if not here.first_time(END):
            here.run = services.read_run(run_key)
        journal = services.ClosingJournal(run_key)
        searched = _search_residue(here, journal)
        checked = here.work.verify(journal)
        here.closed = services.finish_run(run_key, checked, searched, here.run, journal.batches)
        services.forget_canaries(run_key)
        return here.closed.state


def _search_residue(here: Attendance, journal: services.ClosingJournal) -> Mapping[str, Any] | None:
    """Clean and search each system unless that is known, and write it down; the last one is given back, to be written
    down with the end of the run."""
    found: Mapping[str, Any] | None = None
    aftermath, run = here.aftermath, here.run
    if aftermath is None:
        return None
    for system in aftermath.systems():
        if system in run.residue:
            continue
        if found is not None:
            run.residue = services.record_residue(run.key, found)
        found = aftermath.look(system, journal.canaries(system)).details
    return found


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
def run_plan(run_key: str) -> str:
    """Carry out every batch of a run in order, then verify; gives the final state.

    Which batches there are follows from the frozen plan and the size of a batch that the run began with: the same each
    time it is gone on with.
    """
    close_old_connections()
    try:
        here = present(run_key)
        batch_keys = here.work.batch_keys()
        for done, batch_key in enumerate(batch_keys, start=1):
            if here.stop.is_set():
                raise RunStoppedError(run_key)
            if done < len(batch_keys):
                here.tell(batch_key, done, len(batch_keys), run_batch(run_key, batch_key))
        return finish_run(run_key, batch_keys[-1:])
    except dbos_errors.DBOSMaxStepRetriesExceeded as spent:
        raise RunInterruptedError(str(spent.errors[-1])) from None
    except dbos_errors.DBOSUnexpectedStepError:
        raise OtherVersionError(_OTHER_VERSION) from None
    finally:
        connections.close_all()


@contextmanager
def _in_one_scope(run_key: str) -> Iterator[None]:
    """Whose run it is was known when it began: nothing in a step need look for it again."""
    with scoped(present(run_key).run.plan.organisation):
        yield


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Let out one sentence without secrets: durable execution keeps a copy of every error."""
    try:
        yield
    except (Interrupted, SystemUnreachable) as error:
        raise PassingError(brief(error)) from None
    except Exception as error:
        raise RunInterruptedError(brief(error)) from None
