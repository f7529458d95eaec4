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
REPLACED: Final = Text(fr="Remplacée avant son jour", en="Replaced before its day")

DONE: Final = {
    "submit": Text(
        fr="La version est soumise\u202f: une autre personne doit l’approuver.",
        en="The version is submitted: another person has to approve it.",
    ),
    "discard": Text(fr="Le brouillon est abandonné.", en="The draft is given up."),
    "withdraw": Text(fr="La version est de nouveau un brouillon.", en="The version is a draft again."),
    "reject": Text(fr="La version est renvoyée à son auteur.", en="The version is sent back to its author."),
    "notice": Text(fr="L’annonce est notée.", en="The notice is recorded."),
    "correct-notice": Text(fr="Le jour de l’annonce est corrigé.", en="The day of the notice is corrected."),
    "unpublish": Text(
        fr="La publication est retirée\u202f: la version est approuvée, et peut se publier pour un autre jour.",
        en="The publication is withdrawn: the version is approved, and may be published for another day.",
    ),
    "approve": Text(
        fr="La version est approuvée\u202f: il reste à la publier.",
        en="The version is approved: it remains to publish it.",
    ),
    "publish": Text(
        fr="La version est publiée\u202f: elle ne change plus. Jusqu’à son jour, sa publication peut se retirer.",
        en="The version is published: it never changes any more. Until its day, its publication may be withdrawn.",
    ),
}
"""What is said once a step is done."""

WEIGHTS: Final = {
    "people": Text(fr="Ce qui pèse sur les personnes", en="What weighs on people"),
    "substance": Text(fr="Ce qui change dans ce qui est promis", en="What else is promised otherwise"),
    "wording": Text(fr="Ce qui est seulement dit autrement", en="What is only said otherwise"),
}
"""What asks more of people or gives them less comes first."""
