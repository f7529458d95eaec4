"""What belongs to an organisation is read in its scope, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django_scopes import ScopeError, scope, scopes_disabled

from garant.apps import scoping
from garant.apps.holds.models import Hold

pytestmark = pytest.mark.django_db

WITHOUT_SCOPE = {
    "organisations.Organisation": "the organisations themselves: what everything else is scoped by",
    "accounts.User": "a person who signs in, and may work for several organisations; their memberships are scoped",
}
"""Models that belong to no organisation, and why. A new one is added with its reason, or gets a ScopedManager."""

QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "all": lambda objects: list(objects.all()),
    "count": lambda objects: objects.count(),
    "exists": lambda objects: objects.exists(),
    "exclude": lambda objects: list(objects.exclude(pk=None)),
    "exclude, exists": lambda objects: objects.exclude(pk=None).exists(),
    "exclude, update": lambda objects: objects.exclude(pk=None).update(pk=None),
    "explain": lambda objects: objects.exclude(pk=None).explain(),
    "first": lambda objects: objects.first(),
    "in_bulk": lambda objects: objects.in_bulk(),
    "distinct": lambda objects: list(objects.distinct()),
    "select_related": lambda objects: objects.select_related().exists(),
    "iterator": lambda objects: list(objects.iterator()),
    "aggregate": lambda objects: objects.aggregate(models.Count("pk")),
    "values": lambda objects: list(objects.values()),
}


def every_model() -> list[type[models.Model]]:
    """The models of Garant's own rooms."""
    return [model for model in apps.get_models() if model.__module__.startswith("garant.")]


def scoped_models() -> list[type[models.Model]]:
    return [model for model in every_model() if model._meta.label not in WITHOUT_SCOPE]


def test_the_list_of_exceptions_names_models_that_exist() -> None:
    assert set(WITHOUT_SCOPE) <= {model._meta.label for model in every_model()}


@pytest.mark.parametrize("model", scoped_models(), ids=lambda model: model._meta.label)
def test_whatever_is_asked_without_a_scope_is_refused(model: type[models.Model]) -> None:
    answered = [
        name
        for name, ask in QUESTIONS.items()
        for manager in model._meta.managers
        if not refused(ask, manager)
    ]
    assert answered == []


def refused(ask: Callable[[Any], Any], manager: Any) -> bool:
    try:
        ask(manager)
    except ScopeError:
        return True
    return False


@pytest.fixture
def holds() -> tuple[str, str]:
    """A hold of each of two organisations."""
    for organisation in ("mine", "theirs"):
        Hold.objects.create(
            key=f"h-{organisation}",
            organisation=organisation,
            on="activity",
            owner="o",
            reason="r",
            until=date(2030, 1, 1),
            placed_at=datetime(2026, 1, 1, tzinfo=UTC),
            placed_by="p",
        )
    return "h-mine", "h-theirs"


def test_a_scope_shows_the_rows_of_its_organisation_alone(holds: tuple[str, str]) -> None:
    with scoping.scoped("mine"):
        assert [hold.key for hold in Hold.objects.all()] == ["h-mine"]
        assert not Hold.objects.filter(key="h-theirs").exists()
    with scoping.scoped("mine"), scoping.scoped("mine"):
        assert Hold.objects.count() == 1


def test_in_the_scope_of_one_organisation_another_cannot_be_opened() -> None:
    with scoping.scoped("mine"):
        with pytest.raises(ScopeError, match="The scope of mine is open"), scoping.scoped("theirs"):
            pytest.fail("the scope of another organisation opened")
        assert scoping.in_force() == "mine"
    assert scoping.in_force() is None


def test_a_row_opens_the_scope_of_whom_it_belongs_to(holds: tuple[str, str]) -> None:
    with scoping.scope_of(Hold, "organisation", key="h-theirs"):
        assert scoping.in_force() == "theirs"
        assert [hold.key for hold in Hold.objects.all()] == ["h-theirs"]


def test_a_row_opens_nothing_where_a_scope_is_open(holds: tuple[str, str]) -> None:
    with scoping.scoped("mine"), scoping.scope_of(Hold, "organisation", key="h-theirs"):
        assert scoping.in_force() == "mine"
        assert not Hold.objects.filter(key="h-theirs").exists()


def test_a_row_that_is_not_there_opens_the_scope_of_nobody(holds: tuple[str, str]) -> None:
    with scoping.scope_of(Hold, "organisation", key="h-none"):
        assert list(Hold.objects.all()) == []


def test_the_owners_of_rows_are_known_to_work_on_each_in_turn(holds: tuple[str, str]) -> None:
    assert scoping.owners(Hold, "organisation") == ["mine", "theirs"]
    with scopes_disabled():
        assert scoping.in_force() is None
    with scope(organisation="mine"):
        assert scoping.in_force() == "mine"
