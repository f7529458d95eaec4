"""Who receives data, who processes them for the organisation, and what leaves the European Economic Area."""

from datetime import date
from typing import Annotated, Literal

from ..periods import Period
from ..text import Text
from .activities import Contract
from .base import CountryCode, Key, Keyed, Keys, Line, Model, Url, said
from .contacts import Contact

RecipientKind = Literal["internal-service", "partner", "public-authority", "third-country", "other"]

SafeguardKind = Literal[
    "adequacy",
    "standard-clauses",
    "binding-rules",
    "code-of-conduct",
    "certification",
    "public-instrument",
    "authorised-clauses",
    "derogation",
]


class Recipient(Keyed):
    """Who receives data, inside or outside (GDPR art. 4(9), 13(1)(e), 30(1)(d))."""

    label: Annotated[Text, said("Le destinataire.", "The recipient.")]
    kind: Annotated[RecipientKind, said("Type de destinataire.", "Type of recipient.")]
    country: Annotated[CountryCode | None, said("Pays.", "Country.")] = None
    contact: Annotated[Contact | None, said("Contact.", "Contact.")] = None
    reason: Annotated[Text | None, said("Pourquoi il reçoit les données.", "Why it receives data.")] = None
    on_request: Annotated[
        bool,
        said(
            "Tiers autorisé\u202f: seulement sur demande fondée en droit.",
            "Authorised third party: only on a lawful request.",
        ),
    ] = False


class Processor(Keyed):
    """Who processes data on behalf of the organisation (GDPR art. 28)."""

    label: Annotated[Text, said("Le sous-traitant, ou son métier.", "The processor, or its trade.")]
    name: Annotated[Line | None, said("Dénomination.", "Legal name.")] = None
    services: Annotated[Text | None, said("Ce qu’il fait.", "What it does.")] = None
    country: Annotated[CountryCode | None, said("Pays du traitement.", "Country of processing.")] = None
    contact: Annotated[Contact | None, said("Contact.", "Contact.")] = None
    contract: Annotated[
        Contract | None, said("Contrat de sous-traitance (art. 28(3)).", "Processing contract (art. 28(3)).")
    ] = None
    guarantees: Annotated[
        Text | None, said("Comment sa conformité est vérifiée.", "How its compliance is verified.")
    ] = None
    sub_processors: Annotated[Keys, said("Ses propres sous-traitants.", "Its own processors.")] = ()
    own_copy: Annotated[
        bool | None,
        said(
            "Il tient, ou non, des données dans des systèmes à lui\u202f: si oui, sa copie lui est demandée quand une personne "
            "exerce son droit d’accès ou de portabilité (art. 28(3)(e)). À dire de chacun.",
            "Whether it holds data in systems of its own: if so, its copy is asked for when a person exercises the right of "
            "access or of portability (art. 28(3)(e)). To be said of each.",
        ),
    ] = None


class Assessment(Model):
    """The assessment of the law of the country of destination (CJEU C-311/18)."""

    made: Annotated[date, said("Date.", "Date.")]
    outcome: Annotated[Text | None, said("Conclusion.", "Outcome.")] = None
    document: Annotated[Url | None, said("Où la lire.", "Where to read it.")] = None


class Safeguard(Model):
    """What protects data that leave the European Economic Area (GDPR art. 45 to 49)."""

    kind: Annotated[SafeguardKind, said("Type de garantie.", "Type of safeguard.")]
    reference: Annotated[
        Text | None, said("Décision, clauses ou cas de l’art. 49.", "Decision, clauses or case of art. 49.")
    ] = None
    document: Annotated[
        Url | None,
        said("Où en obtenir une copie (art. 13(1)(f)).", "Where to obtain a copy (art. 13(1)(f))."),
    ] = None
    certified: Annotated[
        bool,
        said(
            "États-Unis\u202f: l’organisme est certifié «\u202fData Privacy Framework\u202f».",
            "United States: the organisation is certified under the Data Privacy Framework.",
        ),
    ] = False
    assessment: Annotated[
        Assessment | None, said("Analyse d’impact du transfert.", "Transfer impact assessment.")
    ] = None


class Transfer(Keyed):
    """Data that leave the European Economic Area, or may be reached from outside it (GDPR chapter V)."""

    label: Annotated[Text, said("Le transfert.", "The transfer.")]
    to: Annotated[
        Key, said("Destinataire ou sous-traitant qui reçoit.", "Recipient or processor that receives.")
    ]
    country: Annotated[
        CountryCode | Literal["EPO"],
        said(
            "Pays, ou EPO pour l’Office européen des brevets.",
            "Country, or EPO for the European Patent Office.",
        ),
    ]
    activities: Annotated[Keys, said("Activités concernées.", "Activities concerned.")] = ()
    data: Annotated[
        Keys, said("Données concernées\u202f; à défaut, toutes.", "Data concerned; by default all.")
    ] = ()
    starts: Annotated[date | None, said("Premier jour du transfert.", "First day of the transfer.")] = None
    safeguard: Annotated[Safeguard | None, said("Garantie.", "Safeguard.")] = None


class TransferClause(Model):
    """What the organisation promises about transfers before any takes place."""

    statement: Annotated[Text, said("La clause, telle que publiée.", "The clause, as published.")]
    advance_notice: Annotated[
        Period | None,
        said("Délai de prévenance avant un nouveau transfert.", "Notice given before a new transfer."),
    ] = None
    notice_channel: Annotated[
        Text | None, said("Comment les personnes sont prévenues.", "How people are told.")
    ] = None
