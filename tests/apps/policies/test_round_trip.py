"""Policy → form → what a browser sends → policy, and policy → files → policy: the same each time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from garant.apps.policies.editor import (
    PAGES,
    Node,
    Page,
    Refused,
    Sent,
    act,
    form_of,
    hold,
    new_entry,
    read_page,
)
from garant.apps.policies.editor.pages import page_of
from garant.apps.policies.editor.problems import _FIELDS
from garant.policy import Policy, Text, digest_of, load_policy, parse_policy
from garant.policy.anatomy import referred, slots
from garant.policy.diagnostics import RULES
from garant.policy.writer import write_policy
from tests.policy.policies import DAY
from tests.policy.test_diff import CLEAN_POLICY, REFERENCE, content, two_policies
from tests.policy.test_rules import framed

SECTIONS: Any = (
    "data", "subjects", "events", "activities", "purposes", "recipients", "processors", "receivers",
)  # fmt: skip


def sent_by(node: Node) -> list[tuple[str, str]]:
    """What a browser sends of a field: as the templates write it."""
    entry = [(f"{node.at}.at", node.key)] if node.removable_entry else []
    if node.form in SENT:
        return [*entry, *SENT[node.form](node)]
    return [(node.name, "" if node.value is None else str(node.value))]


def words(node: Node) -> list[tuple[str, str]]:
    """Two text areas; and, where an optional text was written empty, the note that it was written."""
    said = node.value or {}
    kept = node.present and not said and not node.required and not node.removable
    note = [(f"{node.name}.is", "1")] if kept else []
    return [*note, *((f"{node.name}.{one}", said.get(one, "")) for one in ("fr", "en"))]


def choice(node: Node) -> list[tuple[str, str]]:
    """A list of which one is chosen."""
    return [(node.name, node.chosen[0].value if node.chosen else "")]


def part(node: Node) -> list[tuple[str, str]]:
    """A part that is there, its kind, and its fields."""
    tag = [(f"{node.name}.{node.tag}", node.chosen[0].value)] if node.tag and node.chosen else []
    return [(f"{node.name}.is", "1"), *tag, *inside(node)] if node.present else []


def inside(node: Node) -> list[tuple[str, str]]:
    """What is sent of the fields inside a group."""
    return [pair for inner in node.nodes for pair in sent_by(inner)]


SENT: dict[str, Any] = {
    "text": words,
    "keys": lambda node: [(node.name, option.value) for option in node.chosen],
    "flag": lambda node: [(node.name, "1")] if node.value else [],
    "period": lambda node: [
        (f"{node.name}.{unit}", str(node.value.get(unit, ""))) for unit in ("years", "months", "days")
    ],
    "choice": choice,
    "country": choice,
    "key": choice,
    "part": part,
    **dict.fromkeys(("page", "entry", "parts", "texts", "map"), inside),
}


def through_the_form(page: Page, part: Any, policy: Policy) -> Any:
    """What comes back of a part that nobody touched."""
    labels: Any = {section: referred(policy, section) for section in SECTIONS}
    fields: dict[str, list[str]] = {}
    for name, value in sent_by(form_of(page, part, labels, [])):
        fields.setdefault(name, []).append(value.replace("\n", "\r\n"))
    return read_page(page, Sent(fields))


def through_the_editor(policy: Policy) -> Policy:
    """A policy of which every page was saved as it is."""
    whole = content(policy)
    for page in PAGES:
        part = whole.get(page.section)
        if part is None:
            continue
        if page.entries:
            whole[page.section] = {key: through_the_form(page, one, policy) for key, one in part.items()}
        else:
            whole[page.section] = through_the_form(page, part, policy)
    return Policy.model_validate_json(json.dumps(whole), strict=True)


@given(two_policies())
def test_nothing_is_lost_in_forms(both: tuple[Policy, Policy]) -> None:
    for policy in both:
        back = through_the_editor(policy)
        assert back == policy
        assert digest_of(back) == digest_of(policy)
        for section in ("activities", "retention", "promises"):
            assert list(getattr(back, section)) == list(getattr(policy, section))


@given(two_policies())
@settings(max_examples=20)
def test_nothing_is_lost_in_files(
    tmp_path_factory: pytest.TempPathFactory, both: tuple[Policy, Policy]
) -> None:
    folder = tmp_path_factory.mktemp("files") / "policy"
    write_policy(both[1], folder)
    assert load_policy(folder).digest == digest_of(both[1])


def test_every_part_of_the_policy_has_a_page() -> None:
    assert {page.section for page in PAGES} == set(slots(Policy)) - {"format"}


def test_a_finding_is_shown_beside_the_field_that_mends_it() -> None:
    """Where a check points at the part around, the table names a field that the part has."""
    checked: set[str] = set()
    for rule in RULES:
        if rule.code not in _FIELDS:
            continue
        policy = parse_policy(framed(rule.bad)).document
        for place, found in hold(content(policy), DAY).found:
            if found.code == rule.code:
                assert _is_field(policy, place), (rule.code, place)
                checked.add(rule.code)
    assert checked == set(_FIELDS)


def _is_field(policy: Policy, place: Any) -> bool:
    *around, name = place
    inner: Any = policy
    for step in around:
        inner = inner[step] if isinstance(inner, dict | tuple) else getattr(inner, step)
    return name in slots(type(inner))


@pytest.mark.parametrize(
    "do", ["burn:p.author", "add:p.author", "add:p.nothing", "add:", "up", "add:p.glossary.x.y.z"]
)
def test_a_button_that_is_not_there_is_refused(do: str) -> None:
    page = page_of("notice")
    assert page is not None
    with pytest.raises(Refused):
        act(page, content(REFERENCE)["notice"], do, Sent({}), "fr")


@pytest.mark.parametrize(
    "do", ["remove:p.glossary.nobody", "remove:p.related.9", "up:p.related.0", "up:p.glossary.nobody"]
)
def test_a_button_that_comes_too_late_changes_nothing(do: str) -> None:
    page = page_of("notice")
    assert page is not None
    part = content(REFERENCE)["notice"]
    assert act(page, part, do, Sent({}), "fr")[0] == part


def test_entries_move_up() -> None:
    page = page_of("notice")
    assert page is not None
    part = content(REFERENCE)["notice"]
    moved, here = act(page, part, "up:p.related.1", Sent({}), "fr")
    assert moved["related"] == part["related"][::-1]
    assert here == "p.related"
    terms, _ = act(page, part, "up:p.glossary.controller", Sent({}), "fr")
    assert list(terms["glossary"]) == ["personal-data", "controller", "processing", "processor"]


def test_keys_are_made_of_names() -> None:
    slot = slots(Policy)["recipients"]
    assert new_entry(slot, "Écoles & mairies, d’ici", (), "", "fr") == (
        "ecoles-mairies-d-ici",
        {"label": {"fr": "Écoles & mairies, d’ici"}},
    )
    assert new_entry(slot, "A", {"a", "a-2"}, "", "en")[0] == "a-3"
    assert new_entry(slot, "日本", {}, "", "en")[0] == "nouveau"
    assert len(new_entry(slot, "x" * 300, (), "", "en")[0]) <= 64


def test_what_cannot_be_in_a_file_is_left_out() -> None:
    page = page_of("notice")
    assert page is not None
    said = read_page(page, Sent({"p.author": ["A\x00na\x1b"], "p.version": [""]}))
    assert said == {"author": "Ana"}


def test_numbers_that_are_none_are_refused_at_their_place() -> None:
    page = page_of("rights")
    assert page is not None
    said = read_page(page, Sent({"p.deadline.months": ["one"]}))
    held = hold({**content(CLEAN_POLICY), "rights": said}, DAY)
    assert held.policy is None
    assert [place for place, _ in held.below(("rights",))] == [("deadline",)]
    form = form_of(page, said, {section: {} for section in SECTIONS}, held.below(("rights",)))
    (deadline,) = [node for node in form.nodes if node.name == "p.deadline"]
    assert "ISO" in deadline.messages[0].text.en
    assert isinstance(deadline.label, Text)
