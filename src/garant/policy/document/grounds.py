"""The ground of art. 6 on which a purpose rests, and what each ground asks to be written down."""

from typing import Annotated, Literal

from pydantic import Field

from ..text import Text
from .base import Model, said


class Consent(Model):
    """GDPR art. 6(1)(a) and 7."""

    ground: Annotated[Literal["consent"], said("Fondement retenu (art. 6).", "Ground relied on (art. 6).")]
    collected: Annotated[
        Text | None, said("Comment le consentement est recueilli.", "How consent is given.")
    ] = None
    withdrawal: Annotated[
        Text | None,
        said(
            "Comment le retirer, aussi simplement (art. 7(3)).", "How to withdraw it, as simply (art. 7(3))."
        ),
    ] = None
    proof: Annotated[
        Text | None, said("Preuve gardée du consentement (art. 7(1)).", "Proof of consent kept (art. 7(1)).")
    ] = None


class ContractGround(Model):
    """GDPR art. 6(1)(b): performance of a contract with the person, or steps they asked for before it."""

    ground: Annotated[Literal["contract"], said("Fondement retenu (art. 6).", "Ground relied on (art. 6).")]
    contract: Annotated[Text | None, said("Contrat concerné.", "Contract concerned.")] = None
    required: Annotated[
        Text | None,
        said(
            "Données exigées et suites d’un refus (art. 13(2)(e)).",
            "Data required, and what refusing leads to (art. 13(2)(e)).",
        ),
    ] = None


class LegalObligation(Model):
    """GDPR art. 6(1)(c)."""

    ground: Annotated[
        Literal["legal-obligation"], said("Fondement retenu (art. 6).", "Ground relied on (art. 6).")
    ]
    legal_text: Annotated[
        Text | None, said("Texte qui impose le traitement.", "Law that imposes the processing.")
    ] = None


class VitalInterests(Model):
    """GDPR art. 6(1)(d)."""

    ground: Annotated[
        Literal["vital-interests"], said("Fondement retenu (art. 6).", "Ground relied on (art. 6).")
    ]
    interest: Annotated[Text | None, said("Intérêt vital protégé.", "Vital interest protected.")] = None


class PublicTask(Model):
    """GDPR art. 6(1)(e)."""

    ground: Annotated[
        Literal["public-task"], said("Fondement retenu (art. 6).", "Ground relied on (art. 6).")
    ]
    legal_text: Annotated[
        Text | None, said("Texte qui confie la mission.", "Law that entrusts the task.")
    ] = None


class LegitimateInterests(Model):
    """GDPR art. 6(1)(f)."""

    ground: Annotated[
        Literal["legitimate-interests"], said("Fondement retenu (art. 6).", "Ground relied on (art. 6).")
    ]
    interest: Annotated[
        Text | None, said("Intérêt poursuivi (art. 13(1)(d)).", "Interest pursued (art. 13(1)(d)).")
    ] = None
    balancing: Annotated[
        Text | None,
        said("Mise en balance avec les droits des personnes.", "How it is balanced against people's rights."),
    ] = None


LegalBasis = Annotated[
    Consent | ContractGround | LegalObligation | VitalInterests | PublicTask | LegitimateInterests,
    Field(discriminator="ground"),
]

Ground = Literal[
    "consent", "contract", "legal-obligation", "vital-interests", "public-task", "legitimate-interests"
]

SpecialCondition = Literal[
    "explicit-consent",
    "employment-and-social-protection",
    "vital-interests",
    "non-profit-body",
    "made-public-by-the-person",
    "legal-claims",
    "substantial-public-interest",
    "health-and-social-care",
    "public-health",
    "archives-research-statistics",
]
"""The ten cases of GDPR art. 9(2), (a) to (j), in order."""


class SpecialGround(Model):
    """Why special categories may be processed all the same (GDPR art. 9(2))."""

    condition: Annotated[SpecialCondition, said("Cas de l’art. 9(2).", "Case of art. 9(2).")]
    reason: Annotated[Text | None, said("Pourquoi ce cas s’applique.", "Why the case applies.")] = None
