"""Every way from a table to a root, hop by hop."""

from __future__ import annotations

import pytest

from garant.systems.model import DataMap, Relation
from garant.systems.paths import LinkCycle, owning_paths, paths
from tests.engine.support.shop import map_document


def shop_map(**tables: object) -> DataMap:
    document = map_document()
    document["tables"] |= tables
    document["roots"]["company"] = {"table": "company", "key": "siren", "type": "text"}
    return DataMap.model_validate(document)


def test_a_row_may_be_reached_directly_and_through_parents() -> None:
    data_map = shop_map(
        reply={
            "key": "id",
            "links": [
                {"root": "contact", "column": "author_id"},
                {"parent": "note", "column": "note_id", "relation": "co-owned"},
                {"parent": "meeting", "column": "meeting_id", "relation": "visible"},
                {"root": "company", "column": "siren"},
            ],
        }
    )
    found = paths(data_map, "reply", "contact")
    assert [[hop.table for hop in path.hops] for path in found] == [
        ["reply"], ["reply", "note", "contact"], ["reply", "meeting", "attendee"],
    ]  # fmt: skip
    assert [path.relation for path in found] == [Relation.OWNED, Relation.CO_OWNED, Relation.VISIBLE]
    assert [path.parents for path in found] == [frozenset(), {"note", "contact"}, {"meeting", "attendee"}]
    assert [path.table for path in found] == ["reply"] * 3
    assert found[1].hops[0].target_column == "id"
    assert found[2].hops[1].target_column == "meeting_id"
    assert len(owning_paths(data_map, "reply", "contact")) == 2
    assert [path.root for path in paths(data_map, "reply", "company")] == ["company"]
    assert paths(data_map, "reply", "company")[0].hops[0].target_column == "siren"


def test_the_columns_of_a_link_are_its_persons_own() -> None:
    link = {"root": "contact", "column": "a", "columns": ["said"]}
    data_map = shop_map(reply={"key": "id", "links": [link, {"root": "contact", "column": "b"}]})
    assert [path.own_columns for path in paths(data_map, "reply", "contact")] == [["said"], []]


def test_links_that_turn_in_a_circle_are_refused() -> None:
    data_map = shop_map(
        a={"key": "id", "links": [{"parent": "b", "column": "b_id"}]},
        b={"key": "id", "links": [{"root": "contact", "column": "c"}, {"parent": "a", "column": "a_id"}]},
    )
    with pytest.raises(LinkCycle, match="a → b → a"):
        paths(data_map, "a", "contact")


def test_a_table_that_is_its_own_parent_is_a_circle() -> None:
    with pytest.raises(LinkCycle, match="a → a"):
        paths(shop_map(a={"key": "id", "links": [{"parent": "a", "column": "up"}]}), "a", "contact")


def test_a_parent_without_key_needs_its_column_named() -> None:
    with pytest.raises(KeyError, match="attendee: no key, so a link to it names parent_column"):
        paths(shop_map(a={"key": "id", "links": [{"parent": "attendee", "column": "x"}]}), "a", "contact")
