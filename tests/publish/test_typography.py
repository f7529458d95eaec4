"""Text is set as French and English ask, and setting it twice changes nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.policy.text import LANGUAGES, Language
from garant.publish.typography import NARROW, typeset


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Prospects : trois ans", "Prospects\u202f: trois ans"),
        ("Prospects\u00a0: trois ans ; puis rien !", "Prospects\u202f: trois ans\u202f; puis rien\u202f!"),
        ("Vraiment? Oui!", "Vraiment\u202f? Oui\u202f!"),
        ("L'été « chaud » de l'an", "L’été «\u202fchaud\u202f» de l’an"),
        ('le mot "choix"', "le mot «\u202fchoix\u202f»"),
        ("RGPD, art. 6(1)(b), loi n° 78-17", "RGPD, art.\u202f6(1)(b), loi n°\u202f78-17"),
        ("12 000 € en 3 ans", "12\u202f000\u202f€ en 3\u202fans"),
        ("de 9:30 à https://a.example/?b=c: non", "de 9:30 à https://a.example/?b=c: non"),
        ("a@b.example : oui", "a@b.example\u202f: oui"),
        ("un\x00deux\ufeff", "undeux"),
    ],
)
def test_french(typed: str, printed: str) -> None:
    assert typeset(typed, "fr") == printed


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("the person's data: yes!", "the person’s data: yes!"),
        ('the word "choice"', "the word “choice”"),
        ("GDPR, art. 6, 3 years", "GDPR, art.\u202f6, 3\u202fyears"),
    ],
)
def test_english(typed: str, printed: str) -> None:
    assert typeset(typed, "en") == printed


TEXTS = st.text(alphabet=st.sampled_from("aé'’\" \u00a0\u202f«»:;!?%€1 2.n°art@/\x00\n")) | st.text()


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_twice_is_once(text: str, language: Language) -> None:
    once = typeset(text, language)
    assert typeset(once, language) == once


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_only_spaces_marks_and_control_characters_change(text: str, language: Language) -> None:
    """What people wrote is all there: letters and digits, in order."""
    kept = re.compile(r"[^\W_]")
    assert kept.findall(typeset(text, language)) == kept.findall(text)


@given(st.text(alphabet="ab «»:;!? ", min_size=1))
def test_no_breaking_space_before_a_french_mark(text: str) -> None:
    printed = typeset(text, "fr")
    assert not re.search(r"[ \u00a0][:;!?»]", printed)
    assert not re.search(rf"«(?!{NARROW}|$)\S", printed)
