"""A change, where it stands, and how much it weighs on people."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ..places import Place
from ..text import Text

Kind = Literal["added", "removed", "changed"]

Weight = Literal["people", "substance", "wording"]
"""What asks more of people or gives them less; what else is promised otherwise; what is only said otherwise."""

_HEAVIEST_FIRST: Final[tuple[Weight, ...]] = ("people", "substance", "wording")


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that a part says which was added, removed or put in the place of another."""

    place: Place
    label: Text
    value: Text
    kind: Kind
    """Whether the part that says it was added or removed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not what it was."""

    place: Place
    """Where it stands in the new policy; in the old one where it was removed."""
    kind: Kind
    where: tuple[Text, ...]
    """The parts around it, from the outside in."""
    what: Text
    old: Text | None
    new: Text | None
    weight: Weight
    details: tuple[Detail, ...] = ()
    """All that a whole part says, when it comes or goes."""

    @property
    def subject(self) -> Text:
        """What changed, with the parts around it."""
        parts = (*self.where, self.what)
        return Text(fr=" › ".join(p.say("fr") for p in parts), en=" › ".join(p.say("en") for p in parts))

    @property
    def sentence(self) -> Text:
        """The change in one line: `… : 3 ans → 2 ans`."""
        how, name, sides = _HOW[self.kind], self.subject, [side for side in (self.old, self.new) if side]
        fr, en = (" → ".join(side.say(language) for side in sides) for language in ("fr", "en"))
        return Text(fr=f"{name.fr}{how.fr}\u202f: {fr}", en=f"{name.en}{how.en}: {en}")


_HOW: Final[dict[Kind, Text]] = {
    "added": Text(fr=", ajout", en=", added"),
    "removed": Text(fr=", retrait", en=", removed"),
    "changed": Text(),
}


def weightiest(changes: Iterable[Change]) -> list[Change]:
    """The changes with what weighs most on people first, otherwise in the order of the notice."""
    return sorted(changes, key=lambda change: _HEAVIEST_FIRST.index(change.weight))
