"""The notice has its twelve parts, says every promise once under a permanent link, and nothing that is not so."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import jsonschema
import pytest

from garant.policy.document import Policy
from garant.policy.loader import LoadedPolicy, parse_policy
from garant.policy.text import Language
from garant.publish.notice import Notice, build_notice, notice_json, notice_schema
from garant.publish.typography import typeset
from tests.policy.policies import changed
from tests.publish.notice.samples import everything, full_policy, strings

PARTS = [
    "foreword", "glossary", "principles", "responsible", "data", "reasons",
    "access", "rights", "security", "transfers", "cookies", "update",
]  # fmt: skip


def ids(notice: Notice) -> list[str]:
    return [text for name, text in strings(notice.model_dump(exclude={"promises"})) if name == "id"]


def promised(policy: Policy) -> set[str]:
    """Every promise of a policy, by the key that it must have: written here apart from the code that makes it."""
    cookies = policy.cookies.categories if policy.cookies else {}
    keys = {f"purpose.{activity.key}.{purpose.key}" for activity, purpose in policy.purposes()}
    keys |= {f"retention.{key}" for key in policy.retention} | {
        f"right.{key}" for key in policy.rights.offered
    }
    keys |= {f"promise.{key}" for key in policy.promises} | {f"measure.{key}" for key in policy.measures}
    keys |= {f"recipient.{key}" for key in policy.recipients} | {
        f"processor.{key}" for key in policy.processors
    }
    return keys | {f"transfer.{key}" for key in policy.transfers} | {f"cookies.{key}" for key in cookies}


def test_twelve_parts_in_the_order_of_a_french_notice(notice: Notice) -> None:
    assert [section.id for section in notice.sections] == [f"section.{part}" for part in PARTS]
    assert [section.number for section in notice.sections] == [str(number) for number in range(1, 13)]
    rights = next(section for section in notice.sections if section.id == "section.rights")
    assert [section.number for section in rights.sections] == ["8.1", "8.2", "8.3"]


def test_each_part_begins_with_a_friendly_answer(notice: Notice) -> None:
    assert [section.id for section in notice.sections if not section.answer] == []
    assert max(len(section.answer) for section in notice.sections) < 110


def test_every_promise_has_one_permanent_link(loaded: LoadedPolicy, notice: Notice) -> None:
    found = Counter(ids(notice))
    assert [key for key, number in found.items() if number > 1] == []
    missing = promised(loaded.document) - set(found)
    assert missing == set()
    listed = {promise.id for promise in notice.promises}
    assert listed - {"right.withdrawal"} == promised(loaded.document)
    assert all(promise.text for promise in notice.promises)


def test_links_are_the_same_in_both_languages(loaded: LoadedPolicy) -> None:
    assert ids(build_notice(loaded.document, "fr")) == ids(build_notice(loaded.document, "en"))


def test_links_within_lead_somewhere(notice: Notice) -> None:
    leading = {text for name, text in strings(notice.model_dump()) if name == "href"}
    inner = {href[1:] for href in leading if href.startswith("#")}
    assert inner - set(ids(notice)) == set()
    assert all(href.startswith(("#", "https://", "mailto:")) for href in leading)


def test_everything_told_is_in_the_language(loaded: LoadedPolicy) -> None:
    """The full policy marks its texts with their language: a half-translated notice shows at once."""
    french = json.dumps(
        build_notice(full_policy().document, "fr").model_dump(mode="json"), ensure_ascii=False
    )
    english = json.dumps(
        build_notice(full_policy().document, "en").model_dump(mode="json"), ensure_ascii=False
    )
    assert "in English" not in french
    assert "en français" not in english
    assert "Vos " not in english
    assert "Your " not in french


def test_every_text_of_the_policy_is_told() -> None:
    """What the sample writes for people is published; the proof of consent and contracts are not."""
    told = notice_json(build_notice(full_policy().document, "en"))
    written = set(re.findall(r'"en": ?"([^"]+ in English)"', full_policy().document.model_dump_json()))
    assert {text for text in written if text not in told} == {"Log in English"}
    assert "We tell our clients 1\u202fmonth before." in told


def test_french_is_set_in_type(loaded: LoadedPolicy) -> None:
    for name, text in strings(build_notice(loaded.document, "fr").model_dump(mode="json")):
        if name in ("id", "href", "digest"):
            continue
        assert typeset(text, "fr") == text
        outside = re.sub(r"\S*(?:://|@)\S*", "", text)
        assert not re.search(r"[ \u00a0][:;!?»]|«[^\u202f]|\w'\w|[\"]", outside), text


def test_it_is_what_its_schema_says(notice: Notice) -> None:
    validator = jsonschema.Draft202012Validator(notice_schema())
    validator.check_schema(notice_schema())
    said = json.loads(notice_json(notice))
    validator.validate(said)
    assert Notice.model_validate_json(notice_json(notice)) == notice
    assert json.loads(notice_json(notice, "https://a.example/notice-1.json"))["$schema"].endswith("1.json")


def test_the_smallest_policy_has_its_twelve_parts(language: Language) -> None:
    smallest = parse_policy("organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n")
    notice = build_notice(smallest.document, language)
    assert len(notice.sections) == 12
    assert all(section.answer for section in notice.sections)
    assert notice.digest == smallest.digest
    assert notice.promises == ()


@pytest.mark.parametrize(
    ("changes", "part", "answer"),
    [
        ([], "transfers", "Oui, dans 1 cas, avec une garantie à chaque fois."),
        ([("transfers.hosting.safeguard", None)], "transfers", "Oui, dans 1 cas."),
        ([("transfers", None)], "transfers", "Non, aucun transfert n’est prévu."),
        ([], "cookies", "Seulement des cookies que la loi permet sans votre accord."),
        ([("cookies.categories.necessary.consent", True)], "cookies", "Rien sans votre accord."),
        ([("cookies", None)], "cookies", "Cette politique n’annonce aucun cookie."),
        ([("notice", None)], "update", "Cette version n’est pas datée."),
        ([], "security", "1 mesure protège vos données."),
        ([("measures", None)], "security", "Protéger vos données est un devoir."),
        ([("activities.maintenance", None)], "responsible", "Acme répond de vos données."),
        (
            [("activities.customers", None), ("activities.canteen", None)],
            "responsible",
            "Acme travaille pour ses clients, et selon leurs instructions.",
        ),
        (
            [("recipients", None), ("processors", None)],
            "access",
            "Cette politique ne nomme aucun destinataire.",
        ),
        ([("retention", None)], "reasons", "Chaque donnée sert un but précis."),
    ],
)
def test_the_answer_is_true(changes: list[tuple[str, Any]], part: str, answer: str) -> None:
    notice = build_notice(changed(*changes).document, "fr")
    found = next(section for section in notice.sections if section.id == f"section.{part}")
    assert found.answer.replace("\u202f", " ") == answer


@pytest.mark.parametrize(("activities", "sold"), [([], False), (["canteen"], True)])
def test_what_is_promised_for_one_activity_is_not_said_of_all(activities: list[str], sold: bool) -> None:
    said = {
        "kind": "no-sale",
        "statement": {"fr": "Rien à vendre", "en": "Not sold"},
        "activities": activities,
    }
    notice = build_notice(changed(("promises.no-sale", said)).document, "en")
    answer = next(one.answer for one in notice.sections if one.id == "section.access")
    assert ("We do not sell them" not in answer) == sold


def test_a_rule_says_whose_data_and_for_what_it_is(reference: LoadedPolicy) -> None:
    """Read without them, a rule for some people is a promise to everybody."""
    content = reference.document.model_dump(mode="json", exclude_defaults=True)
    content["retention"]["invoices"]["purposes"] = ["orders-and-invoices"]
    policy = Policy.model_validate_json(json.dumps(content), strict=True)
    cells = {
        row.id: [line.text for line in row.cells[0].lines]
        for part in everything(build_notice(policy, "en").sections)
        for block in part.blocks
        if block.kind == "table"
        for row in block.rows
    }
    assert "People: Customers" in cells["retention.invoices"]
    label = policy.activities["customer-relationship"].purposes["orders-and-invoices"].label.en
    assert f"Purposes: {typeset(label, 'en')}" in cells["retention.invoices"]
    assert "People: Candidates" in cells["retention.candidates"]


def test_the_officer_answers_where_there_is_one() -> None:
    def whom(*changes: tuple[str, Any]) -> str:
        notice = build_notice(changed(*changes).document, "en")
        return next(part.answer for part in everything(notice.sections) if part.id == "section.contact")

    assert whom() == "Our data protection officer answers you."
    assert whom(("organisation.dpo", None)) == "This policy names nobody."
    contact = ("organisation.contact", {"email": "a@acme.example"})
    assert whom(("organisation.dpo", None), contact) == "A person answers you."


def test_a_purpose_shows_the_rules_that_touch_it(reference: LoadedPolicy) -> None:
    notice = build_notice(reference.document, "fr")
    rows = {
        row.id: [line.href for line in row.cells[3].lines]
        for part in everything(notice.sections)
        for block in part.blocks
        if block.kind == "table"
        for row in block.rows
    }
    assert rows["purpose.customer-relationship.orders-and-invoices"] == [
        "#retention.prospects", "#retention.customers", "#retention.invoices",
    ]  # fmt: skip
    assert rows["purpose.customer-relationship.information"] == [
        "#retention.prospects",
        "#retention.customers",
    ]
    assert rows["purpose.recruitment.selection"] == ["#retention.candidates"]
