"""Two jobs look at the promises at one instant, as after a sweep in the night: the second says what the first left to say."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from garant.apps.controls import services as controls
from garant.apps.controls.gathering import gather
from garant.apps.evidence import services as evidence
from garant.apps.permissions import services as permissions
from garant.apps.permissions.models import Look, Past
from tests.apps.seen import seen
from tests.site.conftest import company, demo, demo_systems, installation, site
from tests.support.again import again

__all__ = ["company", "demo", "demo_systems", "installation", "site"]

pytestmark = pytest.mark.django_db(transaction=True)


def waits() -> bool:
    """Whether another session waits for one of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def abreast(look: Callable[[], object]) -> None:
    """One looks, and before its transaction ends another one does, on a connection of its own."""
    if connection.vendor != "postgresql":  # SQLite has one writer at a time
        look(), look()
        return
    failed: list[Exception] = []

    def second() -> None:
        try:
            look()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        look()
        thread = threading.Thread(target=second)
        thread.start()
        while thread.is_alive() and not waits():
            time.sleep(0.05)
    thread.join()
    assert failed == []


@pytest.mark.parametrize("before", [again(0), 1])
def test_what_stands_as_it_stood_is_told_once(company: str, before: int) -> None:
    seen_now = gather(company, lambda _: None)
    found = controls.findings(seen_now)

    def record() -> None:
        controls.record(company, found, seen_now.today)

    for _ in range(before):
        record()
    abreast(record)
    changed = [one.payload["promise"] for one in evidence.records(company, kind="promise.changed")]
    assert sorted(changed) == sorted(one.key for one in found)


@pytest.mark.parametrize("before", [again(0), 1])
def test_who_is_past_their_term_is_remembered_once(company: str, before: int) -> None:
    for _ in range(before):
        permissions.look(company)
    abreast(lambda: permissions.look(company))
    known = list(seen(Past).values_list("mark", "system", "rule"))
    assert len(known) == len(set(known)) > 0
    assert seen(Look).exists()
