"""Bilingual text."""

import pytest
from pydantic import ValidationError

from garant.policy.text import LANGUAGES, Text


def test_a_text_speaks_both_languages() -> None:
    text = Text(fr="bonjour", en="hello")
    assert [text.say(language) for language in LANGUAGES] == ["bonjour", "hello"]
    assert text.missing() == ()


@pytest.mark.parametrize(
    ("text", "missing", "said"),
    [
        (Text(fr="bonjour"), ("en",), "bonjour"),
        (Text(en="hello"), ("fr",), "hello"),
        (Text(fr=" ", en="hello"), ("fr",), "hello"),
        (Text(), ("fr", "en"), ""),
    ],
)
def test_what_is_missing_is_known_and_the_other_language_stands_in(
    text: Text, missing: tuple[str, ...], said: str
) -> None:
    assert text.missing() == missing
    assert {text.say("fr").strip(), text.say("en").strip()} - {""} <= {said}


def test_a_text_never_changes_and_takes_no_third_language() -> None:
    with pytest.raises(ValidationError):
        Text(fr="bonjour", de="hallo")  # pyright: ignore[reportCallIssue]
    with pytest.raises(ValidationError):
        Text(fr="bonjour").fr = "salut"  # pyright: ignore[reportAttributeAccessIssue]
