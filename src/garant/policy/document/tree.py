"""A tree of categories, found by stable key."""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from .base import Key
from .categories import Category

C = TypeVar("C", bound=Category)
C_co = TypeVar("C_co", bound=Category, covariant=True)


class Tree(Mapping[Key, C_co], Generic[C_co]):
    """Categories by key, in declaration order; a category covers itself and everything below it."""

    def __init__(self, categories: Mapping[Key, C_co]) -> None:
        self._categories = dict(categories)
        self._above: dict[Key, frozenset[Key]] = {}

    def __getitem__(self, key: Key) -> C_co:
        return self._categories[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._categories)

    def __len__(self) -> int:
        return len(self._categories)

    def lineage(self, key: Key) -> tuple[C_co, ...]:
        """The category and its ancestors, nearest first; what is unknown or goes round in circles ends the line."""
        line: dict[Key, C_co] = {}
        step: Key | None = key
        while step is not None and step in self._categories and step not in line:
            line[step] = self._categories[step]
            step = line[step].parent
        return tuple(line.values())

    def covers(self, wide: Key, narrow: Key) -> bool:
        """Whether `narrow` is `wide` or stands below it."""
        return wide == narrow or wide in self._ancestors(narrow)

    def _ancestors(self, key: Key) -> frozenset[Key]:
        known = self._above.get(key)
        if known is None:
            known = self._above[key] = frozenset(category.key for category in self.lineage(key))
        return known

    def children(self, key: Key) -> tuple[C_co, ...]:
        """The categories directly below `key`."""
        return tuple(category for category in self._categories.values() if category.parent == key)

    def below(self, key: Key) -> tuple[C_co, ...]:
        """Every category below `key`, at any depth."""
        return tuple(
            category
            for category in self._categories.values()
            if category.key != key and self.covers(key, category.key)
        )


def extended(tree: Tree[C], additions: Mapping[Key, C]) -> Tree[C]:
    """The tree with `additions`, which win where they carry the same key."""
    return Tree({**tree, **additions})
