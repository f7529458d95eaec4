"""What permissions write to the ledger: purposes, commitments and counts; never who."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from garant.ledger.entries import Commitment, Count, Key, Payload, entry_kind


@entry_kind("consent.given", fr="Une personne a donné son consentement.", en="A person gave their consent.")
class ConsentGiven(Payload):
    """From here on, whoever asks for this purpose is told yes (GDPR art. 7(1))."""

    purpose: Key = Field(description="the purpose, `activity/purpose`")
    people: list[Commitment] = Field(description="commitments to this entry under the person's own keys")


@entry_kind(
    "consent.withdrawn", fr="Une personne a retiré son consentement.", en="A person withdrew their consent."
)
class ConsentWithdrawn(Payload):
    """From here on, whoever asks for this purpose is told no (GDPR art. 7(3))."""

    purpose: Key = Field(description="the purpose, `activity/purpose`")
    people: list[Commitment] = Field(description="commitments to this entry under the person's own keys")


@entry_kind(
    "restriction.recorded",
    fr="Les données d’une personne ne sont plus que conservées (art. 18).",
    en="A person's data are stored and no more (art. 18).",
)
class RestrictionRecorded(Payload):
    """From here on, whoever asks about this person is told no."""

    people: list[Commitment] = Field(description="commitments to this entry under the person's own keys")


@entry_kind(
    "restriction.lifted",
    fr="La limitation du traitement est levée.",
    en="The restriction of processing is lifted.",
)
class RestrictionLifted(Payload):
    """Whoever asks about this person is answered as before, where no other restriction goes on."""

    people: list[Commitment] = Field(description="commitments to this entry under the person's own keys")


@entry_kind(
    "restriction.gone",
    fr="La limitation d’une fiche qui n’est plus dans son système prend fin.",
    en="The restriction of a record that is no longer in its system ends.",
)
class RestrictionGone(Payload):
    """A lifting found no record of these any more: whoever asks about the person is no longer told no because of them."""

    restrictions: list[Key] = Field(
        description="by what run each was carried out, and on which of its records"
    )


@entry_kind(
    "permissions.counted",
    fr="Combien de fois on a demandé s’il était permis, et ce qui fut répondu.",
    en="How many times it was asked whether it was allowed, and what was answered.",
)
class PermissionsCounted(Payload):
    """One purpose, on one day that is over."""

    purpose: Key = Field(
        description="the purpose, `activity/purpose`; `other` where the policy has none such"
    )
    day: date = Field(description="the day, UTC")
    allowed: Count = Field(description="times that the answer was yes")
    refused: Count = Field(description="times that it was no")
