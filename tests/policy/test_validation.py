"""What does not fit a model is said in one diagnostic a place, with what was found, expected, and nearest."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from garant.policy.diagnostics import Diagnostic, UnusableDocument
from garant.policy.document import Policy
from garant.policy.validation import validated
from garant.policy.yaml_source import parse_yaml


def found(model: type[BaseModel], text: str) -> list[Diagnostic]:
    with pytest.raises(UnusableDocument) as caught:
        validated(model, parse_yaml(text, "f.yaml"))
    return list(caught.value.diagnostics)


def said(text: str) -> tuple[str, int, int, str, str]:
    """The only diagnostic of a policy that is otherwise sound."""
    start = "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"
    (diagnostic,) = found(Policy, start + text)
    message, mend = diagnostic.message.en, diagnostic.mend.en
    return diagnostic.code, diagnostic.line, diagnostic.column, message, mend


def test_an_unknown_key_is_named_with_the_nearest() -> None:
    text = "activities: {a: {role: controller, label: {}, purposes: {}, subject: []}}"
    assert said(text) == ("GAR020", 2, 61, "Unknown key: “subject”.", "Did you mean “subjects”?")


def test_an_unknown_key_far_from_all_is_told_what_is_allowed() -> None:
    code, _, _, message, mend = said("transfer_clause: {statement: {}, zzzzzz: 1}")
    assert (code, message) == ("GAR020", "Unknown key: “zzzzzz”.")
    assert mend == "Allowed here: statement, advance_notice, notice_channel."


def test_an_unknown_section_is_named_with_the_nearest() -> None:
    assert said("retentions: {}")[3:] == ("Unknown key: “retentions”.", "Did you mean “retention”?")


def test_the_role_decides_which_keys_are_known() -> None:
    _, _, _, message, mend = said("activities: {a: {role: processor, label: {}, client: {}}}")
    assert (message, mend) == ("Unknown key: “client”.", "Did you mean “clients”?")


def test_a_key_inside_a_list_is_known() -> None:
    text = "activities: {a: {role: controller, label: {}, purposes: {}, sources: [{kind: person, labl: {}}]}}"
    assert said(text)[4] == "Did you mean “label”?"


def test_each_missing_key_is_named() -> None:
    diagnostics = found(Policy, "organisation: {}\n")
    assert [one.code for one in diagnostics] == ["GAR021"] * 3
    assert {one.message.en for one in diagnostics} == {
        "“key” is missing in organisation.",
        "“name” is missing in organisation.",
        "“time_zone” is missing in organisation.",
    }


def test_a_missing_section_is_missing_in_the_document() -> None:
    (diagnostic,) = found(Policy, "notice: {}\n")
    assert diagnostic.message.fr == "Il manque «\u202forganisation\u202f» dans ce document."


def test_a_missing_role_is_a_missing_key() -> None:
    text = "activities:\n  a: {label: {}}"
    assert said(text)[:4] == ("GAR021", 3, 3, "“role” is missing in activities.a.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "notice: {author: 42}",
            "notice.author is 42; expected: text (between quotes if it looks like a number).",
        ),
        ("notice: []", "notice is []; expected: a set of keys and values."),
        ("activities: []", "activities is []; expected: a set of keys and values."),
        ("promises: {a: 1}", "promises.a is 1; expected: a set of keys and values."),
        ("notice: {related: x}", 'notice.related is "x"; expected: a list.'),
        (
            "rights: {deadline: 30}",
            "rights.deadline is 30; expected: text (between quotes if it looks like a number).",
        ),
    ],
)
def test_a_wrong_type_is_said_with_what_was_expected(text: str, message: str) -> None:
    code, _, _, told, _ = said(text)
    assert (code, told) == ("GAR022", message)


@pytest.mark.parametrize(
    ("text", "message", "mend"),
    [
        ("format: 2", "format is 2; values allowed: 1.", "Allowed here: 1."),
        (
            "activities: {a: {role: controler, label: {}}}",
            'activities.a.role is "controler"; values allowed: controller, processor.',
            "Did you mean “controller”?",
        ),
        (
            "measures: {a: {label: {}, kind: backups}}",
            None,
            "Did you mean “backup”?",
        ),
        ("rights: {offered: {acces: {statement: {}}}}", None, None),
    ],
)
def test_a_wrong_choice_is_said_with_those_allowed(text: str, message: str | None, mend: str | None) -> None:
    code, _, _, told, way = said(text)
    assert code == "GAR023"
    assert message is None or told == message
    assert mend is None or way == mend


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("notice: {updated: 2026-02-30}", "a date, such as 2026-11-01"),
        ("notice: {updated: hier}", "a date, such as 2026-11-01"),
        ("notice: {url: 'http://a.example'}", "an address starting with https://"),
        ("notice: {author: ''}", "text that is not empty"),
        (f"notice: {{author: {'x' * 501}}}", "at most 500 characters"),
        ("rights: {deadline: 1 month}", "an ISO 8601 period of at most 200 years, such as P3Y, P1M or P30D"),
        ("rights: {deadline: P999Y}", "an ISO 8601 period of at most 200 years, such as P3Y, P1M or P30D"),
        ("processors: {a: {label: {}, country: fr}}", "a country in two capital letters, such as FR"),
        ("retention: {a: {label: {}, trigger: Last contact}}", "lower case letters, digits and hyphens"),
        ("retention: {Bad: {label: {}}}", "lower case letters, digits and hyphens"),
        (f"retention: {{{'k' * 65}: {{label: {{}}}}}}", "at most 64 characters"),
    ],
)
def test_a_wrong_form_is_said_with_the_right_one(text: str, expected: str) -> None:
    code, _, _, message, _ = said(text)
    assert code == "GAR024"
    assert expected in message


def test_a_wrong_time_zone_is_said() -> None:
    (diagnostic,) = found(Policy, "organisation: {key: a, name: A, time_zone: Europe/Pariss}")
    assert (diagnostic.code, diagnostic.column) == ("GAR024", 44)
    assert "an IANA time zone, such as Europe/Paris" in diagnostic.message.en


def test_a_long_value_is_cut() -> None:
    _, _, _, message, _ = said(f"notice: {{updated: {'é' * 900}}}")
    assert len(message) < 200
    assert "…" in message
    long_key = "z" * 900
    assert len(said(f"notice: {{{long_key}: 1}}")[3]) < 100


def test_a_wrong_key_hides_nothing_inside_it() -> None:
    start = "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"
    diagnostics = found(Policy, start + "retention: {Bad: {label: 3}}")
    assert [(one.code, one.column) for one in diagnostics] == [("GAR024", 13), ("GAR022", 26)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: Annotated[int, Field(ge=1)] = 1


class Loose(BaseModel):
    """Shapes that data maps use and policies do not."""

    model_config = ConfigDict(extra="forbid")
    erase: Literal["blank", "keep"] | Part = "blank"
    name: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    rows: list[Part] = []
    even: int = 2
    flag: bool = True

    @field_validator("even")
    @classmethod
    def _is_even(cls, number: int) -> int:
        if number % 2:
            raise ValueError("must be even")
        return number


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("erase: blnk", "GAR023", 'erase is "blnk"; values allowed: blank, keep.'),
        ("erase: 3", "GAR023", "erase is 3; values allowed: blank, keep."),
        ("name: A1", "GAR024", 'name is "A1"; expected: the form ^[a-z]+$.'),
        ("even: 3", "GAR024", "even is 3; expected: must be even."),
        (
            "rows: [{size: 0}]",
            "GAR024",
            "rows.0.size is 0; expected: Input should be greater than or equal to 1.",
        ),
        ("flag: yes", "GAR022", 'flag is "yes"; expected: true or false.'),
        ("even: x", "GAR022", 'even is "x"; expected: a whole number.'),
    ],
)
def test_other_shapes_are_told_once_a_place(text: str, code: str, message: str) -> None:
    (diagnostic,) = found(Loose, text)
    assert (diagnostic.code, diagnostic.message.en) == (code, message)


def test_a_part_that_fits_no_alternative_is_told_at_its_own_fault() -> None:
    diagnostics = found(Loose, "erase: {sise: 2}")
    assert [(one.code, one.message.en) for one in diagnostics] == [("GAR020", "Unknown key: “sise”.")]


def test_a_document_that_is_no_map_is_told() -> None:
    (diagnostic,) = found(Loose, "- a")
    assert (diagnostic.code, diagnostic.message.fr[:11]) == ("GAR022", "ce document")
