"""Access and portability: what of the person's data goes into the package that they receive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from garant.apps.rights.words import Right
from garant.engine.telling.export import Choose, Share, without_others
from garant.policy import Policy
from garant.systems.model import DataMap, Relation
from garant.systems.paths import Path

PACKAGES: Final = (Right.ACCESS, Right.PORTABILITY)
"""The rights that are answered by a package."""

_TELLING: Final = ("identity", "contact-details")
"""Data categories, with those below them, that say who somebody is."""


def chosen(policy: Policy, right: Right) -> Choose:
    """What goes into the package of a right."""
    if right == Right.PORTABILITY:
        return provided(portable(policy))
    tree = policy.data_categories
    return without_others(frozenset(key for key in tree if any(tree.covers(wide, key) for wide in _TELLING)))


def portable(policy: Policy) -> frozenset[str]:
    """The data categories that the person provided and that are processed under a contract or with their consent.

    GDPR art. 20(1)(a). An activity whose sources are not named is taken to have its data from the person.
    """
    tree, wide = policy.data_categories, set[str]()
    for activity, purpose in policy.purposes():
        basis = purpose.legal_basis
        theirs = not activity.sources or any(source.kind == "person" for source in activity.sources)
        if theirs and basis is not None and basis.ground in ("consent", "contract"):
            wide.update(activity.data_of(purpose))
    return frozenset(key for key in tree if any(tree.covers(one, key) for one in wide))


def provided(categories: frozenset[str]) -> Choose:
    """Only rows that are the person's own, and of them the columns of these categories, with the key."""

    def choose(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
        own = [way for way in ways if way.relation is Relation.OWNED]
        mapped = data_map.tables[table]
        named = [name for name, one in mapped.columns.items() if one.category in categories]
        if not own or not named:
            return []
        key = [mapped.key] if mapped.key and mapped.key not in named else []
        return [Share(own, [*key, *named])]

    return choose
