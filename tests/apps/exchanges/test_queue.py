"""The queue of exchanges is DBOS's: an attempt is made once under its name, and one that was waiting outlives a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from django.db import connections

from garant.apps.backups.services import unread
from garant.apps.exchanges import services, telling, transmission
from garant.apps.exchanges.models import Peer, Reception
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services as rights
from tests.apps.exchanges.test_packages import chosen, post, receiver, there
from tests.apps.rights.conftest import Letters
from tests.apps.seen import seen

__all__ = ["post", "receiver", "there"]

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def queue(folder: Path) -> Iterator[None]:
    """DBOS with its own database, as the worker of jobs has it, taking what the queue of exchanges holds."""
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
        telling.register()
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=10)
        connections.close_all()


def idle() -> None:
    """Wait until nothing is waiting or at work: two at once, the tests' database in memory refuses instead of waiting."""
    until = time.monotonic() + 60
    while DBOS.list_workflows(status=["ENQUEUED", "PENDING"]):
        assert time.monotonic() < until, "the queue does not end"
        time.sleep(0.1)


def test_after_a_restore_nothing_goes_to_others_until_somebody_has_read(
    company: str, there: str, receiver: Peer, post: Letters
) -> None:
    """The link to them may have been ended since the backup: the package would go to strangers."""
    chosen(company, post, receiver.key)
    names = services.gather()
    assert names
    unread.note_shorter(company, "checkpoint")
    assert services.gather() == []
    for name in names:  # durable execution may bring back what was at work
        with pytest.raises(RefusedError, match="nobody has said"):
            services.attempt(name)
    assert seen(Reception).count() == 0
    unread.acknowledge(company, missing=None, actor="garant")
    assert services.gather() == names
    assert all(services.attempt(name) for name in names if name.startswith("package/"))


def test_a_package_waits_in_the_queue_over_a_restart_and_is_sent_once(
    company: str, there: str, receiver: Peer, post: Letters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, _ = chosen(company, post, receiver.key)
    sent: list[str] = []
    send = transmission._send

    def counted(one: Any) -> Any:
        sent.append(one.key)
        return send(one)

    monkeypatch.setattr(transmission, "_send", counted)
    with monkeypatch.context() as slow:
        slow.setattr(telling, "register", lambda: None)  # handed over, and stopped before anybody took it
        with queue(tmp_path):
            DBOS.register_queue(telling.QUEUE, worker_concurrency=1, polling_interval_sec=5)
            telling.hand_over(set())
    assert sent == []
    with queue(tmp_path):
        idle()
        assert rights.find(company, request.key).state == "answered"
        telling.hand_over(set())  # a worker that was started again does not know what it had handed over
        telling.hand_over(set())
        idle()
    assert len(sent) == 1
    assert seen(Reception).count() == 1
    assert services.gather() == []


def test_an_attempt_that_fails_is_made_again_under_a_name_of_its_own(
    company: str, there: str, receiver: Peer, post: Letters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transmission, "FIRST", 0)
    request, _ = chosen(company, post, receiver.key)
    tries: list[str] = []
    send = transmission._send

    def at_the_third(one: Any) -> Any:
        tries.append(one.key)
        if len(tries) < 3:
            raise transmission.NotTakenError(503, "HTTP 503")
        return send(one)

    monkeypatch.setattr(transmission, "_send", at_the_third)
    handed: set[str] = set()
    with queue(tmp_path):
        for _ in range(3):
            telling.hand_over(handed)
            idle()
    assert rights.find(company, request.key).state == "answered"
    assert len(tries) == 3
    assert seen(Reception).count() == 1
