"""Canonical JSON against RFC 8785 and an implementation we did not write."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from garant.ledger.canonical import (
    GREATEST_INTEGER,
    Json,
    NotCanonicalError,
    canonical_json,
    read_canonical,
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-GREATEST_INTEGER, GREATEST_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
names = st.text(st.characters(max_codepoint=127))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4)
)


@given(values)
def test_we_write_what_rfc_8785_asks_for(value: Json) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(st.dictionaries(names, values, max_size=5))
def test_what_we_wrote_is_read_back(value: dict[str, Json]) -> None:
    assert read_canonical(canonical_json(value)) == value


def test_control_characters_and_quotes_are_escaped_the_one_way() -> None:
    # RFC 8785, 3.2.2.2
    assert canonical_json('€$\u000f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (1.5, r"\$: float"),
        (float("nan"), r"\$: float"),
        ({"a": [1, {"b": 2.0}]}, r"\$\.a\[1\]\.b: float"),
        ({"é": 1}, "not ASCII"),
        ({1: 1}, "not ASCII"),
        (GREATEST_INTEGER + 1, "beyond"),
        ([-GREATEST_INTEGER - 1], "beyond"),
        ("\ud800", "surrogate"),
        ({"a": b"bytes"}, "bytes"),
        ({"a", "b"}, "set"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: object, place: str) -> None:
    with pytest.raises(NotCanonicalError, match=place):
        canonical_json(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1,"a":1}',
        b"\xff",
        b'{"a":"\\u0041"}',
        b"[" * 100_000,
    ],
)
def test_bytes_out_of_canonical_form_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonicalError):
        read_canonical(data)
