"""A way that an earlier step cuts is walked first: its rows are gathered before anything changes."""

from __future__ import annotations

from garant.engine.planning.steps import steps_of
from tests.engine.support.shop import Shop


def test_rows_found_by_an_address_are_gathered_before_the_address_is_blanked(shop: Shop) -> None:
    shop.document["tables"]["interaction"]["links"] = [
        {"parent": "contact", "column": "body", "parent_column": "email"}
    ]
    shop.document["dispositions"]["erase"]["actions"] = [
        {"table": "contact", "do": "treat"},
        {"table": "interaction", "do": "delete"},
    ]
    declared = shop.map()
    *_, last = steps_of(declared, declared.dispositions["erase"], [])
    assert (last.table, last.collect) == ("interaction", True)
