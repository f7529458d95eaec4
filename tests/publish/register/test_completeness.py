"""How complete a register is: 100 % only where nothing is missing, and each thing missing has its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from garant.policy import Policy
from garant.publish.register import completeness
from tests.policy.policies import changed
from tests.support.policies import policies

DATES: tuple[tuple[str, Any], ...] = tuple(
    (f"activities.{activity}.{name}", value)
    for activity in ("customers", "canteen", "maintenance")
    for name, value in (("reference", "T"), ("created", "2026-01-01"), ("updated", "2026-01-02"))
)
CLIENT = "activities.maintenance.clients.cities.contact"
WHOLE = (
    *DATES,
    (CLIENT, {"email": "mairie@ville.example"}),
    ("activities.canteen.recipients", ["accounting"]),
)


def missing(*changes: tuple[str, Any]) -> list[str]:
    found = completeness(changed(*WHOLE, *changes).document)
    assert (found.overall.percent == 100) == (not found.overall.missing)
    return [".".join(map(str, one.place)) for one in found.overall.missing]


def test_a_whole_register_has_all_of_it() -> None:
    found = completeness(changed(*WHOLE).document)
    assert (found.overall.percent, found.overall.missing) == (100, ())
    assert {score.percent for score in found.sheets.values()} == {100}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("organisation.address", None), "organisation.address"),
        (("organisation.dpo", {"name": "C"}), "organisation.dpo"),
        (("organisation.country", "US"), "organisation.representative"),
        (("activities.customers.recipients", []), None),
        (("activities.canteen.recipients", []), "activities.canteen.recipients"),
        (("activities.canteen.purposes", {}), "activities.canteen.purposes"),
        (("activities.canteen.subjects", []), "activities.canteen.subjects"),
        (("activities.customers.purposes.orders.legal_basis", None), "activities.customers.purposes.orders.legal_basis"),
        (("activities.customers.reference", None), "activities.customers.reference"),
        (("activities.customers.joint_controllers", [{"contact": {"name": "G"}}]),
         "activities.customers.joint_controllers.0.contact"),
        (("activities.maintenance.operations", []), "activities.maintenance.operations"),
        (("activities.maintenance.clients", {}), "activities.maintenance.clients"),
        (("activities.maintenance.clients.cities.contract", None), "activities.maintenance.clients.cities.contract"),
        (("activities.maintenance.instructions", []), "activities.maintenance.instructions"),
        ((CLIENT, {"name": "Mairie"}), CLIENT),
        (("transfers.hosting.safeguard", None), "transfers.hosting.safeguard"),
        (("retention.meals.phases", []), "activities.canteen.data"),
        (("retention.meals", None), "activities.canteen.data"),
        (("measures.backup.activities", ["customers", "canteen"]), "measures"),
    ],
)  # fmt: skip
def test_what_is_missing_is_found_at_its_place(change: tuple[str, Any], place: str | None) -> None:
    assert set(missing(change)) == ({place} if place is not None else set())


def test_a_shared_weight_and_rounding_down() -> None:
    found = completeness(changed(*WHOLE, ("activities.customers.purposes.orders.legal_basis", None)).document)
    score = found.sheets["customers"]
    assert score.asked - score.present == 1  # half of two
    assert score.percent == int(100 * (score.asked - 1) / score.asked)


@settings(max_examples=40)
@given(policy=policies())
def test_scores_are_between_none_and_all(policy: Policy) -> None:
    found = completeness(policy)
    for score in (found.overall, found.organisation, *found.sheets.values()):
        assert 0 <= score.percent <= 100
        assert (score.percent == 100) == (not score.missing)
        assert score.asked - score.present == sum(one.weight for one in score.missing)
        assert all(one.label.missing() == () and one.source.missing() == () for one in score.missing)
