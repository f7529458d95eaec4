"""What can be asked, by whom, who they are, how it stands and ends: closed lists, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from garant.engine.planning.parts import is_missing
from garant.policy.text import Text


class Right(StrEnum):
    """What a person may ask: the seven rights, and two more that the law gives them."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    POST_MORTEM = "post-mortem"
    CONSENT = "consent"
    REVIEW = "human-review"


@dataclass(frozen=True, slots=True)
class Asked:
    """A right in everyday words: its name, what it gives, its article."""

    name: Text
    gives: Text
    article: Text


RIGHTS: Final[dict[Right, Asked]] = {
    Right.ACCESS: Asked(
        Text(fr="Voir mes données", en="See my data"),
        Text(
            fr="Savoir ce que nous avons sur vous, pourquoi, et en recevoir une copie.",
            en="Know what we hold about you and why, and receive a copy.",
        ),
        Text(fr="RGPD, art. 15", en="GDPR, art. 15"),
    ),
    Right.RECTIFICATION: Asked(
        Text(fr="Faire corriger mes données", en="Have my data corrected"),
        Text(fr="Corriger ou compléter ce qui est faux.", en="Correct or complete what is wrong."),
        Text(fr="RGPD, art. 16", en="GDPR, art. 16"),
    ),
    Right.ERASURE: Asked(
        Text(fr="Faire effacer mes données", en="Have my data erased"),
        Text(
            fr="Effacer ce que la loi ne nous oblige pas à garder.",
            en="Erase what the law does not oblige us to keep.",
        ),
        Text(fr="RGPD, art. 17", en="GDPR, art. 17"),
    ),
    Right.OBJECTION: Asked(
        Text(fr="Refuser un usage", en="Object to a use"),
        Text(
            fr="Ne plus recevoir de publicité, ou refuser un autre usage de vos données.",
            en="Receive no more advertising, or refuse another use of your data.",
        ),
        Text(fr="RGPD, art. 21", en="GDPR, art. 21"),
    ),
    Right.RESTRICTION: Asked(
        Text(fr="Mettre mes données de côté", en="Have my data set aside"),
        Text(
            fr="Garder vos données sans nous en servir, le temps de régler un désaccord.",
            en="Keep your data without using them, while a disagreement is settled.",
        ),
        Text(fr="RGPD, art. 18", en="GDPR, art. 18"),
    ),
    Right.PORTABILITY: Asked(
        Text(fr="Emporter mes données", en="Take my data with me"),
        Text(
            fr="Recevoir les données que vous nous avez données, dans un format que les machines lisent.",
            en="Receive the data that you gave us, in a format that machines read.",
        ),
        Text(fr="RGPD, art. 20", en="GDPR, art. 20"),
    ),
    Right.POST_MORTEM: Asked(
        Text(fr="Décider pour après ma mort", en="Decide for after my death"),
        Text(
            fr="Dire ce que vos données deviendront, et à qui le confier. Les héritiers écrivent ici aussi.",
            en="Say what will become of your data, and whom you trust with it. Heirs write here too.",
        ),
        Text(fr="Loi n° 78-17, art. 85", en="French Act no. 78-17, art. 85"),
    ),
    Right.CONSENT: Asked(
        Text(fr="Retirer mon accord", en="Withdraw my consent"),
        Text(fr="Revenir sur un accord que vous avez donné.", en="Take back a consent that you gave."),
        Text(fr="RGPD, art. 7(3)", en="GDPR, art. 7(3)"),
    ),
    Right.REVIEW: Asked(
        Text(fr="Faire revoir une décision", en="Have a decision looked at again"),
        Text(
            fr="Demander qu’une personne réexamine ce qu’une machine a décidé.",
            en="Ask that a person look again at what a machine decided.",
        ),
        Text(fr="RGPD, art. 22(3)", en="GDPR, art. 22(3)"),
    ),
}


class Capacity(StrEnum):
    """In whose name somebody asks."""

    SELF = "self"
    AGENT = "agent"
    PARENT = "parent"
    HEIR = "heir"
    CONTROLLER = "controller"
    """Another organisation, for whom ours processes the data: the person asked them (GDPR art. 28(3)(e))."""


CAPACITIES: Final[dict[Capacity, Text]] = {
    Capacity.SELF: Text(fr="Pour moi", en="For myself"),
    Capacity.AGENT: Text(fr="Pour quelqu’un qui m’a donné mandat", en="For somebody who gave me a mandate"),
    Capacity.PARENT: Text(fr="Pour un enfant mineur dont j’ai la charge", en="For a child who is in my care"),
    Capacity.HEIR: Text(
        fr="Pour une personne décédée dont j’hérite", en="For a person who died, whose heir I am"
    ),
    Capacity.CONTROLLER: Text(
        fr="Pour une personne qui s’est adressée au responsable du traitement",
        en="For a person who asked the controller",
    ),
}

OF_PEOPLE: Final = {key: text for key, text in CAPACITIES.items() if key != Capacity.CONTROLLER}
"""In whose name a person may ask; a controller comes by programs alone."""


TOLD_OF: Final[dict[Capacity, Text]] = {
    Capacity.SELF: Text(fr="Pour elle-même", en="For themselves"),
    Capacity.AGENT: Text(
        fr="Pour quelqu’un qui lui a donné mandat", en="For somebody who gave them a mandate"
    ),
    Capacity.PARENT: Text(
        fr="Pour un enfant mineur dont elle a la charge", en="For a child who is in their care"
    ),
    Capacity.HEIR: Text(
        fr="Pour une personne décédée dont elle hérite", en="For a person who died, whose heir they are"
    ),
    Capacity.CONTROLLER: CAPACITIES[Capacity.CONTROLLER],
}
"""The same, as staff reads it of whoever asks."""


FOR_OTHERS: Final = (Capacity.AGENT, Capacity.PARENT, Capacity.HEIR)
"""Who asks for somebody else: they show in what capacity, besides who they are."""


class Channel(StrEnum):
    """How a request came."""

    FORM = "form"
    API = "api"
    MAIL = "mail"
    LETTER = "letter"
    CALL = "call"
    OPENDSR = "opendsr"


CHANNELS: Final[dict[Channel, Text]] = {
    Channel.FORM: Text(fr="formulaire", en="form"),
    Channel.API: Text(fr="interface de programmation", en="API"),
    Channel.MAIL: Text(fr="courriel", en="e-mail"),
    Channel.LETTER: Text(fr="lettre", en="letter"),
    Channel.CALL: Text(fr="appel", en="call"),
    Channel.OPENDSR: Text(fr="OpenDSR, d’un client", en="OpenDSR, from a client"),
}


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IDENTITY = "identity"
    SEARCHING = "searching"
    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


STATES: Final[dict[State, Text]] = {
    State.RECEIVED: Text(fr="reçue", en="received"),
    State.ACKNOWLEDGED: Text(fr="accusé de réception envoyé", en="acknowledged"),
    State.IDENTITY: Text(fr="identité à confirmer", en="identity to be confirmed"),
    State.SEARCHING: Text(fr="en recherche", en="being searched"),
    State.PLANNED: Text(fr="plan proposé", en="plan proposed"),
    State.APPROVED: Text(fr="approuvée", en="approved"),
    State.RUNNING: Text(fr="en cours d’exécution", en="being carried out"),
    State.ANSWERED: Text(fr="répondue", en="answered"),
    State.WITHDRAWN: Text(fr="retirée", en="withdrawn"),
    State.CLOSED: Text(fr="close", en="closed"),
}

_WITH_US: Final = Text(fr="une personne s’en occupe", en="a person is working on it")

TOLD: Final[dict[State, Text]] = {
    State.RECEIVED: STATES[State.RECEIVED],
    State.ACKNOWLEDGED: STATES[State.RECEIVED],
    State.IDENTITY: Text(fr="en attente de confirmation", en="waiting to be confirmed"),
    State.SEARCHING: Text(fr="nous regardons dans nos systèmes", en="we are looking into our systems"),
    State.PLANNED: _WITH_US,
    State.APPROVED: _WITH_US,
    State.RUNNING: _WITH_US,
    State.ANSWERED: STATES[State.ANSWERED],
    State.WITHDRAWN: STATES[State.WITHDRAWN],
    State.CLOSED: STATES[State.CLOSED],
}
"""The same, as the person reads it."""

AWAITED: Final = Text(fr="nous attendons vos corrections", en="we wait for your corrections")
"""The state of a rectification once the person can read what is held, until they say what is right."""

CONFIRMED: Final = Text(fr="nous vérifions à quel titre vous agissez", en="we check in what capacity you act")
"""The state of a request for somebody else, once whoever asks confirmed their own address."""

UNSAID: Final = Text(
    fr="nous attendons que vous confirmiez ces directives", en="we wait for you to confirm these directives"
)
"""The state of one's own directives until their person has read on their page what is to be registered."""

FINAL: Final = (State.ANSWERED, State.WITHDRAWN, State.CLOSED)
"""Nothing is done any more: from here on, the days until Garant forgets the person are counted."""


class Outcome(StrEnum):
    """What an ended request came to."""

    FULLY = "fully"
    PARTLY = "partly"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ABANDONED = "abandoned"


GRANTED: Final = (Outcome.FULLY, Outcome.PARTLY)
"""What was asked for was done, all of it or as much as the law allows."""

OUTCOMES: Final[dict[Outcome, Text]] = {
    Outcome.FULLY: Text(fr="satisfaite", en="granted"),
    Outcome.PARTLY: Text(fr="satisfaite en partie", en="granted in part"),
    Outcome.REFUSED: Text(fr="refusée", en="refused"),
    Outcome.WITHDRAWN: Text(fr="retirée par la personne", en="withdrawn by the person"),
    Outcome.ABANDONED: Text(
        fr="sans suite\u202f: identité jamais confirmée", en="dropped: identity never confirmed"
    ),
}


class Wish(StrEnum):
    """What becomes of somebody's data after their death."""

    ERASE = "erase"
    HAND = "hand"
    KEEP = "keep"


WISHES: Final[dict[Wish, Text]] = {
    Wish.ERASE: Text(fr="Les effacer", en="Erase them"),
    Wish.HAND: Text(
        fr="En remettre une copie à ma personne de confiance, puis les effacer",
        en="Give a copy to the person I trust, then erase them",
    ),
    Wish.KEEP: Text(
        fr="Les garder le temps prévu, sans les remettre à personne",
        en="Keep them for the usual time, and hand them to nobody",
    ),
}


class Reply(StrEnum):
    """What a recipient who was told answers."""

    DONE = "done"
    PARTLY = "partly"
    NOTHING = "nothing"
    REFUSED = "refused"


REPLIES: Final[dict[Reply, Text]] = {
    Reply.DONE: Text(fr="C’est fait.", en="It is done."),
    Reply.PARTLY: Text(
        fr="C’est fait en partie\u202f: une obligation nous fait garder le reste.",
        en="It is done in part: an obligation makes us keep the rest.",
    ),
    Reply.NOTHING: Text(fr="Nous n’avons rien sur cette personne.", en="We hold nothing about this person."),
    Reply.REFUSED: Text(fr="Nous ne le ferons pas.", en="We will not do it."),
}


class Method(StrEnum):
    """How somebody showed who they are, the least first."""

    CODE = "code"
    CALL = "call"
    KNOWN_CONTACT = "known-contact"
    QUESTION = "question"
    MANDATE = "mandate"
    DOCUMENT = "document"
    CONTROLLER = "controller"


METHODS: Final[dict[Method, Text]] = {
    Method.CODE: Text(fr="code reçu à l’adresse donnée", en="code sent to the address given"),
    Method.CALL: Text(fr="code dicté au téléphone donné", en="code dictated on the telephone given"),
    Method.KNOWN_CONTACT: Text(
        fr="contact déjà connu de nous (adresse, téléphone, compte)",
        en="contact that we knew already (address, telephone, account)",
    ),
    Method.QUESTION: Text(
        fr="question dont seule la personne a la réponse", en="question that only the person can answer"
    ),
    Method.MANDATE: Text(
        fr="mandat, livret de famille ou acte de notoriété présenté",
        en="mandate, family record or certificate of inheritance shown",
    ),
    Method.DOCUMENT: Text(
        fr="pièce d’identité, pour un doute raisonnable écrit ci-dessous, détruite aussitôt",
        en="identity document, on the reasonable doubt written below, destroyed at once",
    ),
    Method.CONTROLLER: Text(
        fr="le responsable du traitement, qui s’en est assuré", en="the controller, who made sure of it"
    ),
}

BY_STAFF: Final = {
    key: text for key, text in METHODS.items() if key not in (Method.CODE, Method.CALL, Method.CONTROLLER)
}
"""What staff may accept."""


def accepted_for(capacity: Capacity) -> dict[Method, Text]:
    """What staff may accept of somebody who asks in that name: for somebody else, a mandate and nothing less."""
    others = capacity in FOR_OTHERS
    return {key: text for key, text in BY_STAFF.items() if (key == Method.MANDATE) == others}


def check_correction(kind: str, was: str, becomes: str, *, every: bool, added: bool) -> None:
    """Whether a program says one thing of a correction: which value is wrong, that each is, or that one is missing.

    Raises:
        ValueError: it does not, or what has parts is not written a line each.
    """
    if [bool(was), every, added].count(True) != 1:
        raise ValueError(
            "say which value is wrong (was), that every one is (every), or that it is missing (added)"
        )
    if (every and kind not in ("name", "email", "phone")) or (
        added and kind not in ("email", "phone", "address")
    ):
        raise ValueError(
            "every is for a name, an e-mail or a phone; added for an e-mail, a phone or an address"
        )
    if is_missing(kind, becomes) or (was and is_missing(kind, was)):
        raise ValueError("an address is written on four lines or more, a name in parts on two")


class CopyState(StrEnum):
    """What came of asking a processor for its copy."""

    ASKED = "asked"
    RECEIVED = "received"
    NOTHING = "nothing"
    REFUSED = "refused"
    LEFT = "left"


COPIES: Final[dict[CopyState, Text]] = {
    CopyState.ASKED: Text(fr="copie demandée", en="copy asked for"),
    CopyState.RECEIVED: Text(fr="copie remise", en="copy handed over"),
    CopyState.NOTHING: Text(fr="ne tient rien sur la personne", en="holds nothing about the person"),
    CopyState.REFUSED: Text(fr="refuse de remettre sa copie", en="refuses to hand its copy over"),
    CopyState.LEFT: Text(fr="réponse sans sa copie", en="answered without its copy"),
}
