"""What strangers write: whatever it is, it has one form, and no letter, header or page is broken by it."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.apps.rights.receiving.intake import LONGEST, address, cleaned
from garant.ledger import LedgerError
from garant.policy.text import Text
from garant.publish.letters import LetterFacts, write

ANYTHING = st.text(st.characters()) | st.text(
    st.sampled_from("a\r\n\x00\u202e\u2028{}%<>\"'&;é🦊 \t"), max_size=300
)


@given(ANYTHING, st.sampled_from(sorted(LONGEST)))
def test_it_is_seen_short_and_the_same_when_cleaned_again(text: str, kind: str) -> None:
    found = cleaned(kind, text)
    assert len(found) <= LONGEST[kind]
    assert all(unicodedata.category(one) not in ("Cc", "Cs", "Zl", "Zp") or one == "\n" for one in found)
    assert "\n" not in found or kind == "message"
    assert cleaned(kind, found) == found


@given(ANYTHING)
def test_every_letter_can_tell_it(text: str) -> None:
    said = cleaned("message", text)
    facts = LetterFacts(
        organisation="S", number="R-0000-0000", right="access", received=date(2026, 1, 1),
        awaited=(Text(fr=said or "x", en=said or "x"),), reasons=(said,),
    )  # fmt: skip
    letter = write("awaiting", facts, "fr")
    assert "\n" not in letter.subject
    assert "<script" not in letter.html


@given(ANYTHING)
def test_an_address_is_one_line_without_a_second_address(text: str) -> None:
    try:
        found = address(text)
    except LedgerError:
        return
    assert found.count("@") == 1
    assert not set(found) & set("\r\n ,;<>")


@pytest.mark.parametrize("text", ["a@b", "a b@c.example", "a@b.example\nBcc: c@d.example", "", "@x.example"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(LedgerError):
        address(text)
