"""The kinds of entry that the ledger itself needs. The rest of Garant registers its own the same way."""

from typing import Annotated

from pydantic import Field, StringConstraints

from garant.ledger.entries import Base64, Count, Key, KeyText, Payload, entry_kind


@entry_kind("organisation.created", fr="L’organisation est créée.", en="The organisation is created.")
class OrganisationCreated(Payload):
    """The first entry of a log."""

    organisation: Key = Field(description="the organisation's key")
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")] = Field(
        description="the IANA time zone in which its periods end"
    )


@entry_kind(
    "keys.created",
    fr="Une clé de signature est créée pour ce registre ; ailleurs qu’à son début, la précédente a été "
    "perdue.",
    en="A signature key is made for this log; anywhere but at its start, the one before was lost.",
)
class KeysCreated(Payload):
    """From here on the log is signed by this key."""

    verifier: KeyText = Field(description="the key that checks the signatures of this log")


@entry_kind(
    "keys.rotated",
    fr="La clé de signature du registre est remplacée ; l’ancienne et la nouvelle le signent.",
    en="The signature key of the ledger is replaced; the old one and the new one both sign it.",
)
class KeysRotated(Payload):
    """The signatures are over a statement that anyone can write again: see `garant.ledger.rotation`."""

    index: Count = Field(description="the place of this entry in the log, counted from 0")
    old: KeyText = Field(description="the verifier key until this entry")
    new: KeyText = Field(description="the verifier key after this entry")
    signature_of_old: Base64 = Field(description="the old key's signature over the statement of rotation")
    signature_of_new: Base64 = Field(description="the new key's signature over the same statement")


@entry_kind(
    "commitments.rewrapped",
    fr="La clé maîtresse des engagements est remplacée ; les clés des personnes restent les mêmes.",
    en="The master key of the commitments is replaced; the keys of the people stay the same.",
)
class CommitmentsRewrapped(Payload):
    """Old commitments open as before: only the wrapping of the stored keys changed."""

    keys: Count = Field(description="how many stored keys were wrapped again")


@entry_kind(
    "subject-keys.destroyed",
    fr="Des clés de personnes sont détruites : leurs engagements ne désignent plus personne.",
    en="Keys of people are destroyed: their commitments point to no one any more.",
)
class SubjectKeysDestroyed(Payload):
    """The link is gone, and nothing here says whose it was."""

    keys: Count = Field(description="how many keys were destroyed")
