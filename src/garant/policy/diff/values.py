"""What a field holds, in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from ..anatomy import Section, Slot, referred, slots
from ..document import Policy
from ..document.base import Model
from ..places import Place
from ..saying import day, listed, period
from ..text import Text
from .change import Detail, Kind

NOTHING: Final = Text(fr="rien", en="nothing")
EMPTY: Final = Text(fr="(vide)", en="(empty)")
_FLAGS: Final = {True: Text(fr="oui", en="yes"), False: Text(fr="non", en="no")}


class Words:
    """The values of one policy, whose labels say what its keys mean."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def said(self, slot: Slot, value: Any) -> Text:
        """A value of a field that holds no part."""
        if value is None:
            return NOTHING
        if slot.refers is not None:
            return self._keys(slot.refers, (value,) if slot.form == "key" else value)
        if slot.form == "choice":
            return slot.choices[value]
        return _SAID.get(slot.form, _plain)(value)

    def name(self, part: Model, key: str = "", choices: Mapping[str, Text] | None = None) -> Text:
        """What a part is called: its label, else its name, else all that it says, else its key."""
        if choices:
            return choices[key]
        label = getattr(part, "label", None)
        if label is not None and (label.fr or label.en):
            return quoted(label)
        name = getattr(part, "name", None)
        if isinstance(name, str):
            return Text(fr=name, en=name)
        values = [detail.value for detail in self.told(part, (), "added")]
        return _joined(values, ", ") if values else Text(fr=key, en=key) if key else EMPTY

    def told(self, part: Model, place: Place, kind: Kind, around: tuple[Text, ...] = ()) -> Iterator[Detail]:
        """All that a part says beyond its defaults, whatever stands inside it."""
        for slot in slots(type(part)).values():
            value = getattr(part, slot.name)
            if value != slot.default:
                inner = (*around, slot.label)
                yield from self._told(slot, value, (*place, slot.name), kind, inner)

    def _told(
        self, slot: Slot, value: Any, place: Place, kind: Kind, around: tuple[Text, ...]
    ) -> Iterator[Detail]:
        if slot.form not in {"part", "parts", "map"}:
            yield Detail(place, _joined(around, " › "), self.said(slot, value), kind)
            return
        inside = _inside(slot, value)
        for step, part in inside.items():
            here = place if step is None else (*place, step)
            named = around if step is None else (*around, self._step(slot, step, part))
            details = list(self.told(part, here, kind, named))
            yield from details or [Detail(here, _joined(named, " › "), EMPTY, kind)]

    def _step(self, slot: Slot, step: Any, part: Model) -> Text:
        if isinstance(step, int):
            return Text(fr=str(step + 1), en=str(step + 1))
        return self.name(part, step, slot.choices)

    def _keys(self, section: Section, keys: Sequence[str]) -> Text:
        labels = referred(self._policy, section)
        said = [labels.get(key, Text(fr=key, en=key)) for key in keys]
        return Text(
            fr=listed([one.say("fr") for one in said], "fr") or EMPTY.fr,
            en=listed([one.say("en") for one in said], "en") or EMPTY.en,
        )


def _inside(slot: Slot, value: Any) -> Mapping[str | int | None, Model]:
    """The parts that a field holds, by the step that leads to each; none leads to a single one."""
    if slot.form == "part":
        return {None: value}
    return dict(enumerate(cast(Sequence[Model], value))) if slot.form == "parts" else value


def quoted(text: Text) -> Text:
    """Words as they are written, between the quotes of each language."""
    return Text(fr=f"«\u202f{text.say('fr')}\u202f»", en=f"“{text.say('en')}”")


def _joined(parts: Sequence[Text], between: str) -> Text:
    return Text(fr=between.join(p.say("fr") for p in parts), en=between.join(p.say("en") for p in parts))


def _texts(texts: Sequence[Text]) -> Text:
    return _joined([quoted(text) for text in texts], " ; ")


def _plain(value: Any) -> Text:
    return Text(fr=str(value), en=str(value))


_SAID: Final[Mapping[str, Callable[[Any], Text]]] = {
    "text": quoted,
    "texts": _texts,
    "flag": _FLAGS.__getitem__,
    "answer": _FLAGS.__getitem__,
    "date": day,
    "period": period,
}
