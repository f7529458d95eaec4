"""Two policies side by side, part by part, so that nothing that changed is left unsaid."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal, cast

from ..anatomy import Slot, slots
from ..document import Policy
from ..document.base import Model
from ..places import Place
from ..text import Text
from . import weights
from .change import Change
from .values import NOTHING, Words, quoted

_ORDER: Final = (
    "format", "notice", "organisation", "categories", "activities", "retention", "recipients", "processors",
    "promises", "rights", "measures", "security", "transfers", "transfer_clause", "cookies",
)  # fmt: skip
"""The sections in the order in which a notice tells them."""


def differences(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Everything that `new` does not say as `old` did, in the order of the notice.

    Empty exactly where both have the same digest. A part that comes or goes is one change, with all it says as details.
    """
    compared = _Comparison(Words(old), Words(new))
    fields = slots(Policy)
    at = _At(())
    return tuple(
        change
        for name in _ORDER
        for change in compared.field(Policy, fields[name], getattr(old, name), getattr(new, name), at)
    )


@dataclass(frozen=True, slots=True)
class _At:
    """A place, and the names of the parts around it."""

    place: Place
    where: tuple[Text, ...] = ()

    def inside(self, step: str | int, *named: Text) -> "_At":
        return _At((*self.place, step), (*self.where, *named))


class _Comparison:
    def __init__(self, old: Words, new: Words) -> None:
        self._old = old
        self._new = new

    def part(self, old: Model, new: Model, at: _At) -> Iterator[Change]:
        """Two parts of the same kind."""
        for slot in slots(type(new)).values():
            yield from self.field(type(new), slot, getattr(old, slot.name), getattr(new, slot.name), at)

    def field(self, part: type[Model], slot: Slot, old: Any, new: Any, at: _At) -> Iterator[Change]:
        """The same field of two parts."""
        match slot.form:
            case "part":
                yield from self._inner(part, slot, old, new, at)
            case "map":
                yield from self._map(part, slot, old, new, at)
            case "texts" | "parts":
                yield from self._list(part, slot, old, new, at)
            case "keys":
                yield from self._keys(part, slot, old, new, at)
            case _:
                if old != new:
                    yield self._value(part, slot, old, new, at.inside(slot.name))

    def _value(self, part: type[Model], slot: Slot, old: Any, new: Any, at: _At) -> Change:
        before, after = self._sides(slot, old, new)
        weight = weights.of_value(part, slot, old, new)
        return Change(at.place, "changed", at.where, slot.label, before, after, weight)

    def _sides(self, slot: Slot, old: Any, new: Any) -> tuple[Text, Text]:
        if isinstance(old, Text) and isinstance(new, Text):
            return _translations(old, new)
        before, after = self._old.said(slot, old), self._new.said(slot, new)
        if before == after:  # two keys with one label
            return _raw(old), _raw(new)
        return before, after

    def _inner(self, part: type[Model], slot: Slot, old: Any, new: Any, at: _At) -> Iterator[Change]:
        here = at.inside(slot.name)
        if old is not None and new is not None:
            yield from self._either(part, slot, old, new, here, slot.label)
        elif new is not None:
            yield self._one(part, slot, "added", new, here)
        elif old is not None:
            yield self._one(part, slot, "removed", old, here)

    def _either(
        self, part: type[Model], slot: Slot, old: Model, new: Model, at: _At, *named: Text
    ) -> Iterator[Change]:
        """Two parts that may be of different kinds: another legal basis, another role."""
        if type(old) is type(new):
            yield from self.part(old, new, _At(at.place, (*at.where, *named)))
            return
        tags = [slots(type(one))[slot.tag] for one in (old, new)]
        before, after = (
            tag.choices[getattr(one, slot.tag)] for tag, one in zip(tags, (old, new), strict=True)
        )
        told = (*self._old.told(old, at.place, "removed"), *self._new.told(new, at.place, "added"))
        where = at.where if slot.form == "part" else (*at.where, *named)
        what = slot.label if slot.form == "part" else tags[0].label
        weight = weights.of_swap(part, slot)
        yield Change(at.place, "changed", where, what, before, after, weight, told)

    def _one(
        self,
        part: type[Model],
        slot: Slot,
        kind: Literal["added", "removed"],
        value: Any,
        at: _At,
        key: str = "",
    ) -> Change:
        """A part, or an entry of a list, that comes or goes."""
        words = self._new if kind == "added" else self._old
        if isinstance(value, Text):
            name, told = quoted(value), ()
        else:
            name = words.name(value, key, slot.choices)
            told = tuple(words.told(value, at.place, kind))
        sides = (None, name) if kind == "added" else (name, None)
        weight = weights.of_part(part, slot, kind)
        return Change(at.place, kind, at.where, slot.label, *sides, weight, told)

    def _map(
        self, part: type[Model], slot: Slot, old: Mapping[str, Model], new: Mapping[str, Model], at: _At
    ) -> Iterator[Change]:
        here = at.inside(slot.name)
        for key, value in new.items():
            inner = here.inside(key)
            if key not in old:
                yield self._one(part, slot, "added", value, inner, key)
            else:
                named = (slot.label, self._new.name(value, key, slot.choices))
                yield from self._either(part, slot, old[key], value, inner, *named)
        for key, value in old.items():
            if key not in new:
                yield self._one(part, slot, "removed", value, here.inside(key), key)

    def _keys(
        self, part: type[Model], slot: Slot, old: Sequence[str], new: Sequence[str], at: _At
    ) -> Iterator[Change]:
        here, weight = at.inside(slot.name), weights.of_keys(part, slot, old, new)
        for key in dict.fromkeys(new):
            if key not in old:
                said = self._new.said(slot, (key,))
                yield Change(here.place, "added", here.where, slot.label, None, said, weight)
        for key in dict.fromkeys(old):
            if key not in new:
                said = self._old.said(slot, (key,))
                yield Change(here.place, "removed", here.where, slot.label, said, None, weight)
        stayed = [key for key in old if key in new], [key for key in new if key in old]
        if stayed[0] != stayed[1]:
            yield self._order(slot, old, new, here)

    def _order(self, slot: Slot, old: Sequence[str], new: Sequence[str], at: _At) -> Change:
        """The same keys, in another order or a different number of times."""
        order = Text(fr=f"{slot.label.fr} (ordre)", en=f"{slot.label.en} (order)")
        before, after = self._old.said(slot, old), self._new.said(slot, new)
        return Change(at.place, "changed", at.where, order, before, after, "wording")

    def _list(
        self, part: type[Model], slot: Slot, old: Sequence[Any], new: Sequence[Any], at: _At
    ) -> Iterator[Change]:
        here = at.inside(slot.name)
        matched = SequenceMatcher(None, _marks(old), _marks(new), autojunk=False)
        for what, a, b, c, d in matched.get_opcodes():
            if what == "equal":
                continue
            pairs = min(b - a, d - c)
            for before, after in zip(range(a, a + pairs), range(c, c + pairs), strict=True):
                lone = len(old) == len(new) == 1
                yield from self._entry(part, slot, old[before], new[after], here, after, lone=lone)
            for after in range(c + pairs, d):
                yield self._one(part, slot, "added", new[after], here.inside(after))
            for before in range(a + pairs, b):
                yield self._one(part, slot, "removed", old[before], here.inside(before))

    def _entry(
        self, part: type[Model], slot: Slot, old: Any, new: Any, at: _At, number: int, *, lone: bool
    ) -> Iterator[Change]:
        if isinstance(new, Text):
            yield self._value(part, slot, old, new, at.inside(number))
            return
        named = Text(fr=f"{slot.label.fr}, n°\u202f{number + 1}", en=f"{slot.label.en}, no. {number + 1}")
        yield from self.part(old, new, at.inside(number) if lone else at.inside(number, named))


def _marks(entries: Sequence[Any]) -> list[str]:
    """Something that is equal where two entries say the same."""
    return [
        json.dumps(cast(Model, entry).model_dump(mode="json", exclude_defaults=True), sort_keys=True)
        for entry in entries
    ]


def _translations(old: Text, new: Text) -> tuple[Text, Text]:
    """Both sides in each language; where a reader's own words stayed, the other language's, named."""
    fr = (old.fr, new.fr) if old.fr != new.fr else (old.en, new.en)
    en = (old.en, new.en) if old.en != new.en else (old.fr, new.fr)
    in_english = " (en anglais)" if old.fr == new.fr else ""
    in_french = " (in French)" if old.en == new.en else ""
    before, after = (
        Text(
            fr=f"«\u202f{fr[side]}\u202f»{in_english}" if fr[side] else NOTHING.fr + in_english,
            en=f"“{en[side]}”{in_french}" if en[side] else NOTHING.en + in_french,
        )
        for side in (0, 1)
    )
    return before, after


def _raw(value: Any) -> Text:
    return Text(fr=f"«\u202f{value}\u202f»", en=f"“{value}”")
