"""Between a command and the workflow: launches DBOS in this process, waits, and ends it.

Each run is its own DBOS executor and application version, so that launching recovers this run
and nothing else, in this process and no other. The lock of the plan makes sure of one process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from garant.apps.promises import locks, refusals, services
from garant.apps.promises.models import Plan, Run, RunState
from garant.apps.promises.observers import Attendance, Observer, Progress, attending
from garant.apps.promises.work import Work

POLL_SECONDS = 0.05
"""How often the waiting command looks whether the workflow ended."""


def ignore(_: Progress) -> None:
    """Watch nothing."""


def carry_out(
    plan: Plan,
    work: Work,
    *,
    actor: str,
    observer: Observer = ignore,
    stop: threading.Event | None = None,
) -> Run:
    """Carry out an approved plan to its end, resuming the run that was interrupted, if any.

    Blocks until the run is closed. A plan already kept is not done again: its run is given back.

    Raises:
        RefusedError: the plan is not approved, or another process is carrying it out.
        RunInterruptedError: a batch could not be done; the same call goes on from there.
    """
    with locks.only_one(f"plan-{plan.digest}", _home() / "locks") as mine:
        if not mine:
            raise refusals.already_running(plan.digest)
        kept = services.last_run(plan)
        if kept is not None and kept.state == RunState.KEPT:
            return kept
        run = services.start_run(plan, actor=actor)
        with attending(run.key, Attendance(work, observer, stop or threading.Event())):
            _run_durably(run)
    return Run.objects.get(pk=run.pk)


def _run_durably(run: Run) -> None:
    from dbos import DBOS, SetWorkflowID

    from garant.apps.promises import workflows

    with _dbos(run):
        handle = DBOS.retrieve_workflow
        workflow_id = _workflow_id(run)
        status = DBOS.get_workflow_status(workflow_id)
        if status is not None and status.status in {"ERROR", "CANCELLED"}:
            workflow_id = _workflow_id(services.next_attempt(run))
        with SetWorkflowID(workflow_id):
            handle = DBOS.start_workflow(workflows.run_plan, run.key)
        handle.get_result(polling_interval_sec=POLL_SECONDS)


def _workflow_id(run: Run) -> str:
    return f"{run.key}/{run.attempt}"


@contextmanager
def _dbos(run: Run) -> Iterator[None]:
    from dbos import DBOS

    DBOS(
        config={
            "name": "garant",
            "system_database_url": workflow_database(),
            "executor_id": run.key,
            "application_version": run.key,
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "use_listen_notify": False,
            "max_executor_threads": 4,
            "sys_db_pool_size": 4,
        }
    )
    try:
        DBOS.launch()
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=0)


def workflow_database() -> str:
    """Give DBOS's database: a file in Garant's home, or the PostgreSQL of DATABASE_URL."""
    default = settings.DATABASES["default"]
    if "postgresql" in default["ENGINE"]:
        from django.db import connection
        from sqlalchemy import URL

        parameters = connection.get_connection_params()
        return URL.create(
            "postgresql",
            username=parameters.get("user"),
            password=parameters.get("password"),
            host=parameters.get("host"),
            port=parameters.get("port"),
            database=parameters.get("dbname"),
        ).render_as_string(hide_password=False)
    return f"sqlite:///{_home() / 'workflows.sqlite3'}"


def _home() -> Path:
    return Path(settings.GARANT_HOME)
