"""What an import could not say in a data map, with where it stood and, where there is one, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from garant.policy.diagnostics import Position
from garant.policy.places import Place, Positions
from garant.policy.text import Text

Kind = Literal["lost", "check", "complete"]
"""lost: has no counterpart; check: was translated and needs a look; complete: a map needs it, Fides has none."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that the map does not say as the dataset did."""

    kind: Kind
    position: Position
    text: Text


@dataclass
class Losses:
    """The losses found so far, with the places of the file."""

    positions: Positions
    found: list[Loss] = field(default_factory=list[Loss])

    def add(self, kind: Kind, place: Place, fr: str, en: str) -> None:
        """Tell one loss at a place of the dataset."""
        loss = Loss(kind, self.positions.of_key(place), Text(fr=fr, en=en))
        if loss not in self.found:
            self.found.append(loss)

    def __iter__(self) -> Iterator[Loss]:
        return iter(sorted(self.found, key=lambda loss: (loss.position.line, loss.position.column)))


def quoted(word: str) -> tuple[str, str]:
    """A word of the dataset between French and between English quotation marks, cut short."""
    short = word if len(word) <= 60 else f"{word[:60]}…"
    return f"«\u202f{short}\u202f»", f"“{short}”"
