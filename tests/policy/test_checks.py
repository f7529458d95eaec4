"""What the rules find in a clean policy when one thing changes: that, and nothing else."""

from datetime import date
from typing import Any

import pytest

from garant.policy import check_policy, parse_policy

from .policies import CLEAN, DAY, codes, found

CUSTOMERS = "activities.customers"
ORDERS = f"{CUSTOMERS}.purposes.orders"
NEWS = f"{CUSTOMERS}.purposes.news"
MEALS = "activities.canteen.purposes.meals"
BOTH = {"fr": "a", "en": "a"}
ACTIVE = [{"kind": "active", "period": "P1M"}]


def rule(**fields: Any) -> dict[str, Any]:
    """A retention rule with nothing to reproach it, but for these fields."""
    sound = {
        "label": BOTH, "activities": ["customers"], "trigger": "last-contact", "phases": ACTIVE, "fate": "erase",
        "legal_source": BOTH,
    }  # fmt: skip
    return {**sound, **fields}


def test_the_clean_policy_is_clean() -> None:
    assert check_policy(parse_policy(CLEAN), DAY) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((f"{ORDERS}.legal_basis", None), ["GAR101"]),
        ((f"{NEWS}.legal_basis.balancing", None), ["GAR102"]),
        ((f"{NEWS}.legal_basis.interest", None), ["GAR103"]),
        ((f"{ORDERS}.legal_basis", {"ground": "consent"}), ["GAR104"]),
        ((f"{ORDERS}.legal_basis", {"ground": "legal-obligation"}), ["GAR105"]),
        ((f"{ORDERS}.legal_basis", {"ground": "public-task"}), ["GAR105"]),
        ((f"{ORDERS}.legal_basis", {"ground": "vital-interests"}), []),
        ((f"{MEALS}.special_ground", None), ["GAR106"]),
        ((f"{MEALS}.nir_ground", None), ["GAR107"]),
        ((f"{MEALS}.offences_ground", None), ["GAR108"]),
        ((f"{NEWS}.legal_basis", {"ground": "contract"}), ["GAR109", "GAR362"]),
        ((f"{NEWS}.legal_basis", None), ["GAR101", "GAR362"]),
        ((f"{CUSTOMERS}.impact_assessment", {"required": False}), []),
        ((f"{CUSTOMERS}.joint_controllers", [{"contact": {}}]), ["GAR112"]),
        ((f"{CUSTOMERS}.joint_controllers", [{"contact": {}, "arrangement": {"label": BOTH}}]), ["GAR112"]),
        ((f"{CUSTOMERS}.data", ["identity", "contact-details", "invoicing", "location"]), []),
        ((f"{NEWS}.data", ["identity", "location"]), ["GAR154"]),
        ((f"{NEWS}.subjects", ["prospects", "staff"]), ["GAR154", "GAR201", "GAR201"]),
        ((f"{NEWS}.subjects", ["customer-contacts"]), ["GAR208"]),
        ((f"{CUSTOMERS}.subjects", None), []),
        (("activities.maintenance.subjects", None), ["GAR155", "GAR208", "GAR208"]),
    ],
)
def test_grounds_and_minimisation(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_data_that_a_purpose_uses_in_part_are_used() -> None:
    assert codes((f"{ORDERS}.data", ["name", "invoicing"])) == []
    changes = ((f"{ORDERS}.data", ["invoicing"]), (f"{NEWS}.data", ["contact-details"]))
    assert codes(*changes) == ["GAR152"]
    assert "«\u202fidentity\u202f»" in found(*changes)[0].message.fr


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("retention.meals", None), ["GAR201"] * 4),
        (("retention.images", None), ["GAR201", "GAR201"]),
        (("retention.prospects.trigger", None), ["GAR202"]),
        (("retention.prospects.phases", []), ["GAR203"]),
        (("retention.prospects.fate", None), ["GAR204"]),
        (("retention.prospects.legal_source", None), ["GAR205"]),
        (("retention.prospects.phases", [*ACTIVE, *ACTIVE]), ["GAR206"]),
        (
            (
                "retention.prospects.phases",
                [*ACTIVE, {"kind": "intermediate-archive", "period": "P0D", "access": BOTH}],
            ),
            ["GAR206"],
        ),
        (("retention.prospects.phases", [{"kind": "active", "period": "P0D"}]), []),
        (("retention.invoices.phases.0.access", None), ["GAR207"]),
        (("retention.more", rule(activities=[])), ["GAR208"]),
        (("retention.more", rule(data=["location"])), ["GAR208"]),
        (("retention.more", rule(data=["economic"])), []),
        (("retention.more", rule(data=["name"])), []),
        (("retention.more", rule(subjects=["staff"])), ["GAR208"]),
        (("retention.more", rule(subjects=["customer-contacts"])), []),
        (("retention.more", rule(data=["unknown"], subjects=["unknown"])), ["GAR431", "GAR431"]),
        (("retention.prospects.purposes", ["news"]), []),
        (("retention.prospects.purposes", ["orders"]), ["GAR201", "GAR201"]),
        (("retention.prospects.purposes", ["meals"]), ["GAR201", "GAR201", "GAR431"]),
    ],
)
def test_retention(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_a_category_is_answered_for_by_all_that_it_contains() -> None:
    narrow = [
        ("retention.customers.data", ["name", "birth", "gender", "nationality", "photograph", "signature"]),
        ("retention.contacts", rule(data=["contact-details"], subjects=["customers"])),
    ]
    assert codes(*narrow) == ["GAR201"]
    whole = [*narrow, ("retention.papers", rule(data=["identity-document"], subjects=["customers"]))]
    assert codes(*whole) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("retention.prospects.phases.0.period", "P37M"), ["GAR221"]),
        (("retention.prospects.phases.0.period", "P1096D"), ["GAR221"]),
        (("retention.prospects.phases.0.period", "P1095D"), []),
        (
            (
                "retention.prospects.phases",
                [*ACTIVE, {"kind": "intermediate-archive", "period": "P3Y", "access": BOTH}],
            ),
            ["GAR221"],
        ),
        (("retention.images.phases.0.period", "P30D"), ["GAR223"]),
        (("retention.images.phases.0.period", "P28D"), []),
        (("retention.images.phases.0.period", "P4W"), []),
        (("retention.invoices.phases.0.period", "P9Y"), ["GAR224"]),
        (("retention.invoices", None), ["GAR224"]),
        (("retention.invoices.phases.0.period", "P120M"), []),
    ],
)
def test_durations(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_a_rule_for_everybody_counts_for_prospects_where_none_names_them() -> None:
    everybody = rule(phases=[{"kind": "active", "period": "P5Y"}])
    assert codes(("retention.prospects", None), ("retention.all", everybody)) == ["GAR221"]
    assert codes(("retention.all", everybody)) == []


def test_a_rule_for_everything_counts_for_images_where_none_names_them() -> None:
    everything = rule(activities=["maintenance"], phases=[{"kind": "active", "period": "P1Y"}])
    assert codes(("retention.images", None), ("retention.all", everything)) == ["GAR223"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((f"{CUSTOMERS}.recipients", None), ["GAR251"]),
        ((f"{ORDERS}.recipients", ["accounting"]), []),
        ((f"{CUSTOMERS}.processors", None), ["GAR252"]),
        (("processors.host.contract", None), ["GAR253"]),
        (("activities.maintenance.processors", ["host"]), []),
        (("processors.host.guarantees", None), ["GAR255"]),
        (("processors.host.own_copy", None), ["GAR260"]),
        (("processors.host.own_copy", True), []),
        (("activities.maintenance.clients", None), ["GAR256"]),
        (("activities.maintenance.instructions", None), ["GAR257"]),
        (("activities.maintenance.operations", None), ["GAR258"]),
        (("activities.maintenance.clients.cities.contract", None), ["GAR259"]),
    ],
)
def test_sharing(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_a_processor_used_for_clients_is_a_sub_processor() -> None:
    changes = (("activities.maintenance.processors", ["host"]), ("processors.host.contract", None))
    assert codes(*changes) == ["GAR254"]


SAFEGUARD = "transfers.hosting.safeguard"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((SAFEGUARD, None), ["GAR301"]),
        ((f"{SAFEGUARD}.certified", None), ["GAR302"]),
        (("transfers.hosting.country", "IN"), ["GAR302", "GAR304"]),
        (("transfers.hosting.country", "BR"), ["GAR304"]),
        (("transfers.hosting.country", "NO"), ["GAR303", "GAR304"]),
        (("transfers", None), ["GAR304"]),
        (("recipients.accounting.country", "IN"), ["GAR304"]),
        (("recipients.accounting.country", "DE"), []),
        ((SAFEGUARD, {"kind": "binding-rules"}), ["GAR305"]),
        ((SAFEGUARD, {"kind": "public-instrument"}), []),
        ((SAFEGUARD, {"kind": "derogation"}), ["GAR306"]),
        ((SAFEGUARD, {"kind": "derogation", "reference": BOTH}), []),
    ],
)
def test_transfers(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


@pytest.mark.parametrize("country", ["BR", "GB"])
def test_a_transfer_is_to_where_the_receiver_is(country: str) -> None:
    """An adequacy decision for another country answers for nothing."""
    assert codes(("transfers.hosting.country", country)) == ["GAR304"]
    assert codes(("transfers.hosting.country", country), ("processors.host.country", country)) == []
    assert codes(("transfers.hosting.country", "EPO"), ("processors.host.country", None)) == []


@pytest.mark.parametrize(
    ("country", "day", "reason"),
    [
        ("IN", DAY, "there is none for IN"),
        ("GB", date(2031, 12, 28), "(EU) 2021/1772 is not in force"),
        ("BR", date(2026, 1, 25), "(EU) 2026/179 is not in force"),
        ("US", DAY, "(EU) 2023/1795 covers certified organisations only"),
    ],
)
def test_an_adequacy_decision_relied_on_wrongly_is_explained(country: str, day: date, reason: str) -> None:
    changes = ((SAFEGUARD, {"kind": "adequacy"}), ("transfers.hosting.country", country))
    (one,) = [one for one in found(*changes, as_of=day) if one.code == "GAR302"]
    assert one.message.en == f"The transfer “hosting” relies on an adequacy decision: {reason}."


def test_a_category_of_ones_own_in_the_place_of_a_protected_one_is_protected_as_well() -> None:
    """Shipped categories may be said otherwise; without their protection, health was processed as anything else."""
    own = ("categories.data.health", {"label": BOTH})
    assert codes(own, (f"{MEALS}.special_ground", None)) == ["GAR106"]
    assert codes(("categories.data.nir", {"label": BOTH}), (f"{MEALS}.nir_ground", None)) == ["GAR107"]
    assert codes(own) == []


@pytest.mark.parametrize(
    ("narrow", "own", "ground", "code"),
    [
        ("health", {}, "special_ground", "GAR106"),
        ("nir", {}, "nir_ground", "GAR107"),
        ("allergies", {"protection": "special"}, "special_ground", "GAR106"),
        ("cautions", {"protection": "offences"}, "offences_ground", "GAR108"),
    ],
)
def test_a_wide_category_holds_the_protected_ones_below_it(
    narrow: str, own: dict[str, str], ground: str, code: str
) -> None:
    """The purpose says it processes the whole file of a person: a sick note in it is processed as well."""
    wide = ("categories.data.whole-file", {"label": BOTH})
    middle = ("categories.data.part", {"label": BOTH, "parent": "whole-file"})
    below = (f"categories.data.{narrow}", {"label": BOTH, "parent": "part", **own})
    uses = (f"{MEALS}.data", ["whole-file"])
    without = [(f"{MEALS}.{one}", None) for one in ("special_ground", "nir_ground", "offences_ground")]
    spent = [one for one in codes(wide, middle, uses, *without) if one in ("GAR106", "GAR107", "GAR108")]
    assert spent == []
    (said,) = [one for one in found(wide, middle, below, uses, *without) if one.code == code]
    assert narrow in said.message.en
    assert code not in codes(
        wide, middle, below, uses, *(one for one in without if one[0] != f"{MEALS}.{ground}")
    )


DECISION = {"logic": BOTH, "consequences": BOTH, "human_review": BOTH}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("promises.no-health.activities", []), ["GAR351"]),
        (("promises.no-health.activities", ["canteen"]), ["GAR351"]),
        (("promises.no-health.data", ["identity"]), ["GAR351"]),
        (("promises.no-health.data", ["religion"]), []),
        (("promises.no-health.data", ["phone-number"]), ["GAR351"]),
        ((f"{ORDERS}.automated_decision", DECISION), ["GAR352"]),
        ((f"{MEALS}.automated_decision", DECISION), []),
        ((f"{MEALS}.automated_decision", {**DECISION, "human_review": {}}), ["GAR405"]),
        ((f"{ORDERS}.profiling", True), ["GAR353"]),
        (("promises.at-home", {"kind": "no-transfer", "statement": BOTH}), ["GAR354"]),
        (("promises.at-home", {"kind": "no-transfer", "statement": BOTH, "activities": ["canteen"]}), []),
        (
            ("promises.at-home", {"kind": "no-transfer", "statement": BOTH, "activities": ["customers"]}),
            ["GAR354"],
        ),
        (("promises.no-sale", {"kind": "no-sale", "statement": BOTH}), []),
    ],
)
def test_promises(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_data_that_only_a_purpose_names_count_for_promises_too() -> None:
    changes = (
        (f"{NEWS}.data", ["identity", "contact-details", "religion"]),
        (f"{NEWS}.special_ground", {"condition": "legal-claims"}),
    )
    assert codes(*changes) == ["GAR154", "GAR351"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("rights.offered.access", None), ["GAR361"]),
        (("rights.offered.objection", None), ["GAR361"]),
        (("rights.offered.portability", None), ["GAR361"]),
        (("rights.offered.post-mortem", None), ["GAR361"]),
        (("rights.offered.objection.activities", None), []),
        (("rights.offered.objection.activities", ["canteen"]), ["GAR362"]),
        (("rights.offered.objection.activities", ["maintenance"]), []),
        (("rights.deadline", "P31D"), ["GAR363"]),
        (("rights.extension", "P3M"), ["GAR363"]),
        (("rights.contact", {"email": "privacy@acme.example"}), []),
        (("organisation.dpo", None), ["GAR364"]),
    ],
)
def test_rights(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_post_mortem_rights_are_owed_in_france_only() -> None:
    changes = (("organisation.country", "DE"), ("rights.offered.post-mortem", None))
    assert codes(*changes) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("organisation.dpo.email", None), ["GAR364", "GAR401"]),
        (("organisation.authority", None), ["GAR402"]),
        (("organisation.authority.complaint_url", None), ["GAR402"]),
        (("organisation.address", None), ["GAR403"]),
        (("organisation.country", "US"), ["GAR404"]),
        (("recipients.accounting.label.en", None), ["GAR405"]),
        (("activities.maintenance.operations.0.fr", " "), ["GAR405"]),
        (("notice", None), ["GAR406"]),
        (("measures", None), ["GAR411"]),
        (("measures.backup.test", None), ["GAR412"]),
        (("measures.backup.test.last", "2025-10-31"), ["GAR413"]),
        (("measures.backup.test.last", "2025-11-01"), []),
    ],
)
def test_notice_and_security(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_a_contact_reaches_an_organisation_without_address() -> None:
    assert codes(("organisation.address", None), ("organisation.contact", {"phone": "+33"})) == []
    assert codes(("organisation.address", None), ("organisation.contact", {"name": "Accueil"})) == ["GAR403"]


@pytest.mark.parametrize(
    ("tested", "protected", "expected"),
    [
        ([], ["customers"], []),
        (["customers", "canteen"], ["customers"], []),
        (["customers"], ["canteen"], ["GAR412"]),
        (["customers"], [], ["GAR412"]),
    ],
)
def test_a_testing_procedure_covers_the_measures_of_its_activities(
    tested: list[str], protected: list[str], expected: list[str]
) -> None:
    testing = {"label": BOTH, "kind": "testing", "activities": tested}
    untested = {"label": BOTH, "kind": "physical", "activities": protected}
    assert codes(("measures", {"testing": testing, "doors": untested})) == expected


COOKIE = "cookies.categories.necessary"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((f"{COOKIE}.items.basket.lifetime", "P13M"), []),
        ((f"{COOKIE}.items.basket.lifetime", "P14M"), ["GAR421"]),
        ((f"{COOKIE}.items.basket.data_lifetime", "P26M"), ["GAR422"]),
        ((f"{COOKIE}.consent", True), ["GAR423"]),
        ((f"{COOKIE}.exemption", None), ["GAR424"]),
        (("cookies.choice_lifetime", "P184D"), []),
        (("cookies.choice_lifetime", "P185D"), ["GAR425"]),
        (("cookies.choice_lifetime", "P7M"), ["GAR425"]),
        (("cookies", None), []),
    ],
)
def test_cookies(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


@pytest.mark.parametrize(
    ("path", "value", "near"),
    [
        (f"{CUSTOMERS}.recipients", ["acounting"], "accounting"),
        ("activities.maintenance.data", ["cctv-image", "cctv-images", "support-requests"], "cctv-images"),
        (f"{CUSTOMERS}.processors", ["hosts", "host"], "host"),
        ("retention.prospects.trigger", "last-contakt", "last-contact"),
        ("retention.prospects.sooner", "withdraw", "withdrawal"),
        ("processors.host.sub_processors", ["hoste"], "host"),
        ("transfers.hosting.to", "hots", "host"),
        ("transfers.hosting.activities", ["customer"], "customers"),
        ("promises.no-profile.activities", ["cantine"], "canteen"),
        ("rights.offered.access.activities", ["cantine"], "canteen"),
        ("measures.backup.activities", ["cantine"], "canteen"),
        ("categories.data.allergies.parent", "heath", "health"),
    ],
)
def test_a_key_that_refers_to_nothing_is_found_with_the_nearest(path: str, value: Any, near: str) -> None:
    (one,) = [one for one in found((path, value)) if one.code == "GAR431"]
    assert one.mend.en == f"Did you mean “{near}”?"


def test_a_key_like_no_other_keeps_the_general_mending() -> None:
    (one,) = found(("transfers.hosting.data", ["zzzz"]))
    assert (one.code, one.mend.en) == ("GAR431", "Correct the key, or define what it names.")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("categories.data.badges", {"label": BOTH}), ["GAR433"]),
        (("categories.data.badges", {"label": BOTH, "parent": "location"}), ["GAR433"]),
        (("categories.data.badges", {"label": BOTH, "parent": "identity"}), []),
        (("categories.events.entry", {"label": BOTH}), ["GAR433"]),
        (("categories.subjects.customers", {"label": BOTH}), []),
    ],
)
def test_own_categories(change: tuple[str, Any], expected: list[str]) -> None:
    assert codes(change) == expected


def test_a_category_that_gathers_one_in_use_is_in_use() -> None:
    changes = (
        ("categories.data.body", {"label": BOTH, "parent": "special"}),
        ("categories.data.allergies.parent", "body"),
    )
    assert codes(*changes) == []
