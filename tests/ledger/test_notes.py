"""Signed notes and checkpoints, against the vectors of Go's reference implementation."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.ledger.checkpoints import Checkpoint
from garant.ledger.notes import (
    LONGEST_NOTE,
    MalformedNoteError,
    Note,
    Signature,
    SignatureRefusedError,
    SigningKey,
    VerifierKey,
    check_name,
    decode_base64,
)
from garant.ledger.tree import EMPTY_ROOT
from tests.ledger.logs import ORIGIN, key, signed_log

# golang.org/x/mod/sumdb/note: the example of its documentation.
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_note_of_the_reference_implementation_verifies() -> None:
    verifier = VerifierKey.parse(GO_VERIFIER)
    note = Note.parse(GO_NOTE.encode())
    assert note.signers([verifier]) == (verifier,)
    assert str(verifier) == GO_VERIFIER
    assert note.encode().decode() == GO_NOTE


@given(st.integers(0, len(GO_NOTE.encode()) - 1), st.integers(1, 255))
def test_a_note_with_any_byte_changed_does_not(place: int, change: int) -> None:
    data = bytearray(GO_NOTE.encode())
    data[place] ^= change
    with pytest.raises((MalformedNoteError, SignatureRefusedError)):
        Note.parse(bytes(data)).signers([VerifierKey.parse(GO_VERIFIER)])


def test_signatures_of_unknown_keys_are_passed_over_and_false_ones_refuse_the_note() -> None:
    note = Note.signed("text\n", "a", key(1), key(2))
    one, two = key(1).verifier("a"), key(2).verifier("a")
    assert note.signers([one]) == (one,)
    assert note.signers([two, one]) == (one, two)
    with pytest.raises(SignatureRefusedError, match="no known key"):
        note.signers([key(3).verifier("a")])
    with pytest.raises(SignatureRefusedError, match="no known key"):
        note.signers([key(1).verifier("b")])
    false = Note("text\n", (Signature("a", one.id, note.signatures[1].signature), note.signatures[1]))
    with pytest.raises(SignatureRefusedError, match="is false"):
        false.signers([one, two])


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(32)]))
)
def test_any_text_is_signed_and_read_back(text: str) -> None:
    note = Note.signed(f"{text}\n\nlast line\n", "log", key(1))
    again = Note.parse(note.encode())
    assert again == note
    assert again.signers([key(1).verifier("log")])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        "text\n\n— a AAAAAAA=".encode(),
        "text\n\n— a\n".encode(),
        b"text\n\n- a AAAAAAA=\n",
        "text\n\n— a AAAA\n".encode(),
        "text\n\n— a AAAAAAB=\n".encode(),
        "text\n\n— a b c\n".encode(),
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "tab\t\n\n— a AAAAAAA=\n".encode(),
        b"\xff\n\n",
        b"x" * (LONGEST_NOTE + 1),
    ],
)
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedNoteError):
        Note.parse(data)


@pytest.mark.parametrize("text", ["no end", "bell\a\n", ""])
def test_what_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(MalformedNoteError):
        Note.signed(text, "a", key(1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        GO_VERIFIER.replace("c74f20a3", "c74f20a4"),
        GO_VERIFIER.replace("Peter", "Petra"),
        GO_VERIFIER[:-1],
        "a b+00000000+" + b64encode(b"\x01" + bytes(32)).decode(),
        "a+00000000+" + b64encode(b"\x02" + bytes(32)).decode(),
        "a+00000000+" + b64encode(b"\x01" + bytes(31)).decode(),
    ],
)
def test_what_is_not_a_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(MalformedNoteError):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\n", "\x00"])
def test_key_names_hold_neither_space_nor_plus(name: str) -> None:
    with pytest.raises(MalformedNoteError):
        check_name(name)


def test_base64_has_one_form() -> None:
    assert decode_base64("AAA=") == b"\x00\x00"
    for text in ("AAA", "AAB=", "AA A=", "AAA=\n", "é"):
        with pytest.raises(MalformedNoteError):
            decode_base64(text)


def test_a_signing_key_does_not_show_itself() -> None:
    assert repr(key(1)) == "SigningKey(secret)"
    with pytest.raises(ValueError, match="32"):
        SigningKey(b"short")


@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_says_name_size_and_root(size: int, root: bytes) -> None:
    head = Checkpoint(ORIGIN, size, root)
    assert head.text.split("\n")[:2] == [ORIGIN, str(size)]
    assert Checkpoint.parse(head.text) == head
    assert head.sign(key(1)).signers([key(1).verifier(ORIGIN)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n1\n",
        f"log\n01\n{b64encode(EMPTY_ROOT).decode()}\n",
        f"log\n-1\n{b64encode(EMPTY_ROOT).decode()}\n",
        f"log\n1\n{b64encode(EMPTY_ROOT).decode()}\nextension\n",
        f"a log\n1\n{b64encode(EMPTY_ROOT).decode()}\n",
        "log\n1\nAAAA\n",
        "log\n1\nnothing\n",
        f"log\n{'9' * 30}\n{b64encode(EMPTY_ROOT).decode()}\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(MalformedNoteError):
        Checkpoint.parse(text)


@given(st.data())
def test_a_checkpoint_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    note = bytearray(signed_log(10).notes[-1].encode())
    note[data.draw(st.integers(0, len(note) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises((MalformedNoteError, SignatureRefusedError)):
        Note.parse(bytes(note)).signers([key(1).verifier(ORIGIN)])
