"""Two people decide about versions at one instant, on two connections: nobody undoes what they have not seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
from tests.apps.test_looks_abreast import waits

pytestmark = pytest.mark.usefixtures("installation")


def publish(version: Version) -> Version:
    return services.publish(ORGANISATION, version.key, on=TODAY, actor="Boris")


def abreast(first: Callable[[], Any], second: Callable[[], Any]) -> Callable[[], Any]:
    """What somebody does, and another meanwhile on a connection of their own, who waits for them: how that ends.

    SQLite has one writer at a time: there the other begins when the first has ended.
    """
    if connection.vendor != "postgresql":
        with transaction.atomic():
            first()
        return second

    def connected() -> Any:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            evidence.person(ORGANISATION, "Boris")  # as deciding begins
            begun, end = pool.submit(connected), time.perf_counter() + 20
            while not begun.done() and not waits() and time.perf_counter() < end:
                time.sleep(0.01)
            first()
        begun.exception(20)
    return begun.result


@pytest.mark.parametrize("approval", [False, True], ids=["two-publications", "approved-meanwhile"])
@pytest.mark.django_db(transaction=True)
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

    with time_machine.travel(f"{TODAY}T00:00:00+00:00", tick=False):
        ended = abreast(lambda: publish(mine), act)
        with pytest.raises(services.RefusedError, match=r"published since|since you read"):
            ended()
    assert organisations.organisation(ORGANISATION).name == "Mine"


@pytest.mark.django_db(transaction=True)
def test_a_version_sent_back_as_it_is_published_waits_for_nobody_who_waits(reference: Policy) -> None:
    """Each had what the other waited for: the database broke one of them off."""
    version = approved(reference)
    ended = abreast(
        lambda: publish(version),
        lambda: services.reject(ORGANISATION, version.key, reason="Non.", actor="Carla"),
    )
    with pytest.raises(services.RefusedError, match="is published"):
        ended()


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
