"""Processing activities: what the organisation does with personal data, for itself or for its clients."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ..periods import Period
from ..text import Text
from .base import CountryCode, Key, Keyed, Keys, Line, Model, Url, said
from .contacts import Contact
from .grounds import LegalBasis, SpecialGround


class Contract(Model):
    """A written agreement: with a processor or a client (GDPR art. 28(3)), or between joint controllers (art. 26)."""

    label: Annotated[Text, said("Nom du contrat ou de la clause.", "Name of the contract or clause.")]
    signed: Annotated[date | None, said("Date de signature.", "Date of signature.")] = None
    document: Annotated[Url | None, said("Où le lire.", "Where to read it.")] = None


class Source(Model):
    """Where data come from (GDPR art. 14(2)(f))."""

    kind: Annotated[
        Literal["person", "third-party", "public", "derived"],
        said(
            "La personne, un tiers, une source publique, un calcul.",
            "The person, a third party, a public source, a computation.",
        ),
    ]
    label: Annotated[Text | None, said("Précision sur la source.", "Details of the source.")] = None


class AutomatedDecision(Model):
    """A decision taken by automated means alone (GDPR art. 22, art. 13(2)(f))."""

    logic: Annotated[Text, said("Logique suivie.", "Logic involved.")]
    consequences: Annotated[Text, said("Conséquences pour la personne.", "Consequences for the person.")]
    human_review: Annotated[
        Text | None, said("Comment obtenir une intervention humaine.", "How to obtain human intervention.")
    ] = None


class Purpose(Keyed):
    """Why data are processed, and on which ground (GDPR art. 5(1)(b), 6, 13(1)(c))."""

    label: Annotated[Text, said("La finalité, en quelques mots.", "The purpose, in a few words.")]
    details: Annotated[tuple[Text, ...], said("Sous-finalités.", "What it comes to in practice.")] = ()
    legal_basis: Annotated[LegalBasis | None, said("Base légale (art. 6).", "Legal basis (art. 6).")] = None
    data: Annotated[
        Keys,
        said(
            "Données utilisées\u202f; à défaut, toutes celles de l’activité.",
            "Data used; by default all of the activity's.",
        ),
    ] = ()
    subjects: Annotated[
        Keys,
        said(
            "Personnes concernées\u202f; à défaut, toutes celles de l’activité.",
            "People concerned; by default all of the activity's.",
        ),
    ] = ()
    recipients: Annotated[
        Keys, said("Destinataires propres à la finalité.", "Recipients of this purpose only.")
    ] = ()
    special_ground: Annotated[
        SpecialGround | None,
        said(
            "Exception pour les données sensibles (art. 9(2)).",
            "Exception for special categories (art. 9(2)).",
        ),
    ] = None
    nir_ground: Annotated[
        Text | None,
        said(
            "Cas du décret 2019-341 qui permet d’utiliser le NIR.",
            "Case of décret 2019-341 that allows the French social security number.",
        ),
    ] = None
    offences_ground: Annotated[
        Text | None,
        said(
            "Texte qui permet de traiter des infractions (art. 10).",
            "Law that allows data on offences (art. 10).",
        ),
    ] = None
    profiling: Annotated[
        bool, said("La finalité comporte du profilage.", "The purpose involves profiling.")
    ] = False
    automated_decision: Annotated[
        AutomatedDecision | None, said("Décision automatisée (art. 22).", "Automated decision (art. 22).")
    ] = None
    direct_marketing: Annotated[
        bool, said("La finalité est de la prospection.", "The purpose is direct marketing.")
    ] = False


class JointController(Model):
    """Who determines purposes and means together with the organisation (GDPR art. 26)."""

    contact: Annotated[Contact, said("Qui, et comment le joindre.", "Who, and how to reach them.")]
    arrangement: Annotated[
        Contract | None, said("Accord de répartition (art. 26(1)).", "Arrangement (art. 26(1)).")
    ] = None
    essence: Annotated[
        Text | None,
        said(
            "L’essentiel de l’accord, pour les personnes (art. 26(2)).",
            "The essence of it, for people (art. 26(2)).",
        ),
    ] = None


class ImpactAssessment(Model):
    """Whether a data protection impact assessment was needed, and made (GDPR art. 35)."""

    required: Annotated[bool, said("Analyse d’impact obligatoire.", "Whether the assessment is compulsory.")]
    reason: Annotated[Text | None, said("Pourquoi.", "Why.")] = None
    made: Annotated[date | None, said("Date de l’analyse.", "Date of the assessment.")] = None
    document: Annotated[Url | None, said("Où la lire.", "Where to read it.")] = None


class ActivityBase(Keyed):
    """What controller and processor activities have in common."""

    label: Annotated[Text, said("Nom de l’activité.", "Name of the activity.")]
    reference: Annotated[Line | None, said("Numéro dans le registre.", "Number in the register.")] = None
    description: Annotated[
        Text | None, said("L’activité, en une phrase.", "The activity, in a sentence.")
    ] = None
    created: Annotated[date | None, said("Date de création de la fiche.", "Date the record was created.")] = (
        None
    )
    updated: Annotated[
        date | None, said("Dernière mise à jour de la fiche.", "Date the record was last updated.")
    ] = None
    owner: Annotated[Contact | None, said("Responsable opérationnel interne.", "Who runs it, inside.")] = None
    subjects: Annotated[Keys, said("Catégories de personnes.", "Categories of people.")] = ()
    data: Annotated[Keys, said("Catégories de données.", "Categories of data.")] = ()
    recipients: Annotated[Keys, said("Destinataires.", "Recipients.")] = ()
    processors: Annotated[Keys, said("Sous-traitants employés.", "Processors used.")] = ()
    notes: Annotated[
        tuple[Text, ...], said("Remarques publiées avec l’activité.", "Remarks published with the activity.")
    ] = ()


class ControllerActivity(ActivityBase):
    """An activity of which the organisation determines purposes and means (GDPR art. 30(1))."""

    role: Annotated[
        Literal["controller"],
        said("Responsable de traitement ou sous-traitant.", "Controller or processor."),
    ]
    purposes: Annotated[dict[Key, Purpose], said("Finalités.", "Purposes.")]
    sources: Annotated[tuple[Source, ...], said("D’où viennent les données.", "Where data come from.")] = ()
    joint_controllers: Annotated[
        tuple[JointController, ...], said("Responsables conjoints.", "Joint controllers.")
    ] = ()
    impact_assessment: Annotated[
        ImpactAssessment | None, said("Analyse d’impact (art. 35).", "Impact assessment (art. 35).")
    ] = None

    def data_of(self, purpose: Purpose) -> Keys:
        """The data categories of `purpose`: its own, or all of the activity's."""
        return purpose.data or self.data

    def subjects_of(self, purpose: Purpose) -> Keys:
        """The subject categories of `purpose`: its own, or all of the activity's."""
        return purpose.subjects or self.subjects


class Client(Model):
    """A controller, or a group of controllers under one contract, on whose behalf data are processed (art. 30(2)(a))."""

    label: Annotated[Text, said("Le client, ou le groupe de clients.", "The client, or group of clients.")]
    contact: Annotated[Contact | None, said("Contact du client.", "The client's contact.")] = None
    representative: Annotated[
        Contact | None, said("Représentant ou DPO du client.", "The client's representative or DPO.")
    ] = None
    country: Annotated[CountryCode | None, said("Pays du client.", "The client's country.")] = None
    contract: Annotated[
        Contract | None, said("Contrat de sous-traitance (art. 28(3)).", "Processing contract (art. 28(3)).")
    ] = None


class Instruction(Model):
    """What a client told the organisation, in writing, to do with its data (GDPR art. 28(3)(a), art. 29)."""

    statement: Annotated[Text, said("L’instruction.", "The instruction.")]
    given: Annotated[date | None, said("Date.", "Date.")] = None
    document: Annotated[Url | None, said("Où la lire.", "Where to read it.")] = None


class ProcessorActivity(ActivityBase):
    """An activity done on behalf of clients, on their instructions (GDPR art. 28, art. 30(2))."""

    role: Annotated[
        Literal["processor"],
        said("Responsable de traitement ou sous-traitant.", "Controller or processor."),
    ]
    operations: Annotated[
        tuple[Text, ...], said("Opérations faites pour les clients.", "Operations done for clients.")
    ] = ()
    clients: Annotated[
        dict[Key, Client], said("Clients, responsables du traitement.", "Clients, who are the controllers.")
    ] = Field(default_factory=dict[Key, Client])
    instructions: Annotated[
        tuple[Instruction, ...], said("Instructions documentées.", "Documented instructions.")
    ] = ()
    legal_basis: Annotated[
        LegalBasis | None,
        said("Fondement de la prestation envers le client.", "Ground of the service towards the client."),
    ] = None
    client_duties: Annotated[
        tuple[Text, ...], said("Ce qui reste à la charge du client.", "What remains the client's duty.")
    ] = ()
    sub_processor_notice: Annotated[
        Period | None,
        said(
            "Délai de prévenance avant un nouveau sous-traitant (art. 28(2)).",
            "Notice given before a new sub-processor (art. 28(2)).",
        ),
    ] = None


Activity = Annotated[ControllerActivity | ProcessorActivity, Field(discriminator="role")]
