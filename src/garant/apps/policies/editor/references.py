"""Who refers to a part of the policy: asked before it is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from garant.policy import Policy, Text
from garant.policy.anatomy import Section, slots
from garant.policy.document.base import Model
from garant.policy.places import Place

_NAMED: Final[Mapping[Place, tuple[Section, ...]]] = {
    ("activities",): ("activities",),
    ("recipients",): ("recipients", "receivers"),
    ("processors",): ("processors", "receivers"),
    ("categories", "data"): ("data",),
    ("categories", "subjects"): ("subjects",),
    ("categories", "events"): ("events",),
}
"""As what the entries of a section are referred to."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A field that names a part, and the parts around it."""

    place: Place
    where: Text
    stays: bool = False
    """It cannot go with what it names: it is required, or is the last of a list that says “all” once it is empty."""


def mentions(policy: Policy, place: Place) -> list[Mention]:
    """Every field that refers to the part at a place; none for parts that nothing can refer to."""
    around, key = tuple(place[:-1]), str(place[-1])
    purpose = len(around) == 3 and around[0] == "activities" and around[2] == "purposes"
    sections = ("purposes",) if purpose else _NAMED.get(around, ())
    return [
        Mention(where, words, stays=_stays(where, keys))
        for where, words, section, keys in _references(policy, (), ())
        if section in sections and key in keys and where[: len(place)] != place
    ]


def _stays(place: Place, keys: tuple[str, ...]) -> bool:
    """A rule for one category of data must not become, once that category is gone, a rule for all data."""
    name, of_activity = place[-1], len(place) == 3 and place[0] == "activities"
    if name == "to":
        return True
    emptied = len(keys) == 1 and name in {"activities", "purposes", "subjects", "data"}
    return emptied and not (of_activity and name in {"subjects", "data"})


def _references(
    part: Model, place: Place, around: tuple[Text, ...]
) -> Iterator[tuple[Place, Text, Section, tuple[str, ...]]]:
    for slot in slots(type(part)).values():
        value, here = getattr(part, slot.name), (*place, slot.name)
        words = (*around, slot.label)
        if slot.refers is not None and value:
            keys = (str(value),) if slot.form == "key" else cast(tuple[str, ...], value)
            yield here, _joined(words), slot.refers, keys
        elif slot.form == "part" and value is not None:
            yield from _references(value, here, words)
        elif slot.form == "parts":
            for number, one in enumerate(cast(tuple[Model, ...], value)):
                yield from _references(one, (*here, number), words)
        elif slot.form == "map":
            for key, one in cast(dict[str, Any], value).items():
                name = slot.choices.get(key) or getattr(one, "label", None) or Text(fr=key, en=key)
                yield from _references(one, (*here, key), (*words, name))


def _joined(words: tuple[Text, ...]) -> Text:
    return Text(fr=" › ".join(w.say("fr") for w in words), en=" › ".join(w.say("en") for w in words))


def place_of(start: Place, name: str) -> Place:
    """The place in the document of what has a name in a page that begins at `start`."""
    return (*start, *name.split(".")[1:])


def forget(whole: Any, place: Place, key: str) -> None:
    """Take a mention of `key`, of those that do not stay, out of a document."""
    *around, name = place
    for step in around:
        whole = whole[step]
    if isinstance(whole[name], list):
        whole[name] = [one for one in whole[name] if one != key]
    else:
        del whole[name]
