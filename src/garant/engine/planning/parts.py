"""What is corrected as a whole: an address, a name in two parts; and what is added, where there is place for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import phonenumbers

from garant.engine.document import Added, PlannedAction, Replacement
from garant.engine.identities import REGION, replacing
from garant.engine.planning.notes import NO_PLACE, NOT_ADDED
from garant.policy.text import Text
from garant.systems.changing import Step
from garant.systems.model import Addition, Column, Constant, DataMap, Table
from garant.systems.model.tables import IdentityKind
from garant.systems.treatments import BETWEEN_WORDS, Country, Holding, Treatment, Written

LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("street", "postcode", "town", "country"),
    "names": ("given-name", "family-name"),
}
"""What is written on each line of a value that has parts. A street may take several."""

WRITTEN_TOGETHER: Final[tuple[IdentityKind, ...]] = ("street", "postcode", "town")
"""What an address is known again by. Its country is written by a key that is each system's own."""


@dataclass(frozen=True, slots=True)
class Change:
    """Columns of one row that change together, and on which rows."""

    columns: Mapping[str, Treatment]
    holding: tuple[Holding, ...]
    when: str | None = None


def is_missing(kind: str, value: str) -> bool:
    """Whether a value does not have the lines that its kind asks for."""
    return kind in LINES and value.count("\n") < len(LINES[kind]) - 1


def parts_of(kind: str, value: str) -> dict[str, str]:
    """A value with parts, by their names; a street of several lines is one part."""
    names = LINES[kind]
    first, *rest = value.rsplit("\n", len(names) - 1)
    return {name: line.strip() for name, line in zip(names, [first, *rest], strict=True)}


def folded(value: str) -> str:
    """A value as two ways to write it are compared: words only, in lower case."""
    return "".join(one for one in value if one not in BETWEEN_WORDS).lower()


def whole_names(value: str) -> tuple[str, ...]:
    """A name in two parts as systems write it in one: given name first, or last."""
    given, family = parts_of("names", value).values()
    return tuple(dict.fromkeys([f"{given} {family}".strip(), f"{family} {given}".strip()]))


def replaced(table: Table, one: Replacement) -> Iterator[Change]:
    """What a correction in parts changes in a table: an address, or a name in its parts and as a whole."""
    if one.kind == "address":
        yield from _moved(table, one)
    else:
        yield from _renamed(table, one)


def added(data_map: DataMap, root: str, name: str, one: Added) -> Iterator[Change]:
    """Where a value that is missing goes in a table: the first place that is empty, if the row does not have it yet."""
    for place in data_map.additions:
        if (place.root, place.table, place.kind) == (root, name, one.kind):
            table = data_map.tables[name]
            yield from _put(place, one) if place.columns else _housed(table, parts_of("address", one.value))


def not_added(
    data_map: DataMap, steps: Sequence[Step], actions: Sequence[PlannedAction], additions: Sequence[Added]
) -> list[Text]:
    """Of values to add, what the plan says where one of them goes nowhere: no place in the map, or none left."""
    told: list[Text] = []
    numbers = list(dict.fromkeys(step.action for step in steps))
    for place in range(1, len(additions) + 1):
        mine = [
            action
            for number, action in zip(numbers, actions, strict=True)
            if number // len(data_map.tables) == place
        ]
        if not any(action.treated for action in mine):
            told.append(NOT_ADDED if mine else NO_PLACE)
    return list(dict.fromkeys(told))


def _moved(table: Table, one: Replacement) -> Iterator[Change]:
    was, becomes = parts_of("address", one.was), parts_of("address", one.becomes)
    marked = _parts_in(table)
    if marked:
        held = [_holds(columns, was[part]) for part, columns in marked.items()]
        yield Change(_address(table, becomes), tuple(held))


def _housed(table: Table, becomes: Mapping[str, str]) -> Iterator[Change]:
    """An address where the row has none: not even a town."""
    marked = _parts_in(table)
    if marked:
        yield Change(_address(table, becomes), tuple(_holds(columns, "") for columns in marked.values()))


def _parts_in(table: Table) -> dict[str, list[str]]:
    """Part → the columns that hold it; nothing where the table does not hold a street and where it is."""
    found: dict[str, list[str]] = {part: _marked(table, part) for part in WRITTEN_TOGETHER}
    return {part: columns for part, columns in found.items() if columns} if found["street"] else {}


def _address(table: Table, becomes: Mapping[str, str]) -> dict[str, Treatment]:
    """Each column of an address as it becomes: what is left of the old one is emptied."""
    columns = table.columns
    written: dict[str, Treatment] = {name: _empty(columns[name]) for name in _marked(table, "address-rest")}
    places = _marked(table, "street")
    lines = [line.strip() for line in becomes["street"].split("\n")]
    last = len(places) - 1
    for number, name in enumerate(places):
        text = "\n".join(lines[number:]) if number == last else "".join(lines[number : number + 1])
        written[name] = _written(columns[name], text)
    for part in ("postcode", "town"):
        written |= {name: _written(columns[name], becomes[part]) for name in _marked(table, part)}
    if becomes["country"]:
        for name in _marked(table, "country"):
            written[name] = _country(columns[name], becomes["country"].upper())
    return written


def _country(column: Column, code: str) -> Treatment:
    listed = column.listed
    if listed is None:
        return Written(constant=code)
    return Country(table=listed.table, key=listed.key, code=listed.code, country=code)


def _renamed(table: Table, one: Replacement) -> Iterator[Change]:
    was, becomes = parts_of("names", one.was), parts_of("names", one.becomes)
    given, family = _marked(table, "given-name"), _marked(table, "family-name")
    if given and family:
        columns: dict[str, Treatment] = {
            name: _written(table.columns[name], becomes["given-name"]) for name in given
        }
        columns |= {name: _written(table.columns[name], becomes["family-name"]) for name in family}
        yield Change(columns, (_holds(given, was["given-name"]), _holds(family, was["family-name"])))
    for name, spec in table.columns.items():
        if "name" in spec.corrected:
            for old, new in zip(whole_names(one.was), whole_names(one.becomes), strict=False):
                yield Change({name: Written(constant=new)}, (_holds([name], old),), spec.corrected["name"])


def _put(place: Addition, one: Added) -> Iterator[Change]:
    """The value in each of the columns that it may go to, where those before are taken and none holds it."""
    how = replacing(one.kind, one.value, "")
    others = [Holding(columns=(name,), forms=how.forms, fold=how.fold, held=False) for name in place.columns]
    for number, name in enumerate(place.columns):
        taken = [Holding(columns=(c,), forms=("",), fold="exact", held=False) for c in place.columns[:number]]
        free = Holding(columns=(name,), forms=("",), fold="exact")
        copies = {copy: Written(constant=_plain(one)) for copy in place.along.get(name, ())}
        yield Change({name: Written(constant=one.value), **copies}, (free, *taken, *others))


def _plain(one: Added) -> str:
    """As systems keep a copy to compare by: an address in lower case, a number in E.164."""
    if one.kind == "email":
        return one.value.lower()
    try:
        number = phonenumbers.parse(one.value, REGION)
    except phonenumbers.NumberParseException:
        return one.value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _marked(table: Table, kind: IdentityKind) -> list[str]:
    return [name for name, spec in table.columns.items() if kind in spec.corrected]


def _written(column: Column, value: str) -> Treatment:
    return Written(constant=value) if value else _empty(column)


def _empty(column: Column) -> Treatment:
    """What empties a column: what its map writes there, where it cannot be without a value."""
    return column.erase if isinstance(column.erase, Constant) else "blank"


def _holds(columns: Sequence[str], value: str) -> Holding:
    """Whether the columns hold a value, however its words are set apart; a database may not lower an É."""
    bare = folded(value)
    ascii_only = "".join(c.lower() if c.isascii() else c for c in value if c not in BETWEEN_WORDS)
    return Holding(columns=tuple(columns), forms=tuple(dict.fromkeys([bare, ascii_only])), fold="words")
