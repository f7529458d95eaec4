"""Residue: what a store may keep of a value after its row is gone, and how it is looked for.

A deleted value usually stays on the disk: in freed pages, in journals and logs, in statistics. A store
that can say where implements :class:`Keeper`: *clean* what may be cleaned, *search* the raw bytes for
canaries (values that were there before), and tell which of them are *still there* by right, in rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

SHORTEST = 8
"""Characters below which a text is found by chance too often to prove anything."""

LONGEST = 64
"""Characters of a value that are searched for: of a longer one, a piece from its middle."""

DISTINCT = 5
"""Different characters that a canary has at least."""


class Cleaning(StrEnum):
    """How far a store is cleaned: not at all, as locks nobody, or by rewriting tables and logs."""

    NONE = "none"
    LIGHT = "light"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Canary:
    """A value that a change takes away, and where it was: what is then looked for in the bytes."""

    system: str
    table: str
    column: str
    value: str


State = Literal["clean", "found", "partly", "unsearched", "copy"]
"""Of a place: searched and empty; values found; searched in part; not searched; a copy outside."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One place after the search.

    ``place`` and ``reason`` are keys of :mod:`garant.systems.residue_words`; ``table`` the table whose
    file it is; ``hits`` the positions of the canaries found; ``size`` the bytes read; ``days`` how many days
    from now the store itself keeps the place at most, where it says so.
    """

    place: str
    hits: frozenset[int] = frozenset()
    size: int = 0
    table: str | None = None
    whole: bool = True
    reason: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class StillThere:
    """Canaries that rows hold: in columns the map names, or (``table``, ``column``) it does not."""

    mapped: frozenset[int] = frozenset()
    unmapped: tuple[tuple[str, str, frozenset[int]], ...] = ()

    @property
    def all(self) -> frozenset[int]:
        """All that some row holds."""
        return self.mapped.union(*(hits for _, _, hits in self.unmapped))


class Keeper(Protocol):
    """What one store knows of its own residue."""

    def clean(self, level: Cleaning, tables: Collection[str], /) -> list[str]:
        """Do what the level allows for these tables; says what was done, and what could not be, by keys."""
        ...

    def search(self, texts: Sequence[str], tables: Collection[str], seconds: float, /) -> list[Looked]:
        """Look for the texts in the raw bytes of every place that can be reached, in so many seconds."""
        ...

    def still_there(self, texts: Sequence[str], wanted: Iterable[int], /) -> StillThere:
        """Which of the wanted texts a row holds, anywhere in the store."""
        ...


@runtime_checkable
class KnowsResidue(Protocol):
    """A connector whose store can say what it keeps of what is gone."""

    def residue(self) -> Keeper:
        """The store's keeper."""
        ...


def distinctive(value: object, *, number: bool = False) -> str | None:
    """The piece of a value worth searching for, or None: too short, too plain, a mere date or figure.

    Args:
        value: what a column holds; only texts are searched for.
        number: the column holds a telephone or another number by which a person is known.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    if len(text) > LONGEST:
        start = (len(text) - LONGEST) // 2
        text = text[start : start + LONGEST].strip()
    if len(text) < SHORTEST or len(set(text)) < DISTINCT or "\0" in text:
        return None
    figures = not any(character.isalpha() for character in text)
    return None if figures and not number else text


def together(looked: Sequence[Looked]) -> list[Looked]:
    """One line per place and table where something was found; one per place for all that is empty."""
    lines: dict[tuple[str, str | None, bool], Looked] = {}
    for one in looked:
        table = one.table if one.hits else None
        before = lines.get((one.place, table, bool(one.hits)))
        lines[(one.place, table, bool(one.hits))] = Looked(
            one.place,
            one.hits | (before.hits if before else frozenset[int]()),
            one.size + (before.size if before else 0),
            table,
            one.whole and (before is None or before.whole),
            one.reason if one.hits or not one.whole or before is None else before.reason,
            one.days,
        )
    return list(lines.values())
