"""A publication for a wrong day is withdrawn, a notice of a wrong day is put right, and the ledger has both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.apps.policies import services
from garant.apps.policies.models import PublishedError, Version
from garant.apps.register import services as register
from garant.policy import Policy
from tests.apps.policies.support import ORGANISATION, TODAY, approved, changed, in_force
from tests.apps.policies.test_advance_notice import delay, publish, tell, transfer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installation")]

DAY = timedelta(days=1)
REASON = "Le jour était faux."


def renamed(name: str) -> Any:
    def change(content: dict[str, Any]) -> None:
        content["organisation"]["name"] = name

    return change


def unpublish(version: Version, reason: str = REASON) -> Version:
    return services.unpublish(ORGANISATION, version.key, reason=reason, actor="Boris")


def last(kind: str) -> dict[str, Any]:
    return list(evidence.records(ORGANISATION, kind=kind))[-1].payload


def correct(version: Version, on: date) -> None:
    (notice,) = services.notices(version)
    services.correct_notice(ORGANISATION, version.key, notice.pk, on=on, actor="Ana")


def test_a_publication_to_come_is_withdrawn_and_published_for_the_right_day(reference: Policy) -> None:
    first = in_force(reference)
    wrong = in_force(changed(reference, renamed("Other")), date(2036, 1, 1))
    with pytest.raises(services.RefusedError, match="with a reason"):
        unpublish(wrong, " ")
    back = unpublish(wrong)
    assert (back.state, back.effective_on, back.published_by, back.reason) == ("approved", None, "", REASON)
    assert services.published_versions(ORGANISATION) == [first]
    assert Client().get(f"/p/{ORGANISATION}/fr/history/{wrong.number}/").status_code == 404
    assert register.standing(ORGANISATION, back).state == "draft"
    right = publish(back.key, TODAY + DAY)
    assert (right.state, right.effective_on, right.reason) == ("published", TODAY + DAY, "")
    kinds = [record.kind for record in evidence.records(ORGANISATION)]
    assert [kind for kind in kinds if "publish" in kind] == ["policy.published"] * 2 + [
        "policy.unpublished",
        "policy.published",
    ]


def test_what_has_begun_is_not_withdrawn(reference: Policy) -> None:
    first = in_force(reference)
    later = in_force(changed(reference, renamed("Other")), TODAY + DAY)
    with pytest.raises(services.RefusedError, match="has been in force since"):
        unpublish(first)
    with (
        time_machine.travel("2026-11-26T23:00:00+00:00"),
        pytest.raises(services.RefusedError, match="in force"),
    ):
        unpublish(later)
    with pytest.raises(PublishedError):
        first.unpublish(TODAY, REASON)
    draft = services.import_document(changed(reference, renamed("Draft")), actor="Ana")
    with pytest.raises(services.RefusedError, match="is a draft"):
        unpublish(draft)


def test_what_another_version_was_held_against_is_withdrawn_after_it(reference: Policy) -> None:
    """Else a transfer that people were told of with the first would come with the second, of which nobody was told."""
    in_force(reference)
    moving = changed(reference, transfer())
    told = approved(moving)
    tell(told.key)
    publish(told.key, TODAY + timedelta(days=60))
    with time_machine.travel("2026-11-26T08:00:00+00:00"):
        after = in_force(changed(moving, renamed("Other")), TODAY + timedelta(days=61))
    with pytest.raises(services.RefusedError, match=f"Version {after.number}, published since"):
        unpublish(told)
    unpublish(after)
    unpublish(told)
    with pytest.raises(services.RefusedError, match="told beforehand"):
        publish(after.key, TODAY + timedelta(days=61))


def test_a_wrong_day_of_a_notice_is_put_right_and_the_delay_runs_from_the_right_one(
    reference: Policy,
) -> None:
    in_force(changed(reference, delay("P1M")))
    version = approved(moving(reference))
    tell(version.key, date(2026, 10, 26))
    assert services.earliest_day(version) == date(2026, 11, 27)
    correct(version, TODAY)
    assert services.earliest_day(version) == date(2026, 12, 27)
    (counts,) = services.notices(version)
    assert (counts.on, counts.corrects.on) == (TODAY, date(2026, 10, 26))
    with pytest.raises(services.RefusedError, match="too soon"):
        publish(version.key, date(2026, 11, 27))
    said = last("policy.notice-corrected")
    assert (said["on"], said["was_on"], said["number"]) == ("2026-11-26", "2026-10-26", version.number)
    with pytest.raises(services.RefusedError, match="corrected already"):
        services.correct_notice(ORGANISATION, version.key, counts.corrects.pk, on=TODAY - DAY, actor="Ana")
    with pytest.raises(services.RefusedError, match="already"):
        correct(version, TODAY)
    with pytest.raises(services.RefusedError, match="to come"):
        correct(version, TODAY + DAY)


def moving(reference: Policy) -> Policy:
    def both(content: dict[str, Any]) -> None:
        transfer()(content)
        delay("P1M")(content)

    return changed(reference, both)


def test_a_version_published_by_the_wrong_day_is_told_to_come_too_soon(reference: Policy) -> None:
    in_force(changed(reference, delay("P1M")))
    version = approved(moving(reference))
    tell(version.key, date(2026, 10, 27))
    published = publish(version.key, date(2026, 11, 28))
    assert services.too_soon(published) is None
    correct(published, date(2026, 11, 1))
    assert services.too_soon(published) == date(2026, 12, 2)
    unpublish(published)
    publish(published.key, date(2026, 12, 2))
    assert services.too_soon(services.find(ORGANISATION, published.key)) is None


def test_what_is_replaced_before_its_day_never_applied(reference: Policy) -> None:
    in_force(reference)
    lost = in_force(changed(reference, renamed("Never")), TODAY + DAY)
    with time_machine.travel("2026-11-26T08:00:00+00:00"):
        stays = in_force(changed(reference, renamed("Stays")), TODAY + DAY)
        assert services.replaced(ORGANISATION) == {lost.key}
        page = Client().get(f"/p/{ORGANISATION}/en/history/{lost.number}/").content.decode()
        assert "This text was replaced before its day: it never applies." in page
    for instant in ("2026-11-26T09:00:00+00:00", "2026-11-27T09:00:00+00:00"):
        with time_machine.travel(instant):
            assert register.standing(ORGANISATION, lost).state == "replaced"
            said = Client().get(f"/p/{ORGANISATION}/en/history/").content.decode()
            assert said.count("Replaced before that day") == 1
    with time_machine.travel("2026-11-27T09:00:00+00:00"):
        assert register.standing(ORGANISATION, stays).state == "in-force"
        names = [one.organisation.name for one in services.begun(ORGANISATION)]
        assert names == ["Stays", reference.organisation.name]


def test_what_applied_for_some_hours_did_apply(reference: Policy) -> None:
    first = in_force(reference)
    with time_machine.travel("2026-11-26T08:00:00+00:00"):
        in_force(changed(reference, renamed("Other")))
        assert services.replaced(ORGANISATION) == frozenset()
        assert register.standing(ORGANISATION, first).state == "past"
