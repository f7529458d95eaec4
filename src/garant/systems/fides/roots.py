"""From the identity fields of a dataset to the roots of a map and the queries that find them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from garant.policy.places import Place
from garant.systems.fides.columns import NAME
from garant.systems.fides.dataset import Collection, DatasetField
from garant.systems.fides.losses import Losses, quoted
from garant.systems.fragments import FragmentRefused, parse_query

_KINDS: Final = {"email": "email", "phone_number": "phone", "phone": "phone"}
_TYPES: Final = {"integer": "integer", "string": "text", "object_id": "text"}
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class FoundRoot:
    """A collection whose rows are persons, by the identities that it holds."""

    key: str
    collection: Collection
    place: Place
    column: str
    type: str
    identities: Sequence[tuple[str, str]]
    """Kind of identity and SQL that finds the row by it."""

    def as_map(self, table: str) -> dict[str, Any]:
        """The root, as a map writes it."""
        return {"table": table, "key": self.column, "type": self.type}


def root_of(collection: Collection, table: str, place: Place, key: str, losses: Losses) -> FoundRoot | None:
    """The root that a collection is, where one of its fields is an identity."""
    fields = list(enumerate(collection.fields))
    named = [(n, field) for n, field in fields if field.meta.identity and NAME.fullmatch(field.name)]
    _tell_nested(collection, place, losses)
    if not named:
        return None
    number, chosen = _key(collection, place, named[0], losses)
    identities = [
        (_kind(field, (*place, "fields", position), losses), _query(table, chosen.name, field))
        for position, field in named
    ]
    kind = _type(chosen, (*place, "fields", number), losses)
    return FoundRoot(key, collection, place, chosen.name, kind, identities)


def primary_key(collection: Collection) -> DatasetField | None:
    """The one field that is the key; nothing where there is none that a map can name, or several make it."""
    keys = [field for field in collection.fields if field.meta.primary_key]
    return keys[0] if len(keys) == 1 and NAME.fullmatch(keys[0].name) else None


def _key(
    collection: Collection, place: Place, identity: tuple[int, DatasetField], losses: Losses
) -> tuple[int, DatasetField]:
    for number, field in enumerate(collection.fields):
        if field == primary_key(collection):
            return number, field
    fr, en = quoted(collection.name)
    losses.add(
        "complete",
        place,
        f"{fr} n’a pas une clé d’une seule colonne\u202f: «\u202f{identity[1].name}\u202f» en tient lieu. Il faut une "
        "colonne unique.",
        f"{en} has no key of one column: “{identity[1].name}” stands for it. A unique column is needed.",
    )
    return identity


def _type(field: DatasetField, place: Place, losses: Losses) -> str:
    said = field.meta.data_type
    if said in _TYPES:
        if said == "string":
            losses.add(
                "check",
                place,
                "La clé est un texte\u202f; écrire type: uuid si la colonne en est un.",
                "The key is a text; write type: uuid if the column is one.",
            )
        return _TYPES[said]
    losses.add(
        "complete",
        place,
        "Le type de la clé n’est pas dit\u202f: integer est supposé (integer, text, uuid).",
        "The type of the key is not said: integer is supposed (integer, text, uuid).",
    )
    return "integer"


def _kind(field: DatasetField, place: Place, losses: Losses) -> str:
    said = field.meta.identity or ""
    known = _KINDS.get(said)
    if known is not None:
        return known
    kind = re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")[:80] or "number"
    fr, en = quoted(said)
    losses.add(
        "check",
        (*place, "fides_meta", "identity"),
        f"L’identité {fr} se demandera par --identity {kind}=…",
        f"The identity {en} will be asked for by --identity {kind}=…",
    )
    return kind


def _query(table: str, key: str, field: DatasetField) -> str:
    column = sql_name(field.name)
    wanted, given = f"CAST({column} AS TEXT)", ":identity"
    if field.meta.identity == "email":
        wanted, given = f"lower({column})", "lower(:identity)"
    elif field.meta.data_type in (None, "string"):
        wanted = column
    source = ".".join(sql_name(part) for part in table.split("."))
    return f"SELECT {sql_name(key)} AS key FROM {source} WHERE {wanted} = {given}"  # noqa: S608 - bounded


def sql_name(name: str) -> str:
    """The name as common SQL reads it: quoted where it is a word of the language or has capital letters."""
    if _PLAIN.fullmatch(name):
        try:
            parse_query(f"SELECT {name} AS key FROM {name} WHERE {name} = 1", dialect=None)  # noqa: S608
        except FragmentRefused:
            return f'"{name}"'
        return name
    return f'"{name}"'


def _tell_nested(collection: Collection, place: Place, losses: Losses) -> None:
    """Identities and references inside documents: no query of a map can start there."""
    waiting = [
        ((*place, "fields", number, "fields", position), inner)
        for number, field in enumerate(collection.fields)
        for position, inner in enumerate(field.fields or ())
    ]
    for where, field in waiting:
        waiting += [((*where, "fields", number), inner) for number, inner in enumerate(field.fields or ())]
        for what in ("identity", "references", "primary_key"):
            if getattr(field.meta, what):
                fr, en = quoted(field.name)
                losses.add(
                    "lost",
                    (*where, "fides_meta", what),
                    f"{what} de {fr}, à l’intérieur d’un document, n’a pas d’équivalent.",
                    f"{what} of {en}, inside a document, has no counterpart.",
                )
