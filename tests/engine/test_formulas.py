"""What a cell of a spreadsheet holds: never something that a spreadsheet would run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.telling.cells import _cell as cell


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠A1",
    ],
)
def test_what_a_spreadsheet_would_run_is_neutralised(formula: str) -> None:
    """OWASP, CSV injection."""
    assert cell(formula) == "'" + formula


@pytest.mark.parametrize(
    "plain",
    ["", "abc", "a=1", "-12", "-12.50", "-12,50", "+33 1 02 03 04 05", "+33(0)1.02", "(1)", "é", "'x"],
)
def test_what_is_no_formula_is_left_as_it_is(plain: str) -> None:
    assert cell(plain) == plain


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (-5, "-5"), (-1e-07, "-1e-07"), (True, "true"), ([1], "[1]"), ({"a": "é"}, '{"a": "é"}')],
)
def test_other_values_in_a_cell(value: Any, written: str) -> None:
    assert cell(value) == written


@given(st.text())
def test_no_cell_begins_like_a_formula_with_more_than_a_number(text: str) -> None:
    shown = cell(text)
    assert shown in (text, "'" + text)
    assert shown[:1] not in ("=", "@", "\t", "\r", "\n")
    if shown[:1] in ("+", "-"):
        assert not any(c.isalpha() or c in "|!*/^&<>=\"'" for c in shown)
