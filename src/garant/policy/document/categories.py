"""What data, whose, and the dated facts from which periods are counted: a policy's own additions to the taxonomy."""

from typing import Annotated, Literal

from pydantic import Field

from ..text import Text
from .base import Key, Keyed, Line, Model, said

Protection = Literal["special", "offences", "nir"]
"""Why a category is protected: GDPR art. 9, art. 10, or the French social security number (décret 2019-341)."""


class Category(Keyed):
    """A category in a tree of stable keys."""

    label: Annotated[Text, said("Nom de la catégorie.", "Name of the category.")]
    parent: Annotated[
        Key | None, said("Catégorie qui contient celle-ci.", "Category that contains this one.")
    ] = None
    description: Annotated[
        Text | None, said("Ce que la catégorie recouvre.", "What the category covers.")
    ] = None
    fideslang: Annotated[
        Line | None, said("Clé correspondante dans fideslang.", "Matching key in fideslang.")
    ] = None


class DataCategory(Category):
    """A kind of personal data, such as contact details."""

    protection: Annotated[
        Protection | None,
        said(
            "Protection propre\u202f: sensible (art. 9), infractions (art. 10), NIR.",
            "Its own protection: special (art. 9), offences (art. 10), French social security number.",
        ),
    ] = None


class SubjectCategory(Category):
    """A kind of people, such as candidates."""


class Event(Category):
    """A dated fact from which a retention period may be counted, such as the last contact."""


class OwnCategories(Model):
    """What the policy adds to the taxonomy shipped with Garant."""

    data: Annotated[
        dict[Key, DataCategory], said("Catégories de données propres.", "Data categories of one's own.")
    ] = Field(default_factory=dict[Key, DataCategory])
    subjects: Annotated[
        dict[Key, SubjectCategory],
        said("Catégories de personnes propres.", "Subject categories of one's own."),
    ] = Field(default_factory=dict[Key, SubjectCategory])
    events: Annotated[dict[Key, Event], said("Événements propres.", "Events of one's own.")] = Field(
        default_factory=dict[Key, Event]
    )
