"""What the settings of an organisation write to the ledger."""

from __future__ import annotations

from pydantic import Field

from garant.ledger.entries import Payload, entry_kind


@entry_kind(
    "organisation.configured",
    fr="Les réglages de l’organisation ont changé.",
    en="The settings of the organisation changed.",
)
class OrganisationConfigured(Payload):
    """From here on."""

    four_eyes: bool = Field(description="whether a plan is approved by somebody else than who made it")
    shows_state: bool = Field(description="whether the state of its promises is a public page")
