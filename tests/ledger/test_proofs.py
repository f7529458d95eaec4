"""Inclusion proofs: one file, one key, no database."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.ledger import (
    InclusionProof,
    KeysRotated,
    Note,
    ProofUnusableError,
    Record,
    leaf_hash,
    make_proof,
    verify_inclusion,
)
from garant.ledger.proofs import FORMAT
from tests.ledger.logs import ORIGIN, MemoryLog, key, signed_log
from tests.ledger.test_rotation import rotated

TRUSTED = [key(1).verifier(ORIGIN)]


def proof_of(log: MemoryLog, index: int) -> InclusionProof:
    records = [Record.parse(entry) for entry in log.entries]
    rotations = [payload for record in records if isinstance(payload := record.typed(), KeysRotated)]
    return make_proof(index, log.entries[index], log.notes[-1], log.node, rotations)


@given(st.integers(0, 299))
def test_any_entry_is_proved_by_one_file(index: int) -> None:
    data = proof_of(signed_log(300), index).to_json()
    proof = InclusionProof.from_json(data)
    assert proof.verify(TRUSTED) == tuple(TRUSTED)
    assert proof.entry == signed_log(300).entries[index]
    assert proof.to_json() == data


GOOD = proof_of(signed_log(300), 77).to_json()


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_any_flipped_byte_of_a_proof_is_detected(position: int, change: int) -> None:
    bad = GOOD[:position] + bytes([GOOD[position] ^ change]) + GOOD[position + 1 :]
    with pytest.raises(ProofUnusableError):
        InclusionProof.from_json(bad).verify(TRUSTED)


def altered(**changes: object) -> bytes:
    """A proof file rewritten with other values, in the right form."""
    content = json.loads(GOOD) | changes
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        GOOD + b"\n",
        altered(format=f"{FORMAT}0"),
        altered(index="77"),
        altered(index=True),
        altered(path=["AA"]),
        altered(path=["!"]),
        altered(path=7),
        altered(entry=7),
        altered(checkpoint=7),
        altered(checkpoint="nothing"),
        altered(rotations=[{}]),
        altered(rotations=7),
        altered(index=78),
        altered(index=-1),
        altered(index=300),
        altered(path=[]),
        altered(entry="{}"),
        altered(entry=json.loads(proof_of(signed_log(300), 78).to_json())["entry"]),
    ],
)
def test_what_proves_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(ProofUnusableError, match="does not hold"):
        InclusionProof.from_json(data).verify(TRUSTED)


def test_a_proof_needs_a_trusted_key() -> None:
    for trusted in ([], [key(2).verifier(ORIGIN)], [key(1).verifier("garant/other")]):
        with pytest.raises(ProofUnusableError):
            InclusionProof.from_json(GOOD).verify(trusted)


def test_the_key_of_another_log_proves_nothing_here() -> None:
    proof = InclusionProof.from_json(GOOD)
    other = key(1).verifier("garant/other")
    note = Note(proof.note.text, (key(1).signature(other.name, proof.note.text),))
    with pytest.raises(ProofUnusableError, match="another log"):
        InclusionProof(proof.index, proof.entry, proof.path, note).verify([other])


def test_something_that_is_not_an_entry_is_not_proved() -> None:
    log = MemoryLog().open()
    log.append(b"nonsense")
    log.sign()
    with pytest.raises(ProofUnusableError):
        make_proof(2, b"nonsense", log.notes[-1], log.node).verify(TRUSTED)


def test_a_checkpoint_that_is_none_proves_nothing() -> None:
    note = Note.signed("some text\n", ORIGIN, key(1))
    with pytest.raises(ProofUnusableError):
        InclusionProof(0, b"", (), note).verify(TRUSTED)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_proof_carries_the_rotations_that_lead_to_its_signer(number: int) -> None:
    data = proof_of(rotated(), 3).to_json()
    assert InclusionProof.from_json(data).verify([key(number).verifier(ORIGIN)]) == (key(3).verifier(ORIGIN),)


def test_an_old_proof_holds_after_a_rotation() -> None:
    log = MemoryLog().open().fill(5)
    log.sign()
    data = proof_of(log, 3).to_json()
    log.rotate(key(2))
    assert InclusionProof.from_json(data).verify(TRUSTED) == tuple(TRUSTED)


def test_an_entry_newer_than_the_checkpoint_has_no_proof_yet() -> None:
    log = MemoryLog().open()
    log.sign()
    log.fill(5)
    with pytest.raises(ValueError, match="no entry 4"):
        make_proof(4, log.entries[4], log.notes[-1], log.node)


def test_the_proof_is_written_as_c2sp_tlog_proof_too() -> None:
    proof = InclusionProof.from_json(GOOD)
    head, _, checkpoint = proof.to_tlog_proof().partition(b"\n\n")
    first, extra, index, *path = head.decode().split("\n")
    assert (first, index) == ("c2sp.org/tlog-proof@v1", "index 77")
    assert Note.parse(checkpoint) == proof.note
    leaf = leaf_hash(b64decode(extra.removeprefix("extra ")))
    verify_inclusion(leaf, 77, 300, [b64decode(line) for line in path], proof.checkpoint.root)


def test_a_proof_explains_itself_in_both_languages() -> None:
    proof = InclusionProof.from_json(GOOD)
    french, english = proof.describe("fr"), proof.describe("en")
    assert french.startswith(
        f"L’entrée 77 du registre {ORIGIN}\u202f:\n    subject-keys.destroyed, le 2026-11-01"
    )
    assert english.startswith(f"Entry 77 of the ledger {ORIGIN}:\n    subject-keys.destroyed, on 2026-11-01")
    for said in (french, english):
        assert "    keys: 77" in said
