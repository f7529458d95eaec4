"""Data read from YAML held against a strict model: what does not fit, said for the person who wrote it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from . import source_rules as rules
from .diagnostics import Diagnostic, UnusableDocument
from .expectations import TYPES as _EXPECTED
from .expectations import expectation
from .places import Place
from .shapes import keys_at, nearest
from .text import Text
from .yaml_source import Json, YamlSource

M = TypeVar("M", bound=BaseModel)

_QUOTED: Final = re.compile(r"'([^']*)'")
_MOST_SHOWN: Final = 60


def validated(model: type[M], source: YamlSource) -> M:
    """The strict `model` made from what `source` says. Raises UnusableDocument with one diagnostic a place."""
    try:
        return model.model_validate_json(json.dumps(source.data), strict=True)
    except ValidationError as error:
        raise UnusableDocument(problems(model, source, error)) from None


def problems(model: type[BaseModel], source: YamlSource, error: ValidationError) -> list[Diagnostic]:
    """What pydantic found, as diagnostics: one for each place, however many alternatives did not fit there."""
    return [diagnostic for _, diagnostic in placed_problems(model, source, error)]


def placed_problems(
    model: type[BaseModel], source: YamlSource, error: ValidationError
) -> list[tuple[Place, Diagnostic]]:
    """What pydantic found, each with its place in the document; what is missing, with the place it belongs to."""
    schema = _schema_of(model)
    grouped: dict[Place, list[ErrorDetails]] = defaultdict(list)
    for details in error.errors(include_url=False):
        grouped[_place_of(details, source.data)].append(details)
    return [
        (_spot(place, details), _diagnostic(schema, source, place, details))
        for place, group in grouped.items()
        for details in _telling(group, inside=_has_more_inside(place, grouped))
    ]


def _spot(place: Place, details: ErrorDetails) -> Place:
    return (*place, str(details["loc"][-1])) if details["type"] == "missing" else place


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _telling(group: list[ErrorDetails], *, inside: bool) -> list[ErrorDetails]:
    """The errors worth saying at one place.

    Where something inside the value is at fault too, the value was meant as the alternative that says so, and that it
    is none of the others is of no help. Otherwise: all that is missing and the key itself, or the most precise of the rest.
    """
    always = [details for details in group if details["type"] == "missing" or _is_about_key(details)]
    choices = [details for details in group if details["type"] not in {"missing", *_EXPECTED}]
    if always or inside:
        return always
    return (choices or group)[:1]


def _is_about_key(details: ErrorDetails) -> bool:
    return details["loc"][-1:] == ("[key]",)


def _has_more_inside(place: Place, grouped: Iterable[Place]) -> bool:
    return any(len(other) > len(place) and other[: len(place)] == place for other in grouped)


def _place_of(details: ErrorDetails, data: Json) -> Place:
    """The way through the data; pydantic also names the alternatives it tried, which are not in the data."""
    place: list[str | int] = []
    inside: Any = data
    for step in details["loc"]:
        if isinstance(inside, dict) and step in inside:
            inside = cast(dict[Any, Any], inside)[step]
        elif isinstance(inside, list) and isinstance(step, int):
            inside = cast(list[Any], inside)[step]
        else:
            continue
        place.append(step)
    return tuple(place)


def _diagnostic(
    schema: dict[str, Any], source: YamlSource, place: Place, details: ErrorDetails
) -> Diagnostic:
    kind = details["type"]
    if kind == "extra_forbidden":
        return _unknown_key(schema, source, place)
    if kind == "missing":
        return _missing_key(source, place, str(details["loc"][-1]))
    if kind.startswith("union_tag"):
        return _wrong_tag(source, place, details)
    if kind in {"literal_error", "enum"}:
        return _wrong_choice(source, place, _allowed(_context(details, "expected")))
    if _is_about_key(details):
        return _wrong_key(source, place, expectation(details))
    return _wrong(_EXPECTED.get(kind), source, place, details)


def _unknown_key(schema: dict[str, Any], source: YamlSource, place: Place) -> Diagnostic:
    word = str(place[-1])
    allowed = keys_at(schema, source.data, place[:-1])
    message = Text(fr=f"Clé inconnue\u202f: {_quoted(word).fr}.", en=f"Unknown key: {_quoted(word).en}.")
    return rules.UNKNOWN_KEY.at(source.positions.of_key(place), message, _suggestion(word, allowed))


def _missing_key(source: YamlSource, place: Place, key: str) -> Diagnostic:
    name, where = _quoted(key), _name(place)
    message = Text(fr=f"Il manque {name.fr} dans {where.fr}.", en=f"{name.en} is missing in {where.en}.")
    mend = Text(fr=f"Ajouter «\u202f{key}:\u202f» ici.", en=f"Add “{key}:” here.")
    return rules.MISSING_KEY.at(source.positions.of_key(place), message, mend)


def _wrong_tag(source: YamlSource, place: Place, details: ErrorDetails) -> Diagnostic:
    tag = _context(details, "discriminator").strip("'")
    if details["type"] == "union_tag_not_found":
        return _missing_key(source, place, tag)
    return _wrong_choice(source, (*place, tag), _QUOTED.findall(_context(details, "expected_tags")))


def _wrong_choice(source: YamlSource, place: Place, allowed: list[str]) -> Diagnostic:
    found = _value_at(source.data, place)
    listed = ", ".join(allowed)
    message = Text(
        fr=f"{_name(place).fr} vaut {_shown(found)}\u202f; valeurs permises\u202f: {listed}.",
        en=f"{_name(place).en} is {_shown(found)}; values allowed: {listed}.",
    )
    return rules.WRONG_CHOICE.at(source.positions.of(place), message, _suggestion(str(found), allowed))


def _wrong_key(source: YamlSource, place: Place, expected: Text) -> Diagnostic:
    name = _quoted(str(place[-1]))
    message = Text(
        fr=f"La clé {name.fr} n’a pas la bonne forme\u202f: {expected.fr}.",
        en=f"The key {name.en} does not have the right form: {expected.en}.",
    )
    return rules.WRONG_FORM.at(source.positions.of_key(place), message)


def _wrong(kind: Text | None, source: YamlSource, place: Place, details: ErrorDetails) -> Diagnostic:
    expected = kind or expectation(details)
    rule = rules.WRONG_FORM if kind is None else rules.WRONG_TYPE
    found = _shown(_value_at(source.data, place))
    message = Text(
        fr=f"{_name(place).fr} vaut {found}\u202f; attendu\u202f: {expected.fr}.",
        en=f"{_name(place).en} is {found}; expected: {expected.en}.",
    )
    return rule.at(source.positions.of(place), message)


def _suggestion(word: str, allowed: list[str]) -> Text | None:
    close = nearest(word, allowed)
    if close is not None:
        name = _quoted(close)
        return Text(fr=f"Vouliez-vous dire {name.fr}\u202f?", en=f"Did you mean {name.en}?")
    listed = ", ".join(allowed)
    return Text(fr=f"Permis ici\u202f: {listed}.", en=f"Allowed here: {listed}.") if allowed else None


def _allowed(expected: str) -> list[str]:
    return _QUOTED.findall(expected) or [expected]


def _context(details: ErrorDetails, name: str) -> str:
    return str(details.get("ctx", {}).get(name, ""))


def _name(place: Place) -> Text:
    """How the place is called: its keys, with dots between."""
    name = ".".join(str(step) for step in place)
    return Text(fr=name or "ce document", en=name or "this document")


def _quoted(word: str) -> Text:
    word = word if len(word) <= _MOST_SHOWN else word[:_MOST_SHOWN] + "…"
    return Text(fr=f"«\u202f{word}\u202f»", en=f"“{word}”")


def _shown(value: Json) -> str:
    """The value as YAML shows it, cut short."""
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _MOST_SHOWN else shown[:_MOST_SHOWN] + "…"


def _value_at(data: Json, place: Place) -> Json:
    inside: Any = data
    for step in place:
        inside = inside[step]
    return inside
