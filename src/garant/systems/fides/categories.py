"""From fideslang's dotted categories to the keys of the policy's taxonomy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from garant.policy.document.taxonomy import DATA

_PREFERRED: Final = {"user.content.private": "correspondence"}
"""Where several categories carry one alias and none of them is the wider one."""


@dataclass(frozen=True, slots=True)
class Translated:
    """The category of the taxonomy, and how near it is to what was said."""

    key: str
    exact: bool
    others: tuple[str, ...] = ()
    """Other categories with the same alias: a person chooses."""


def translated(fideslang: str) -> Translated | None:
    """The category for one of fideslang, or for the nearest that stands above it; none for what is no person's."""
    steps = fideslang.split(".")
    if steps[0] != "user":
        return None
    for length in range(len(steps), 0, -1):
        keys = _by_alias().get(".".join(steps[:length]))
        if keys is not None:
            chosen = _PREFERRED.get(".".join(steps[:length]), keys[0])
            return Translated(chosen, length == len(steps), tuple(key for key in keys if key != chosen))
    return None


def weightiest(found: Sequence[Translated]) -> Translated:
    """Of several categories of one column, a protected one, else the most precise, else the first."""
    return min(found, key=lambda one: (not _protected(one.key), -len(DATA.lineage(one.key))))


def _protected(key: str) -> bool:
    return any(category.protection is not None for category in DATA.lineage(key))


@cache
def _by_alias() -> dict[str, tuple[str, ...]]:
    """The keys by alias, the widest first, in the order of the taxonomy."""
    found: dict[str, list[str]] = {}
    for key, category in DATA.items():
        if category.fideslang is not None:
            found.setdefault(category.fideslang, []).append(key)
    return {
        alias: tuple(sorted(keys, key=lambda key: len(DATA.lineage(key)))) for alias, keys in found.items()
    }
