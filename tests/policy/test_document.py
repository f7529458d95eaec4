"""The document: parts that know their key, trees that know their branches."""

from datetime import date

import pytest
from pydantic import ValidationError

from garant.policy import Period, parse_policy
from garant.policy.document import DATA, EVENTS, SUBJECTS, Category, Contact, Policy, Tree
from garant.policy.document.tree import extended
from garant.policy.text import Text

POLICY = """
organisation: {key: acme, name: Acme, time_zone: Europe/Paris}
categories:
  data: {badges: {label: {fr: Badges, en: Badges}, parent: connection}}
  subjects: {guests: {label: {fr: Hôtes, en: Guests}}}
  events: {checkout: {label: {fr: Départ, en: Checkout}}}
notice:
  glossary: {data: {label: {fr: D, en: D}, definition: {fr: d, en: d}}}
activities:
  customers:
    role: controller
    label: {fr: Clients, en: Customers}
    data: [identity, badges]
    subjects: [customers]
    purposes:
      orders: {label: {fr: Livrer, en: Deliver}, data: [name], subjects: [guests]}
      letters: {label: {fr: Écrire, en: Write}}
  maintenance: {role: processor, label: {fr: Maintenance, en: Maintenance}, subjects: [guests]}
retention:
  customers:
    label: {fr: Clients, en: Customers}
    activities: [customers]
    trigger: checkout
    phases: [{kind: active, period: P1Y}, {kind: intermediate-archive, period: P2Y6M}]
    fate: erase
rights: {offered: {access: {statement: {fr: Voir, en: See}}}}
cookies:
  categories:
    audience:
      label: {fr: A, en: A}
      description: {fr: a, en: a}
      consent: true
      items: {visits: {name: v, purpose: {fr: v, en: v}, set_when: on-consent}}
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_policy(POLICY).document


def test_every_part_knows_its_key(policy: Policy) -> None:
    assert policy.cookies is not None
    parts = [
        policy.activities["customers"],
        policy.retention["customers"],
        policy.rights.offered["access"],
        policy.notice.glossary["data"],
        policy.cookies.categories["audience"],
        policy.cookies.categories["audience"].items["visits"],
        policy.controller_activities[0].purposes["orders"],
        policy.categories.data["badges"],
    ]
    keys = ["customers", "customers", "access", "data", "audience", "visits", "orders", "badges"]
    assert [part.key for part in parts] == keys


def test_activities_are_told_apart_by_role(policy: Policy) -> None:
    assert [activity.key for activity in policy.controller_activities] == ["customers"]
    assert [activity.key for activity in policy.processor_activities] == ["maintenance"]


def test_a_purpose_takes_what_its_activity_declares_unless_it_says_otherwise(policy: Policy) -> None:
    activity = policy.controller_activities[0]
    orders, letters = activity.purposes["orders"], activity.purposes["letters"]
    assert (activity.data_of(orders), activity.subjects_of(orders)) == (("name",), ("guests",))
    assert (activity.data_of(letters), activity.subjects_of(letters)) == (activity.data, activity.subjects)
    assert list(policy.purposes()) == [(activity, orders), (activity, letters)]


def test_phases_make_one_period(policy: Policy) -> None:
    assert policy.retention["customers"].total_period == Period(3, 6)


def test_a_policy_extends_the_shipped_trees_without_changing_them(policy: Policy) -> None:
    assert policy.data_categories.covers("connection", "badges")
    assert "guests" in policy.subject_categories
    assert "checkout" in policy.events
    assert "badges" not in DATA
    assert len(policy.data_categories) == len(DATA) + 1


def test_a_document_never_changes(policy: Policy) -> None:
    with pytest.raises(ValidationError):
        policy.organisation.name = "Other"


@pytest.mark.parametrize("tree", [DATA, SUBJECTS, EVENTS])
def test_shipped_trees_are_sound(tree: Tree[Category]) -> None:
    for key, category in tree.items():
        assert category.key == key
        assert category.label.missing() == ()
        assert category.parent is None or category.parent in tree
        assert tree.lineage(key)[-1].parent is None


def test_shipped_keys_are_stable() -> None:
    """A published policy, a data map and the ledger refer to these keys: adding is free, removing is not."""
    assert {"identity", "contact-details", "correspondence", "invoicing", "cctv-images", "nir"} <= set(DATA)
    assert {"prospects", "customers", "candidates", "filmed-people"} <= set(SUBJECTS)
    assert {"last-contact", "end-of-relationship", "fiscal-year-close", "invoice-date", "reception"} <= set(
        EVENTS
    )


def test_special_categories_are_the_nine_of_the_regulation() -> None:
    below = {category.key for category in DATA.below("special")}
    assert below == {
        "racial-origin", "political-opinions", "religion", "trade-union",
        "genetic", "biometric", "health", "sex-life",
    }  # fmt: skip
    assert DATA["special"].protection == "special"


def test_a_tree_is_a_tree_not_a_prefix() -> None:
    assert DATA.covers("identity", "name")
    assert DATA.covers("name", "name")
    assert not DATA.covers("name", "identity")
    assert not DATA.covers("internet", "contact-details")
    assert not DATA.covers("cctv", "cctv-images")
    assert {category.key for category in DATA.children("location")} == {"precise-location"}


def test_a_tree_stands_unknown_keys_and_circles() -> None:
    circle = extended(
        EVENTS,
        {
            "a": EVENTS["refusal"].model_copy(update={"parent": "b"}),
            "b": EVENTS["refusal"].model_copy(update={"parent": "a"}),
        },
    )
    assert len(circle.lineage("a")) == 2
    assert circle.lineage("unknown") == ()
    assert circle.covers("unknown", "unknown")


@pytest.mark.parametrize(
    ("contact", "reachable"),
    [
        (Contact(), False),
        (Contact(name="Camille"), False),
        (Contact(email="a@acme.example"), True),
        (Contact(phone="+33 1"), True),
        (Contact(url="https://acme.example/"), True),
    ],
)
def test_a_contact_is_reachable_by_any_means(contact: Contact, reachable: bool) -> None:
    assert contact.reachable is reachable


def test_a_default_policy_is_empty_and_lawful_in_time() -> None:
    policy = parse_policy("organisation: {key: acme, name: Acme, time_zone: Europe/Paris}").document
    assert policy.rights.deadline == Period(months=1)
    assert policy.notice.updated is None
    assert policy.organisation.country == "FR"
    assert list(policy.purposes()) == []


def test_parts_can_be_made_in_code() -> None:
    policy = Policy.model_validate_json(
        '{"organisation": {"key": "acme", "name": "Acme", "time_zone": "UTC"}, "notice": {"updated": "2026-11-01"}}'
    )
    assert policy.notice.updated == date(2026, 11, 1)
    assert Text(fr="a", en="b") == Text(fr="a", en="b")
