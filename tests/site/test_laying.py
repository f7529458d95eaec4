"""What is laid down for a test is what was made for another: the same rows and files, and nothing that others did to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction

from garant.apps.evidence import filing
from garant.apps.evidence import services as evidence
from garant.apps.evidence.models import Log, SubjectKey
from garant.apps.organisations import services as organisations
from garant.apps.permissions import people
from garant.apps.scoping import scoped
from tests.support import laying
from tests.support.laying import laid

NOW = datetime.now(UTC).replace(hour=12)


@contextmanager
def undone(home: Path) -> Iterator[None]:
    """What is done to the state here is nothing afterwards."""
    before = {*home.rglob("*")}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for path in sorted({*home.rglob("*")} - before, reverse=True):
        path.unlink() if path.is_file() else path.rmdir()


def everything(home: Path) -> tuple[Any, ...]:
    """The rows as Django reads them, and the files."""
    rows = [
        sorted(model._base_manager.values_list(), key=repr)
        for model in laying.apps.get_models()
        if not model._meta.db_table.startswith(laying.DJANGOS)
    ]
    return rows, {str(path): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


@pytest.fixture
def make(demo: str, installation: Path) -> Iterator[tuple[Callable[[], str], list[int]]]:
    """Makes an organisation, changes another one and leaves a file; and how often it did."""
    times: list[int] = []

    def made() -> str:
        times.append(1)
        organisations.configure(demo, shows_state=True, actor="garant")
        evidence.subject_key(demo, ("crm", "person", str(len(times))))
        (installation / "folder").mkdir(exist_ok=True)
        (installation / "folder" / "file").write_bytes(b"\0" * len(times))
        return organisations.create_organisation("another", "Une autre", "Europe/Paris").key

    with time_machine.travel(NOW):
        yield made, times
    laying._made.pop((made.__module__, made.__qualname__, True), None)


def test_it_is_what_was_made_down_to_the_last_value(make: Any, installation: Path) -> None:
    made, times = make
    seen: list[Any] = []
    for _ in range(2):
        with undone(installation):
            assert laid(installation, made) == "another"
            seen.append((everything(installation), dict(filing._filing)))
            assert evidence.verify_database("demo").entries > 1
            organisations.configure("another", shows_state=True, actor="garant")
            third = organisations.create_organisation("third", "Troisième", "Europe/Paris").key
            assert not evidence.verify_database(third).problems
            with scoped("demo"):
                evidence.subject_key("demo", ("crm", "person", "new"))
                numbers = [*SubjectKey.objects.values_list("pk", flat=True)]
            assert len(numbers) == len(set(numbers))
    assert times == [1]
    assert seen[0] == seen[1]


def test_where_something_else_was_before_it_is_made_anew(make: Any, installation: Path) -> None:
    made, times = make
    with undone(installation):
        laid(installation, made)
    with undone(installation):
        organisations.create_organisation("third", "Troisième", "Europe/Paris")
        laid(installation, made)
        assert Log._base_manager.filter(pk="third").exists()
    (installation / "other").touch()
    with undone(installation):
        laid(installation, made)
    assert len(times) == 3


@pytest.mark.parametrize("by", [timedelta(days=1), -timedelta(minutes=1)], ids=["the next day", "before"])
def test_at_another_time_it_is_made_anew(make: Any, installation: Path, by: timedelta) -> None:
    made, times = make
    with undone(installation):
        laid(installation, made)
    with time_machine.travel(NOW + by), undone(installation):
        laid(installation, made)
    assert len(times) == 2


def test_nothing_is_remembered_of_another_test(make: Any, installation: Path) -> None:
    people._key("demo", 0)
    filing._filing["demo"] = b"of another"
    laying.forget()
    assert (filing._filing, people._key.cache_info().currsize) == ({}, 0)
