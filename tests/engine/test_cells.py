"""Rows are written by columns, and read as if each had been written by itself."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.telling.cells import BLOCK, blocks
from garant.engine.telling.cells import _cell as cell
from garant.engine.telling.cells import _plain as plain
from garant.engine.telling.export import _sheet

one_type: list[st.SearchStrategy[Any]] = [
    st.integers(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["+33 4 00 00", "+cmd", "-1", "=1+1", "@a", "plain"]),
    st.dates() | st.datetimes() | st.datetimes(timezones=st.just(UTC)),
    st.booleans(),
    st.floats(),
    st.binary(max_size=20),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.none(),
    st.lists(st.integers() | st.dates(), max_size=3),
]
values = st.sampled_from([*one_type, st.one_of(*one_type)]).flatmap(
    lambda kind: st.lists(kind, min_size=12, max_size=12)
)
tables = st.lists(values, min_size=1, max_size=4).map(lambda columns: list(zip(*columns, strict=True)))


@given(rows=tables)
def test_each_row_is_written_as_by_itself(rows: list[tuple[Any, ...]]) -> None:
    columns = [f'100 % of "{number}"' for number in range(len(rows[0]))]
    found = list(blocks(columns, iter(rows)))
    apart = [[plain(value) for value in row] for row in rows]
    lines = [json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in apart]
    assert b"".join(block.lines for block in found).decode() == "".join(f"{line}\n" for line in lines)
    shown = [list(row) for block in found for row in block.cells]
    assert shown == [[cell(value) for value in row] for row in apart]


@pytest.mark.parametrize("number", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_no_row_is_left_out(number: int) -> None:
    rows = [(n, f"name {n}", date(2026, 1, 1)) for n in range(number)]
    found = list(blocks(["id", "name", "day"], iter(rows)))
    assert [row for block in found for row in block.rows] == rows
    assert sum(block.lines.count(b"\n") for block in found) == number
    assert all(len(block.rows) <= BLOCK for block in found)


def test_types_that_json_has_not() -> None:
    row = (
        datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        Decimal("1.50"),
        UUID(int=7),
        memoryview(b"\x01\xff"),
        float("-inf"),
    )
    (block,) = blocks(["at", "price", "id", "bytes", "low"], iter([row]))
    assert json.loads(block.lines) == {
        "at": "2026-11-01T08:30:00+00:00",
        "price": "1.50",
        "id": "00000000-0000-0000-0000-000000000007",
        "bytes": "01ff",
        "low": "-Infinity",
    }


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_line_stays_one_line(text: str) -> None:
    (block,) = blocks(["note"], iter([(text,)]))
    assert block.lines.count(b"\n") == 1
    assert json.loads(block.lines)["note"] == text
    sheet = io.StringIO(newline="")
    csv.writer(sheet, delimiter=";").writerows(block.cells)
    ((read,),) = csv.reader(io.StringIO(sheet.getvalue(), newline=""), delimiter=";")
    assert read in (text, f"'{text}")


CELLS = st.text(st.sampled_from('ab ;"\r\né\u202f,\t'), max_size=4)


@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1)))
def test_a_sheet_is_what_the_csv_module_writes(rows: list[list[str]]) -> None:
    expected = io.StringIO(newline="")
    csv.writer(expected, delimiter=";").writerows(rows)
    assert _sheet(rows) == expected.getvalue().encode()
