"""Every rule: its words in both languages, and examples that show what they say they show."""

import re
from datetime import date

import pytest

from garant.policy import UnusablePolicy, check_policy, parse_policy
from garant.policy.checks import CHECKS, FAMILIES
from garant.policy.diagnostics import RULES, Rule
from garant.policy.text import LANGUAGES

DAY = date(2026, 11, 1)
FRAME = "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"
OF_POLICIES = [check.rule for check in CHECKS]
OF_DOCUMENTS = [rule for rule in RULES if rule.code < "GAR040"]
ON_DISK = {"GAR001", "GAR008"}


def name(rule: Rule) -> str:
    return f"{rule.code}-{rule.slug}"


def framed(example: str) -> str:
    return example if "organisation:" in example else FRAME + example


def codes(text: str) -> set[str]:
    try:
        return {found.code for found in check_policy(parse_policy(text), DAY)}
    except UnusablePolicy as problem:
        return {found.code for found in problem.diagnostics}


@pytest.mark.parametrize("rule", OF_POLICIES, ids=name)
def test_a_bad_example_breaks_its_rule_and_a_good_one_keeps_it(rule: Rule) -> None:
    assert rule.code in codes(framed(rule.bad))
    good = codes(framed(rule.good))
    assert rule.code not in good
    assert not {code for code in good if code.startswith("GAR0")}


@pytest.mark.parametrize("rule", [rule for rule in OF_DOCUMENTS if rule.code not in ON_DISK], ids=name)
def test_a_bad_document_is_unusable_and_a_good_one_is_read(rule: Rule) -> None:
    assert codes(rule.bad) == {rule.code}
    assert rule.code not in codes(rule.good)


@pytest.mark.parametrize("rule", [*OF_DOCUMENTS, *OF_POLICIES], ids=name)
def test_a_rule_is_told_whole_in_both_languages(rule: Rule) -> None:
    assert re.fullmatch(r"GAR\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|[a-z]+", rule.slug)
    assert rule.bad.strip()
    assert rule.good.strip()
    for text in (rule.title, rule.why, rule.mend):
        for language in LANGUAGES:
            said = text.say(language)
            assert text.missing() == ()
            assert said.endswith((".", "?", "…"))
            assert said[0].isupper() or said[0].isdigit()


@pytest.mark.parametrize("rule", [*OF_DOCUMENTS, *OF_POLICIES], ids=name)
def test_french_words_keep_french_typography(rule: Rule) -> None:
    for text in (rule.title, rule.why, rule.mend):
        assert "'" not in text.fr
        assert not re.search(r"[^\u202f:/\w][;?»]", text.fr)
        assert not re.search(r"«[^\u202f]", text.fr)
        assert not re.search(r"[\s\w] :", text.fr)


def test_there_are_rules_enough_and_each_is_in_its_range() -> None:
    assert len(OF_POLICIES) >= 34
    assert all("GAR100" < rule.code < "GAR500" for rule in OF_POLICIES)
    assert len({rule.code for rule in OF_POLICIES}) == len(CHECKS)
    assert len(FAMILIES) == 12


def test_a_finding_stands_on_the_line_at_fault() -> None:
    text = FRAME + RULES["GAR101"].bad
    (found,) = [one for one in check_policy(parse_policy(text, "p.yaml"), DAY) if one.code == "GAR101"]
    assert (found.file, found.line, found.column) == ("p.yaml", 7, 7)
    assert found.message.fr == "La finalité «\u202forders\u202f» n’a pas de base légale."


def test_findings_are_sorted_and_the_same_each_time() -> None:
    text = FRAME + RULES["GAR201"].bad
    once, again = check_policy(parse_policy(text)), check_policy(parse_policy(text))
    assert once == again == sorted(once, key=lambda found: (found.file, found.line, found.column, found.code))
