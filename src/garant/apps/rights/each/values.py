"""Rectification: what is written about the person now, so that they see it and say what is right, value by value (art. 16)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from garant.engine.document import Added, Replacement
from garant.engine.identities import same
from garant.engine.planning.asked import Rectification
from garant.engine.planning.parts import LINES, folded, whole_names
from garant.engine.telling.export import Share
from garant.engine.telling.portions import Portions
from garant.engine.terms import Source
from garant.policy.text import Language, Text
from garant.systems.model import DataMap, Relation
from garant.systems.paths import Path

KINDS: Final[Mapping[str, Text]] = {
    "name": Text(fr="Nom", en="Name"),
    "email": Text(fr="Adresse électronique", en="E-mail address"),
    "phone": Text(fr="Téléphone", en="Telephone"),
    "names": Text(fr="Prénom et nom", en="Given and family name"),
    "address": Text(fr="Adresse", en="Address"),
}
"""What a person corrects on their own page; anything else they write in words."""

SINGLE: Final = ("name", "email", "phone")
"""Those that stand in one cell; the others have parts."""

ADDED: Final = ("email", "phone", "address")
"""What a person may give that is missing."""

_READ: Final = frozenset({*SINGLE, "given-name", "family-name", "street", "postcode", "town"})
_TOLD: Final = ("names", "name", "email", "phone", "address")

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
        kinds = [list(named[column].corrected) for column in one.columns]
        for row in islice(one.rows, _MOST):
            for kind, value in _held(kinds, row):
                found[kind, value] = None
    return list(found)


def _held(kinds: Sequence[Sequence[str]], row: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """What one row holds: single values, and what its parts make together."""
    parts: dict[str, list[str]] = {}
    for known, value in zip(kinds, row, strict=True):
        text = "" if value is None else str(value).strip()
        for kind in known if text else ():
            parts.setdefault(kind, []).append(text)
        single = next((kind for kind in known if kind in SINGLE), "")
        if single and text:
            yield single, str(value)
    if "street" in parts:
        street = "\n".join(line.strip(" ,") for one in parts["street"] for line in one.splitlines())
        yield (
            "address",
            "\n".join([street, *("".join(parts.get(part, [])) for part in ("postcode", "town")), ""]),
        )
    if "given-name" in parts and "family-name" in parts:
        yield "names", f"{parts['given-name'][0]}\n{parts['family-name'][0]}"


def alike(kind: str, one: str, other: str) -> bool:
    """Whether two written values of a kind are one; of a name in parts, also where it is written as a whole."""
    if kind == "names" and "\n" not in other:
        return folded(other) in map(folded, whole_names(one))
    return folded(one) == folded(other) if kind in LINES else same(kind, one, other)


def together(held: Iterable[tuple[str, str, dict[str, str]]]) -> list[dict[str, Any]]:
    """Kind, value and place of each, as the person reads them: a value once, however it is written, with its places."""
    told: list[dict[str, Any]] = []
    for kind, value, place in sorted(held, key=lambda one: _TOLD.index(one[0])):
        known = next((one for one in told if _is_told(one, kind, value)), None)
        if known is None:
            known = {"mark": mark(kind, value), "kind": kind, "value": value, "where": []}
            told.append(known)
        if place not in known["where"]:
            known["where"].append(place)
    return sorted(told, key=lambda one: (_TOLD.index(one["kind"]), one["value"]))


def _is_told(one: Mapping[str, Any], kind: str, value: str) -> bool:
    """Whether a value is told already: itself, or a whole name whose parts are."""
    same_kind = one["kind"] == kind or (one["kind"], kind) == ("names", "name")
    return same_kind and alike(one["kind"], one["value"], value)


def line(value: str, kind: str = "") -> str:
    """A value with parts, in one line: a name as it is said, an address with commas."""
    return (" " if kind == "names" else ", ").join(filter(None, value.split("\n")))


def in_lines(told: Iterable[Mapping[str, Any]]) -> list[tuple[Text, dict[str, Any]]]:
    """What is held, or corrected, as a page shows it: its kind in words, and each value in one line."""
    names = ("value", "was", "becomes", "right")
    return [
        (KINDS[one["kind"]], {**one, **{name: line(one[name], one["kind"]) for name in names if name in one}})
        for one in told
    ]


def mark(kind: str, value: str) -> str:
    """By what a form names a value: the same as long as the value is."""
    return hashlib.sha256(f"{kind}\x1f{value}".encode()).hexdigest()[:12]


def right_value(wanted: Sequence[Mapping[str, str]], held: Mapping[str, Any]) -> str:
    """What a value that is held would become; nothing where it would stay."""
    for one in wanted:
        if one["kind"] != held["kind"] or one.get("added"):
            continue
        if not one["was"] or alike(one["kind"], one["was"], held["value"]):
            return one["becomes"]
    return ""


def told(wanted: Iterable[Mapping[str, str]], language: Language) -> tuple[str, ...]:
    """Each correction in a line: what it is, what was wrong, what is right."""
    colon = "\u202f: " if language == "fr" else ": "
    return tuple(
        f"{KINDS[one['kind']].say(language)}{colon}"
        + " → ".join(filter(None, (line(one["was"], one["kind"]), line(one["becomes"], one["kind"]))))
        for one in wanted
    )


def rectification(wanted: Iterable[Mapping[str, str]]) -> Rectification:
    """What replaces every value of a kind, as somebody said in so many words; what replaces one; what is added."""
    every = list(wanted)
    added = [Added(kind=one["kind"], value=one["becomes"]) for one in every if one.get("added")]
    whole = {one["kind"]: one["becomes"] for one in every if not one["was"] and not one.get("added")}
    single = [
        Replacement(kind=one["kind"], was=one["was"], becomes=one["becomes"]) for one in every if one["was"]
    ]
    return Rectification(whole, single, added)


def _corrected(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
    """The person's own rows, and of them what can be corrected."""
    own = [way for way in ways if way.relation is Relation.OWNED]
    columns = [
        name for name, one in data_map.tables[table].columns.items() if not _READ.isdisjoint(one.corrected)
    ]
    return [Share(own, columns)] if own and columns else []
