"""What oppositions write to the ledger: the purpose and commitments; never who."""

from __future__ import annotations

from pydantic import Field

from garant.ledger.entries import Commitment, Key, Payload, entry_kind


@entry_kind(
    "opposition.recorded",
    fr="Une personne s’est opposée à ce qu’on lui écrive (art. 21).",
    en="A person objected to being written to (art. 21).",
)
class OppositionRecorded(Payload):
    """From here on, whoever asks the list is told so."""

    purpose: Key | None = Field(default=None, description="the purpose; none for all direct marketing")
    people: list[Commitment] = Field(description="commitments to this entry under the person's own keys")


@entry_kind(
    "opposition.ended",
    fr="Une personne a retiré son opposition.",
    en="A person withdrew their objection.",
)
class OppositionEnded(Payload):
    """They agree to be written to again."""

    purpose: Key | None = Field(default=None, description="the purpose; none for all direct marketing")
    people: list[Commitment] = Field(description="commitments to this entry under the person's own keys")
