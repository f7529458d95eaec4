"""The bench of residue counts by itself, and refuses a Garant that says “gone” where something is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.residue import ERASED, WAYS, by_hand, database_of, measured, usual


def test_what_is_left_and_what_is_said(tmp_path: Path) -> None:
    found = {}
    for number, (way, erase) in enumerate(WAYS.items()):
        with database_of("sqlite", tmp_path, tmp_path / str(number)) as database:
            line = measured(database, way, erase, tmp_path / str(number))
            found[way] = (line.left, line.said)
    assert found == {
        "deleted by hand": (ERASED, "–"),
        "and the usual clean-up": (ERASED, "–"),
        "Garant, light": (0, "gone"),
        "Garant, full": (0, "gone"),
    }


def test_a_false_gone_stops_the_bench(tmp_path: Path) -> None:
    def liar(shop: object) -> str:
        by_hand(shop)  # type: ignore[arg-type]
        return "gone"

    with (
        database_of("sqlite", tmp_path, tmp_path / "a") as database,
        pytest.raises(SystemExit, match="said to be gone"),
    ):
        measured(database, "liar", liar, tmp_path / "a")
    assert usual is WAYS["and the usual clean-up"]
