"""What is kept built: the batches of a run ask the same questions and make the same changes, of other keys."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")

Part = object
"""What something is made for: a text, a number, or an object that stands for itself alone."""


class Kept:
    """Statements and steps, by what they were made for.

    Keys are in temporary tables, and nothing else differs from one batch to the next; to build a statement takes
    as long as a small database needs to answer it.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[Hashable, ...], tuple[tuple[Part, ...], Any]] = {}

    def once(self, make: Callable[[], Made], *made_for: Part) -> Made:
        """What was made for these, else what ``make`` gives."""
        key = tuple(part if isinstance(part, str | int) else id(part) for part in made_for)
        if key not in self._made:
            self._made[key] = (made_for, make())  # kept with it, an object's number stays its own
        return self._made[key][1]
