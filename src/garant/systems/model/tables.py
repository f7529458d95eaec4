"""Whose each row is, and what its columns hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from garant.policy.document.base import said
from garant.policy.text import Text
from garant.systems.treatments import ColumnDisposition, Key, Part, Sql, SqlName


class Relation(StrEnum):
    """How a row belongs to what it is linked to."""

    OWNED = "owned"
    CO_OWNED = "co-owned"
    VISIBLE = "visible"


class Link(Part):
    """One hop from a table towards a root: directly, or through a parent table's own links."""

    root: Annotated[Key | None, said("Racine atteinte par sa clé.", "Root reached by its key.")] = None
    parent: Annotated[
        SqlName | None,
        said("Table mère, dont les propres liens continuent.", "Parent table, whose own links go on."),
    ] = None
    column: Annotated[
        SqlName,
        said(
            "Colonne de cette table qui mène à la racine ou à la table mère.",
            "Column of this table that leads to the root or the parent.",
        ),
    ]
    parent_column: Annotated[
        SqlName | None,
        said("Colonne de la table mère ; à défaut, sa clé.", "Column of the parent; its key unless said."),
    ] = None
    prefix: Annotated[
        str | None,
        said(
            "La colonne est un texte : ce préfixe, puis la clé (« party.party,12 »).",
            "The column is a text: this prefix, then the key (“party.party,12”).",
        ),
    ] = Field(default=None, min_length=1, max_length=120)
    when: Annotated[
        Sql | None, said("Condition sur la ligne de cette table.", "Condition on this table's row.")
    ] = None
    relation: Annotated[
        Relation,
        said(
            "À qui est la ligne : à une personne, à plusieurs, ou seulement visible.",
            "Whose the row is: one person's, several people's, or only visible.",
        ),
    ] = Relation.OWNED
    columns: Annotated[
        list[SqlName],
        said(
            "Sur une ligne partagée, les colonnes propres à la personne de ce lien.",
            "On a shared row, the columns that are this link's person's own.",
        ),
    ] = Field(default_factory=list[SqlName])

    @model_validator(mode="after")
    def _one_target(self) -> Link:
        if (self.root is None) == (self.parent is None):
            raise ValueError("a link names either a root or a parent table, not both")
        if self.root is not None and self.parent_column is not None:
            raise ValueError("parent_column goes with parent; a root is reached by its key")
        return self


IdentityKind = Literal[
    "name",
    "email",
    "phone",
    "number",
    "given-name",
    "family-name",
    "street",
    "postcode",
    "town",
    "country",
    "address-rest",
]
"""What a rectification may correct. Parts of a name, or of an address, are corrected together."""

NAMING = frozenset({"name", "email", "phone", "number", "given-name", "family-name"})
"""Kinds that say who somebody is."""


class Listed(Part):
    """A column that refers to a list of countries."""

    table: Annotated[SqlName, said("La table des pays.", "The table of countries.")]
    key: Annotated[SqlName, said("Sa clé.", "Its key.")]
    code: Annotated[
        SqlName,
        said(
            "La colonne de son code ISO 3166 à deux lettres.", "The column of its two-letter ISO 3166 code."
        ),
    ]


class Addition(Part):
    """Where a value that is missing may be added: the first of these columns that is empty."""

    kind: Annotated[Literal["email", "phone", "address"], said("Le genre de valeur.", "The kind of value.")]
    root: Annotated[
        Key, said("Pour une personne connue par cette racine.", "For somebody known by this root.")
    ]
    table: Annotated[SqlName, said("La table où il s’ajoute.", "The table where it is added.")]
    columns: Annotated[
        list[SqlName],
        said(
            "Les colonnes possibles, dans l’ordre ; pour une adresse, aucune : ce sont celles qui sont marquées.",
            "The columns it may go to, in order; none for an address: those that are marked.",
        ),
    ] = Field(default_factory=list[SqlName])
    along: Annotated[
        dict[SqlName, list[SqlName]],
        said(
            "Pour une de ces colonnes, celles qui en tiennent une copie.",
            "For one of these columns, those that hold a copy of it.",
        ),
    ] = Field(default_factory=dict)


class Corrected(Part):
    """A kind of identity that a column holds on some of its rows only."""

    kind: Annotated[IdentityKind, said("Le genre de valeur.", "The kind of value.")]
    when: Annotated[
        Sql,
        said(
            "Condition des lignes où la colonne porte ce genre.",
            "Condition of the rows where the column holds that kind.",
        ),
    ]


class Column(Part):
    """What a column holds, and what becomes of it when its row stays."""

    category: Annotated[str, said("Catégorie de données de la politique.", "Data category of the policy.")]
    erase: Annotated[
        ColumnDisposition | None,
        said(
            "Ce que devient la valeur quand la ligne reste.", "What becomes of the value where the row stays."
        ),
    ] = None
    identity: Annotated[
        IdentityKind | list[Corrected] | None,
        said("Ce qu’une rectification peut corriger ici.", "What a rectification may correct here."),
    ] = None
    listed: Annotated[
        Listed | None,
        said(
            "Pour un pays écrit par sa clé dans une liste : cette liste.",
            "For a country written by its key in a list: that list.",
        ),
    ] = None

    @property
    def names(self) -> bool:
        """Whether the column says who somebody is."""
        return not NAMING.isdisjoint(self.corrected)

    @property
    def corrected(self) -> dict[IdentityKind, Sql | None]:
        """The kinds of identity the column holds, and on which rows (None: on all)."""
        if isinstance(self.identity, list):
            return {one.kind: one.when for one in self.identity}
        return {self.identity: None} if self.identity is not None else {}


class Table(Part):
    """A table: its key, the rows' links to roots, its columns' categories."""

    key: Annotated[
        SqlName | None,
        said("Colonne unique ; nécessaire à une copropriété.", "Unique column; needed to co-own."),
    ] = None
    label: Annotated[
        Text | None, said("Nom de la table, pour les exports.", "Name of the table, for exports.")
    ] = None
    links: Annotated[
        list[Link],
        said(
            "À qui sont les lignes : chaque lien est un pas vers une racine.",
            "Whose the rows are: each link is one hop towards a root.",
        ),
    ] = Field(min_length=1)
    columns: Annotated[
        dict[SqlName, Column],
        said("Les colonnes qui parlent d’une personne.", "The columns that speak of a person."),
    ] = Field(default_factory=dict)
