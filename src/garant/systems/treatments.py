"""What every part of a data map is made of, and what may become of a column's value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from garant.policy.document.base import said

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
"""A stable name given by Garant: lower case, digits, hyphens."""

SqlName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_$-]*(\.[A-Za-z_][A-Za-z0-9_$-]*)?$")]
"""A table (optionally ``schema.table``) or column of the system; some systems write hyphens in them."""

EnvName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
"""The name of an environment variable, never its value."""

Sql = Annotated[str, Field(min_length=1, max_length=20_000)]
"""A read-only SQL fragment, bounded by :mod:`garant.systems.fragments`."""


class Part(BaseModel):
    """A strict, immutable part of a data map."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Constant(Part):
    """Replace the value by a constant."""

    constant: Annotated[
        str | int | bool, said("Valeur qui remplace l’ancienne.", "Value that replaces the old one.")
    ]


class Written(Constant):
    """A constant written even where nothing stood: a value that is corrected or added. No map writes one."""


class Mark(Written):
    """What marks a person's restriction. No map writes one."""


class Country(Part):
    """The key of a country in the system's own list, by its code. No map writes one."""

    table: SqlName
    key: SqlName
    code: SqlName
    country: str


class Pseudonym(Part):
    """Around the keyed hash that replaces a value."""

    prefix: Annotated[
        str,
        said(
            "Distingue un pseudonyme d’une valeur ; donc jamais vide.",
            "Tells a pseudonym from a value; so never empty.",
        ),
    ] = Field(default="anon-", min_length=3, max_length=40)
    suffix: Annotated[
        str,
        said(
            "Ce qui suit l’empreinte, par exemple @domaine.invalid.",
            "What follows the hash, such as @domain.invalid.",
        ),
    ] = Field(default="", max_length=80)
    length: Annotated[int, said("Chiffres hexadécimaux gardés.", "Hexadecimal digits kept.")] = Field(
        default=16, ge=8, le=64
    )


class Pseudonymise(Part):
    """Replace the value in place by its keyed hash (HMAC-SHA256)."""

    pseudonymise: Annotated[
        Pseudonym,
        said(
            "Remplace la valeur par son empreinte à clé (HMAC-SHA256).",
            "Replaces the value by its keyed hash (HMAC-SHA256).",
        ),
    ]


class Prefix(Part):
    """Keep only the first characters."""

    prefix: Annotated[
        int, said("Nombre de premiers caractères gardés.", "How many first characters are kept.")
    ] = Field(ge=1, le=32)


class Generalise(Part):
    """Keep the value less precise: a date's year or month, a code's first characters."""

    generalise: Annotated[
        Literal["year", "month"] | Prefix,
        said(
            "Garde l’année ou le mois d’une date, ou les premiers caractères d’un code.",
            "Keeps a date's year or month, or a code's first characters.",
        ),
    ]


class Refresh(Part):
    """Compute a copy again from where the truth now is."""

    refresh: Annotated[
        Sql,
        said(
            "Une expression SQL scalaire sur la ligne elle-même.",
            "One scalar SQL expression over the row itself.",
        ),
    ]


ColumnDisposition = Literal["blank", "keep"] | Constant | Pseudonymise | Generalise | Refresh


Fold = Literal["exact", "case", "digits", "words"]
"""How what is written is folded before it is compared; words: in lower case, without what stands between them."""


class Replace(Part):
    """Replace one value, in whichever of its forms it is written, and leave every other: a correction. No map writes one."""

    forms: tuple[str, ...]
    """What the value becomes once folded; one of them is enough."""
    fold: Fold
    """How what is written is folded before it is compared: trimmed, in lower case, or without what separates digits."""
    by: str


class Holding(Part):
    """A condition on a row: what some of its columns hold, written one after the other, is one of these forms, or none."""

    columns: tuple[SqlName, ...]
    forms: tuple[str, ...]
    """Once folded; the empty form is a column without a value."""
    fold: Fold
    held: bool = True


SEPARATORS = (" ", ".", "-", "(", ")", "/", "\t", "\u00a0", "\u202f")
"""What people write between the digits of a number."""

BETWEEN_WORDS = (*SEPARATORS, ",", "'", "\u2019", "\n", "\r")
"""What stands between the words of an address or a name, and is written one way or another."""


class PutBack(Part):
    """The value that a restriction had set apart comes back. No map writes one."""


SetApart = Literal["blank"] | Constant | Pseudonymise
"""What stands in a column while its value is set apart."""

Treatment = ColumnDisposition | Replace | Country | PutBack
"""What a step does to a column: what a map may say, and a correction."""
