"""A version is written, reviewed by another person, published for a day, and then stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from garant.apps.evidence import services as evidence
from garant.apps.policies import services
from garant.apps.policies.models import NoticeGiven, PublishedError, Version
from garant.policy import Policy
from tests.apps.policies.support import ORGANISATION, TODAY, approved, changed, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installation")]


def kinds() -> list[str]:
    return [r.kind for r in evidence.records(ORGANISATION) if r.kind.startswith("policy.")]


def drop_measure(content: dict[str, Any]) -> None:
    del content["measures"]["remote-access"]


def test_the_whole_way(folder: Path, reference: Policy) -> None:
    version = services.import_folder(folder, actor="Ana")
    assert (version.number, version.state, version.policy) == (1, "draft", reference)
    assert services.published(ORGANISATION) is None
    services.submit(ORGANISATION, version.key, actor="Ana")
    services.approve(ORGANISATION, version.key, digest=version.digest, actor="Boris")
    services.publish(ORGANISATION, version.key, on=TODAY + timedelta(days=2), actor="Boris")
    assert services.published(ORGANISATION, TODAY + timedelta(days=1)) is None
    found = services.published(ORGANISATION, TODAY + timedelta(days=2))
    assert found is not None
    assert (found.key, found.digest) == (version.key, version.digest)
    assert kinds() == ["policy.drafted", "policy.submitted", "policy.approved", "policy.published"]
    last = list(evidence.records(ORGANISATION))[-1]
    assert last.payload == {
        "version": version.key,
        "number": 1,
        "digest": version.digest,
        "effective": "2026-11-28",
        "announced": 0,
    }
    assert "Boris" not in str(list(evidence.records(ORGANISATION)))
    evidence.verify_database(ORGANISATION)


def test_the_same_folder_makes_one_draft(folder: Path) -> None:
    first = services.import_folder(folder, actor="Ana")
    assert services.import_folder(folder, actor="Boris") == first
    assert services.versions(ORGANISATION) == [first]


def test_the_order_of_the_parts_is_kept(folder: Path, reference: Policy) -> None:
    version = services.import_folder(folder, actor="Ana")
    kept = services.find(ORGANISATION, "1").policy
    assert list(kept.retention) == list(reference.retention)
    assert list(kept.activities) == list(reference.activities)
    assert services.find(ORGANISATION, version.key).policy is kept


def test_the_version_in_force_is_the_last_that_began(reference: Policy) -> None:
    first = in_force(reference)
    second = in_force(changed(reference, drop_measure), TODAY + timedelta(days=10))
    assert services.published(ORGANISATION) == first
    assert services.published(ORGANISATION, TODAY + timedelta(days=9)) == first
    assert services.published(ORGANISATION, TODAY + timedelta(days=10)) == second
    assert services.published(ORGANISATION, TODAY - timedelta(days=1)) is None
    assert services.published_versions(ORGANISATION) == [second, first]


@pytest.mark.parametrize(
    ("instant", "number"),
    [
        ("2026-12-05T22:59:00Z", 1),  # 23:59 in Paris; the sixth on the islands where the day begins
        ("2026-12-05T23:00:00Z", 2),
    ],
)
def test_a_version_is_in_force_from_midnight_where_the_organisation_is(
    reference: Policy, instant: str, number: int
) -> None:
    in_force(reference)
    in_force(changed(reference, drop_measure), date(2026, 12, 6))
    with time_machine.travel(instant, tick=False):
        day, found = services.published_today(ORGANISATION)
    assert found is not None
    assert (day, found.number) == (date(2026, 12, 4 + number), number)


def test_a_version_to_come_does_not_silently_undo_one_published_since(reference: Policy) -> None:
    def mend(content: dict[str, Any]) -> None:
        content["organisation"]["name"] = "Reference, mended"

    in_force(reference)
    later = in_force(changed(reference, drop_measure), TODAY + timedelta(days=10))
    assert services.overtaken(ORGANISATION) == []
    with time_machine.travel("2026-11-26T08:00:00+00:00"):
        urgent = in_force(changed(reference, mend))
    assert services.overtaken(ORGANISATION) == [(later, urgent)]
    with time_machine.travel("2026-11-26T09:00:00+00:00"):
        in_force(urgent.policy, TODAY + timedelta(days=10))
    assert services.overtaken(ORGANISATION) == []


def test_a_draft_is_changed_by_one_person_at_a_time(reference: Policy) -> None:
    version = services.import_document(reference, actor="Ana")
    other = changed(reference, drop_measure)
    saved = services.save_draft(ORGANISATION, version.key, other, revision=version.revision, actor="Ana")
    assert saved.policy == other
    assert saved.digest != version.digest
    with pytest.raises(services.RefusedError, match="changed meanwhile by Ana"):
        services.save_draft(ORGANISATION, version.key, reference, revision=version.revision, actor="Boris")
    assert services.find(ORGANISATION, version.key).policy == other


def test_a_draft_begins_from_another_version(reference: Policy) -> None:
    first = in_force(reference)
    draft = services.new_draft(ORGANISATION, first.key, actor="Ana")
    assert (draft.number, draft.base, draft.policy) == (2, first.key, reference)
    with pytest.raises(services.RefusedError, match="changes nothing"):
        services.submit(ORGANISATION, draft.key, actor="Ana")
    services.discard(ORGANISATION, draft.key, actor="Ana")
    assert services.versions(ORGANISATION) == [first]
    assert kinds()[-1] == "policy.discarded"


@pytest.mark.parametrize("approver", ["Ana", " ana "])
def test_another_person_approves(reference: Policy, approver: str) -> None:
    version = services.import_document(reference, actor="Ana")
    services.submit(ORGANISATION, version.key, actor="Ana")
    with pytest.raises(services.RefusedError, match="another person") as refused:
        services.approve(ORGANISATION, version.key, digest=version.digest, actor=approver)
    assert "une autre personne" in refused.value.message.fr


def test_what_is_approved_is_what_was_read(reference: Policy) -> None:
    version = services.import_document(reference, actor="Ana")
    services.submit(ORGANISATION, version.key, actor="Ana")
    with pytest.raises(services.RefusedError, match="digest"):
        services.approve(ORGANISATION, version.key, digest="0" * 64, actor="Boris")


@pytest.mark.parametrize("back", [services.reject, services.withdraw])
def test_a_version_goes_back_with_a_reason(reference: Policy, back: Callable[..., Version]) -> None:
    version = approved(reference)
    with pytest.raises(services.RefusedError, match="with a reason"):
        back(ORGANISATION, version.key, reason=" ", actor="Boris")
    again = back(ORGANISATION, version.key, reason="Durée à revoir.", actor="Boris")
    assert (again.state, again.reason, again.approved_by) == ("draft", "Durée à revoir.", "")
    assert kinds()[-1] == "policy.returned"
    assert "Durée" not in str(list(evidence.records(ORGANISATION)))


def test_a_version_with_errors_is_not_submitted(reference: Policy) -> None:
    def unknown(content: dict[str, Any]) -> None:
        content["activities"]["recruitment"]["recipients"].append("nobody")

    version = services.import_document(changed(reference, unknown), actor="Ana")
    with pytest.raises(services.RefusedError, match=r"holds errors.*nobody"):
        services.submit(ORGANISATION, version.key, actor="Ana")


def test_each_step_has_its_place(reference: Policy) -> None:
    version = services.import_document(reference, actor="Ana")
    with pytest.raises(services.RefusedError, match="is a draft; for this it has to be in review"):
        services.approve(ORGANISATION, version.key, digest=version.digest, actor="Boris")
    with pytest.raises(services.RefusedError, match="has to be approved"):
        services.publish(ORGANISATION, version.key, on=TODAY, actor="Boris")
    services.submit(ORGANISATION, version.key, actor="Ana")
    with pytest.raises(services.RefusedError, match="has to be a draft"):
        services.save_draft(ORGANISATION, version.key, reference, revision=2, actor="Ana")
    with pytest.raises(services.RefusedError, match="No version “v-none”"):
        services.submit(ORGANISATION, "v-none", actor="Ana")
    with pytest.raises(services.RefusedError, match="No version “99”"):
        services.find(ORGANISATION, "99")


def test_a_policy_applies_from_today_at_the_earliest(reference: Policy) -> None:
    version = approved(reference)
    with pytest.raises(services.RefusedError, match="2026-11-25 is over; today is 2026-11-26"):
        services.publish(ORGANISATION, version.key, on=date(2026, 11, 25), actor="Boris")


def test_what_is_published_never_changes(reference: Policy) -> None:
    version = in_force(reference)
    for change in (
        lambda: services.save_draft(ORGANISATION, version.key, reference, revision=9, actor="Ana"),
        lambda: services.reject(ORGANISATION, version.key, reason="Non.", actor="Ana"),
        lambda: services.discard(ORGANISATION, version.key, actor="Ana"),
    ):
        with pytest.raises(services.RefusedError, match="is published"):
            change()
    kept = services.find(ORGANISATION, version.key)
    kept.document = "{}"
    with scope(organisation=ORGANISATION):
        for change in (
            kept.save,
            kept.delete,
            version.save,
            Version.objects.all().delete,
            lambda: Version.objects.update(document="{}"),
        ):
            with pytest.raises(PublishedError):
                change()
    assert services.find(ORGANISATION, version.key).policy == reference


def test_a_policy_of_another_organisation_is_refused(folder: Path, reference: Policy) -> None:
    with pytest.raises(services.RefusedError, match="“seipra-score”, not of “demo”"):
        services.import_folder(folder, actor="Ana", organisation="demo")
    draft = services.import_document(reference, actor="Ana")

    def other(content: dict[str, Any]) -> None:
        content["organisation"]["key"] = "other"

    with pytest.raises(services.RefusedError, match="“other”, not of “seipra-score”"):
        services.save_draft(ORGANISATION, draft.key, changed(reference, other), revision=1, actor="Ana")


@pytest.mark.parametrize("model", [Version, NoticeGiven])
def test_a_query_without_a_scope_is_refused(model: Any) -> None:
    with pytest.raises(ScopeError):
        list(model.objects.all())


def test_another_organisation_sees_nothing(demo: str, reference: Policy) -> None:
    version = in_force(reference)
    assert services.versions(demo) == []
    assert services.published(demo) is None
    with pytest.raises(services.RefusedError, match="No version"):
        services.find(demo, version.key)
    with pytest.raises(services.RefusedError, match="No version"):
        services.submit(demo, version.key, actor="Ana")
