"""The order of erasure: children before parents, and what the dataset asks where that allows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from garant.policy.places import Place
from garant.systems.fides.dataset import Collection
from garant.systems.fides.links import Edge
from garant.systems.fides.losses import Losses, quoted
from garant.systems.fides.roots import primary_key


def children_first(
    usable: Mapping[str, tuple[Collection, Place]], edges: list[Edge], losses: Losses, dataset: str
) -> list[str]:
    """The collections in an order in which each comes after its children and after what it must wait for.

    A row that its parent's row points at is the other way round: it goes once nothing points at it any more. Its own
    key remembers it meanwhile.
    """
    waits: dict[str, set[str]] = {name: set() for name in usable}
    for edge in edges:
        key = primary_key(usable[edge.child][0])
        pointed = key is not None and key.name == edge.column
        first, then = (edge.parent, edge.child) if pointed else (edge.child, edge.parent)
        if not _waits_for(waits, first, then):
            waits[then].add(first)
    for name, other, place in _asked(usable, losses, dataset):
        if _waits_for(waits, other, name):
            losses.add(
                "lost",
                place,
                f"erase_after contredit l’ordre des liens\u202f: {name} part avant {other}.",
                f"erase_after contradicts the order of the links: {name} goes before {other}.",
            )
        else:
            waits[name].add(other)
    return _sorted(waits)


def _asked(
    usable: Mapping[str, tuple[Collection, Place]], losses: Losses, dataset: str
) -> Iterator[tuple[str, str, Place]]:
    for name, (collection, place) in usable.items():
        for number, said in enumerate(collection.meta.erase_after or ()):
            where: Place = (*place, "fides_meta", "erase_after", number)
            key, _, other = said.partition(".")
            if key == dataset and other in usable:
                yield name, other, where
                continue
            fr, en = quoted(said)
            losses.add(
                "lost",
                where,
                f"erase_after {fr} n’a pas d’équivalent\u202f: une carte ordonne un seul système.",
                f"erase_after {en} has no counterpart: a map orders one system.",
            )


def _waits_for(waits: Mapping[str, set[str]], start: str, end: str) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        further = waits[here] - seen
        seen |= further
        waiting += further
    return False


def _sorted(waits: Mapping[str, set[str]]) -> list[str]:
    order: list[str] = []
    left = dict(waits)
    while left:
        ready = next(name for name, needed in left.items() if needed.isdisjoint(left))
        order.append(ready)
        del left[ready]
    return order
