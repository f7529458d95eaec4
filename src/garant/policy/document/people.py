"""What people are told and may ask: rights, promises of absence, and the notice itself."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ..periods import Period
from ..text import Text
from .base import Key, Keyed, Keys, Line, Model, Url, said
from .contacts import Contact

RightKind = Literal[
    "access", "rectification", "objection", "restriction", "erasure", "portability", "post-mortem"
]
"""GDPR art. 15, 16, 21, 18, 17, 20, and art. 85 of the French loi Informatique et Libertés."""

PromiseKind = Literal[
    "no-special-categories",
    "no-sale",
    "no-automated-decision",
    "no-profiling",
    "no-transfer",
    "no-disclosure-without-consent",
]


class Right(Keyed):
    """A right, as offered."""

    statement: Annotated[Text, said("Le droit, en une phrase.", "The right, in a sentence.")]
    how: Annotated[
        Text | None, said("Comment l’exercer, si c’est particulier.", "How to exercise it, when particular.")
    ] = None
    activities: Annotated[
        Keys,
        said(
            "Activités où il s’exerce\u202f; à défaut, toutes.",
            "Activities where it applies; by default all.",
        ),
    ] = ()


class Rights(Model):
    """How people exercise their rights (GDPR art. 12 to 22, art. 13(2)(b))."""

    offered: Annotated[dict[RightKind, Right], said("Droits offerts.", "Rights offered.")] = Field(
        default_factory=dict[RightKind, Right]
    )
    contact: Annotated[
        Contact | None, said("À qui s’adresser\u202f; à défaut, au DPO.", "Whom to ask; by default the DPO.")
    ] = None
    deadline: Annotated[Period, said("Délai de réponse (art. 12(3)).", "Time to answer (art. 12(3)).")] = (
        Period(months=1)
    )
    extension: Annotated[
        Period, said("Prolongation possible (art. 12(3)).", "Possible extension (art. 12(3)).")
    ] = Period(months=2)
    identity_check: Annotated[
        Text | None,
        said("Comment l’identité est vérifiée (art. 12(6)).", "How identity is checked (art. 12(6))."),
    ] = None


class Promise(Keyed):
    """Something the organisation promises never to do."""

    kind: Annotated[PromiseKind, said("Ce qui est promis.", "What is promised.")]
    statement: Annotated[Text, said("La promesse, telle que publiée.", "The promise, as published.")]
    activities: Annotated[
        Keys, said("Activités couvertes\u202f; à défaut, toutes.", "Activities covered; by default all.")
    ] = ()
    data: Annotated[
        Keys,
        said(
            "Données visées\u202f; à défaut, toutes les données sensibles.",
            "Data concerned; by default all special categories.",
        ),
    ] = ()


class Term(Keyed):
    """A word explained."""

    label: Annotated[Text, said("Le mot.", "The word.")]
    definition: Annotated[Text, said("Sa définition.", "What it means.")]


class Principle(Keyed):
    """A principle of GDPR art. 5, and what the organisation says of it."""

    label: Annotated[Text, said("Le principe.", "The principle.")]
    statement: Annotated[Text, said("Ce que l’organisation en dit.", "What the organisation says of it.")]


class Notice(Model):
    """The notice that is published: who wrote it, when, and what frames it (GDPR art. 12, 13, 14)."""

    updated: Annotated[date | None, said("Date de la dernière mise à jour.", "Date of the last update.")] = (
        None
    )
    author: Annotated[Line | None, said("Qui l’a rédigée.", "Who wrote it.")] = None
    version: Annotated[Line | None, said("Version.", "Version.")] = None
    url: Annotated[Url | None, said("Où elle est publiée.", "Where it is published.")] = None
    introduction: Annotated[Text | None, said("Avant-propos.", "Foreword.")] = None
    legal_framework: Annotated[tuple[Text, ...], said("Textes applicables.", "Laws that apply.")] = ()
    related: Annotated[tuple[Text, ...], said("Documents qu’elle complète.", "Documents it completes.")] = ()
    principles: Annotated[dict[Key, Principle], said("Principes.", "Principles.")] = Field(
        default_factory=dict[Key, Principle]
    )
    glossary: Annotated[dict[Key, Term], said("Lexique.", "Glossary.")] = Field(
        default_factory=dict[Key, Term]
    )
    update_clause: Annotated[Text | None, said("Comment elle évolue.", "How it evolves.")] = None
