"""Whatever the loaders are given, a document comes out or the documented refusal, within a second."""

from __future__ import annotations

import pytest

from scripts import fuzzing
from scripts.fuzz_seeds import BOMBS

pytestmark = pytest.mark.usefixtures("untraced")

COUNT = 3_000
"""Mutated inputs here; ``scripts/fuzz --inputs 1000000`` is the long form."""


def test_thousands_of_mutated_documents() -> None:
    found = fuzzing.fuzz(seed=20261125, count=COUNT)
    assert found.bad == []
    assert found.inputs == COUNT + 2 * len(BOMBS)
    assert found.sound > COUNT // 10  # the mutations are not all nonsense


@pytest.mark.parametrize(
    "text",
    [
        "x: " + "a" * 400_000,
        "x: " + "a://" * 100_000,
        "x: a://" + ":" * 400_000,
        "x: '" + "a:// " * 90_000 + "'",
        "x: " + "password" * 50_000,
        "x: a://" + "?password" * 40_000,
    ],
    ids=lambda text: text[:14],
)
def test_a_long_text_is_searched_for_secrets_in_no_time(text: str) -> None:
    found = fuzzing.Findings()
    why = fuzzing.timed(fuzzing.data_map, text, found)
    assert why == ""
