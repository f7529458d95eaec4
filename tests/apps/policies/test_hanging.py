"""What hangs on the keys of the policy is told before a version that drops or renames them is approved."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.holds import services as holds
from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import contact
from garant.apps.permissions import knowing, people
from garant.apps.permissions import services as permissions
from garant.apps.policies import services
from garant.apps.policies.documents import loaded
from garant.apps.policies.models import Version
from garant.policy import Policy
from garant.site.paths import archive_folder
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.store import ArchiveStore
from garant.systems.archiving import LeavingRows, Origin
from tests.apps.policies.support import ORGANISATION, TODAY, approved, changed, in_force
from tests.conftest import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installation")]

Change = Callable[[dict[str, Any]], None]
MARKETING, STUDY = "customer-relationship/commercial-communications", "customer-relationship/study"
WHO = [contact("email", "ana@x.example")]


@pytest.fixture(autouse=True)
def archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of this test's own; what another test's organisation allows is forgotten."""
    monkeypatch.setenv("GARANT_ARCHIVE", str(tmp_path / "archive"))
    for kept in (knowing._looked, knowing._permissions, knowing._zone, people._key, oppositions._kept_key):
        kept.cache_clear()


def archive(rule: str) -> None:
    """Keep one record under a rule."""
    store = ArchiveStore(archive_folder() / f"{ORGANISATION}.sqlite3", bytes(range(32)))
    records = RecordArchive(store)
    archivist = records.archivist("plan/001", Origin("crm", "person", rule, "ab" * 32, TODAY, {}))
    archivist.take(LeavingRows("person", ["id"], [(1, (1,))]), lambda _env, _name: iter(()))
    archivist.close({1: TODAY})
    records.keep("plan/001")


def hold(activity: str) -> str:
    asked = holds.Asked("DPO", "Litige", until=TODAY + timedelta(days=90), activity=activity)
    current = services.published(ORGANISATION)
    assert current is not None
    return holds.place(loaded(current.policy), {}, asked, actor="Ana")[0].key


def rename_rule(old: str, new: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["retention"][new] = content["retention"].pop(old)

    return change


def rename_activity(old: str, new: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["activities"][new] = content["activities"].pop(old)
        for section in ("retention", "transfers", "measures", "promises"):
            for one in content.get(section, {}).values():
                one["activities"] = [new if key == old else key for key in one.get("activities", [])]
        for one in content["rights"]["offered"].values():
            one["activities"] = [new if key == old else key for key in one.get("activities", [])]

    return change


def purpose(key: str, ground: str = "legitimate-interests", *, gone: str = "") -> Change:
    """A purpose added to the activity of customers, in the place of another where one is named."""

    def change(content: dict[str, Any]) -> None:
        purposes = content["activities"]["customer-relationship"]["purposes"]
        basis = dict(purposes["commercial-communications"]["legal_basis"]) | {"ground": ground}
        if ground == "consent":
            basis = {"ground": ground, "withdrawal": {"fr": "Par courriel.", "en": "By e-mail."}}
        purposes.pop(gone, None)
        purposes[key] = {"label": {"fr": "Étudier", "en": "Study"}, "legal_basis": basis}

    return change


def told(version: Version) -> list[tuple[str, str]]:
    return [(one.severity, one.text.en) for one in services.hanging(version)]


def dated(policy: Policy, change: Change) -> Policy:
    """With the change, and of another day."""

    def both(content: dict[str, Any]) -> None:
        change(content)
        content["notice"]["updated"] = TODAY.isoformat()

    return changed(policy, both)


def draft(policy: Policy, change: Change) -> Version:
    return services.import_document(dated(policy, change), actor="Ana")


def test_a_rule_with_records_in_the_archive_does_not_go(reference: Policy) -> None:
    in_force(reference)
    archive("customers")
    version = draft(reference, rename_rule("customers", "clients"))
    with pytest.raises(services.RefusedError, match="archive has records of the rule “Customers"):
        services.submit(ORGANISATION, version.key, actor="Ana")
    assert services.find(ORGANISATION, version.key).state == "draft"
    other = draft(reference, rename_rule("prospects", "leads"))
    services.submit(ORGANISATION, other.key, actor="Ana")


def test_what_is_archived_after_the_version_was_submitted_keeps_it_from_being_approved_and_published(
    reference: Policy,
) -> None:
    in_force(reference)
    first = draft(reference, rename_rule("customers", "clients"))
    services.submit(ORGANISATION, first.key, actor="Ana")
    second = approved(changed(reference, rename_rule("customers", "buyers")))
    archive("customers")
    with pytest.raises(services.RefusedError, match="archive has records"):
        services.approve(ORGANISATION, first.key, digest=first.digest, actor="Boris")
    with pytest.raises(services.RefusedError, match="archive has records"):
        services.publish(ORGANISATION, second.key, on=TODAY, actor="Boris")


def test_a_rule_that_went_before_keeps_no_correction_from_being_published(reference: Policy) -> None:
    """Nothing gets worse by it: it is told, and the version that brings the rule back is published as any other."""
    in_force(changed(reference, rename_rule("customers", "clients")))
    archive("customers")
    version = draft(reference, rename_rule("customers", "buyers"))
    (said,) = told(version)
    assert said[0] == "warning"
    assert "archive has records of the rule “customers”, which" in said[1]
    services.submit(ORGANISATION, version.key, actor="Ana")
    back = services.import_document(reference, actor="Ana")
    assert not any("archive" in text for _, text in told(back))


def test_an_archive_that_cannot_be_read_is_told(reference: Policy) -> None:
    archive_folder().mkdir(parents=True)
    (archive_folder() / f"{ORGANISATION}.sqlite3").write_bytes(b"not a database at all, whatever its name")
    version = services.import_document(reference, actor="Ana")
    assert (
        "warning",
        "The intermediate archive cannot be read: nobody knows which rules its records ask for.",
    ) in told(version)


def test_a_hold_on_an_activity_is_not_left_without_it(reference: Policy) -> None:
    in_force(reference)
    key = hold("recruitment")
    version = draft(reference, rename_activity("recruitment", "hiring"))
    with pytest.raises(services.RefusedError, match=f"hold {key} is on the activity “recruitment”"):
        services.submit(ORGANISATION, version.key, actor="Ana")
    holds.end(ORGANISATION, key, actor="Ana")
    services.submit(ORGANISATION, version.key, actor="Ana")


def test_a_rule_does_not_leave_an_activity_that_is_held(reference: Policy) -> None:
    def elsewhere(content: dict[str, Any]) -> None:
        content["retention"]["customers"]["activities"] = ["technical-development"]

    in_force(reference)
    key = hold("customer-relationship")
    assert [one for one in told(draft(reference, elsewhere)) if one[0] == "error"] == [
        (
            "error",
            (
                f"The hold {key} keeps what the rule “customers” is about, which this version takes from the activity "
                "“customer-relationship”: it would not keep it any more."
            ),
        )
    ]
    renamed = told(draft(reference, rename_rule("customers", "clients")))
    assert (
        "warning",
        f"The hold {key} keeps what the rule “customers” is about, which this version does not have.",
    ) in renamed


def test_maps_that_name_what_goes_are_told(reference: Policy, tmp_path: Path, settings: Settings) -> None:
    def active(content: dict[str, Any]) -> None:
        for phase in content["retention"]["customers"]["phases"]:
            phase["kind"] = "active"

    settings.GARANT_MAPS = tmp_path / "maps"
    shutil.copytree(ROOT / "examples" / "seipra-score" / "maps", tmp_path / "maps" / ORGANISATION)
    in_force(reference)
    assert told(services.import_document(reference, actor="Ana")) == []
    assert told(draft(reference, rename_rule("candidates", "applicants"))) == [
        ("warning", ("The map of “recruitment” names the rule “candidates”, which this version does not have: no plan would be "
         "made there."))
    ]  # fmt: skip
    assert told(draft(reference, active)) == [
        ("warning", ("The map of “crm” archives what the rule “customers” is about, which has no intermediate archive in this "
         "version: no plan would be made there."))
    ]  # fmt: skip
    (tmp_path / "maps" / ORGANISATION / "maintenance.yaml").write_text("system: [", encoding="utf-8")
    told_of = told(draft(reference, active))
    assert [severity for severity, _ in told_of] == ["warning", "warning"]
    assert "The map maintenance.yaml cannot be used" in told_of[0][1]
    assert "The map of “crm” archives" in told_of[1][1], "what the others say is told nevertheless"


def test_an_objection_whose_purpose_was_renamed_holds_on(reference: Policy) -> None:
    """Of a use that is no marketing, too: against the uses that came since, and no other that was there."""
    first = changed(reference, purpose("study"))
    in_force(first)
    oppositions.record(loaded(first), WHO, STUDY, actor="Ana")
    second = dated(first, purpose("survey", gone="study"))
    version = services.import_document(second, actor="Ana")
    (said,) = told(version)
    assert said[0] == "warning"
    assert "one address or number oppose “customer-relationship/study”" in said[1]
    assert "customer-relationship/survey" in said[1]
    with time_machine.travel("2026-11-26T08:00:00+00:00"):
        in_force(second)
        knowing._permissions.cache_clear()
        answer = permissions.may(ORGANISATION, [("email", "ana@x.example")], "customer-relationship/survey")
        assert answer.code == "objected"
        assert oppositions.opposed(loaded(second), WHO, "survey") == [True]
        other = contact("email", "bob@x.example")
        assert oppositions.opposed(loaded(second), [other], "survey") == [False]
        assert oppositions.opposed(loaded(second), WHO, None) == [True]
        assert oppositions.end(loaded(second), WHO, STUDY, actor="Ana") == 1
        assert oppositions.opposed(loaded(second), WHO, "survey") == [False]
        with pytest.raises(oppositions.PurposeRefusedError):
            oppositions.end(loaded(second), WHO, STUDY, actor="Ana")


def test_an_objection_that_would_not_hold_any_more_is_told(reference: Policy) -> None:
    def contractual(content: dict[str, Any]) -> None:
        content["activities"]["customer-relationship"]["purposes"]["study"]["legal_basis"] = {
            "ground": "contract"
        }

    def no_marketing(content: dict[str, Any]) -> None:
        one = content["activities"]["customer-relationship"]["purposes"]["commercial-communications"]
        del one["direct_marketing"]

    first = changed(reference, purpose("study"))
    in_force(first)
    oppositions.record(loaded(first), WHO, STUDY, actor="Ana")
    oppositions.record(loaded(first), WHO, None, actor="Ana")
    assert "would not hold against it any more" in str(told(draft(first, contractual)))
    assert MARKETING in str(told(draft(first, no_marketing)))
    assert told(services.import_document(first, actor="Ana")) == []


def test_consents_that_would_count_for_nothing_or_for_something_else_are_told(reference: Policy) -> None:
    def weighed(content: dict[str, Any]) -> None:
        purpose("study")(content)

    def more(content: dict[str, Any]) -> None:
        content["activities"]["customer-relationship"]["purposes"]["study"]["profiling"] = True

    first = changed(reference, purpose("study", "consent"))
    in_force(first)
    for who, given in (("ana", True), ("bob", True), ("eve", False)):
        permissions.consent(ORGANISATION, [("email", f"{who}@x.example")], STUDY, given=given, actor="Ana")
    assert told(services.import_document(first, actor="Ana")) == []
    (gone,) = told(draft(first, purpose("survey", "consent", gone="study")))
    assert "Consent to “Study” (customer-relationship/study) is given under 2 identities" in gone[1]
    (withdrawn,) = told(draft(first, weighed))
    assert "is withdrawn under one identity" in withdrawn[1]
    (otherwise,) = told(draft(first, more))
    assert "says the purpose otherwise" in otherwise[1]


def test_a_notice_that_says_something_else_under_the_same_date_is_told(reference: Policy) -> None:
    def name(content: dict[str, Any]) -> None:
        content["organisation"]["name"] = "Référence, corrigée"

    in_force(reference)
    (said,) = told(services.import_document(changed(reference, name), actor="Ana"))
    assert "as the one in force does, and does not say the same" in said[1]
    assert told(draft(reference, name)) == []


def test_what_programs_ask_about_is_told(reference: Policy) -> None:
    first = changed(reference, purpose("study"))
    in_force(first)
    permissions.may(ORGANISATION, [("email", "ana@x.example")], STUDY)
    permissions.counts(ORGANISATION)
    (asked,) = told(draft(first, purpose("survey", gone="study")))
    assert "Programs asked 1 time in 30 days" in asked[1]


def test_habilitations_to_what_goes_are_told(reference: Policy) -> None:
    def other_client(content: dict[str, Any]) -> None:
        clients = content["activities"]["remote-maintenance"]["clients"]
        content["activities"]["remote-maintenance"]["clients"] = {"others": clients[next(iter(clients))]}

    in_force(reference)
    (client, *_) = reference.processor_activities[0].clients
    for name, given in (
        ("ana", Habilitation(Role.STAFF, None, ("recruitment", "customer-relationship"))),
        ("bob", Habilitation(Role.STAFF, None, ("recruitment",))),
        ("eve", Habilitation(Role.CLIENT_CONTACT, clients=(client,))),
    ):
        accounts.give(ORGANISATION, accounts.ensure_user(f"{name}@demo.example"), given, actor="garant")
    (activity,) = told(draft(reference, rename_activity("recruitment", "hiring")))
    assert "2 habilitations are limited to the activity “recruitment”" in activity[1]
    (done,) = told(draft(reference, other_client))
    assert f"One habilitation is limited to the client “{client}”" in done[1]


def test_whoever_approves_reads_it(reference: Policy, settings: Settings) -> None:
    settings.GARANT_MFA_REQUIRED = False
    in_force(reference)
    version = draft(reference, rename_rule("customers", "clients"))
    services.submit(ORGANISATION, version.key, actor="Ana")
    archive("customers")
    user = accounts.ensure_user("boris@demo.example", "Boris", language="en")
    accounts.give(ORGANISATION, user, Habilitation(Role.DPO), actor="garant")
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    for page in ("", "review/"):
        html = client.get(f"/o/{ORGANISATION}/policy/{version.number}/{page}").content.decode()
        assert "To know before approving" in html
        assert "Keep the rule, under the same key" in html
    step = f"/o/{ORGANISATION}/policy/{version.number}/do/"
    client.post(step, {"do": "approve", "digest": version.digest})
    assert services.find(ORGANISATION, version.key).state == "in-review"


def test_what_was_approved_before_another_was_published_is_reviewed_again(reference: Policy) -> None:
    def measure(content: dict[str, Any]) -> None:
        del content["measures"]["remote-access"]

    def name(content: dict[str, Any]) -> None:
        content["organisation"]["name"] = "Référence, corrigée"

    in_force(reference)
    version = approved(changed(reference, measure))
    with time_machine.travel("2026-11-26T08:00:00+00:00"):
        urgent = in_force(changed(reference, name))
        with pytest.raises(services.RefusedError, match=f"Version {urgent.number} was published since"):
            services.publish(ORGANISATION, version.key, on=date(2026, 11, 27), actor="Ana")
        services.reject(ORGANISATION, version.key, reason="À relire.", actor="Boris")
        services.submit(ORGANISATION, version.key, actor="Ana")
        services.approve(ORGANISATION, version.key, digest=version.digest, actor="Boris")
        services.publish(ORGANISATION, version.key, on=date(2026, 11, 27), actor="Ana")
