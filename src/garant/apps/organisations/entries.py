"""What the settings of an organisation write to the ledger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from garant.ledger.entries import Digest, Payload, entry_kind


@entry_kind(
    "organisation.configured",
    fr="Les réglages de l’organisation ont changé.",
    en="The settings of the organisation changed.",
)
class OrganisationConfigured(Payload):
    """From here on."""

    four_eyes: bool = Field(description="whether a plan is approved by somebody else than who made it")
    shows_state: bool = Field(description="whether the state of its promises is a public page")
    look_hour: int = Field(
        default=2, ge=0, le=23, description="the hour of its own day at which its promises are looked at"
    )
    proposes: bool = Field(
        default=True, description="whether the look of the night ends with a proposed plan"
    )


@entry_kind(
    "organisation.renamed",
    fr="Le nom ou le fuseau horaire de l’organisation a été repris de sa politique.",
    en="The organisation’s name or time zone was taken again from its policy.",
)
class OrganisationRenamed(Payload):
    """The name itself stays out of the ledger: a sole trader's is personal data."""

    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")] = Field(
        description="its time zone from here on"
    )
    policy: Digest = Field(description="the version of the policy that says so")
