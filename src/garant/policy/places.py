"""Where each part of a document is written."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from .diagnostics import Position

Place: TypeAlias = tuple[str | int, ...]
"""The way to a part of a document: keys of maps and numbers of list entries, from the top."""


class Positions:
    """The position of every value and of every key, by place."""

    def __init__(self, values: Mapping[Place, Position], keys: Mapping[Place, Position]) -> None:
        self._values = values
        self._keys = keys

    def of(self, place: Iterable[str | int]) -> Position:
        """Where the value at `place` is written, or the nearest value around it."""
        way = tuple(place)
        while way and way not in self._values:
            way = way[:-1]
        return self._values[way]

    def of_key(self, place: Iterable[str | int]) -> Position:
        """Where the key that leads to `place` is written, or else its value."""
        way = tuple(place)
        return self._keys[way] if way in self._keys else self.of(way)

    def __contains__(self, place: object) -> bool:
        return place in self._values

    def below(self, place: Place) -> "Positions":
        """The same positions seen from the value at `place`."""
        deep = len(place)
        values = {way[deep:]: position for way, position in self._values.items() if way[:deep] == place}
        keys = {way[deep:]: position for way, position in self._keys.items() if way[:deep] == place}
        return Positions({(): self.of(place), **values}, keys)

    def under(self, place: Place) -> "Positions":
        """The same positions where the whole document stands at `place` of another."""
        start = self.of(())
        around = {place[:length]: start for length in range(len(place))}
        values = {(*place, *way): position for way, position in self._values.items()}
        keys = {(*place, *way): position for way, position in self._keys.items()}
        return Positions({**around, **values}, keys)

    def joined(self, other: "Positions") -> "Positions":
        """These positions and those of `other`; at a common place these stay."""
        return Positions({**other._values, **self._values}, {**other._keys, **self._keys})
