"""Commitments that open with the key, and with nothing else."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.ledger import commit, new_key, opens, reference, unwrap, wrap
from garant.ledger.commitments import UnwrapRefusedError
from tests.ledger.test_canonical import values

keys = st.binary(min_size=32, max_size=32)


def test_a_commitment_is_hmac_sha256_of_canonical_json() -> None:
    expected = hmac.new(b"k" * 32, b'{"a":1,"b":"\xc3\xa9"}', "sha256").hexdigest()
    assert commit(b"k" * 32, {"b": "é", "a": 1}) == f"hmac-sha256:{expected}"


@given(keys, keys, values, values)
def test_it_opens_with_its_key_and_value_only(
    key: bytes, other: bytes, value: object, another: object
) -> None:
    made = commit(key, value)  # type: ignore[arg-type]
    assert opens(key, value, made)  # type: ignore[arg-type]
    assert opens(other, value, made) == (other == key)  # type: ignore[arg-type]
    assert opens(key, another, made) == (commit(key, another) == made)  # type: ignore[arg-type]


@given(keys, st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_a_reference_depends_on_every_part(key: bytes, parts: list[str]) -> None:
    found = reference(key, *parts)
    assert found == reference(key, *parts)
    assert found != reference(key, *parts, "")
    assert found != reference(key, "".join(parts) + "x")
    assert len(found) == 64


def test_a_part_that_is_no_unicode_is_its_bytes_and_nobody_elses() -> None:
    """A key of a system in another encoding, and a text that is written as its bytes would be."""
    half = "caf\udce9"
    found = {
        reference(b"k" * 32, one)
        for one in (half, "café", "caf", half.encode("utf-8", "surrogatepass").hex())
    }
    assert len(found) == 4
    assert reference(b"k" * 32, half) in found


@given(keys, keys, keys, st.text(st.characters(exclude_categories=["Cs"])))
def test_a_wrapped_key_opens_for_its_master_and_owner(
    master: bytes, other: bytes, key: bytes, owner: str
) -> None:
    wrapped = wrap(master, key, owner)
    assert key not in wrapped
    assert unwrap(master, wrapped, owner) == key
    for wrong in ((master, wrapped, owner + "x"), (master, wrapped[:-1], owner), (master, b"", owner)):
        with pytest.raises(UnwrapRefusedError):
            unwrap(*wrong)
    if other != master:
        with pytest.raises(UnwrapRefusedError):
            unwrap(other, wrapped, owner)


def test_keys_are_random_and_have_32_bytes() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert len(new_key()) == 32
    for short in (b"", b"short"):
        with pytest.raises(ValueError, match="32 bytes"):
            commit(short, 1)
