"""A policy being changed by what people wrote in the template's cells, and every change said in words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal, cast

from garant.policy import Policy, Text

from ...typography import typeset
from .record import Row
from .vocabulary import plain, row_of

Kind = Literal["changed", "added", "removed", "lost", "check", "complete"]
"""What became of something: taken over, or not, or to look at, or to write."""

Content = dict[str, Any]
_LONGEST_KEY: Final = 60


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know about an import."""

    kind: Kind
    where: Text
    text: Text


class Edits:
    """The content of a policy (as its canonical JSON), changed place by place, with a note for each change."""

    def __init__(self, policy: Policy, content: Content) -> None:
        self.policy = policy
        """As it was before any change: labels and keys are looked up in it."""
        self.content = content
        self.notes: list[Note] = []
        self.where = Text()
        self._written: dict[tuple[str, ...], str] = {}

    def note(self, kind: Kind, fr: str, en: str) -> None:
        """Say something about where the reading has come to."""
        where = Text(fr=typeset(self.where.fr, "fr"), en=self.where.en)
        self.notes.append(Note(kind, where, Text(fr=typeset(fr, "fr"), en=en)))

    def part(self, *place: str) -> Content:
        """The part of the content at `place`, made where it is missing."""
        inside = self.content
        for step in place:
            inside = cast(Content, inside.setdefault(step, {}))
        return inside

    def has(self, *place: str) -> bool:
        """Whether the content says something at `place`."""
        inside: Any = self.content
        for step in place:
            if not isinstance(inside, dict) or step not in inside:
                return False
            inside = cast(Content, inside)[step]
        return True

    def put(self, place: tuple[str, ...], value: str | None, before: str) -> None:
        """Write one value, or take it out where it is None."""
        *around, last = place
        self._once(place, value or "")
        if value is None:
            self.part(*around).pop(last, None)
        else:
            self.part(*around)[last] = value
        self.changed(before, value or "")

    def words(self, place: tuple[str, ...], fr: str, before: str) -> None:
        """Write the French of a text; the English that is there stays, to be looked at."""
        self._once(place, fr)
        text = self.part(*place)
        text["fr"] = fr
        self.changed(before, fr)
        if text.get("en"):
            self.note(
                "check",
                f"L’anglais dit encore « {text['en']} ».",
                f"The English still says “{text['en']}”.",
            )

    def changed(self, before: str, after: str) -> None:
        """Say that one value has become another."""
        if before and after:
            self.note("changed", f"« {before} » devient « {after} ».", f"“{before}” becomes “{after}”.")
        elif after:
            self.note("added", f"« {after} » est ajouté.", f"“{after}” is added.")
        else:
            self.note("removed", f"« {before} » est retiré.", f"“{before}” is removed.")

    def lost(self, after: str, fr: str, en: str) -> None:
        """Say that what is written could not be taken over, and why."""
        self.note("lost", f"« {after} » n’est pas repris : {fr}.", f"“{after}” is not taken over: {en}.")

    def new_key(self, label: str, *taken: Iterator[str] | Sequence[str]) -> str:
        """A key made from a label, which nothing has yet."""
        known = {key for keys in taken for key in keys}
        bare = "-".join(re.findall(r"[a-z0-9]+", plain(label), re.ASCII))
        start = bare[:_LONGEST_KEY].strip("-") or "item"
        key, number = start, 1
        while key in known:
            number += 1
            key = f"{start[: _LONGEST_KEY - 4].strip('-')}-{number}"
        return key

    def row_of(self, key: str) -> str:
        """The row of data that gathers a category, one that was just added included."""
        added = cast(Content, self.part("categories", "data").get(key, {}))
        known = key in self.policy.data_categories or not added.get("parent")
        return row_of(self.policy, key if known else str(added["parent"])).key

    def _once(self, place: tuple[str, ...], value: str) -> None:
        """Tell where two sheets want different things of one place; the last one is followed."""
        known = self._written.get(place)
        if known is not None and known != value:
            self.note(
                "check",
                f"Deux feuilles disent autre chose : « {known} » et « {value} ». La dernière l’emporte.",
                f"Two sheets differ: “{known}” and “{value}”. The last one wins.",
            )
        self._written[place] = value


def aligned(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows that differ: changed ones side by side, then what was taken out, and what was put in."""
    matcher = SequenceMatcher(None, [_bare(row) for row in before], [_bare(row) for row in after], False)
    for change, start, stop, other_start, other_stop in matcher.get_opcodes():
        if change == "equal":
            continue
        old, new = before[start:stop], after[other_start:other_stop]
        common = min(len(old), len(new))
        yield from zip(old[:common], new[:common], strict=True)
        yield from ((row, None) for row in old[common:])
        yield from ((None, row) for row in new[common:])


def _bare(row: Row) -> tuple[tuple[str, ...], ...]:
    cells = [tuple(cell.split()) for cell in row.cells]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)
