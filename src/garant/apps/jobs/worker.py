"""The worker: takes the jobs that pages asked for, each in a process of its own, and the night's looks.

Queueing, retrying and scheduling are DBOS's, in a database of its own beside that of the runs. The rows of jobs
are the outbox: what was asked for in a transaction is there after any crash, and is handed over under its own key.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dbos import DBOS
from django.conf import settings
from django.db import close_old_connections, connections, transaction

from garant.apps.backups import unread
from garant.apps.deliveries import services as deliveries
from garant.apps.exchanges import services as packages
from garant.apps.exchanges import telling as exchanges
from garant.apps.jobs import services
from garant.apps.mails import mailbox
from garant.apps.mails import services as letters
from garant.apps.mails import telling as mails
from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.apps.promises.running.durability import workflow_database
from garant.apps.rights import services as rights
from garant.apps.scoping import apart
from garant.apps.tokens import services as tokens
from garant.apps.webhooks import services as webhooks
from garant.apps.webhooks import telling
from garant.site import queues
from garant.site.paths import private_file

QUEUE: Final = "jobs"
POLL: Final = 0.5
"""Seconds between two looks for new jobs."""


@DBOS.step(name="garant.job", retries_allowed=True, max_attempts=3, interval_seconds=2.0)
def do(key: str) -> int:
    """Do one job in a process of its own: its memory goes back, and its death is not the worker's.

    One that has ended meanwhile, such as a request carried out with others, needs none.
    """
    close_old_connections()
    try:
        if not services.is_open(key):
            return 0
    finally:
        connections.close_all()  # of this thread: it waits now, and may do nothing after
    done = subprocess.run([sys.executable, "-m", "garant.apps.jobs.doing", key], check=True)
    return done.returncode


@DBOS.workflow(name="garant.job_workflow", max_recovery_attempts=None)
def job_workflow(key: str) -> int:
    """One job, durably."""
    return do(key)


@DBOS.workflow(name="garant.hourly")
def hourly(scheduled: datetime, _: Any) -> None:
    """What is done once an hour, durably."""
    close_old_connections()
    hour(scheduled)


def hour(scheduled: datetime) -> None:
    """Ask for the looks of the organisations whose night it is; destroy what is past its day."""
    ask_nightly(scheduled)
    for organisation in rights.organisations_with_requests():
        _alone(rights.ask_again, organisation)
    for chore in (
        deliveries.destroy_due,
        packages.destroy_due,
        rights.destroy_stray_copies,
        letters.forget_old,
        webhooks.forget_old,
        tokens.forget_old,
    ):
        _alone(chore, scheduled)


def _alone(chore: Callable[..., Any], *given: Any) -> Any:
    """Do one of several: that it fails keeps none of the others from being done, and it is tried again in an hour."""
    with apart(f"{chore.__qualname__}{given!r}"):
        return chore(*given)
    return None


@DBOS.workflow(name="garant.mailboxes")
def look_into_mailboxes(_: datetime, __: Any) -> None:
    """Take what people wrote."""
    close_old_connections()
    mailbox.look_all()


def ask_nightly(at: datetime) -> int:
    """Ask for a look, and a plan unless the organisation wants none, where its night was not asked for yet.

    Nothing is ever run without approval. Gives how many organisations were asked about.
    """
    with_requests = set(rights.organisations_with_requests())
    return sum(bool(_alone(_ask_for_night, one.key, at, with_requests)) for one in organisations.listing())


@transaction.atomic
def _ask_for_night(key: str, at: datetime, with_requests: Collection[str]) -> bool:
    """Whether a look was asked for: what its night takes is asked for once, all of it or nothing.

    A version in force since midnight may say another name or time zone of its organisation: it is followed first.
    """
    policies.follow_naming(key)
    if not organisations.begin_night(key, at):
        return False
    one = organisations.organisation(key)
    if key in with_requests:
        services.ask(key, "requests", actor="garant")
    mailbox.remind(key, at.astimezone(ZoneInfo(one.time_zone)).date())
    if policies.published(key) is None:
        return False
    services.ask(key, "look", actor="garant")
    if one.proposes:
        services.ask(key, "plan", actor="garant")
    return True


def work(stopped: Callable[[], bool], *, processes: int = 1) -> None:
    """Take jobs until told to stop; those begun go on in their own process and are taken up again."""
    DBOS(
        config={
            "name": "garant-jobs",
            "system_database_url": _database(),
            "dbos_system_schema": "garant_jobs",
            "executor_id": "worker",
            "application_version": "1",
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "use_listen_notify": False,
            "max_executor_threads": processes + telling.AT_ONCE + mails.AT_ONCE + exchanges.AT_ONCE + 2,
            "sys_db_pool_size": 4,
        }
    )
    unread.notice()
    DBOS.launch()
    try:
        DBOS.register_queue(QUEUE, worker_concurrency=processes, polling_interval_sec=POLL)
        DBOS.apply_schedules(
            [
                {"schedule_name": "hourly", "workflow_fn": hourly, "schedule": "0 * * * *", "context": None},
                {
                    "schedule_name": "mailboxes",
                    "workflow_fn": look_into_mailboxes,
                    "schedule": "*/5 * * * *",
                    "context": None,
                },
            ]
        )
        telling.register()
        mails.register()
        exchanges.register()
        handing: list[tuple[Callable[[set[str]], None], set[str]]] = [
            (hand, set()) for hand in (hand_over, telling.hand_over, mails.hand_over, exchanges.hand_over)
        ]
        while not stopped():
            time.sleep(POLL)
            for hand, handed in handing:
                with apart(hand.__module__):
                    hand(handed)
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=0)


def hand_over(handed: set[str]) -> None:
    """Give DBOS the jobs it has not got; under the same key it takes one once.

    One whose process died at each attempt is closed, or nobody could ask for the same again.
    """
    close_old_connections()
    waiting = services.waiting()
    for key in queues.broken(handed.intersection(waiting)):
        services.give_up(key)
        waiting.remove(key)
    queues.hand_over(QUEUE, job_workflow, {key: (key,) for key in waiting}, handed)


def _database() -> str:
    shared = workflow_database()
    if not shared.startswith("sqlite"):
        return shared
    return f"sqlite:///{private_file(settings.GARANT_HOME / 'jobs.sqlite3')}"
