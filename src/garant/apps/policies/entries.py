"""What policies write to the ledger: versions by number and digest; never their words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Count, Day, Digest, Key, Payload, entry_kind


class _OfVersion(Payload):
    """What each of these entries says first."""

    version: Key = Field(description="the version's key")
    number: Count = Field(description="the version's number, counted from 1")
    digest: Digest = Field(description="the digest of what it says")


@entry_kind("policy.drafted", fr="Une version de la politique a été commencée.", en="A version was begun.")
class PolicyDrafted(_OfVersion):
    """A draft, from nothing, from files, or from another version."""

    base: Key | None = Field(default=None, description="the version it was made from")


@entry_kind(
    "policy.submitted",
    fr="Une version a été soumise à la relecture.",
    en="A version was submitted for review.",
)
class PolicySubmitted(_OfVersion):
    """From here on its words stand still."""

    warnings: Count = Field(description="findings of the checks that remain, none of them an error")


@entry_kind(
    "policy.returned", fr="Une version est redevenue un brouillon.", en="A version became a draft again."
)
class PolicyReturned(_OfVersion):
    """Whoever reviewed it refused it, or whoever wrote it took it back."""

    by: Literal["review", "author"] = Field(description="refused in review, or taken back")


@entry_kind(
    "policy.approved",
    fr="Une version a été approuvée par une autre personne.",
    en="A version was approved by another person.",
)
class PolicyApproved(_OfVersion):
    """Someone other than who submitted it."""


@entry_kind(
    "policy.notice-given",
    fr="Les personnes concernées ont été prévenues d’un changement à venir.",
    en="The people concerned were told of a change to come.",
)
class PolicyNoticeGiven(_OfVersion):
    """The delay that the policy promises runs from this day."""

    on: Day = Field(description="the day on which they were told")
    evidence: Digest = Field(description="SHA-256 of what shows it, which stays outside the ledger")


@entry_kind(
    "policy.notice-corrected",
    fr="Le jour où les personnes ont été prévenues était mal noté.",
    en="The day on which people were told was recorded wrongly.",
)
class PolicyNoticeCorrected(_OfVersion):
    """What was recorded stays; the delay runs from the right day."""

    on: Day = Field(description="the day on which they were told")
    was_on: Day = Field(description="the day that was recorded before")
    evidence: Digest = Field(description="SHA-256 of what shows it, which stays outside the ledger")


@entry_kind("policy.published", fr="Une version a été publiée.", en="A version was published.")
class PolicyPublished(_OfVersion):
    """It is in force from a day on, until the next one."""

    effective: Day = Field(description="its first day in force, in the organisation's time zone")
    announced: Count = Field(description="changes of which people had to be told, and were")


@entry_kind(
    "policy.unpublished",
    fr="La publication d’une version a été retirée avant son jour.",
    en="The publication of a version was withdrawn before its day.",
)
class PolicyUnpublished(_OfVersion):
    """It was never in force by it; it is approved again, and may be published for another day."""

    effective: Day = Field(description="the day for which it was published, in the organisation's time zone")


@entry_kind("policy.discarded", fr="Un brouillon a été abandonné.", en="A draft was given up.")
class PolicyDiscarded(_OfVersion):
    """It was never in force."""
