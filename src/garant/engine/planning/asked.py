"""What a person asks of the maps, and why a map may not know how to do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Final

from garant.engine.document import Added, Kind, Replacement
from garant.engine.identities import same
from garant.engine.planning.notes import CROSSED, IN_PARTS
from garant.engine.planning.parts import is_missing
from garant.engine.terms import Source
from garant.policy.text import Text
from garant.systems.changing import Step
from garant.systems.model import DataMap
from garant.systems.paths import Path, paths


class NotSupported(ValueError):
    """A system's map says nothing that would let Garant do what is asked, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Rectification:
    """What is wrong about somebody, and what is right (art. 16 GDPR).

    Raises:
        NotSupported: the right value of one is the wrong one of another: which would be meant is not known.
    """

    corrections: Mapping[str, str] = field(default_factory=dict[str, str])
    """Identity kind → the value that replaces every value of that kind."""
    replacements: Sequence[Replacement] = ()
    """Single values and the right one of each: no other value changes."""
    additions: Sequence[Added] = ()
    """Values that are missing: each goes where the map has an empty place for it."""

    def __post_init__(self) -> None:
        if any(
            is_missing(one.kind, one.becomes) or is_missing(one.kind, one.was) for one in self.replacements
        ):
            raise NotSupported(IN_PARTS)
        if any(is_missing(one.kind, one.value) for one in self.additions):
            raise NotSupported(IN_PARTS)
        for one, other in permutations(self.replacements, 2):
            if one.kind == other.kind and same(one.kind, other.was, one.becomes):
                raise NotSupported(CROSSED)

    @property
    def kinds(self) -> list[str]:
        """What is corrected or added, by its kind."""
        given = [
            *self.corrections,
            *(one.kind for one in self.replacements),
            *(one.kind for one in self.additions),
        ]
        return list(dict.fromkeys(given))


NOTHING_WRONG: Final = Rectification()
"""All stays as it stands."""


def reachable(data_map: DataMap, root: str) -> dict[str, list[Path]]:
    """Table → every path to the root, visible ones included."""
    found = {name: paths(data_map, name, root) for name in data_map.tables}
    return {name: ways for name, ways in found.items() if ways}


def no_such_column(data_map: DataMap, root: str, right: Rectification) -> Text:
    """Why nothing is corrected: no column holds that kind of value."""
    asked = ", ".join(right.kinds)
    marked = {
        kind
        for name in reachable(data_map, root)
        for column in data_map.tables[name].columns.values()
        for kind in column.corrected
    }
    known = ", ".join(sorted(marked)) or "—"
    return Text(
        fr=f"{data_map.system} : aucune colonne de {root} n’est marquée identity : {asked} ; genres connus : {known}",
        en=f"{data_map.system}: no column of {root} is marked identity: {asked}; known kinds: {known}",
    )


def no_mark(data_map: DataMap, root: str, kind: Kind) -> Text:
    """Why nothing is marked, or no mark taken off: the map does not say how."""
    if kind == "lifting":
        return Text(
            fr=f"{data_map.system}\u202f: la carte ne dit pas comment lever la limitation de {root} (lift)",
            en=f"{data_map.system}: the map does not say how to lift the restriction of {root} (lift)",
        )
    return Text(
        fr=f"{data_map.system} : la carte ne déclare aucune marque de limitation pour {root}",
        en=f"{data_map.system}: the map declares no restriction mark for {root}",
    )


def require(steps: Sequence[Step], otherwise: Text) -> None:
    """Raise NotSupported where nothing would be done."""
    if not steps:
        raise NotSupported(otherwise)


def check_kinds(sources: Mapping[str, Source], identities: Mapping[str, str]) -> None:
    """Raises NotSupported: no system can search by one of these kinds."""
    known = sorted({kind for source in sources.values() for kind in source.data_map.identities})
    for kind in identities:
        if kind not in known:
            raise NotSupported(
                Text(
                    fr=f"aucun système ne trouve les personnes par « {kind} » ; ils le font par : {', '.join(known)}",
                    en=f"no system finds people by “{kind}”; they do by: {', '.join(known)}",
                )
            )
