"""Every table of the maps that come with Garant is called something, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.systems.loader import load_map, shipped_maps


@pytest.mark.parametrize("name", shipped_maps())
def test_every_table_of_a_shipped_map_has_a_name_in_both_languages(name: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"use: {name}\n", encoding="utf-8")
    shipped = load_map(tmp_path / "mine.yaml").map
    labels = {table: shipped.label_of(table) for table in shipped.tables}
    assert len(labels) > 40
    assert [table for table, label in labels.items() if label is None or not (label.fr and label.en)] == []
