"""Two people decide about versions at one instant, on two connections: nobody undoes what they have not seen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.policies import services
from garant.apps.policies.models import Version
from garant.policy import Policy
from tests.apps.policies.support import ORGANISATION, TODAY, approved, changed, in_force
from tests.apps.policies.test_corrections import renamed

pytestmark = pytest.mark.usefixtures("installation")
abreast = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="SQLite has one writer at a time")


def publish(version: Version) -> Version:
    return services.publish(ORGANISATION, version.key, on=TODAY, actor="Boris")


def meanwhile(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Future[Any]:
    """What somebody else does, on a connection of their own: given once it waits for us."""

    def connected() -> Any:
        try:
            return act()
        finally:
            connection.close()

    begun, end = pool.submit(connected), time.perf_counter() + 20
    while not begun.done() and time.perf_counter() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return begun
    return begun


@pytest.mark.parametrize("approval", [False, True], ids=["two-publications", "approved-meanwhile"])
@pytest.mark.django_db(transaction=True)
@abreast
def test_what_is_published_meanwhile_is_seen(reference: Policy, approval: bool) -> None:
    in_force(reference)
    mine, theirs = (approved(changed(reference, renamed(name))) for name in ("Mine", "Theirs"))
    seen = services.standing(ORGANISATION)
    if approval:
        services.reject(ORGANISATION, theirs.key, reason="Encore.", actor="Boris")
        services.submit(ORGANISATION, theirs.key, actor="Ana")

    def act() -> None:
        if approval:
            services.approve(ORGANISATION, theirs.key, digest=theirs.digest, actor="Carla", against=seen)
        else:
            publish(theirs)

    with time_machine.travel(f"{TODAY}T00:00:00+00:00", tick=False), ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            publish(mine)
            other = meanwhile(pool, act)
        with pytest.raises(services.RefusedError, match=r"published since|since you opened"):
            other.result(20)
    assert organisations.organisation(ORGANISATION).name == "Mine"


@pytest.mark.django_db(transaction=True)
@abreast
def test_a_version_sent_back_as_it_is_published_waits_for_nobody_who_waits(reference: Policy) -> None:
    """Each had what the other waited for: the database broke one of them off."""
    version = approved(reference)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            evidence.person(ORGANISATION, "Boris")  # as publishing begins
            other = meanwhile(
                pool, lambda: services.reject(ORGANISATION, version.key, reason="Non.", actor="Carla")
            )
            publish(version)
        with pytest.raises(services.RefusedError, match="is published"):
            other.result(20)


@pytest.mark.django_db
def test_who_approves_read_it_against_what_is_published(reference: Policy) -> None:
    """Approved after another was published, but read before: it would have been undone, and nobody told."""
    in_force(reference)
    version = services.import_document(changed(reference, renamed("Late")), actor="Ana")
    services.submit(ORGANISATION, version.key, actor="Ana")

    def approve(against: list[str]) -> None:
        services.approve(ORGANISATION, version.key, digest=version.digest, actor="Boris", against=against)

    opened = services.standing(ORGANISATION)
    in_force(changed(reference, renamed("Meanwhile")))
    with pytest.raises(services.RefusedError, match="since you read version"):
        approve(opened)
    approve(services.standing(ORGANISATION))
