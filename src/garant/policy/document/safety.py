"""How data are protected (GDPR art. 32)."""

from datetime import date
from typing import Annotated, Literal

from ..periods import Period
from ..text import Text
from .base import Keyed, Keys, Model, Url, said

MeasureKind = Literal[
    "traceability",
    "software-protection",
    "backup",
    "encryption",
    "access-control",
    "processor-control",
    "confidentiality",
    "availability",
    "training",
    "physical",
    "testing",
    "other",
]


class TestPlan(Model):
    """How often a measure is tested (GDPR art. 32(1)(d))."""

    every: Annotated[Period, said("Période entre deux tests.", "Period between two tests.")]
    method: Annotated[Text | None, said("Comment elle est testée.", "How it is tested.")] = None
    last: Annotated[date | None, said("Date du dernier test.", "Date of the last test.")] = None
    evidence: Annotated[Url | None, said("Où en lire le compte rendu.", "Where to read the report.")] = None


class Measure(Keyed):
    """A technical or organisational measure."""

    label: Annotated[Text, said("La mesure.", "The measure.")]
    kind: Annotated[MeasureKind, said("Type de mesure.", "Type of measure.")]
    description: Annotated[Text | None, said("En quoi elle consiste.", "What it consists of.")] = None
    activities: Annotated[
        Keys, said("Activités protégées\u202f; à défaut, toutes.", "Activities protected; by default all.")
    ] = ()
    test: Annotated[
        TestPlan | None, said("Comment et quand elle est testée.", "How and when it is tested.")
    ] = None


class Security(Model):
    """What is said of security as a whole."""

    statement: Annotated[Text, said("L’engagement, tel que publié.", "The commitment, as published.")]
    limits: Annotated[
        Text | None, said("Portée\u202f: obligation de moyens.", "Extent: an obligation of means.")
    ] = None
    staff: Annotated[
        Text | None,
        said("Ce à quoi les personnes habilitées sont tenues.", "What authorised staff are bound to."),
    ] = None
