"""What a plan does, in the words that the terminal and the site share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from garant.engine.document import Kind
from garant.policy.text import Text
from garant.systems.model import Relation

KINDS: Final[Mapping[Kind, Text]] = {
    "retention": Text(fr="durées de conservation", en="retention"),
    "erasure": Text(fr="effacement", en="erasure"),
    "rectification": Text(fr="rectification", en="rectification"),
    "restriction": Text(fr="limitation", en="restriction"),
    "lifting": Text(fr="levée de la limitation", en="end of the restriction"),
    "replay": Text(fr="rejeu après restauration", en="replay after a restored backup"),
}
"""What a plan is for."""

_DISPOSITIONS: Final[Mapping[str, Text]] = {
    "blank": Text(fr="vidé", en="emptied"),
    "constant": Text(fr="remplacé par un texte fixe", en="replaced by a fixed text"),
    "pseudonymise": Text(fr="remplacé par un pseudonyme", en="replaced by a pseudonym"),
    "refresh": Text(fr="recalculé", en="worked out again"),
    "replace": Text(fr="cette valeur seule", en="this value alone"),
    "keep": Text(fr="gardé", en="kept"),
    "put back": Text(fr="remis en place", en="put back"),
    "generalise to month": Text(fr="réduit au mois", en="reduced to the month"),
    "generalise to year": Text(fr="réduit à l’année", en="reduced to the year"),
}
_OF_A_KIND: Final[Mapping[tuple[str, str], Text]] = {
    ("rectification", "constant"): Text(fr="nouvelle valeur", en="new value"),
    ("restriction", "constant"): Text(fr="marque posée", en="mark set"),
    ("lifting", "constant"): Text(fr="marque retirée", en="mark taken off"),
}
"""What is written, where the kind of plan says what it is for."""
RELATIONS: Final[Mapping[Relation, Text]] = {
    Relation.OWNED: Text(fr="à la personne", en="the person’s"),
    Relation.CO_OWNED: Text(fr="partagé avec d’autres", en="shared with others"),
    Relation.VISIBLE: Text(fr="montré, jamais effacé avec elle", en="shown, never erased with them"),
}
"""How rows belong to a person."""
_PREFIX: Final = "generalise to "


def disposition(how: str, kind: Kind | None = None) -> Text:
    """What a column becomes, in both languages.

    Args:
        how: as a plan writes it (`PlannedAction.columns`).
        kind: of the plan, where its columns are marked or corrected rather than emptied.
    """
    if kind is not None and (kind, how) in _OF_A_KIND:
        return _OF_A_KIND[kind, how]
    if how.endswith(" characters"):
        many = how.removeprefix(_PREFIX).removesuffix(" characters")
        return Text(fr=f"réduit à {many} caractères", en=f"reduced to {many} characters")
    return _DISPOSITIONS.get(how, Text(fr=how, en=how))
