"""What the worker does where something around it breaks: nothing waits for ever, and nobody waits for somebody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from django.db import connections

from garant.apps.backups import unread
from garant.apps.jobs import services, worker
from garant.apps.jobs.models import JobState
from garant.apps.mails import holding
from garant.apps.mails import services as mails
from garant.site import queues
from tests.apps.evidence.conftest import demo, installation
from tests.apps.mails.conftest import letter

__all__ = ["demo", "installation"]

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def queue(folder: Path) -> Iterator[None]:
    """DBOS with its own database, as the worker has it."""
    DBOS(
        config={
            "name": "garant-jobs",
            "system_database_url": f"sqlite:///{folder / 'jobs.sqlite'}",
            "executor_id": "worker",
            "application_version": "1",
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "use_listen_notify": False,
        }
    )
    DBOS.launch()
    try:
        DBOS.register_queue(worker.QUEUE, worker_concurrency=1, polling_interval_sec=0.1)
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=10)
        connections.close_all()


@DBOS.workflow(name="tests.once_broken")
def once_broken(path: str) -> None:
    """Breaks the first time."""
    if not Path(path).exists():
        Path(path).touch()
        raise OSError("the database was away")
    Path(path).write_text("done")


def ended(key: str) -> bool:
    status = DBOS.get_workflow_status(key)
    return status is not None and status.status in ("SUCCESS", "ERROR")


def until_ended(key: str) -> None:
    deadline = time.monotonic() + 60
    while not ended(key):
        assert time.monotonic() < deadline, DBOS.get_workflow_status(key)
        time.sleep(0.1)


def test_a_job_whose_process_dies_each_time_has_failed(
    demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six seconds: the waits between three attempts."""
    monkeypatch.setattr("garant.apps.jobs.worker.sys.executable", "/bin/false")
    job = services.ask(demo, "look", actor="garant")
    with queue(tmp_path):
        handed: set[str] = set()
        worker.hand_over(handed)
        until_ended(job.key)
        worker.hand_over(handed)
    found = services.find(demo, job.key)
    assert found.state == JobState.FAILED
    assert found.why is not None
    assert services.ask(demo, "look", actor="garant").key != job.key  # the next night asks again


def test_what_broke_is_handed_over_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter, a message to a program: the database was away just then, and it stays due under the same name."""
    done, handed = tmp_path / "done", set[str]()
    due = {"one/0": (str(done),)}
    with queue(tmp_path):
        queues.hand_over(worker.QUEUE, once_broken, due, handed)
        until_ended("one/0")
        queues.hand_over(worker.QUEUE, once_broken, due, handed)
        assert ended("one/0")  # not at once, or what is broken for good would be tried all the time
        monkeypatch.setattr(queues, "PAUSE", timedelta(0))
        queues.hand_over(worker.QUEUE, once_broken, due, handed)
        until_ended("one/0")
    assert done.read_text() == "done"


def test_what_is_due_although_it_was_done_is_done_again(tmp_path: Path) -> None:
    """A database that was put back gives its numbers anew, beside files of durable execution that are newer: a processor was
    never told, a job stayed open for ever."""
    done = tmp_path / "done"
    done.touch()
    with queue(tmp_path):
        queues.hand_over(worker.QUEUE, once_broken, {"request/1/0": (str(done),)}, set())
        until_ended("request/1/0")
        done.write_text("")
        since = set[str]()
        for _ in range(2):  # once, by a worker that goes on
            queues.hand_over(worker.QUEUE, once_broken, {"request/1/0": (str(done),)}, since)
            until_ended("request/1/0")
            assert done.read_text() == "done"


def test_a_queue_that_breaks_keeps_no_other_waiting(
    demo: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.GARANT_HOME = tmp_path
    turns: list[int] = []

    def breaks(_: set[str]) -> None:
        raise OSError("the database was away")

    def stopped() -> bool:
        return len(turns) > 1

    monkeypatch.setattr(worker.telling, "hand_over", breaks)
    monkeypatch.setattr(worker.mails, "hand_over", lambda _: turns.append(1))
    worker.work(stopped)
    assert "OSError" in caplog.text


def test_a_worker_that_starts_on_a_restored_garant_sends_no_letter_of_before(
    demo: str, tmp_path: Path, settings: Any
) -> None:
    settings.GARANT_HOME = tmp_path
    key = mails.send(demo, "a@b.example", letter(), about="request/R-2026-0001")
    unread.flag(tmp_path, "ab" * 32)
    turns: list[int] = []

    def stopped() -> bool:
        turns.append(1)
        return len(turns) > 4

    worker.work(stopped)
    connections.close_all()
    assert [one.key for one in holding.held(demo)] == [key]
    assert list((tmp_path / "outbox").glob("*")) == []
    assert unread.waits(demo)
