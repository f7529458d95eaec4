"""From the fields of a collection to the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from garant.policy.document.taxonomy import DATA
from garant.policy.places import Place
from garant.systems.fides.categories import Translated, translated, weightiest
from garant.systems.fides.dataset import DatasetField, Masking
from garant.systems.fides.losses import Losses, quoted

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
"""A column that a data map can name (a table may also have a schema before it)."""

_CORRECTED: Final = {"name": "name", "email": "email-address", "phone": "phone-number"}
"""What a rectification may change, by the category that says so."""


def column(
    field: DatasetField, place: Place, inherited: Sequence[str], losses: Losses, *, structural: bool
) -> dict[str, Any] | None:
    """The column of a map that a field becomes; nothing where it speaks of no person.

    A key, or what a link goes through, is structural: it is kept, since to change it would cut the way.
    """
    found = _categories(field, place, inherited, losses)
    if not found:
        return None
    category = weightiest(found)
    _tell_category(field, place, category, found, losses)
    made: dict[str, Any] = {"category": category.key, "erase": "keep" if structural else "blank"}
    if not structural:
        made["erase"] = _fate(field, place, losses)
    for kind, key in _CORRECTED.items():
        if DATA.covers(key, category.key) and not structural and not field.fields:
            made["identity"] = kind
    return made


def _fate(field: DatasetField, place: Place, losses: Losses) -> Any:
    if field.meta.read_only:
        losses.add(
            "check",
            (*place, "fides_meta", "read_only"),
            "read_only est devenu erase: keep sur une ligne qui reste.",
            "read_only became erase: keep on a row that stays.",
        )
        return "keep"
    override = field.meta.masking_strategy_override
    return "blank" if override is None else _masked(override, (*place, "fides_meta"), losses)


def _masked(masking: Masking, meta: Place, losses: Losses) -> Any:
    place = (*meta, "masking_strategy_override")
    rewrite = (masking.configuration or {}).get("rewrite_value")
    simple: dict[str, Any] = {"null_rewrite": "blank", "preserve": "keep"}
    if masking.strategy in simple:
        return simple[masking.strategy]
    if masking.strategy == "string_rewrite" and isinstance(rewrite, str | int | bool):
        return {"constant": rewrite}
    fr, en = quoted(masking.strategy)
    if masking.strategy in {"hash", "hmac"}:
        losses.add(
            "check",
            place,
            f"Le masquage {fr} est devenu une empreinte à clé de Garant\u202f: d’autres valeurs que celles de Fides.",
            f"The masking {en} became Garant’s keyed hash: other values than those of Fides.",
        )
        return {"pseudonymise": {}}
    losses.add(
        "lost",
        place,
        f"Le masquage {fr} n’a pas d’équivalent\u202f: la valeur est vidée.",
        f"The masking {en} has no counterpart: the value is blanked.",
    )
    return "blank"


def _categories(
    field: DatasetField, place: Place, inherited: Sequence[str], losses: Losses
) -> list[Translated]:
    """What the field says of itself and below, else what its collection or dataset says of all fields."""
    said = list(_said(field, place)) or [(category, place) for category in inherited]
    found: list[Translated] = []
    for category, where in said:
        one = translated(category)
        fr, en = quoted(category)
        if one is None:
            losses.add(
                "check",
                where,
                f"La catégorie {fr} ne dit rien d’une personne\u202f: la colonne n’est pas dans la carte par elle.",
                f"The category {en} says nothing of a person: the column is not in the map for it.",
            )
        elif one not in found:
            found.append(one)
            if not one.exact:
                losses.add(
                    "check",
                    where,
                    f"La catégorie {fr} est devenue «\u202f{one.key}\u202f», plus large.",
                    f"The category {en} became “{one.key}”, which is wider.",
                )
    if not said and not field.meta.primary_key and not field.meta.references:
        fr, en = quoted(field.name)
        losses.add(
            "check",
            place,
            f"Le champ {fr} n’a aucune catégorie\u202f: sa colonne n’est pas dans la carte.",
            f"The field {en} has no category: its column is not in the map.",
        )
    return found


def _said(field: DatasetField, place: Place) -> Iterator[tuple[str, Place]]:
    for number, category in enumerate(field.data_categories or ()):
        yield category, (*place, "data_categories", number)
    for number, inner in enumerate(field.fields or ()):
        yield from _said(inner, (*place, "fields", number))


def _tell_category(
    field: DatasetField, place: Place, category: Translated, found: Sequence[Translated], losses: Losses
) -> None:
    if len(found) > 1:
        others = ", ".join(one.key for one in found if one != category)
        losses.add(
            "lost",
            place,
            f"Une colonne a une seule catégorie\u202f: «\u202f{category.key}\u202f» reste, pas {others}.",
            f"A column has one category: “{category.key}” stays, not {others}.",
        )
    if category.others:
        others = ", ".join(category.others)
        losses.add(
            "check",
            place,
            f"«\u202f{category.key}\u202f» a été choisie\u202f; pourrait être aussi\u202f: {others}.",
            f"“{category.key}” was chosen; it could also be: {others}.",
        )
    if field.fields:
        fr, en = quoted(field.name)
        losses.add(
            "lost",
            (*place, "fields"),
            f"Les champs à l’intérieur de {fr} n’ont pas d’équivalent\u202f: la colonne est traitée tout entière.",
            f"The fields inside {en} have no counterpart: the column is treated whole.",
        )
