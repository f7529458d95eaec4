"""How the room's pages call states and weights."""

from __future__ import annotations

from typing import Final

from garant.policy import Text

STATES: Final = {
    "draft": Text(fr="Brouillon", en="Draft"),
    "in-review": Text(fr="En relecture", en="In review"),
    "approved": Text(fr="Approuvée", en="Approved"),
    "published": Text(fr="Publiée", en="Published"),
}

WEIGHTS: Final = {
    "people": Text(fr="Ce qui pèse sur les personnes", en="What weighs on people"),
    "substance": Text(fr="Ce qui change dans ce qui est promis", en="What else is promised otherwise"),
    "wording": Text(fr="Ce qui est seulement dit autrement", en="What is only said otherwise"),
}
"""What asks more of people or gives them less comes first."""
