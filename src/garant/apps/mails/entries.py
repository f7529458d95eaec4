"""What mail writes to the ledger: keys, kinds and codes of SMTP; never an address or a word of a letter."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from garant.ledger.entries import Commitment, Count, Day, Digest, Key, Payload, entry_kind

LetterKind = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:-]{0,127}$")]


@entry_kind("mail.written", fr="Une lettre attend son départ.", en="A letter waits to go.")
class MailWritten(Payload):
    """It was written in the same transaction as what it tells."""

    mail: Key = Field(description="its key, which its Message-ID carries")
    about: Key = Field(description="what it is about, such as the number of a request")
    letter: LetterKind = Field(description="the kind of letter")
    commitment: Commitment = Field(
        description="a commitment to its text, under a key that dies with what it is about"
    )


@entry_kind("mail.sent", fr="Une lettre est partie.", en="A letter has gone.")
class MailSent(Payload):
    """A server took it; whether it arrived is for that server to say."""

    mail: Key = Field(description="its key")
    about: Key = Field(description="what it is about")
    attempts: Count = Field(description="times that it was tried, this one included")


@entry_kind("mail.bounced", fr="Une lettre est revenue.", en="A letter came back.")
class MailBounced(Payload):
    """No server takes letters for this address, at once or by a later notice (RFC 3464)."""

    mail: Key = Field(description="its key")
    about: Key = Field(description="what it is about")
    status: Count = Field(description="the code of SMTP; 0 where none was said")


@entry_kind(
    "mail.lost",
    fr="Une lettre n’est pas partie, et ne partira plus.",
    en="A letter did not go, and will not.",
)
class MailLost(Payload):
    """It was tried for as long as it is tried, or until it said nothing true any more."""

    mail: Key = Field(description="its key")
    about: Key = Field(description="what it is about")
    attempts: Count = Field(description="times that it was tried")


@entry_kind(
    "mail.forgotten",
    fr="Les lettres d’une affaire sont détruites.",
    en="The letters about a matter are destroyed.",
)
class MailForgotten(Payload):
    """Their text, their addresses and the key of their commitments."""

    about: Key = Field(description="what they were about")
    mails: Count = Field(description="how many letters")


@entry_kind(
    "letters.let-go",
    fr="Quelqu’un a décidé des lettres retenues après une restauration.",
    en="Somebody decided about the letters that were kept after a restore.",
)
class LettersLetGo(Payload):
    """They waited in the backup, and many had gone since."""

    going: Count = Field(description="how many go")
    kept_back: Count = Field(description="how many do not")


@entry_kind(
    "letters.framed",
    fr="L’organisation change les phrases qui ouvrent et ferment ses lettres.",
    en="The organisation changes the sentences that open and close its letters.",
)
class LettersFramed(Payload):
    """Letters written from here on have them."""

    digest: Digest = Field(description="the digest of the sentences")


@entry_kind(
    "arrival.received", fr="Un message est arrivé dans la boîte.", en="A message arrived in the mailbox."
)
class ArrivalReceived(Payload):
    """Somebody looks at it, and makes it a request or not."""

    arrival: Key = Field(description="its key")
    on: Day = Field(description="the day it arrived, in the organisation’s zone")


@entry_kind(
    "arrival.ended",
    fr="Un message de la boîte est devenu une demande, ou écarté\u202f; il est détruit.",
    en="A message of the mailbox became a request, or was put aside; it is destroyed.",
)
class ArrivalEnded(Payload):
    """By a person’s decision."""

    arrival: Key = Field(description="its key")
    outcome: Literal["request", "dismissed"] = Field(description="what it became")
    request: Key | None = Field(default=None, description="the number of the request, where it is one")
