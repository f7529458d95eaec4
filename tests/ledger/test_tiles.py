"""Paths, tiles and bundles as C2SP tlog-tiles specifies them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.ledger.tiles import (
    LONGEST_ENTRY,
    MalformedBundleError,
    bundle_path,
    pack_bundle,
    tile_path,
    tile_widths,
    unpack_bundle,
)
from tests.ledger.logs import signed_log
from tests.ledger.test_tree import rfc_root


def test_paths_are_those_of_the_specification() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert tile_path(63, 0) == "tile/63/000"
    assert tile_path(0, 1000) == "tile/0/x001/000"
    assert bundle_path(1234067, 5) == "tile/entries/x001/x234/067.p/5"


def test_a_tree_of_70_000_has_the_tiles_the_specification_counts() -> None:
    widths = list(tile_widths(70_000))
    assert [width for level, _, width in widths if level == 0] == [256] * 273 + [112]
    assert [width for level, _, width in widths if level == 1] == [256, 17]
    assert [width for level, _, width in widths if level == 2] == [1]
    assert {level for level, _, _ in widths} == {0, 1, 2}


def test_a_tree_of_256_has_one_full_tile_and_a_partial_one_above() -> None:
    assert list(tile_widths(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tile_widths(0)) == []


@pytest.mark.parametrize(("level", "index"), [(0, 0), (3, 5), (7, 3), (8, 1), (9, 0), (8, 2), (0, 699)])
def test_any_complete_subtree_is_read_from_the_tiles(level: int, index: int) -> None:
    log = signed_log(1000)
    entries = log.entries[index << level : (index + 1) << level]
    assert len(entries) == 1 << level
    assert log.node(level, index) == rfc_root(entries)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_holds_what_was_put_in(entries: list[bytes]) -> None:
    assert unpack_bundle(pack_bundle(entries)) == entries


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=5), st.data())
def test_a_bundle_cut_short_is_refused_or_lacks_whole_entries(
    entries: list[bytes], data: st.DataObject
) -> None:
    bundle = pack_bundle(entries)
    cut = bundle[: data.draw(st.integers(0, len(bundle) - 1))]
    try:
        found = unpack_bundle(cut)
    except MalformedBundleError:
        return
    assert found == entries[: len(found)]
    assert pack_bundle(found) == cut


def test_an_entry_longer_than_its_length_field_is_refused() -> None:
    assert unpack_bundle(pack_bundle([b"x" * LONGEST_ENTRY]))
    with pytest.raises(ValueError, match="65536"):
        pack_bundle([b"x" * (LONGEST_ENTRY + 1)])
