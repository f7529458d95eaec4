"""Whatever is read, a policy comes out or UnusablePolicy: never another error, never a hang."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garant.policy import LoadedPolicy, UnusablePolicy, check_policy, load_policy, parse_policy, report
from garant.policy.reporters import FORMATS

SOUND = """\
organisation: {key: acme, name: Acme, time_zone: Europe/Paris}
activities:
  customers:
    role: controller
    label: {fr: Clients, en: Customers}
    subjects: [customers, prospects]
    data: &all [identity, invoicing]
    purposes:
      orders: {label: {fr: Livrer, en: Deliver}, legal_basis: {ground: contract}, data: *all}
retention:
  customers:
    label: {fr: "Clients : cinq ans", en: 'Customers'}
    activities: [customers]
    trigger: end-of-relationship
    phases: [{kind: active, period: P5Y}]
    fate: erase
cookies: {choice_lifetime: P6M}
"""

PIECES = [
    "&a", "*a", "*all", "!!str", "!tag", "<<: *all", "? ", "- ", ": ", "---\n", "...\n", "%YAML 1.1\n", "|", ">-",
    "{", "}", "[", "]", "'", '"', "\\", "\t", "\n", "\n\n  ", "#", "@", "`", "\x00", "\ufeff", "\u2028", "é", "🧑‍⚖️",
    "null", "true", "1e999", "-0", "0o7", "P3Y", "P999999Y", "9999-12-31", "\x85",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The sound policy with pieces of YAML put in, and stretches taken out, moved and doubled."""
    text = SOUND
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.integers(0, 30)))
        change = draw(st.sampled_from(["insert", "delete", "double", "move"]))
        piece = draw(st.sampled_from(PIECES)) if change == "insert" else ""
        if change == "double":
            piece = text[start:stop] * 2
        elif change == "move":
            piece, at = "", draw(st.integers(0, len(text)))
            text = text[:at] + text[start:stop] + text[at:]
        text = text[:start] + piece + (text[start:] if change == "insert" else text[stop:])
    return text


def outcome(text: str) -> LoadedPolicy | None:
    try:
        return parse_policy(text)
    except UnusablePolicy as problem:
        sound(problem, text)
        return None


def sound(problem: UnusablePolicy, text: str) -> None:
    """The diagnostics stand inside the text and can be written in every form."""
    lines = len(text.splitlines()) + 2
    assert problem.diagnostics
    for found in problem.diagnostics:
        assert found.code.startswith("GAR0")
        assert 1 <= found.line <= lines
        assert found.column >= 1
    for form in FORMATS:
        report(problem.diagnostics, form, "en").encode()


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    outcome(text)


@given(st.text(alphabet="ab: -[]{}&*!?|>'\"%#\n,<\t01~@", max_size=120))
@settings(max_examples=400)
def test_any_text_that_looks_like_yaml(text: str) -> None:
    outcome(text)


@given(mutated())
@settings(max_examples=200)
def test_any_mutation_of_a_sound_policy(text: str) -> None:
    found = outcome(text)
    if found is not None:
        for form in FORMATS:
            report(check_policy(found), form, "fr").encode()


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    with pytest.raises(UnusablePolicy) as caught:
        load_policy(tmp_path)
    report(caught.value.diagnostics, "text", "fr").encode()


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["identity", "P3Y", "controller", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["label", "role", "purposes", "data", "customers", "fr", "ground", "phases"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)  # fmt: skip
sections = st.dictionaries(
    st.sampled_from(
        [
            "activities",
            "retention",
            "recipients",
            "cookies",
            "rights",
            "notice",
            "promises",
            "categories",
            "format",
        ]
    ),
    json_like,
    max_size=4,
)


@given(sections)
@settings(max_examples=200)
def test_any_data_of_the_wrong_shape(data: dict[str, object]) -> None:
    import json

    outcome(json.dumps({**data, "organisation": {"key": "a", "name": "A", "time_zone": "UTC"}}))
