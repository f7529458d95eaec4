"""Whose restriction goes on where another one ends: what several requests restrict stays so until the last of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from garant.engine.document import Gone
from garant.engine.identities import roots_of_many, same
from garant.engine.terms import Source
from garant.policy.text import Text
from garant.systems.finding import RootKey
from garant.systems.model import DataMap
from garant.systems.port import Snapshot

STILL = Text(
    fr="Une autre demande limite aussi ces données : elles le restent jusqu’à ce qu’elle prenne fin.",
    en="Another request restricts these data too: they stay so until it ends.",
)
HELD_ON = Text(
    fr="Une limitation exécutée sans demande (garant subject restrict) porte aussi sur ces données : elles le restent "
    "jusqu’à ce qu’elle soit levée.",
    en="A restriction carried out without a request (garant subject restrict) is on these data too: they stay so until "
    "it is lifted.",
)
OTHERWISE = Text(
    fr="Cette fiche, limitée ici, n’a plus aucune des adresses ni aucun des numéros d’alors : c’est peut-être quelqu’un "
    "d’autre. Regardez-la et, si c’est la même personne, faites dans le système ce qui est prévu ici.",
    en="This record, restricted here, has none of the addresses or numbers that it had then: it may be somebody else’s. "
    "Look at it and, if it is the same person, do in the system what is planned here.",
)
NO_LONGER = Text(
    fr="Cette fiche, que le plan précédent visait, n’a plus ce par quoi la personne est cherchée : elle n’est pas effacée. "
    "Regardez-la ; si c’est la même personne, effacez-la par l’adresse ou le numéro qu’elle a maintenant.",
    en="This record, which the plan before was about, no longer has what the person is looked for by: it is not erased. "
    "Look at it; if it is the same person, erase it by the address or number that it has now.",
)
NAMELESS = Text(
    fr="Cette fiche, que le plan précédent visait, n’a plus ni adresse ni numéro, et il en reste à effacer : elle n’est pas "
    "effacée. Regardez-la ; si c’est la même personne, effacez dans le système ce qui en reste.",
    en="This record, which the plan before was about, has neither an address nor a number any more, and something of it is "
    "left to erase: it is not erased. Look at it; if it is the same person, erase in the system what is left of it.",
)
RENAMED = Text(
    fr="Cette fiche, limitée sous ce nom, n’a plus aucune des adresses ni aucun des numéros d’alors : elle reste limitée. "
    "Regardez-la ; si c’est la même personne, levez la limitation par l’adresse ou le numéro qu’elle a maintenant.",
    en="This record, restricted under this name, has none of the addresses or numbers that it had then: it stays restricted. "
    "Look at it; if it is the same person, lift the restriction by the address or number that it has now.",
)
GONE = Text(
    fr="Cette fiche, limitée sous ce nom, n’est plus dans ce système : sa limitation prend fin, et « Puis-je ? » ne répond plus "
    "non à cause d’elle. Si elle a été déplacée ou fusionnée avec une autre, celle-ci garde sa marque : regardez-la.",
    en="This record, restricted under this name, is no longer in this system: its restriction ends, and “May I?” no longer "
    "answers no because of it. If it was moved or merged with another, that one keeps its mark: look at it.",
)
Place = tuple[str, str, RootKey]
"""A system, a root of its map, a key; where a person looks, what they were asked about: a kind of identity, a value."""
Holding = Callable[[Sequence[Place]], Mapping[Place, Text]]
"""Of these places, those that another restriction holds, whatever whoever it is of is named now, and which."""


Staying = Callable[[Sequence[Place]], Mapping[Place, frozenset[str]]]
"""Of these places, the columns of the mark that were so before anything restricted them."""


def nothing_held(_: Sequence[Place]) -> Mapping[Place, Text]:
    """No restriction but those of whoever is named."""
    return {}


Known = Callable[[Sequence[Place]], AbstractSet[Place]]
"""Of these places, those that something is known to restrict."""


def no_place(_: Sequence[Place]) -> set[Place]:
    """All that restricts anything is known."""
    return set()


def every_place(asked: Sequence[Place]) -> AbstractSet[Place]:
    """Nobody looked: all of them."""
    return set(asked)


def nothing_stays(_: Sequence[Place]) -> Mapping[Place, frozenset[str]]:
    """Nothing was marked before."""
    return {}


@dataclass(frozen=True, slots=True)
class Restricting:
    """A restriction or its end: what it was on before and, for its end, what others restrict beside. Of an erasure, what the
    plan before was about."""

    others: Sequence[Mapping[str, str]] = ()
    """By what those are known whose own goes on."""
    holding: Holding = nothing_held
    """What another restriction holds, under whatever names."""
    before: Sequence[Mapping[str, str]] = ()
    """By what those were known whose own ended before, over the same data: whoever looks by hand is asked about them too."""
    places: Mapping[Place, bool] = field(default_factory=dict[Place, bool])
    """The records that it restricted, and whether each is known to be whose it was: they are found whatever the person is
    named now."""
    nameless: Sequence[Place] = ()
    """Of an erasure, the records that the plan before was about and that no name leads to: of what is left of them it is told."""
    otherwise: Text = OTHERWISE
    """What is said of one that may be somebody else's."""
    gone: Sequence[Gone] = ()
    """For its end, the restrictions whose record is no longer there."""
    stays: Staying = nothing_stays
    """What an end leaves as it is, because it was so before."""
    forgotten: Known = no_place
    """Of a restriction, the records that one of which nothing is known any more may be on: Garant was restored."""
    restricted: Known = every_place
    """What an end may take the mark off: what nothing restricts has it for another reason."""


ALONE: Final = Restricting()
"""Nobody else restricts anything."""


def alike(one: Mapping[str, str], others: Sequence[Mapping[str, str]]) -> list[int]:
    """The positions of the others who are known by an identity that this one is known by."""
    return [
        number
        for number, other in enumerate(others)
        if any(same(kind, value, other[kind]) for kind, value in one.items() if kind in other)
    ]


def sharing(
    sources: Mapping[str, Source], identities: Mapping[str, str], others: Sequence[Mapping[str, str]]
) -> list[int]:
    """The positions of the others who are known as the person is: alike, or, in some system, by one root.

    Raises:
        ConnectorError: a system did not answer.
    """
    found = set(alike(identities, others))
    for name in sorted(sources) if others else []:
        with sources[name].connector.snapshot() as snapshot:
            asked = [one.items() for one in (identities, *others)]
            for keys in roots_of_many(sources[name].data_map, snapshot, asked).values():
                found.update(*([n - 1 for n in people[1:]] for people in keys.values() if people[0] == 0))
    return sorted(found)


def any_of_others(
    sources: Mapping[str, Source], others: Sequence[Mapping[str, str]], places: Iterable[Place]
) -> bool:
    """Whether the others are known in one of these places.

    Raises:
        ConnectorError: a system did not answer.
    """
    ends: dict[str, set[tuple[str, RootKey]]] = {}
    for system, root, key in places:
        ends.setdefault(system, set()).add((root, key))
    for system in sorted(ends):
        with sources[system].connector.snapshot() as snapshot:
            found = roots_of_others(sources[system].data_map, snapshot, others)
        if any((root, key) in ends[system] for root, keys in found.items() for key in keys):
            return True
    return False


def roots_of_others(
    data_map: DataMap, snapshot: Snapshot, others: Sequence[Mapping[str, str]]
) -> dict[str, set[RootKey]]:
    """Root → the keys by which the others are known."""
    found = roots_of_many(data_map, snapshot, [one.items() for one in others]) if others else {}
    return {root: set(keys) for root, keys in found.items()}


def with_places(
    system: str, found: Mapping[str, Mapping[RootKey, Sequence[int]]], places: Mapping[Place, bool]
) -> tuple[dict[str, dict[RootKey, list[int]]], list[str]]:
    """Root → key → who of those who ask is known by it, with what was restricted whatever it is named now, the first's.

    Args:
        system: where.
        found: the same, by what they are named.
        places: what was restricted, and whether it is known to be whose it was.

    Returns:
        That, and the roots of what may be somebody else's: it is left, and said.
    """
    every = {root: {key: list(people) for key, people in keys.items()} for root, keys in found.items()}
    strange: list[str] = []
    for (where, root, key), known in places.items():
        if where == system and key not in every.get(root, {}):
            if known:
                every.setdefault(root, {})[key] = [0]
            else:
                strange.append(root)
    return every, strange
