"""Who is who: the rows that others hang on, what a root is, how a person is found, what dates them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from garant.policy.document.base import said
from garant.policy.text import Text
from garant.systems.treatments import Key, Part, Sql, SqlName


class RootKind(StrEnum):
    """What a root stands for."""

    SUBJECT = "subject"
    RECORD = "record"


class Root(Part):
    """The rows that others hang on: a person, or a document with a life of its own."""

    table: Annotated[SqlName, said("Table de la racine.", "Table of the root.")]
    key: Annotated[
        SqlName, said("Colonne qui identifie la racine ; unique.", "Column that identifies the root; unique.")
    ]
    type: Annotated[Literal["integer", "text", "uuid"], said("Type de la clé.", "Type of the key.")] = (
        "integer"
    )
    kind: Annotated[
        RootKind,
        said(
            "Une personne, ou un document qui vit par lui-même.",
            "A person, or a document with a life of its own.",
        ),
    ] = RootKind.SUBJECT
    label: Annotated[
        Text | None, said("Nom de la racine, pour les plans.", "Name of the root, for plans.")
    ] = None


class Role(Part):
    """The query that says which roots are customers, prospects, candidates …"""

    root: Annotated[Key, said("Racine à laquelle appartiennent les clés.", "Root that the keys are of.")]
    subjects: Annotated[
        str | None, said("Catégorie de personnes de la politique.", "Subject category of the policy.")
    ] = None
    query: Annotated[
        Sql, said("Un SELECT donnant une colonne nommée key.", "One SELECT giving one column named key.")
    ]


class Identity(Part):
    """How an e-mail, a phone or a number finds roots; ``:identity`` is bound."""

    root: Annotated[Key, said("Racine trouvée.", "Root that is found.")]
    query: Annotated[
        Sql,
        said(
            "Un SELECT donnant une colonne nommée key, avec :identity.",
            "One SELECT giving one column named key, using :identity.",
        ),
    ]


class EventSource(Part):
    """One source of a dated fact: pairs (key, at); the greatest of all sources counts."""

    root: Annotated[Key, said("Racine dont parle la source.", "Root that the source speaks of.")]
    type: Annotated[
        Literal["date", "instant"],
        said(
            "date : un jour du calendrier ; instant : un moment, au fuseau de la carte s’il n’en porte pas.",
            "date: a calendar day; instant: a moment, in the map's zone when it is naive.",
        ),
    ]
    query: Annotated[
        Sql,
        said(
            "Un SELECT donnant deux colonnes nommées key et at.",
            "One SELECT giving two columns named key and at.",
        ),
    ]


AnswerKind = Literal["text", "digits", "month", "date", "amount"]
"""In which form an answer is compared: see :mod:`garant.engine.telling.questions`."""


class Question(Part):
    """A question whose answer is in the person's own data: it lets them be found by what they only declared."""

    label: Annotated[
        Text,
        said(
            "La question, la même pour tous : elle ne dit rien de personne.",
            "The question, the same for everybody: it says nothing of anybody.",
        ),
    ]
    answer: Annotated[
        AnswerKind,
        said(
            "Forme sous laquelle la réponse est comparée : texte en minuscules, chiffres seuls, AAAA-MM, "
            "AAAA-MM-JJ, centimes.",
            "Form in which the answer is compared: text in lower case, digits alone, YYYY-MM, YYYY-MM-DD, cents.",
        ),
    ]
    matches: Annotated[
        list[Identity],
        said(
            "Les racines dont c’est la réponse ; :identity est la réponse, sous cette forme.",
            "The roots whose answer it is; :identity is the answer, in that form.",
        ),
    ] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_both_languages(self) -> Question:
        if self.label.missing():
            raise ValueError("a question is put in both languages, fr and en")
        return self
