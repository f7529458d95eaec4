"""What was written besides the first request, as staff and its person read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from garant.apps.rights.each.values import in_lines
from garant.apps.rights.services import Whom
from garant.apps.rights.words import CHANNELS, WISHES, Channel, Wish
from garant.policy.text import Text

_PAGE: Final = Text(fr="la page de la demande", en="the page of the request")


@dataclass(frozen=True, slots=True)
class Writing:
    """One of them."""

    at: datetime
    way: Text
    unsure: bool
    question: str
    said: dict[str, Any]
    wish: Text | None
    corrections: Sequence[Any]


def told_apart(whom: Whom) -> list[Writing]:
    """In the order of time."""
    return sorted((_writing(one) for one in whom.besides), key=lambda one: one.at)


def _writing(one: dict[str, Any]) -> Writing:
    wish = one["said"].get("notes", {}).get("wish")
    return Writing(
        at=datetime.fromisoformat(one["at"]),
        way=CHANNELS[Channel(one["way"])] if one["way"] in list(Channel) else _PAGE,
        unsure=one["unsure"],
        question=one.get("question", ""),
        said=one["said"],
        wish=WISHES[Wish(wish)] if wish else None,
        corrections=in_lines(one["said"].get("values", [])),
    )
