"""`garant import fides`: the map on the output or in a file, the losses beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.cli import application
from garant.systems.checks.static import check_map
from garant.systems.loader import load_map, parse_map

Said = pytest.CaptureFixture[str]
SHOP = Path(__file__).parents[1] / "systems" / "fides" / "shop.yaml"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARANT_LANGUAGE", "en")


def test_the_map_is_on_the_output_and_the_losses_beside_it(capsys: Said) -> None:
    assert application.run(["import", "fides", str(SHOP)]) == 0
    said = capsys.readouterr()
    assert check_map(parse_map(said.out)) == []
    assert "shop.yaml:16: lost: The length has no counterpart" in said.err
    assert "Next: garant map check MAP --offline" in said.err


def test_the_map_is_in_a_file_with_the_losses_at_its_head(tmp_path: Path, capsys: Said) -> None:
    file = tmp_path / "shop.yaml"
    assert application.run(["--language", "fr", "import", "fides", str(SHOP), "--out", str(file)]) == 0
    assert check_map(load_map(file)) == []
    assert "perdu\u202f: La longueur n’a pas d’équivalent" in file.read_text()
    assert capsys.readouterr().out == ""


def test_a_file_of_two_datasets_is_refused_until_one_is_named(tmp_path: Path, capsys: Said) -> None:
    one = "{fides_key: KEY, collections: [{name: t, fields: [{name: id, fides_meta: {identity: email}}]}]}"
    file = tmp_path / "two.yaml"
    file.write_text(f"dataset: [{one.replace('KEY', 'a')}, {one.replace('KEY', 'b')}]\n")
    assert application.run(["import", "fides", str(file)]) == 2
    assert "this file has: a, b" in capsys.readouterr().err
    assert application.run(["import", "fides", str(file), "--dataset", "b"]) == 0


def test_what_is_no_dataset_is_refused_with_its_place(tmp_path: Path, capsys: Said) -> None:
    file = tmp_path / "none.yaml"
    file.write_text("dataset: [{fides_key: a}]\n")
    assert application.run(["import", "fides", str(file)]) == 2
    assert "none.yaml:1" in capsys.readouterr().err
