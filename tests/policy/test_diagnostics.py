"""Diagnostics, their order, their exit code, and the three ways of writing them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from garant.policy import check_policy, exit_code, parse_policy, report
from garant.policy.diagnostics import (
    RULES,
    Diagnostic,
    Position,
    Rule,
    RuleBook,
    UnusableDocument,
    sorted_by_place,
)
from garant.policy.reporters import FORMATS, as_json, as_sarif, as_text
from garant.policy.text import Text

RULE = RULES["GAR101"]
HERE = Position("policy/a b.yaml", 12, 5, "    devis:")


def text(word: str) -> Text:
    return Text(fr=f"{word} (fr)", en=f"{word} (en)")


def test_a_rule_gives_its_own_words_unless_others_are_given() -> None:
    found = RULE.at(HERE)
    assert (found.message, found.mend, found.why) == (RULE.title, RULE.mend, RULE.why)
    assert RULE.at(HERE, text("what"), text("how")).mend == text("how")
    assert (found.file, found.line, found.column) == ("policy/a b.yaml", 12, 5)


def test_a_code_and_a_slug_are_given_once() -> None:
    book = RuleBook()
    rule = book.add(Rule("GAR900", "some-rule", text("t"), text("w"), text("m"), "", ""))
    for taken in (replace(rule, slug="other"), replace(rule, code="GAR901")):
        with pytest.raises(ValueError, match="already taken by GAR900 some-rule"):
            book.add(taken)
    assert (len(book), "GAR900" in book, book["GAR900"], list(book)) == (1, True, rule, [rule])


def test_diagnostics_are_sorted_by_place_and_said_once() -> None:
    places = [Position("b", 1, 1), Position("a", 10, 1), Position("a", 2, 9), Position("a", 2, 1)]
    found = [RULE.at(place) for place in [*places, places[0]]]
    order = [(one.file, one.line, one.column) for one in sorted_by_place(found)]
    assert order == [("a", 2, 1), ("a", 2, 9), ("a", 10, 1), ("b", 1, 1)]


def test_the_exit_code_says_clean_findings_or_unusable() -> None:
    unusable = RULES["GAR003"].at(HERE)
    assert exit_code([]) == 0
    assert exit_code([RULE.at(HERE)]) == exit_code([RULES["GAR251"].at(HERE)]) == 1
    assert exit_code([RULE.at(HERE), unusable]) == 2


def test_text_names_the_place_shows_the_line_says_why_and_how() -> None:
    assert as_text([RULE.at(HERE, text("what"))], "en") == (
        "policy/a b.yaml:12:5: GAR101 what (en)\n"
        "  12 |     devis:\n"
        "     |     ^\n"
        "  Why: GDPR, art. 6(1) and 13(1)(c).\n"
        "  Mend: Write legal_basis: {ground: …} with one of the six cases of art. 6.\n"
        "\n"
        "1 error.\n"
    )


def test_text_speaks_french_with_its_spaces() -> None:
    lines = as_text([RULE.at(HERE), RULE.at(HERE), RULES["GAR251"].at(HERE)], "fr").splitlines()
    assert lines[3] == "  Pourquoi\u202f: RGPD, art. 6(1) et 13(1)(c)."
    assert lines[-1] == "2 erreurs, 1 avertissement."
    assert as_text([], "fr") == "Rien à signaler.\n"
    assert as_text([RULES["GAR251"].at(HERE)] * 2, "en").endswith("2 warnings.\n")


def test_a_long_line_is_shown_around_its_column() -> None:
    long = Position("a", 1, 901, "x" * 900 + "Y" + "z" * 900)
    source, caret = as_text([RULE.at(long)], "en").splitlines()[1:3]
    assert len(source) < 120
    assert source[caret.index("^")] == "Y"


def test_a_place_without_a_line_has_no_excerpt() -> None:
    assert as_text([RULE.at(Position("a"))], "en").splitlines()[1].startswith("  Why")


def test_nothing_written_can_drive_a_terminal() -> None:
    evil = RULE.at(Position("a\x1b[31m", 1, 1, "b: \x1b]0;x\x07\u202e"), Text(fr="\x1b[2J", en="\x1b[2J"))
    written = as_text([evil], "en")
    assert not {"\x1b", "\x07", "\u202e"} & set(written)


@pytest.mark.parametrize(
    "line",
    [
        "url: postgresql://garant:hunter2@db.example/crm",
        'password: "hunter2"',
        "{Secret: hunter2}",
        "dsn: host=db password=hunter2",
        "TOKEN = hunter2",
    ],
)
def test_what_looks_like_a_password_is_never_written(line: str) -> None:
    found = RULE.at(Position("map.yaml", 1, 1, line), Text(fr=f"vaut {line}", en=f"is {line}"))
    for form in FORMATS:
        assert "hunter2" not in report([found], form, "fr") + report([found], form, "en")


def test_a_line_without_a_password_is_written_as_it_is() -> None:
    line = "url: https://www.cnil.fr/fr/plaintes # le mot de passe est ailleurs"
    assert line in as_text([RULE.at(Position("map.yaml", 1, 1, line))], "en")


def test_json_holds_everything() -> None:
    unknown = replace(RULE.at(HERE), code="GAR999")
    written = json.loads(as_json([RULE.at(HERE, text("what")), unknown], "en"))
    assert written["diagnostics"][0] == {
        "code": "GAR101",
        "slug": "missing-legal-basis",
        "severity": "error",
        "file": "policy/a b.yaml",
        "line": 12,
        "column": 5,
        "message": "what (en)",
        "why": RULE.why.en,
        "mend": RULE.mend.en,
    }
    assert written["diagnostics"][1]["slug"] is None
    assert (written["format"], written["language"]) == (1, "en")


SARIF: dict[str, Any] = {
    # What the SARIF 2.1.0 schema requires of the parts that we write, in our own words.
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string", "format": "uri"},
        "runs": {"type": "array", "items": {"$ref": "#/$defs/run"}},
    },
    "additionalProperties": False,
    "$defs": {
        "message": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "minLength": 1}},
        },
        "run": {
            "type": "object",
            "required": ["tool"],
            "additionalProperties": False,
            "properties": {
                "tool": {
                    "type": "object",
                    "required": ["driver"],
                    "properties": {
                        "driver": {
                            "type": "object",
                            "required": ["name"],
                            "properties": {
                                "name": {"type": "string"},
                                "rules": {
                                    "type": "array",
                                    "uniqueItems": True,
                                    "items": {"$ref": "#/$defs/rule"},
                                },
                            },
                        }
                    },
                },
                "language": {"type": "string", "pattern": "^[a-zA-Z]{2}$"},
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            },
        },
        "rule": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string"},
                "name": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"},
                "fullDescription": {"$ref": "#/$defs/message"},
                "help": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {
                    "type": "object",
                    "properties": {"level": {"enum": ["none", "note", "warning", "error"]}},
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": {"$ref": "#/$defs/message"},
                "locations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "physicalLocation": {
                                "type": "object",
                                "required": ["artifactLocation"],
                                "properties": {
                                    "artifactLocation": {
                                        "type": "object",
                                        "properties": {"uri": {"type": "string", "pattern": "^[^ ]+$"}},
                                    },
                                    "region": {
                                        "type": "object",
                                        "properties": {
                                            "startLine": {"type": "integer", "minimum": 1},
                                            "startColumn": {"type": "integer", "minimum": 1},
                                        },
                                    },
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}


def found_in_a_poor_policy() -> list[Diagnostic]:
    return check_policy(
        parse_policy("organisation: {key: acme, name: Acme, time_zone: UTC}\ncookies: {choice_lifetime: P1Y}")
    )


def test_sarif_has_the_shape_of_the_standard() -> None:
    unknown = replace(RULE.at(HERE), code="GAR999")
    for diagnostics in ([], [RULE.at(HERE), unknown], found_in_a_poor_policy()):
        written = json.loads(as_sarif(diagnostics, "fr"))
        jsonschema.validate(written, SARIF)
        rules = {rule["id"] for rule in written["runs"][0]["tool"]["driver"]["rules"]}
        assert {result["ruleId"] for result in written["runs"][0]["results"]} - rules <= {"GAR999"}


def test_sarif_names_files_as_addresses() -> None:
    def uri(file: str) -> str:
        written = json.loads(as_sarif([RULE.at(Position(file))], "en"))
        place = written["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        return place["artifactLocation"]["uri"]

    assert uri("policy/a b é.yaml") == "policy/a%20b%20%C3%A9.yaml"
    assert uri("/policy/a b.yaml") == "file:///policy/a%20b.yaml"


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_ends_its_last_line(form: str) -> None:
    assert report(found_in_a_poor_policy(), form, "en").endswith("\n")  # pyright: ignore[reportArgumentType]


def test_an_unusable_document_says_its_first_fault() -> None:
    problem = UnusableDocument([RULES["GAR003"].at(Position("b", 2)), RULES["GAR003"].at(Position("a", 9))])
    assert str(problem) == "a:9:1: GAR003 This is not YAML. (and 1 more)"
    assert str(UnusableDocument([RULES["GAR003"].at(Position("b", 2))])) == "b:2:1: GAR003 This is not YAML."


def test_an_unusable_folder_is_checked_without_being_raised(tmp_path: Path) -> None:
    (found,) = check_policy(tmp_path)
    assert (found.code, exit_code([found])) == ("GAR001", 2)
