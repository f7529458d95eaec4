"""What keeps people from destruction at their own request: the room that knows of it says so here, once it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from garant.engine.holds import Hold

Asking = Callable[[str], Sequence["Hold"]]
"""Gives, of an organisation, what people asked to be kept."""

ASKING: Final[list[Asking]] = []
