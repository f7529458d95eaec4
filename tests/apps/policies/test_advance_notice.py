"""What people were promised to be told of takes effect only after they were told and the delay has run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.policies import services
from garant.apps.policies.models import PublishedError
from garant.policy import Policy
from tests.apps.policies.support import ORGANISATION, TODAY, approved, changed, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installation")]

Change = Callable[[dict[str, Any]], None]


def transfer(to: str = "it-provider", country: str = "CH", *activities: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["promises"].pop("no-transfer", None)
        content.setdefault("transfers", {})[f"to-{to}-{country.lower()}"] = {
            "label": {"fr": "Hébergement en Suisse", "en": "Hosting in Switzerland"},
            "to": to,
            "country": country,
            "activities": list(activities),
            "safeguard": {"kind": "adequacy", "reference": {"fr": "Décision", "en": "Decision"}},
        }

    return change


def sub_processor(content: dict[str, Any]) -> None:
    activity = content["activities"]["remote-maintenance"]
    activity["processors"] = [*activity.get("processors", []), "accountant"]


def delay(period: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["transfer_clause"]["advance_notice"] = period
        content["activities"]["remote-maintenance"]["sub_processor_notice"] = period

    return change


def tell(key: str, on: date = TODAY) -> None:
    services.record_notice_given(
        ORGANISATION, key, channel="Courriel", on=on, evidence="Envoi 2026-11", actor="Ana"
    )


def publish(key: str, on: date) -> services.Version:
    return services.publish(ORGANISATION, key, on=on, actor="Boris")


@pytest.mark.parametrize("change", [transfer(), sub_processor])
def test_nobody_was_told(reference: Policy, change: Change) -> None:
    in_force(reference)
    version = approved(changed(reference, change))
    assert services.earliest_day(version) is None
    with pytest.raises(services.RefusedError, match="have to be told beforehand: a new"):
        publish(version.key, TODAY + timedelta(days=400))


@pytest.mark.parametrize("change", [transfer(), sub_processor])
def test_told_and_the_delay_has_run(reference: Policy, change: Change) -> None:
    before = changed(reference, delay("P1M"))
    in_force(before)
    version = approved(changed(before, change))
    tell(version.key)
    first = date(2026, 12, 27)
    assert services.earliest_day(version) == first
    with pytest.raises(services.RefusedError, match="2026-12-26 is too soon") as refused:
        publish(version.key, first - timedelta(days=1))
    assert "27/12/2026" in refused.value.mend.fr
    assert publish(version.key, first).effective_on == first
    last = list(evidence.records(ORGANISATION))
    assert [r.kind for r in last if r.kind == "policy.notice-given"]
    assert last[-1].payload["announced"] == 1
    assert "Courriel" not in str(last)


def test_without_a_delay_the_day_before_will_do(reference: Policy) -> None:
    in_force(reference)
    version = approved(changed(reference, transfer()))
    tell(version.key, TODAY - timedelta(days=1))
    assert publish(version.key, TODAY).published


def test_the_promise_in_force_binds_not_the_next(reference: Policy) -> None:
    before = changed(reference, delay("P2M"))
    in_force(before)

    def shorter(content: dict[str, Any]) -> None:
        transfer()(content)
        content["transfer_clause"]["advance_notice"] = "P1D"

    version = approved(changed(before, shorter))
    tell(version.key)
    assert services.earliest_day(version) == date(2027, 1, 27)


def test_what_is_not_new_needs_no_notice(reference: Policy) -> None:
    before = changed(reference, transfer("it-provider", "CH"))
    in_force(before)

    def narrower(content: dict[str, Any]) -> None:
        content["transfers"]["to-it-provider-ch"]["activities"] = ["recruitment"]

    version = approved(changed(before, narrower))
    assert services.announcements(version) == ()
    assert publish(version.key, TODAY).published


def test_the_same_place_for_more_activities_is_new(reference: Policy) -> None:
    before = changed(reference, transfer("it-provider", "CH", "recruitment"))
    in_force(before)

    def wider(content: dict[str, Any]) -> None:
        content["transfers"]["to-it-provider-ch"]["activities"].append("customer-relationship")

    (announced,) = services.announcements(approved(changed(before, wider)))
    assert announced.what.en == (
        "a new transfer outside the European Economic Area, Hosting in Switzerland (CH)"
    )


def test_the_processors_of_a_processor_count(reference: Policy) -> None:
    before = changed(reference, sub_processor)
    in_force(before)

    def deeper(content: dict[str, Any]) -> None:
        content["processors"]["accountant"]["sub_processors"] = ["it-provider"]
        content["processors"]["it-provider"]["sub_processors"] = ["accountant"]
        content["activities"]["remote-maintenance"]["processors"] = ["accountant"]

    version = services.import_document(changed(before, deeper), actor="Ana")
    told = [announced.what.en for announced in services.announcements(version)]
    expected = (
        []
        if "it-provider" in before.activities["remote-maintenance"].processors
        else ["a new sub-processor, Our IT provider, for “Remote maintenance”"]
    )
    assert told == expected


def test_a_first_policy_has_nothing_to_announce(reference: Policy) -> None:
    version = approved(changed(reference, transfer()))
    assert services.announcements(version) == ()
    assert publish(version.key, TODAY).published


def test_without_a_clause_nothing_was_promised_of_transfers(reference: Policy) -> None:
    def no_clause(content: dict[str, Any]) -> None:
        del content["transfer_clause"]

    before = changed(reference, no_clause)
    in_force(before)
    version = services.import_document(changed(before, transfer()), actor="Ana")
    assert services.announcements(version) == ()


def test_a_notice_is_of_what_the_version_says(reference: Policy) -> None:
    in_force(reference)
    version = approved(changed(reference, transfer()))
    tell(version.key)
    services.withdraw(ORGANISATION, version.key, reason="Autre pays.", actor="Ana")
    draft = services.find(ORGANISATION, version.key)
    other = changed(reference, transfer(country="JP"))
    saved = services.save_draft(ORGANISATION, draft.key, other, revision=draft.revision, actor="Ana")
    assert services.notices(saved) == []


@pytest.mark.parametrize(
    ("channel", "on", "shown", "words"),
    [
        (" ", TODAY, "x", "by what means"),
        ("\x00", TODAY, "x", "by what means"),
        ("Courriel", TODAY, "", "by what means"),
        ("Courriel", TODAY + timedelta(days=1), "x", "2026-11-27 is to come"),
    ],
)
def test_a_notice_that_shows_nothing_is_refused(
    reference: Policy, channel: str, on: date, shown: str, words: str
) -> None:
    version = approved(reference)
    with pytest.raises(services.RefusedError, match=words):
        services.record_notice_given(
            ORGANISATION, version.key, channel=channel, on=on, evidence=shown, actor="Ana"
        )


def test_a_notice_stands(reference: Policy) -> None:
    version = approved(reference)
    tell(version.key)
    (notice,) = services.notices(version)
    for change in (notice.save, notice.delete):
        with pytest.raises(PublishedError):
            change()


def test_what_no_database_can_hold_is_left_out(reference: Policy) -> None:
    version = approved(reference)
    given = services.record_notice_given(
        ORGANISATION, version.key, channel="E\x00-mail" * 50, on=TODAY, evidence="a\x1bb", actor="Ana"
    )
    assert (given.channel[:6], len(given.channel), given.evidence) == ("E-mail", 200, "ab")
    back = services.reject(ORGANISATION, version.key, reason="\x00Non.", actor="Boris")
    assert back.reason == "Non."
    with pytest.raises(services.RefusedError, match="No version"):
        services.find(ORGANISATION, "\x00")
