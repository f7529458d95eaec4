"""Trackers: cookies and what does the same (loi Informatique et Libertés, art. 82; CNIL 2020-091 and 2020-092)."""

from typing import Annotated, Literal

from pydantic import Field

from ..periods import Period
from ..text import Text
from .base import Key, Keyed, Line, Model, Url, said


class Cookie(Keyed):
    """One tracker."""

    name: Annotated[Line, said("Nom technique.", "Technical name.")]
    purpose: Annotated[Text, said("À quoi il sert.", "What it is for.")]
    provider: Annotated[
        Line | None,
        said("Qui le dépose\u202f; à défaut, l’organisation.", "Who sets it; by default the organisation."),
    ] = None
    kind: Annotated[
        Literal["cookie", "local-storage", "session-storage", "pixel", "other"],
        said("Technique employée.", "Technique used."),
    ] = "cookie"
    lifetime: Annotated[
        Period | None,
        said(
            "Durée de vie\u202f; absente pour un cookie de session.", "Lifetime; absent for a session cookie."
        ),
    ] = None
    data_lifetime: Annotated[
        Period | None,
        said("Durée de conservation des données recueillies.", "How long the data it gathers are kept."),
    ] = None
    set_when: Annotated[
        Literal["on-arrival", "on-consent", "on-request"],
        said(
            "Moment du dépôt\u202f: à l’arrivée, après accord, sur demande de la personne.",
            "When it is set: on arrival, after consent, when the person asks.",
        ),
    ]


class CookieCategory(Keyed):
    """Trackers that are accepted or refused together."""

    label: Annotated[Text, said("Nom de la catégorie.", "Name of the category.")]
    description: Annotated[Text, said("À quoi servent ces traceurs.", "What these trackers are for.")]
    consent: Annotated[bool, said("Un accord est nécessaire.", "Consent is needed.")]
    exemption: Annotated[
        Text | None,
        said("Pourquoi un accord n’est pas nécessaire (art. 82).", "Why consent is not needed (art. 82)."),
    ] = None
    items: Annotated[dict[Key, Cookie], said("Traceurs.", "Trackers.")] = Field(
        default_factory=dict[Key, Cookie]
    )


class Cookies(Model):
    """The trackers of the organisation's site, and how people choose."""

    statement: Annotated[
        Text | None, said("Ce que la politique dit des cookies.", "What the policy says of cookies.")
    ] = None
    categories: Annotated[dict[Key, CookieCategory], said("Catégories.", "Categories.")] = Field(
        default_factory=dict[Key, CookieCategory]
    )
    choice_lifetime: Annotated[
        Period, said("Durée pendant laquelle le choix est gardé.", "How long the choice is kept.")
    ] = Period(months=6)
    banner: Annotated[
        Text | None,
        said("Comment le choix est proposé, et changé.", "How the choice is offered, and changed."),
    ] = None
    policy_url: Annotated[Url | None, said("Politique des cookies.", "Cookie policy.")] = None
