"""What requests write to the ledger: their number, right, state, days and counts; never who asks, nor what they say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Commitment, Count, Day, Key, Payload, entry_kind

_NUMBER = "the request's number"

RightName = Literal[
    "access",
    "rectification",
    "erasure",
    "objection",
    "restriction",
    "portability",
    "post-mortem",
    "consent",
    "human-review",
]
StateName = Literal[
    "received",
    "acknowledged",
    "identity",
    "searching",
    "planned",
    "approved",
    "running",
    "answered",
    "withdrawn",
    "closed",
]


@entry_kind(
    "request.received",
    fr="Une personne a demandé à exercer un droit.",
    en="A person asked to exercise a right.",
)
class RequestReceived(Payload):
    """From here on its time is counted."""

    request: Key = Field(description=_NUMBER)
    right: RightName = Field(description="what is asked")
    channel: Literal["form", "api", "mail", "letter", "call", "opendsr"] = Field(description="how it came")
    capacity: Literal["self", "agent", "parent", "heir", "controller"] = Field(description="in whose name")
    received: Day = Field(description="the day it came, where the organisation is")
    due: Day = Field(description="the day by which it is to be answered")
    rules: Key = Field(description="the version of the rules by which days are counted")
    purpose: Key | None = Field(default=None, description="the purpose it is about, where it is about one")


@entry_kind("request.moved", fr="Une demande a changé d’état.", en="A request changed its state.")
class RequestMoved(Payload):
    """One more step of the way."""

    request: Key = Field(description=_NUMBER)
    state: StateName = Field(description="the state it is in now")
    plan: Key | None = Field(default=None, description="the digest of its plan, where there is one")


@entry_kind(
    "request.repeated",
    fr="La même demande est arrivée de nouveau\u202f; elle n’en fait qu’une.",
    en="The same request came again; it remains one.",
)
class RequestRepeated(Payload):
    """Nothing is done twice; what is written besides is kept with it."""

    request: Key = Field(description=_NUMBER)
    received: Day | None = Field(
        default=None, description="the day it came, where that was before the one known"
    )
    due: Day | None = Field(default=None, description="the last day to answer that this makes")


@entry_kind(
    "request.added",
    fr="La personne a ajouté quelque chose à sa demande.",
    en="The person added something to their request.",
)
class RequestAdded(Payload):
    """On the page of the request."""

    request: Key = Field(description=_NUMBER)


@entry_kind(
    "request.identified",
    fr="La personne qui demande a montré qui elle est.",
    en="The person who asks showed who they are.",
)
class RequestIdentified(Payload):
    """By the least that suffices (GDPR art. 12(6))."""

    request: Key = Field(description=_NUMBER)
    method: Literal["code", "call", "known-contact", "question", "mandate", "document", "controller"] = Field(
        description="by what"
    )


@entry_kind(
    "request.searched",
    fr="Un système a été regardé pour une demande.",
    en="A system was looked at for a request.",
)
class RequestSearched(Payload):
    """One entry for each system, those that did not answer included."""

    request: Key = Field(description=_NUMBER)
    system: Key = Field(description="the system")
    answered: bool = Field(description="whether it answered")
    places: Count = Field(description="the places in which the person is known there")
    rows: Count = Field(description="the rows about them")


@entry_kind(
    "request.paused",
    fr="Une demande attend la personne\u202f: son délai est suspendu.",
    en="A request waits for the person: its time stands still.",
)
class RequestPaused(Payload):
    """Until they answer."""

    request: Key = Field(description=_NUMBER)
    on: Day = Field(description="since which day")


@entry_kind(
    "request.resumed",
    fr="La personne a répondu\u202f: le délai d’une demande court de nouveau.",
    en="The person answered: the time of a request goes on.",
)
class RequestResumed(Payload):
    """The days of waiting are added."""

    request: Key = Field(description=_NUMBER)
    waited: Count = Field(description="days waited in all")
    due: Day = Field(description="the day by which it is to be answered now")


@entry_kind(
    "request.extended",
    fr="Le délai d’une demande a été prolongé, et la personne en sait les raisons.",
    en="The time of a request was extended, and the person was told why.",
)
class RequestExtended(Payload):
    """Within the first month, once (GDPR art. 12(3))."""

    request: Key = Field(description=_NUMBER)
    due: Day = Field(description="the day by which it is to be answered now")


@entry_kind(
    "request.weighed",
    fr="Une opposition a été pesée, par écrit, par une personne.",
    en="An objection was weighed, in writing, by a person.",
)
class RequestWeighed(Payload):
    """Never for direct marketing, which stops without weighing (GDPR art. 21(3))."""

    request: Key = Field(description=_NUMBER)
    stops: bool = Field(description="whether the use stops")


@entry_kind(
    "request.despite",
    fr="Un effacement a été approuvé bien que les données soient limitées, pour une raison écrite.",
    en="An erasure was approved although the data are restricted, for a written reason.",
)
class RequestDespite(Payload):
    """The reason is kept sealed with the request (GDPR art. 18(2))."""

    request: Key = Field(description=_NUMBER)
    restrictions: list[Key] = Field(description="the numbers of the requests that restrict, or ask for it")
    terminal: bool = Field(
        default=False, description="whether a restriction carried out at a terminal is among them"
    )


@entry_kind(
    "request.lift-told",
    fr="Une personne a su que la limitation de ses données prendra fin.",
    en="A person was told that the restriction of their data will end.",
)
class RequestLiftTold(Payload):
    """Before it ends (GDPR art. 18(3))."""

    request: Key = Field(description=_NUMBER)
    on: Day = Field(description="the day from which it is lifted")


@entry_kind("request.lifted", fr="Une limitation a été levée.", en="A restriction was lifted.")
class RequestLifted(Payload):
    """By a plan, approved and carried out like any other; of what it asked by hand, all was answered."""

    request: Key = Field(description=_NUMBER)
    plan: Key = Field(description="the digest of the plan")
    left: list[Key] = Field(
        default_factory=list[Key],
        description="systems worked by hand where it was refused, and that somebody decided not to ask again",
    )


@entry_kind(
    "request.recipient-told",
    fr="Un destinataire a été prévenu de ce qu’une personne a obtenu.",
    en="A recipient was told what a person obtained.",
)
class RequestRecipientTold(Payload):
    """GDPR art. 19, and art. 28(3)(e) for a processor."""

    request: Key = Field(description=_NUMBER)
    recipient: Key = Field(description="the recipient or processor, by its key in the policy")
    due: Day = Field(description="the day by which their answer is asked for")


@entry_kind(
    "request.recipient-answered",
    fr="Un destinataire a dit ce qu’il a fait.",
    en="A recipient said what they did.",
)
class RequestRecipientAnswered(Payload):
    """By the link of the letter."""

    request: Key = Field(description=_NUMBER)
    recipient: Key = Field(description="the recipient or processor, by its key in the policy")
    answer: Literal["done", "partly", "nothing", "refused"] = Field(description="what they said")


@entry_kind(
    "request.recipient-reminded",
    fr="Un destinataire qui n’a pas répondu a été relancé.",
    en="A recipient that had not answered was reminded.",
)
class RequestRecipientReminded(Payload):
    """A week before its last day, and once that is over: then the officer is told too."""

    request: Key = Field(description=_NUMBER)
    recipient: Key = Field(description="the recipient or processor, by its key in the policy")
    left: int = Field(description="days left; negative: days late")


@entry_kind(
    "directive.registered",
    fr="Une personne a dit ce que ses données deviendront après sa mort.",
    en="A person said what will become of their data after their death.",
)
class DirectiveRegistered(Payload):
    """French Act no. 78-17, art. 85, I."""

    directive: Key = Field(description="the number of the directives")
    wish: Literal["erase", "hand", "keep"] = Field(description="what becomes of the data")


@entry_kind(
    "directive.ended",
    fr="Des directives ont été révoquées, remplacées ou exécutées\u202f; leur texte est détruit.",
    en="Directives were revoked, replaced or carried out; their text is destroyed.",
)
class DirectiveEnded(Payload):
    """Revocable at any time."""

    directive: Key = Field(description="the number of the directives")
    by: Literal["person", "replaced", "executed"] = Field(description="how they ended")


@entry_kind("request.reminded", fr="Un délai approche, ou est passé.", en="A deadline is near, or over.")
class RequestReminded(Payload):
    """Whoever handles it was told; from the last days on, the officer too."""

    request: Key = Field(description=_NUMBER)
    left: int = Field(description="days left; negative once it is late")


@entry_kind(
    "request.files-read",
    fr="Quelqu’un a regardé les fichiers d’un paquet, et décidé de chacun s’il part.",
    en="Somebody looked at the files of a package, and decided of each whether it goes.",
)
class RequestFilesRead(Payload):
    """Files that concern other people are left out (GDPR art. 15(4)); the last entry counts."""

    request: Key = Field(description=_NUMBER)
    files: Count = Field(description="how many files rows name")
    left_out: Count = Field(description="how many of them do not go")
    decisions: list[Commitment] = Field(
        description="a commitment to each decision, in order, under the request's own key, which dies with it"
    )


@entry_kind(
    "request.copy-asked",
    fr="Un sous-traitant a été prié de remettre sa copie des données d’une personne.",
    en="A processor was asked for its copy of a person’s data.",
)
class RequestCopyAsked(Payload):
    """GDPR art. 15 and 20, with art. 28(3)(e)."""

    request: Key = Field(description=_NUMBER)
    processor: Key = Field(description="its key in the policy")
    way: Literal["program", "mail", "letter"] = Field(description="how it was asked")
    due: Day = Field(description="the day by which it was asked to answer")


@entry_kind(
    "request.copy-received",
    fr="Un sous-traitant a répondu pour sa copie des données d’une personne.",
    en="A processor answered for its copy of a person’s data.",
)
class RequestCopyReceived(Payload):
    """The copy came, there is none, or it is refused; or the officer decided to answer without it."""

    request: Key = Field(description=_NUMBER)
    processor: Key = Field(description="its key in the policy")
    answer: Literal["received", "nothing", "refused", "left"] = Field(
        description="left: the person is answered without it, and told why"
    )
    copy_of: Commitment | None = Field(
        default=None, description="a commitment to the file that came, under the key of the request"
    )


@entry_kind(
    "request.copies-read",
    fr="Les copies remises par des sous-traitants ont été regardées avant de partir.",
    en="The copies that processors handed over were looked at before they go.",
)
class RequestCopiesRead(Payload):
    """Each file is a decision, under a commitment: whoever has the file and the request can show what was decided."""

    request: Key = Field(description=_NUMBER)
    files: Count = Field(description="how many were looked at")
    left_out: Count = Field(description="of them, how many do not go: they concern others")
    decisions: list[Commitment] = Field(description="one for each file, under the key of the request")


@entry_kind(
    "request.copies-destroyed",
    fr="Les copies remises par des sous-traitants ont été détruites.",
    en="The copies that processors handed over were destroyed.",
)
class RequestCopiesDestroyed(Payload):
    """With the request that they were for, however it ended."""

    request: Key = Field(description=_NUMBER)
    files: Count = Field(description="how many there were")


@entry_kind("request.answered", fr="Une demande a reçu sa réponse.", en="A request was answered.")
class RequestAnswered(Payload):
    """To the person, in writing, with the ways of complaint where something was refused."""

    request: Key = Field(description=_NUMBER)
    outcome: Literal["fully", "partly", "refused"] = Field(description="what was granted")
    ground: Key | None = Field(default=None, description="the ground of a refusal, of a closed list")
    late: Count = Field(description="days after its deadline; 0 in time")
    people: list[Commitment] = Field(
        default_factory=list[Commitment],
        description="a commitment to this entry under the request's own key, which dies with it",
    )


@entry_kind(
    "request.closed", fr="Une demande a pris fin sans réponse.", en="A request ended without an answer."
)
class RequestClosed(Payload):
    """The person withdrew it, or never confirmed who they are."""

    request: Key = Field(description=_NUMBER)
    outcome: Literal["withdrawn", "abandoned"] = Field(description="how")


@entry_kind(
    "request.forgotten",
    fr="Ce qu’une demande contenait sur la personne a été détruit.",
    en="What a request held about the person was destroyed.",
)
class RequestForgotten(Payload):
    """Its key, and every copy of the person's data that Garant had made for it."""

    request: Key = Field(description=_NUMBER)
