"""Whatever a map may name, a receipt can say: it would be refused after the system has changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from garant.apps.promises.entries import TableRows
from garant.systems.loader import parse_map
from garant.systems.treatments import SqlName

A_NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_$-]{0,60}(\.[A-Za-z_][A-Za-z0-9_$-]{0,60})?", fullmatch=True)


@given(A_NAME)
def test_every_name_that_a_map_may_give_to_a_table(name: str) -> None:
    TypeAdapter(SqlName).validate_python(name)
    assert TableRows(table=name, deleted=1, treated=0).table == name


@pytest.mark.parametrize("shipped", ["odoo18", "dolibarr20", "tryton82"])
def test_the_tables_of_the_maps_that_ship(shipped: str) -> None:
    tables = parse_map(f"use: {shipped}\n").map.tables
    assert [TableRows(table=name, deleted=0, treated=0).table for name in tables] == list(tables)
