"""The tree against published vectors, an implementation we did not write, and the RFC's own recursion."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from garant.ledger.tree import (
    EMPTY_ROOT,
    Peaks,
    ProofRefusedError,
    RightEdge,
    consistency_proof,
    edge_widths,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The tree of eight leaves that Certificate Transparency implementations are tested with
# (google/certificate-transparency, merkle_tree_test).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEFT_FOUR = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
PAIR_23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
PAIR_45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
PAIR_67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
RIGHT_FOUR = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
LEAF_0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
INCLUSION = {
    (0, 1): [],
    (0, 8): [LEAF_1, PAIR_23, RIGHT_FOUR],
    (5, 8): [LEAF_4, PAIR_67, LEFT_FOUR],
    (2, 3): [ROOTS[1]],
    (1, 5): [LEAF_0, PAIR_23, LEAF_4],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [LEAF_1, PAIR_23, RIGHT_FOUR],
    (6, 8): [PAIR_45, PAIR_67, LEFT_FOUR],
    (2, 5): [PAIR_23, LEAF_4],
}


def rfc_root(entries: list[bytes]) -> bytes:
    """MTH, word for word as RFC 9162, 2.1.1 defines it: slow, and plainly right."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\x01" + rfc_root(entries[:split]) + rfc_root(entries[split:])).digest()


def reader(entries: list[bytes]) -> Callable[[int, int], bytes]:
    return lambda level, index: rfc_root(entries[index << level : (index + 1) << level])


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def grown(entries: list[bytes]) -> RightEdge:
    edge = RightEdge()
    list(edge.extend([leaf_hash(entry) for entry in entries]))
    return edge


sizes = st.integers(min_value=0, max_value=700)


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert grown(LEAVES[:size]).root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_certificate_transparency(index: int, size: int) -> None:
    proof = inclusion_proof(reader(LEAVES), index, size)
    assert [sibling.hex() for sibling in proof] == INCLUSION[index, size]
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proofs_are_those_of_certificate_transparency(old: int, new: int) -> None:
    proof = consistency_proof(reader(LEAVES), old, new)
    assert [sibling.hex() for sibling in proof] == CONSISTENCY[old, new]
    verify_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), proof)


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert RightEdge().root() == root_of([]) == range_root(reader([]), 0, 0) == EMPTY_ROOT == rfc_root([])


def test_our_tree_is_that_of_pymerkle() -> None:
    theirs = InmemoryTree(algorithm="sha256")
    edge, entries = RightEdge(), numbered(600)
    for size, entry in enumerate(entries, 1):
        theirs.append_entry(entry)
        list(edge.extend([leaf_hash(entry)]))
        assert edge.root() == theirs.get_root(), size


@given(data=st.data(), size=st.integers(1, 300))
def test_our_proofs_are_those_of_pymerkle(data: st.DataObject, size: int) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    entries = numbered(size)
    for entry in entries:
        theirs.append_entry(entry)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path = [bytes.fromhex(node) for node in theirs.prove_inclusion(index + 1, size).serialize()["path"]]
    assert inclusion_proof(reader(entries), index, size) == path[1:]
    # Their consistency proofs are not the RFC's: ours has to lead to their roots.
    proof = consistency_proof(reader(entries), old, size)
    verify_consistency(old, size, theirs.get_root(old), theirs.get_root(size), proof)


@given(size=sizes, chunk=st.integers(1, 300))
@example(size=256, chunk=256)
@example(size=65_536 + 257, chunk=65_000)
def test_growing_by_any_step_gives_the_same_tree(size: int, chunk: int) -> None:
    leaves = [leaf_hash(entry) for entry in numbered(size)]
    edge = RightEdge()
    tiles = [tile for start in range(0, size, chunk) for tile in edge.extend(leaves[start : start + chunk])]
    assert edge.size == size
    assert edge.root() == root_of(leaves)
    assert [tile.hashes for tile in tiles if tile.level == 0] == [
        b"".join(leaves[start : start + 256]) for start in range(0, size - 255, 256)
    ]
    again = RightEdge(size, edge.tiles)
    assert again.root() == edge.root()
    assert [len(tile) for tile in again.tiles] == edge_widths(size)


@given(size=st.integers(0, 300))
def test_roots_are_those_of_the_rfc(size: int) -> None:
    entries = numbered(size)
    assert grown(entries).root() == rfc_root(entries) == range_root(reader(entries), 0, size)


def test_an_edge_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="3 entries"):
        RightEdge(3, [[b"1" * 32]])


@given(data=st.data(), size=st.integers(1, 200))
def test_every_entry_has_a_proof_and_no_other_entry_uses_it(data: st.DataObject, size: int) -> None:
    entries = numbered(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(reader(entries), index, size), rfc_root(entries)
    verify_inclusion(leaf_hash(entries[index]), index, size, proof, root)
    other = data.draw(st.integers(0, size))
    with pytest.raises(ProofRefusedError):
        verify_inclusion(leaf_hash(b"another"), index, size, proof, root)
    if other != index:
        with pytest.raises(ProofRefusedError):
            verify_inclusion(leaf_hash(entries[index]), other, size, proof, root)
    with pytest.raises(ProofRefusedError):
        verify_inclusion(leaf_hash(entries[index]), index, size, [*proof, root], root)
    for spoilt in spoil(proof, data):
        with pytest.raises(ProofRefusedError):
            verify_inclusion(leaf_hash(entries[index]), index, size, spoilt, root)


@given(data=st.data(), new=st.integers(0, 200))
def test_a_log_is_shown_to_continue_its_past_and_no_other(data: st.DataObject, new: int) -> None:
    entries = numbered(new)
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(reader(entries), old, new)
    roots = rfc_root(entries[:old]), rfc_root(entries)
    verify_consistency(old, new, *roots, proof)
    wrong = leaf_hash(b"another")
    with pytest.raises(ProofRefusedError):
        verify_consistency(old, new, wrong, roots[1], proof)
    if old:
        with pytest.raises(ProofRefusedError):
            verify_consistency(old, new, roots[0], wrong, proof)
    with pytest.raises(ProofRefusedError):
        verify_consistency(old, new, *roots, [*proof, wrong])
    for spoilt in spoil(proof, data):
        with pytest.raises(ProofRefusedError):
            verify_consistency(old, new, *roots, spoilt)


def spoil(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """Proofs with one hash changed, one missing, none."""
    if not proof:
        return []
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:place], node_hash(proof[place], proof[place]), *proof[place + 1 :]]
    return [changed, [*proof[:place], *proof[place + 1 :]], []]


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_an_entry_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no entry"):
        inclusion_proof(reader(LEAVES), index, size)
    with pytest.raises(ProofRefusedError, match="has no entry"):
        verify_inclusion(leaf_hash(b""), index, size, [], EMPTY_ROOT)


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_a_shorter_log_does_not_continue_a_longer_one(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="does not continue"):
        consistency_proof(reader(LEAVES), old, new)
    with pytest.raises(ProofRefusedError, match="does not continue"):
        verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_peaks_of_a_log_are_those_of_its_tree(entries: list[bytes]) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    peaks = Peaks()
    for size, leaf in enumerate(leaves):
        assert peaks.root() == (root_of(leaves[:size]) if size else EMPTY_ROOT)
        peaks = Peaks(peaks.size, peaks.hashes)
        peaks.append(leaf)
    assert (peaks.size, peaks.root()) == (len(leaves), root_of(leaves))


def test_peaks_that_do_not_fit_a_size_are_refused() -> None:
    with pytest.raises(ValueError, match="1 complete subtrees are not a log of 3 entries"):
        Peaks(3, [EMPTY_ROOT])
