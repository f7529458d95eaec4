"""Rectification: what is written about the person now, so that they see it and say what is right, value by value (art. 16)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from garant.engine.document import Replacement
from garant.engine.export import Share
from garant.engine.identities import same
from garant.engine.portions import Portions
from garant.engine.terms import Source
from garant.policy.text import Language, Text
from garant.systems.model import DataMap, Relation
from garant.systems.paths import Path

KINDS: Final[Mapping[str, Text]] = {
    "name": Text(fr="Nom", en="Name"),
    "email": Text(fr="Adresse électronique", en="E-mail address"),
    "phone": Text(fr="Téléphone", en="Telephone"),
}
"""What a person corrects on their own page; anything else they write in words."""

_MOST: Final = 5_000
"""Rows of one table that are read."""


def now(sources: Mapping[str, Source], identities: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each value, with its kind, that the systems hold in a column which a rectification corrects.

    Raises:
        ConnectorError: a system did not answer.
    """
    found: dict[tuple[str, str], None] = {}
    for one in Portions(sources, identities, _corrected).tables():
        named = one.data_map.tables[one.name].columns
        kinds = [
            next((kind for kind in named[column].corrected if kind in KINDS), "") for column in one.columns
        ]
        for row in islice(one.rows, _MOST):
            for kind, value in zip(kinds, row, strict=True):
                if kind and value is not None and str(value).strip():
                    found[kind, str(value)] = None
    return list(found)


def together(held: Iterable[tuple[str, str, dict[str, str]]]) -> list[dict[str, Any]]:
    """Kind, value and place of each, as the person reads them: a value once, however it is written, with its places."""
    told: list[dict[str, Any]] = []
    for kind, value, place in held:
        known = next((one for one in told if one["kind"] == kind and same(kind, one["value"], value)), None)
        if known is None:
            known = {"mark": mark(kind, value), "kind": kind, "value": value, "where": []}
            told.append(known)
        if place not in known["where"]:
            known["where"].append(place)
    return sorted(told, key=lambda one: (list(KINDS).index(one["kind"]), one["value"]))


def mark(kind: str, value: str) -> str:
    """By what a form names a value: the same as long as the value is."""
    return hashlib.sha256(f"{kind}\x1f{value}".encode()).hexdigest()[:12]


def right_value(wanted: Sequence[Mapping[str, str]], held: Mapping[str, Any]) -> str:
    """What a value that is held would become; nothing where it would stay."""
    for one in wanted:
        if one["kind"] == held["kind"] and (not one["was"] or same(one["kind"], one["was"], held["value"])):
            return one["becomes"]
    return ""


def told(wanted: Iterable[Mapping[str, str]], language: Language) -> tuple[str, ...]:
    """Each correction in a line: what it is, what was wrong, what is right."""
    colon = "\u202f: " if language == "fr" else ": "
    return tuple(
        f"{KINDS[one['kind']].say(language)}{colon}" + " → ".join(filter(None, (one["was"], one["becomes"])))
        for one in wanted
    )


def split(wanted: Iterable[Mapping[str, str]]) -> tuple[dict[str, str], list[Replacement]]:
    """What replaces every value of a kind, as somebody said in so many words, and what replaces one."""
    every = list(wanted)
    whole = {one["kind"]: one["becomes"] for one in every if not one["was"]}
    return whole, [Replacement(**one) for one in every if one["was"]]


def _corrected(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
    """The person's own rows, and of them what can be corrected."""
    own = [way for way in ways if way.relation is Relation.OWNED]
    columns = [
        name for name, one in data_map.tables[table].columns.items() if set(one.corrected) & set(KINDS)
    ]
    return [Share(own, columns)] if own and columns else []
