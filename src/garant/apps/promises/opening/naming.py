"""Systems, tables and columns in words: those of the maps and of the policy; the keys beside them, for who needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from garant.apps.policies import services as policies
from garant.apps.promises.opening.published import maps_folder
from garant.policy import Policy
from garant.site.words import Named, said, say
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.archive.data_map import archive_map
from garant.systems.loader import load_usable
from garant.systems.model import DataMap


class Names:
    """The words of an organisation for what a plan, a request or a promise is about."""

    def __init__(self, maps: Mapping[str, Any], policy: Policy | None) -> None:
        """Take the maps, by system, and the policy in force, where there is one."""
        self._maps = maps
        self._categories = {} if policy is None else policy.data_categories
        self._rules = {} if policy is None else policy.retention

    def rule(self, key: str) -> Named:
        """A retention rule, by its label."""
        found = self._rules.get(key)
        return Named(said(found.label), key) if found is not None else Named(key)

    def system(self, key: str) -> Named:
        """A system, by the label of its map."""
        found = self._maps.get(key)
        return Named(said(found.label), key) if found is not None else Named(key)

    def root(self, system: str, root: str) -> Named:
        """Whose records a selection is of, by the label of the root."""
        found = self._map(system)
        known = found.roots.get(root) if found is not None else None
        label = known.label if known is not None else None
        return Named(said(label), root) if label is not None else Named(root)

    def table(self, system: str, name: str) -> Named:
        """A table, by its label in the map; else by that of the records whose table it is."""
        found = self._map(system)
        label = found.label_of(name) if found is not None else None
        return Named(said(label), name) if label is not None else Named(name)

    def columns(self, system: str, table: str, names: Iterable[str]) -> Named:
        """Columns, by what the policy calls the data that they hold, each once."""
        every: Sequence[str] = list(names)
        words = [self.column(system, table, name).words for name in every]
        return Named(say("\u202f; ", "; ").join(dict.fromkeys(words)), ", ".join(every))

    def column(self, system: str, table: str, name: str) -> Named:
        """A column, by its data category."""
        found = self._map(system)
        known = found.tables.get(table) if found is not None else None
        column = known.columns.get(name) if known is not None else None
        category = self._categories.get(column.category) if column is not None else None
        return Named(said(category.label), name) if category is not None else Named(name)

    def _map(self, system: str) -> DataMap | None:
        found = self._maps.get(system)
        return found if isinstance(found, DataMap) else None


def names_of(organisation: str) -> Names:
    """The words of an organisation, as its maps and its policy stand; without them, things keep their keys."""
    maps = {name: one.map for name, one in load_usable(maps_folder(organisation)).items()}
    policy = policies.in_force(organisation)
    return Names({**maps, ARCHIVE: archive_map({})}, None if policy is None else policy.document)
