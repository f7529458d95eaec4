"""Organisations are created with their ledger, or not at all."""

from __future__ import annotations

import pytest
from django_scopes.exceptions import ScopeError

from garant.apps.evidence import services as evidence
from garant.apps.evidence.models import Log
from garant.apps.organisations import services
from garant.apps.organisations.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installation")]


def test_an_organisation_is_created_with_its_ledger() -> None:
    made = services.create_organisation("seipra-score", "Une Société", "Europe/Paris", actor="cli")
    assert str(made) == "seipra-score"
    assert services.organisation("seipra-score") == made
    first = next(evidence.records("seipra-score"))
    assert first.payload == {"organisation": "seipra-score", "time_zone": "Europe/Paris"}
    assert first.actor == "cli"


def test_its_name_stays_out_of_the_ledger() -> None:
    services.create_organisation("demo", "Jeanne Personne", "Europe/Paris")
    assert not any("Personne" in str(record) for record in evidence.records("demo"))


def test_it_is_created_once() -> None:
    first = services.ensure_organisation("demo", "Demo", "UTC")
    assert services.ensure_organisation("demo", "Another", "UTC") == first
    with pytest.raises(services.OrganisationRefusedError, match="already"):
        services.create_organisation("demo", "Demo", "UTC")


def test_without_a_ledger_there_is_no_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(evidence, "open_log", fail)
    with pytest.raises(RuntimeError):
        services.create_organisation("demo", "Demo", "UTC")
    assert not Organisation.objects.exists()


def test_a_ledger_is_opened_once() -> None:
    services.create_organisation("demo", "Demo", "UTC")
    from garant.ledger import OrganisationCreated
    from tests.ledger.logs import START

    first = OrganisationCreated(organisation="demo", time_zone="UTC")
    with pytest.raises(evidence.LogExistsError):
        evidence.open_log("demo", first, at=START, actor="cli")


@pytest.mark.parametrize(
    ("key", "name", "zone", "message"),
    [
        ("", "Demo", "UTC", "Key"),
        ("Demo", "Demo", "UTC", "Key"),
        ("a/b", "Demo", "UTC", "Key"),
        ("..", "Demo", "UTC", "Key"),
        ("a" * 65, "Demo", "UTC", "Key"),
        ("é", "Demo", "UTC", "Key"),
        ("demo", " ", "UTC", "no name"),
        ("demo", "Demo", "Europe/Nowhere", "time zone"),
        ("demo", "Demo", "../etc/passwd", "time zone"),
        ("demo", "Demo", "", "time zone"),
    ],
)
def test_what_cannot_be_is_refused(key: str, name: str, zone: str, message: str) -> None:
    with pytest.raises(services.OrganisationRefusedError, match=message):
        services.create_organisation(key, name, zone)


def test_an_unknown_organisation_says_what_to_type() -> None:
    with pytest.raises(services.OrganisationUnknownError, match="garant init"):
        services.organisation("nobody")


def test_the_scope_of_an_organisation() -> None:
    services.create_organisation("demo", "Demo", "UTC")
    with services.scoped("demo"):
        assert Log.objects.get().size == 2
    with pytest.raises(ScopeError):
        Log.objects.get()


def test_the_organisations_here_are_named() -> None:
    for key in ("two", "one"):
        services.create_organisation(key, "Demo", "UTC")
    assert services.keys() == ["one", "two"]
