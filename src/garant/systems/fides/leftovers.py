"""What a dataset says that no data map says: told key by key, with its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from garant.policy.places import Place
from garant.systems.fides.dataset import Dataset, DatasetField, Said
from garant.systems.fides.losses import Losses, quoted

_WHY: Final[dict[str, tuple[str, str]]] = {
    "length": (
        "La longueur n’a pas d’équivalent\u202f: Garant la lit dans le catalogue du système.",
        "The length has no counterpart: Garant reads it in the system’s catalogue.",
    ),
    "after": (
        "L’ordre de lecture (after) n’a pas d’équivalent\u202f: les liens le disent.",
        "The order of reading (after) has no counterpart: the links say it.",
    ),
    "retention": (
        "La conservation est un texte que rien n’exécute\u202f: écrivez une règle dans la politique.",
        "The retention is a text that nothing carries out: write a rule in the policy.",
    ),
}
_SILENT: Final = frozenset({"meta", "return_all_elements", "data_qualifier", "data_qualifiers", "redact"})
"""Keys that say nothing of where data are or what becomes of them."""
_METAS: Final = ("fides_meta", "fidesops_meta")


def tell_leftovers(dataset: Dataset, place: Place, losses: Losses) -> None:
    """Tell every key of the dataset, its collections and its fields that has no counterpart."""
    _tell(dataset, place, losses)
    _tell_meta(dataset, place, losses)
    for number, collection in enumerate(dataset.collections):
        where: Place = (*place, "collections", number)
        _tell(collection, where, losses)
        _tell_meta(collection, where, losses)
        _tell_fields(collection.fields, where, losses)


def _tell_fields(fields: Iterable[DatasetField], place: Place, losses: Losses) -> None:
    for number, field in enumerate(fields):
        where: Place = (*place, "fields", number)
        _tell(field, where, losses)
        _tell_meta(field, where, losses)
        _tell_fields(field.fields or (), where, losses)


def _tell_meta(part: Said, place: Place, losses: Losses) -> None:
    for name in _METAS:
        meta = getattr(part, name)
        if meta is None:
            continue
        where = (*place, name)
        _tell(meta, where, losses)
        for key in ("length", "after"):
            if getattr(meta, key, None) is not None:
                losses.add("lost", (*where, key), *_WHY[key])


def _tell(part: Said, place: Place, losses: Losses) -> None:
    for key in part.unknown:
        if key in _SILENT:
            continue
        fr, en = quoted(key)
        words = _WHY.get(key) or (
            f"La clé {fr} n’a pas d’équivalent dans une carte.",
            f"The key {en} has no counterpart in a data map.",
        )
        losses.add("lost", (*place, key), *words)
